"""The course of a program on an ideal bench, piece by piece, exact.

Currents in uA, charge in uC (uA s), times in s. A ramp from a to b at slew s takes |b - a| / s and
carries |b^2 - a^2| / (2 s). Must not judge, and must not know a protocol or a load.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from ionto.core import program

from .view import View

# From one energised segment to the next, the gate low: rest, zero, probe, proof.
RESTART_S = Fraction(150, 100)
# Before the first one: probe and proof.
START_S = Fraction(41, 100)


class Piece(NamedTuple):
    """A part of the course in which one thing happens.

    `time_s` and `charge_uc` are of the whole piece. `is_timed`: a smaller current does not
    stretch it. An OFF piece has neither current nor charge.
    """

    segment: int
    polarity: int
    from_ua: int
    to_ua: int
    time_s: Fraction
    charge_uc: Fraction
    is_timed: bool = True
    is_off: bool = False


def pieces(words: Sequence[int]) -> list[Piece]:
    """Every piece in order. A dose that its ramps alone exceed leaves a hold below 0."""
    view, from_ua, found = View(words), 0, []
    for segment in range(view.segments):
        found += _segment(view, segment, from_ua)
        from_ua = 0 if view.is_to_zero(segment) else view.word(segment, program.S_LEVEL_UA)
    return found


def restarts(words: Sequence[int]) -> int:
    """How often the gate closes again after a rest, when nothing interrupts the session."""
    view = View(words)
    energised = [
        segment
        for segment in range(1, view.segments)
        if view.word(segment, program.S_KIND) != program.OFF
    ]
    return sum(view.is_to_zero(segment - 1) for segment in energised)


def _segment(view: View, segment: int, from_ua: int) -> list[Piece]:
    kind = view.word(segment, program.S_KIND)
    polarity = view.word(segment, program.S_POLARITY)
    time_s = Fraction(view.word(segment, program.S_TIME_MS), 1000)
    if kind == program.OFF:
        return [Piece(segment, polarity, 0, 0, time_s, Fraction(0), is_off=True)]
    level_ua = view.word(segment, program.S_LEVEL_UA)
    if kind == program.PULSES:
        time_s = Fraction(view.period_ms(segment) * view.word(segment, program.S_COUNT), 1000)
        return [Piece(segment, polarity, level_ua, level_ua, time_s, _pulses_uc(view, segment))]
    slew_ua_s = view.word(segment, program.S_SLEW_UA_S)
    made = [_ramp(segment, polarity, from_ua, level_ua, slew_ua_s)]
    after = []
    if view.is_to_zero(segment):
        down_slew_ua_s = view.words[program.H_DOWN_SLEW_UA_S]
        after = [_ramp(segment, polarity, level_ua, 0, down_slew_ua_s)]
    by_charge = kind == program.HOLD_CHARGE
    if by_charge:
        charge_uc = Fraction(view.word(segment, program.S_CHARGE_UC))
        charge_uc -= sum(piece.charge_uc for piece in made + after)
        time_s = charge_uc / level_ua
    hold = Piece(segment, polarity, level_ua, level_ua, time_s, time_s * level_ua, not by_charge)
    return [*made, hold, *after]


def _ramp(segment: int, polarity: int, from_ua: int, to_ua: int, slew_ua_s: int) -> Piece:
    time_s = Fraction(abs(to_ua - from_ua), slew_ua_s)
    return Piece(segment, polarity, from_ua, to_ua, time_s, time_s * (from_ua + to_ua) / 2)


def _pulses_uc(view: View, segment: int) -> Fraction:
    """All pulses of a segment; those in the amplitude's climb carry less than the rest."""
    level_ua = view.word(segment, program.S_LEVEL_UA)
    slew_ua_s = view.word(segment, program.S_SLEW_UA_S)
    whole_uc = Fraction(level_ua * view.flat_ms(segment), 1000)
    count = view.word(segment, program.S_COUNT)
    if not slew_ua_s:
        return whole_uc * count
    full_ms = Fraction(level_ua * 1000, slew_ua_s)
    climbing = min(count, -(-full_ms // view.period_ms(segment)))
    climb_uc = sum((_climbing_uc(view, segment, pulse) for pulse in range(climbing)), Fraction(0))
    return climb_uc + whole_uc * (count - climbing)


def _climbing_uc(view: View, segment: int, pulse: int) -> Fraction:
    """One pulse whose amplitude min(level, slew x t) still climbs; Simpson is exact here."""
    level_ua = view.word(segment, program.S_LEVEL_UA)
    slew_ua_s = view.word(segment, program.S_SLEW_UA_S)
    full_ms = Fraction(level_ua * 1000, slew_ua_s)
    total = Fraction(0)
    for begin_ms, end_ms, first, last in _straight(view, segment, pulse):
        bend_ms = min(max(full_ms, begin_ms), end_ms)
        for low_ms, high_ms in ((begin_ms, bend_ms), (bend_ms, end_ms)):
            ends = []
            for at_ms in (low_ms, (low_ms + high_ms) / 2, high_ms):
                gain = first + (last - first) * (at_ms - begin_ms) / (end_ms - begin_ms)
                ends.append(min(Fraction(level_ua), slew_ua_s * at_ms / 1000) * gain)
            total += (ends[0] + 4 * ends[1] + ends[2]) * (high_ms - low_ms) / 6000
    return total


def _straight(
    view: View, segment: int, pulse: int
) -> Iterator[tuple[Fraction, Fraction, int, int]]:
    """(begin, end, gain at begin, gain at end) of the edge up, the flat part, the edge down."""
    edge_ms, on_ms = (view.word(segment, at) for at in (program.S_EDGE_MS, program.S_ON_MS))
    begin_ms = Fraction(pulse * view.period_ms(segment))
    for span_ms, first, last in ((edge_ms, 0, 1), (on_ms, 1, 1), (edge_ms, 1, 0)):
        yield begin_ms, begin_ms + span_ms, first, last
        begin_ms += span_ms
