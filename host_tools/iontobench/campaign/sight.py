"""From when on a rule could see a fault: by the program's set point and the plant's truth.

An oracle of its own: the set point follows from the session's states and the program's slew, not
from the firmware's ramp. Times in us, currents in uA.
"""

from collections.abc import Iterable
from typing import NamedTuple

from ionto.core import codes
from iontobench.link.events import Event

from .programs import RAMP_MS, TRAIN
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
from .rig import Watched
from .sight_steady import drifted_us, fell_us, lifted_us, over_us

_LONG_AGO_US = -(1 << 62)
_RAMP_US = RAMP_MS * 1000  # 0 to level
_LOW_QUIET_US = 5_000_000  # [control.md, Low impedance]
_NEAR_SHARE = 0.8
_ENVELOPE, _ENVELOPE_UA, _ENVELOPE_MORE_US = 1.1, 50.0, 5_000
_PROOF_UA = 45.0  # the most that a 5 mA board's proof asks for [control.md, Proof]
_UP = (codes.STATE_RAMP, codes.STATE_HOLD, codes.STATE_PULSE)
_DOWN = (codes.STATE_RAMP_DOWN, codes.STATE_TURNING, codes.STATE_PAUSING)
_STEADY_US = 3_000  # of a pulse's flat part: two 0.3 ms poles and the tick that sees them


class Limits(NamedTuple):
    """What a program may have: of a single sample, and of a steady hold's mean above its level."""

    over_ua: float
    excess_ua: float


class Piece(NamedTuple):
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
        self._pieces = [Piece(_LONG_AGO_US, 0.0, 0)]
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
            self._pieces.append(Piece(t_us, level_ua, 1, state == codes.STATE_PULSE))
        elif state in _DOWN:
            self._pieces.append(Piece(t_us, level_ua, -1))
        else:
            proof_ua = _PROOF_UA if state == codes.STATE_PROOF else 0.0
            self._pieces.append(Piece(t_us, 0.0, 0, least_ua=proof_ua))

    def at(self, t_us: int) -> float:
        """What is to flow at a time; of a pulse its flat part only, for no more is judged."""
        piece = self._piece(t_us)
        if piece.pulses and not _is_flat(t_us - piece.from_us):
            return 0.0
        return self._ramped(piece, t_us)

    def most(self, t_us: int) -> float:
        """What the envelope follows: of pulses their amplitude; and what the proof asks for."""
        piece = self._piece(t_us)
        return max(piece.least_ua, self._ramped(piece, t_us))

    def _piece(self, t_us: int) -> Piece:
        return next(piece for piece in reversed(self._pieces) if piece.from_us <= t_us)

    def _ramped(self, piece: Piece, t_us: int) -> float:
        moved_ua = piece.way * self._level_ua * (t_us - piece.from_us) / _RAMP_US
        return min(self._level_ua, max(0.0, piece.ua + moved_ua))

    def is_at_level(self, t_us: int) -> bool:
        """Whether the program's level is to flow."""
        return self.at(t_us) == self._level_ua

    def is_train(self, t_us: int) -> bool:
        """Whether it is pulsed: in their flat parts or not."""
        return self._piece(t_us).pulses

    def ramp_us(self, t_us: int) -> int:
        """When the last ramp from 0 before `t_us` began."""
        return max((one for one in self.ramps_us if one <= t_us), default=t_us)


def _is_flat(since_us: int) -> bool:
    at_us = since_us % (TRAIN.period_ms * 1000)
    edge_us = TRAIN.edge_ms * 1000
    return edge_us + _STEADY_US <= at_us < edge_us + TRAIN.on_ms * 1000


def visible_us(
    case: Case, plant: Watched, set_point: SetPoint, limits: Limits, at_us: int
) -> int | None:
    """The earliest time at which the rule that serves a case could see it; None: never."""
    if case.sight == ONSET:
        return at_us
    if case.sight == OVER:
        excess_ua = limits.excess_ua / 2 if case.expect == WARN else limits.excess_ua
        seen_us = (
            _over_us(plant, set_point, limits.over_ua, at_us),
            over_us(plant, set_point, excess_ua, at_us),
        )
        return min((one for one in seen_us if one is not None), default=None)
    if case.sight == FELL:
        return fell_us(plant, set_point, at_us)
    if case.sight == DRIFTED:
        return drifted_us(plant, set_point)
    if case.sight == LIFTED:
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


def _over_us(plant: Watched, set_point: SetPoint, over_ua: float, at_us: int) -> int | None:
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
    if case.sight == LOADED:
        return moment.contact
    if case.sight in (FLOW, TURNED):
        is_turned = case.sight == FLOW or moment.t_us >= set_point.turned_us
        return moment.gate and set_ua >= case.from_ua and is_turned
    if case.sight == CHANGE:
        return moment.gate and abs(set_ua - at_onset_ua) >= case.from_ua
    if case.sight == LOW:
        quiet_us = moment.t_us - set_point.ramp_us(moment.t_us)
        return moment.gate and set_ua >= case.from_ua and quiet_us >= _LOW_QUIET_US
    return case.sight == NEAR and moment.node_mv >= _NEAR_SHARE * compliance_mv
