"""The session that a protocol plans: its charge by polarity, its times, its limits.

What happens when nothing limits the session. Charge in uC, times in s. Must not know a profile
or a board.
"""

from fractions import Fraction
from math import ceil

import msgspec

from ionto.core import limits
from iontobench import signs

from .errors import ProtocolError, RefusedError
from .located import located
from .nominal import RESTART_S, START_S, Piece, pieces, restarts
from .schema import Protocol
from .segment import Segment
from .shape import Shape, make_shape

_NOMINAL_TIMES = 2  # a limited constant dose may stretch to twice its time [control.md]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A session's integers, and what it does when nothing limits it.

    `planned_uc` is the gross charge: `positive_uc` with the active electrode as the anode and
    `negative_uc` as the cathode; their difference is the net. `nominal_s` is the energised time,
    ramps included; `total_s` the whole session with rests, proofs and phases that are off;
    `restarts` how often the current rises again from 0 after a rest.
    """

    shape: Shape
    planned_uc: int
    positive_uc: int
    negative_uc: int
    nominal_s: int
    total_s: int
    restarts: int
    max_time_s: int

    @property
    def segments(self) -> list[Segment]:
        return self.shape.segments

    @property
    def net_uc(self) -> int:
        """Signed: above 0 where more flows with the active electrode as the anode."""
        return self.positive_uc - self.negative_uc


@located
def make_plan(protocol: Protocol) -> Plan:
    """Shape and plan of a protocol.

    Raises:
        ProtocolError: a value finer than a step, or a dose that its ramps alone exceed.
        RefusedError: a session that cannot end within the wall of 4 h.
    """
    shape = make_shape(protocol)
    words = shape.words()
    found = pieces(words)
    _check_doses(protocol, found)
    energised = [piece for piece in found if not piece.is_off]
    nominal_s = sum((piece.time_s for piece in energised), Fraction(0))
    again = restarts(words)
    off_s = sum((piece.time_s for piece in found if piece.is_off), Fraction(0))
    positive_uc, negative_uc = (
        ceil(sum((piece.charge_uc for piece in energised if piece.polarity == sign), Fraction(0)))
        for sign in (1, -1)
    )
    return Plan(
        shape=shape,
        planned_uc=positive_uc + negative_uc,
        positive_uc=positive_uc,
        negative_uc=negative_uc,
        nominal_s=ceil(nominal_s),
        total_s=ceil(nominal_s + off_s + START_S + again * RESTART_S),
        restarts=again,
        max_time_s=_max_time_s(protocol, ceil(nominal_s), shape, 2 if again else 1),
    )


def _check_doses(protocol: Protocol, found: list[Piece]) -> None:
    """No dose is less than what its phase's own ramps carry."""
    for hold in found:
        if hold.charge_uc >= 0:
            continue
        ramps = [one for one in found if one.segment == hold.segment and one is not hold]
        least_uc = sum((one.charge_uc for one in ramps), Fraction(0))
        raise ProtocolError(
            protocol.file,
            f"phases[{hold.segment}].dose_mamin",
            f"{float(least_uc + hold.charge_uc) / 60000:g} {signs.MAMIN} is less than the "
            "phase's ramps alone carry",
            f"{ceil(least_uc / 60) / 1000:g} {signs.MAMIN} or more, with these ramps",
            "shorten the ramps or raise the dose",
        )


def _max_time_s(protocol: Protocol, nominal_s: int, shape: Shape, ramps: int) -> int:
    """The file's limit, or twice the nominal time, with room for the ramps down before the wall.

    `ramps` is 2 where the time may be up while the current turns: see `bounds`, time.
    """
    most_s = limits.TIME_WALL_S - ramps * shape.longest_down_s - shape.off_s
    off = " and the phases that are off" if shape.off_s else ""
    if nominal_s > most_s:
        raise RefusedError(
            protocol.file,
            "phases",
            f"the session takes {nominal_s} s",
            f"at most {most_s} s, 4 h with the ramp down{off}",
            "lower the dose or the times",
        )
    if protocol.max_time_s is None:
        return min(_NOMINAL_TIMES * nominal_s, most_s)
    if not nominal_s <= protocol.max_time_s <= most_s:
        raise ProtocolError(
            protocol.file,
            "max_time_s",
            f"found {protocol.max_time_s}",
            f"{nominal_s} s (the nominal time) to {most_s} s (4 h with the ramp down{off})",
            "leave it out for twice the nominal time",
        )
    return protocol.max_time_s
