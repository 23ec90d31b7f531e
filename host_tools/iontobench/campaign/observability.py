"""From when on a rule could see a fault: by the plant's truth and the program's set point.

It is an oracle of its own: the set point follows from the session's states and the program's
slew, not from the firmware's ramp. Rules of a steady hold judge means of whole seconds, so what
they see has to last. Times in us, currents in uA, voltages in mV.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ionto.core import codes
from iontobench.link.events import Event

from .fault_bench import Moment, WatchedPlant
from .matrix import RAMP_MS, TRAIN
from .required import (
    CHANGE,
    DRIFTED,
    FELL,
    FLOW,
    LIFTED,
    LOADED,
    LOW,
    NEAR,
    ONSET,
    OVER,
    TURNED,
    WARN,
    Case,
)

_LONG_AGO_US = -(1 << 62)
_RAMP_US = RAMP_MS * 1000  # 0 to level
_LOW_QUIET_US = 5_000_000  # [docs/control.md, Low impedance]
_NEAR_SHARE = 0.8
_ENVELOPE, _ENVELOPE_UA, _ENVELOPE_MORE_US = 1.1, 50.0, 5_000
_PROOF_UA = 45.0  # the most that a 5 mA board's proof asks for [docs/control.md, Proof]
_UP = (codes.STATE_RAMP, codes.STATE_HOLD, codes.STATE_PULSE)
_DOWN = (codes.STATE_RAMP_DOWN, codes.STATE_TURNING, codes.STATE_PAUSING)
_STEADY_US = 3_000  # of a pulse's flat part: two 0.3 ms poles and the tick that sees them

# Rules of a steady hold.
_SECOND_US = 1_000_000
_TURN_US = 32_000  # a whole second is judged within the two samples that follow it
_FALL_QUIET_US = 8_000_000  # 6 s after a ramp's start, and two seconds to fall from
_FALL_SHARE = 0.24  # of what it was: a quarter trips
_BREAKDOWN_MV = 26_500.0  # a fall from 27 V or more may be the skin's own breakdown
_LIFT_QUIET_US = 20_000_000  # 6 s after a ramp's start, and 14 s to compare with
_LIFT_SHARE = 1.065  # of the ten seconds that ended two before: 6 % warns
_DRIFT_QUIET_US = 8_000_000  # 6 s after a ramp's start, and the second of the first mean
_DRIFT_US = 180_000_000
_DRIFT_SHARE = 1.065  # 6 % warns

NEVER_SHOWN = {  # why no rule could see a fault
    FLOW: "no current flows that it could change",
    TURNED: "no current flows that it could change",
    LOADED: "the lead stays off",
    OVER: "the current stays below the limits, and in no hold above its mean's for 2 s",
    CHANGE: "no commanded change that a frozen code could fail to follow",
    LOW: "1 mA does not flow 5 s after a ramp's start; below 1 mA only a fall is judged",
    NEAR: "the load's voltage stays below 80 % of compliance",
    FELL: "no fall from below 27 V to a quarter in a hold, 8 s after a ramp's start",
    DRIFTED: "in 3 min of a hold it does not rise by 6 %: it settles faster than it dries",
    LIFTED: "no rise by 6 % above ten seconds of a steady hold",
}


class CurrentLimits(NamedTuple):
    """Limits of a program: for a single sample, and for a steady hold's mean above its level."""

    over_ua: float
    excess_ua: float


class SetPointStretch(NamedTuple):
    """The set point from a state's beginning on."""

    from_us: int
    ua: float
    way: int  # up, down, level
    pulses: bool = False
    least_ua: float = 0.0  # of what the envelope follows


class SetPoint:
    """The program's set point over time, and when its last ramp from 0 began."""

    def __init__(self, events: Iterable[Event], clock_us: int, level_ua: float):
        self._level_ua = level_ua
        self._stretches = [SetPointStretch(_LONG_AGO_US, 0.0, 0)]
        self.ramps_us: list[int] = []
        self.turned_us = _LONG_AGO_US
        for item in events:
            if item.code == codes.EVENT_POLARITY:
                self.turned_us = item.t_ms * 1000 + clock_us
            if item.code == codes.EVENT_STATE:
                self._enter(item.a, item.t_ms * 1000 + clock_us)

    def _enter(self, state: int, t_us: int) -> None:
        level_ua = self.at(t_us)
        if state in _UP:
            if state != codes.STATE_HOLD and level_ua == 0.0:
                self.ramps_us.append(t_us)
            self._stretches.append(SetPointStretch(t_us, level_ua, 1, state == codes.STATE_PULSE))
        elif state in _DOWN:
            self._stretches.append(SetPointStretch(t_us, level_ua, -1))
        else:
            proof_ua = _PROOF_UA if state == codes.STATE_PROOF else 0.0
            self._stretches.append(SetPointStretch(t_us, 0.0, 0, least_ua=proof_ua))

    def at(self, t_us: int) -> float:
        """The set point at a time; of a pulse its flat part only, for no more is judged."""
        stretch = self._stretch(t_us)
        if stretch.pulses and not _is_flat(t_us - stretch.from_us):
            return 0.0
        return self._ramped(stretch, t_us)

    def most(self, t_us: int) -> float:
        """The current that the envelope follows: a pulse's amplitude, or the proof's own steps."""
        stretch = self._stretch(t_us)
        return max(stretch.least_ua, self._ramped(stretch, t_us))

    def _stretch(self, t_us: int) -> SetPointStretch:
        return next(stretch for stretch in reversed(self._stretches) if stretch.from_us <= t_us)

    def _ramped(self, stretch: SetPointStretch, t_us: int) -> float:
        moved_ua = stretch.way * self._level_ua * (t_us - stretch.from_us) / _RAMP_US
        return min(self._level_ua, max(0.0, stretch.ua + moved_ua))

    def is_at_level(self, t_us: int) -> bool:
        """Whether the program's level is to flow."""
        return self.at(t_us) == self._level_ua

    def is_train(self, t_us: int) -> bool:
        """Whether it is a train of pulses, flat part or not."""
        return self._stretch(t_us).pulses

    def ramp_us(self, t_us: int) -> int:
        """When the last ramp from 0 before `t_us` began."""
        return max((one for one in self.ramps_us if one <= t_us), default=t_us)


def _is_flat(since_us: int) -> bool:
    at_us = since_us % (TRAIN.period_ms * 1000)
    edge_us = TRAIN.edge_ms * 1000
    return edge_us + _STEADY_US <= at_us < edge_us + TRAIN.on_ms * 1000


def visible_us(
    case: Case, plant: WatchedPlant, set_point: SetPoint, limits: CurrentLimits, at_us: int
) -> int | None:
    """The earliest time at which the rule that serves a case could see it; None: never."""
    if case.observable_from == ONSET:
        return at_us
    if case.observable_from == OVER:
        excess_ua = limits.excess_ua / 2 if case.expect == WARN else limits.excess_ua
        seen_us = (
            sample_over_us(plant, set_point, limits.over_ua, at_us),
            mean_over_us(plant, set_point, excess_ua, at_us),
        )
        return min((one for one in seen_us if one is not None), default=None)
    if case.observable_from == FELL:
        return fell_us(plant, set_point, at_us)
    if case.observable_from == DRIFTED:
        return drifted_us(plant, set_point)
    if case.observable_from == LIFTED:
        return lifted_us(plant, set_point, at_us)
    before_us = at_us
    at_onset_ua = set_point.at(at_us)
    for moment in plant.moments:
        t_us = moment.t_us
        if case.lasts_ms and t_us - at_us > case.lasts_ms * 1000:
            return None
        if _shows(case, moment, set_point, at_onset_ua, plant.stage.nominal_mv):
            return before_us
        before_us = t_us
    return None


def sample_over_us(
    plant: WatchedPlant, set_point: SetPoint, over_ua: float, at_us: int
) -> int | None:
    """When the true current is above what a single sample may be, or long above the envelope."""
    before_us = at_us
    over_since_us: int | None = None
    for moment in plant.moments:
        t_us = moment.t_us
        if moment.load_ua > over_ua:
            return before_us
        if moment.load_ua <= _ENVELOPE * set_point.most(t_us) + _ENVELOPE_UA:
            over_since_us = None
        elif over_since_us is None:
            over_since_us = before_us
        elif t_us - over_since_us >= _ENVELOPE_MORE_US:
            return over_since_us + _ENVELOPE_MORE_US
        before_us = t_us
    return None


def _shows(case, moment, set_point, at_onset_ua, compliance_mv) -> bool:
    set_ua = set_point.at(moment.t_us)
    if case.observable_from == LOADED:
        return moment.contact
    if case.observable_from in (FLOW, TURNED):
        is_turned = case.observable_from == FLOW or moment.t_us >= set_point.turned_us
        return moment.gate and set_ua >= case.from_ua and is_turned
    if case.observable_from == CHANGE:
        return moment.gate and abs(set_ua - at_onset_ua) >= case.from_ua
    if case.observable_from == LOW:
        quiet_us = moment.t_us - set_point.ramp_us(moment.t_us)
        return moment.gate and set_ua >= case.from_ua and quiet_us >= _LOW_QUIET_US
    return case.observable_from == NEAR and moment.node_mv >= _NEAR_SHARE * compliance_mv


def mean_over_us(
    plant: WatchedPlant, set_point: SetPoint, excess_ua: float, at_us: int
) -> int | None:
    """When a current `excess_ua` above the level has lasted the rule's two seconds.

    The second in which it begins is not all above; the next one is. Pulses: their flat parts.
    """
    lasted_us = 0
    before_us = at_us
    for moment in plant.moments:
        if moment.gate and set_point.is_at_level(moment.t_us):
            is_over = moment.load_ua - set_point.at(moment.t_us) > excess_ua
            lasted_us = lasted_us + moment.t_us - before_us if is_over else 0
            if lasted_us >= 2 * _SECOND_US:
                return moment.t_us + _TURN_US
        elif not set_point.is_train(moment.t_us):
            lasted_us = 0
        before_us = moment.t_us
    return None


def fell_us(plant: WatchedPlant, set_point: SetPoint, at_us: int) -> int | None:
    """When a fall to a quarter is noticed: in the second in which it falls, or the next."""
    most_mv = _FALL_SHARE * plant.onset_mv
    if plant.onset_mv >= _BREAKDOWN_MV or not _is_steady(set_point, at_us, _FALL_QUIET_US):
        return None
    from_us = _lasting(plant, set_point, lambda moment: moment.node_mv < most_mv)
    return None if from_us is None else from_us + 2 * _SECOND_US


def lifted_us(plant: WatchedPlant, set_point: SetPoint, at_us: int) -> int | None:
    """From when on the voltage is 6 % above the ten seconds before, for two seconds at least."""
    least_mv = _LIFT_SHARE * plant.onset_ten_mv
    if not _is_steady(set_point, at_us, _LIFT_QUIET_US):
        return None
    return _lasting(plant, set_point, lambda moment: moment.node_mv > least_mv)


def drifted_us(plant: WatchedPlant, set_point: SetPoint) -> int | None:
    """When the voltage is 6 % above what it was three minutes ago, when the hold became steady."""
    for ramp_us in set_point.ramps_us:
        first_us = ramp_us + _DRIFT_QUIET_US
        first, last = (_at(plant.moments, t_us) for t_us in (first_us, first_us + _DRIFT_US))
        if (
            first is not None
            and last is not None
            and set_point.ramp_us(last.t_us) == ramp_us
            and set_point.is_at_level(last.t_us)
            and not set_point.is_train(last.t_us)
            and last.node_mv > _DRIFT_SHARE * first.node_mv
        ):
            return last.t_us
    return None


def _at(moments: Sequence[Moment], t_us: int) -> Moment | None:
    index = bisect_left(moments, t_us, key=lambda moment: moment.t_us)
    return moments[index] if index < len(moments) else None


def _is_steady(set_point: SetPoint, t_us: int, quiet_us: int) -> bool:
    is_quiet = t_us - set_point.ramp_us(t_us) >= quiet_us
    return is_quiet and set_point.is_at_level(t_us) and not set_point.is_train(t_us)


def _lasting(
    plant: WatchedPlant, set_point: SetPoint, shows: Callable[[Moment], bool]
) -> int | None:
    """From when on it shows for two seconds without a gap, in the hold that it struck in."""
    since_us: int | None = None
    for moment in plant.moments:
        if not moment.gate or not set_point.is_at_level(moment.t_us):
            return None
        if not shows(moment):
            since_us = None
        elif since_us is None:
            since_us = moment.t_us
        if since_us is not None and moment.t_us - since_us >= 2 * _SECOND_US:
            return since_us
    return None
