"""From when on a rule could see a fault: by the program's set point and the plant's truth.

An oracle of its own: the set point follows from the session's states and the program's slew, not
from the firmware's ramp. Times in us, currents in uA.
"""

from collections.abc import Iterable

from ionto.core import faults
from iontobench.device.events import Event

from .required import CHANGE, FLOW, LOW, NEAR, ONSET, OVER, Case
from .rig import Watched

_LONG_AGO_US = -(1 << 62)
_RAMP_US = 1_000_000  # of the matrix's programs, 0 to level
_LOW_QUIET_US = 5_000_000  # [control.md, Low impedance]
_NEAR_SHARE = 0.8
_ENVELOPE, _ENVELOPE_UA, _ENVELOPE_MORE_US = 1.1, 50.0, 5_000
_UP = (faults.RAMP, faults.HOLD)
_DOWN = (faults.RAMP_DOWN, faults.PAUSING)


class SetPoint:
    """The program's set point over time, and when its last ramp from 0 began."""

    def __init__(self, events: Iterable[Event], clock_us: int, level_ua: float):
        self._level_ua = level_ua
        self._pieces: list[tuple[int, float, int]] = [
            (_LONG_AGO_US, 0.0, 0)
        ]  # from us, ua, direction
        self.ramps_us: list[int] = []
        for item in events:
            if item.code == faults.EV_STATE:
                self._enter(item.a, item.t_ms * 1000 + clock_us)

    def _enter(self, state: int, t_us: int) -> None:
        level_ua = self.at(t_us)
        if state in _UP:
            if state == faults.RAMP and level_ua == 0.0:
                self.ramps_us.append(t_us)
            self._pieces.append((t_us, level_ua, 1))
        elif state in _DOWN:
            self._pieces.append((t_us, level_ua, -1))
        else:
            self._pieces.append((t_us, 0.0, 0))

    def at(self, t_us: int) -> float:
        """The set point at a time."""
        from_us, ua, way = next(piece for piece in reversed(self._pieces) if piece[0] <= t_us)
        moved_ua = way * self._level_ua * (t_us - from_us) / _RAMP_US
        return min(self._level_ua, max(0.0, ua + moved_ua))

    def ramp_us(self, t_us: int) -> int:
        """When the last ramp from 0 before `t_us` began."""
        return max((one for one in self.ramps_us if one <= t_us), default=t_us)


def visible_us(
    case: Case, plant: Watched, set_point: SetPoint, over_ua: float, at_us: int
) -> int | None:
    """The earliest time at which the rule that serves a case could see it; None: never."""
    if case.sight == ONSET:
        return at_us
    before_us = at_us
    at_onset_ua = set_point.at(at_us)
    over_since_us: int | None = None
    for moment in plant.moments:
        t_us = moment.t_us
        if case.lasts_ms and t_us - at_us > case.lasts_ms * 1000:
            return None
        set_ua = set_point.at(t_us)
        if case.sight == OVER:
            if moment.load_ua > over_ua:
                return before_us
            if moment.load_ua <= _ENVELOPE * set_ua + _ENVELOPE_UA:
                over_since_us = None
            elif over_since_us is None:
                over_since_us = before_us
            elif t_us - over_since_us >= _ENVELOPE_MORE_US:
                return over_since_us + _ENVELOPE_MORE_US
        elif _shows(case, moment, set_point, set_ua, at_onset_ua, plant.stage.compliance_mv):
            return before_us
        before_us = t_us
    return None


def _shows(case, moment, set_point, set_ua, at_onset_ua, compliance_mv) -> bool:
    if case.sight == FLOW:
        return moment.gate and set_ua >= case.from_ua
    if case.sight == CHANGE:
        return moment.gate and abs(set_ua - at_onset_ua) >= case.from_ua
    if case.sight == LOW:
        quiet_us = moment.t_us - set_point.ramp_us(moment.t_us)
        return moment.gate and set_ua >= case.from_ua and quiet_us >= _LOW_QUIET_US
    return case.sight == NEAR and moment.node_mv >= _NEAR_SHARE * compliance_mv
