"""The short programs of a bring-up, for the firmware's own `run`: small levels, quick ramps.

Currents in uA, times in ms. Checks nothing: the firmware's own parser does.
"""

from collections.abc import Sequence

from ionto.core import program
from ionto.core.limits import SLEW_MAX_UA_S, Board
from iontobench.device.calibration_bench import resistor_words
from iontobench.protocols.program_words import ProgramSegment

SMALL_PART = 10  # of the board's maximum
SCALE_PART = 5
_SLEW_PER_MAX = 1  # the whole range in a second: a start is no dip on any converter
_WALL_S = 30  # a session of a bring-up lasts some seconds
# Off times between holds: the proof is made anew after each, and ENABLE stands still at the level
# that the count of ticks so far has left. With these it is high once and low once.
OFF_MS = (20, 21)


def slew_ua_s(board: Board) -> int:
    """Of every ramp."""
    return min(board.max_ua * _SLEW_PER_MAX, SLEW_MAX_UA_S)


def charge_uc(words: Sequence[int]) -> int:
    """The wall of a program's charge."""
    return words[program.H_CHARGE_UC]


def hold(
    board: Board,
    level_ua: int,
    hold_ms: int,
    polarity: int = 1,
    offs_ms: Sequence[int] = (),
    charge_s: int = _WALL_S,
) -> list[int]:
    """Hold a level, again after each time off; the firmware's proof precedes each hold.

    Args:
        board: its limits; level_ua, hold_ms, polarity: of the holds.
        offs_ms: the times off between them.
        charge_s: the wall of the charge, as so many seconds of the level.
    """
    slew = slew_ua_s(board)
    one = ProgramSegment(
        kind=program.HOLD_TIME,
        polarity=polarity,
        level_ua=level_ua,
        slew_ua_s=slew,
        time_ms=hold_ms,
    )
    segments = [one]
    for off_ms in offs_ms:
        segments += [ProgramSegment(kind=program.OFF, polarity=polarity, time_ms=off_ms), one]
    return resistor_words(segments, level_ua, slew, level_ua * charge_s, _WALL_S)


def level_ua(board: Board, load_ohm: float, part: int) -> int:
    """A part of the board's maximum, and at most half of what its compliance allows."""
    return int(min(board.max_ua / part, board.compliance_mv * 500.0 / load_ohm))
