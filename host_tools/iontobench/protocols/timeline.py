"""The timeline of a program on an ideal bench: its one course, from which every planned figure is.

Read from the program's words alone, so it holds for every protocol and board. What is planned,
what `check` and a report print as the planned time and dose, and the time that a view says is
left, all come from here. Exact: a ramp from a to b at slew s takes |b - a| / s and carries
|b^2 - a^2| / (2 s). Currents in uA, charge in uC (uA s), times in s or ms as the names say. Must
not judge, and must not know a protocol, a load or a link.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from fractions import Fraction
from math import ceil

from ionto.core import codes, program

from .program_words import ProgramSegment, ends_at_zero, off_s, segments_of, starts_at_zero

# Before the first energised segment: probe and proof.
START_S = Fraction(44, 100)
# From one energised segment to the next, the gate low: rest, zero, probe, proof.
RESTART_S = Fraction(153, 100)
# In these states the clock of a segment runs; in all others it stands still.
RUNNING = (codes.STATE_RAMP, codes.STATE_HOLD, codes.STATE_PULSE, codes.STATE_OFF)
_FLOWS_UA = 20.0  # below it the measured current says nothing about the pace


class Timeline:
    """What a program does when nothing limits or interrupts it.

    Args:
        words: header and segments, as `ionto.core.program` has them. Without the limits of the
            header they are enough.

    Attributes: `words`; `segments`; and for each segment: `lead_s`, the time with the gate low
    before it; `ramps_s`, `holds_s`, `downs_s`, its ramp to the level, what comes at the level
    (hold, pulses or wait), and its ramp to 0; `charges_uc`, of all three.

    Raises:
        IndexError, ZeroDivisionError: words that are no program's.
    """

    def __init__(self, words: Sequence[int]):
        self.words = list(words)
        self.segments = segments_of(words)
        if not self.segments:
            raise IndexError("a program without segments")
        self.lead_s: list[Fraction] = []
        self.ramps_s: list[Fraction] = []
        self.holds_s: list[Fraction] = []
        self.downs_s: list[Fraction] = []
        self.charges_uc: list[Fraction] = []
        for at, starts in enumerate(starts_at_zero(words)):
            self.lead_s.append((RESTART_S if at else START_S) if starts else Fraction(0))
        from_ua = 0
        for segment, is_to_zero in zip(self.segments, ends_at_zero(words), strict=True):
            self._add(segment, from_ua, is_to_zero)
            from_ua = 0 if is_to_zero else segment.level_ua

    def _add(self, segment: ProgramSegment, from_ua: int, is_to_zero: bool) -> None:
        """One more segment; what would be below 0, in words that are odd, is 0."""
        ramp_s = down_s = ramps_uc = Fraction(0)
        level_ua = segment.level_ua
        if segment.kind in (program.HOLD_CHARGE, program.HOLD_TIME):
            ramp_s = Fraction(abs(level_ua - from_ua), segment.slew_ua_s)
            down_s = Fraction(level_ua, self.down_slew_ua_s) if is_to_zero else Fraction(0)
            ramps_uc = (ramp_s * (from_ua + level_ua) + down_s * level_ua) / 2
        if segment.kind == program.HOLD_CHARGE:
            hold_s = max((segment.charge_uc - ramps_uc) / level_ua, Fraction(0))
            charge_uc = max(Fraction(segment.charge_uc), ramps_uc)
        elif segment.kind == program.PULSES:
            hold_s = Fraction(segment.period_ms * segment.count, 1000)
            charge_uc = _pulses_uc(segment)
        else:
            hold_s = Fraction(segment.time_ms, 1000)
            charge_uc = ramps_uc + hold_s * level_ua
        self.ramps_s.append(max(ramp_s, Fraction(0)))
        self.holds_s.append(max(hold_s, Fraction(0)))
        self.downs_s.append(max(down_s, Fraction(0)))
        self.charges_uc.append(max(charge_uc, Fraction(0)))

    def with_header(self, values: Mapping[int, int]) -> "Timeline":
        """The same course with other limits in the header: index of a word to its value."""
        made = copy(self)
        made.words = [values.get(at, word) for at, word in enumerate(self.words)]
        return made

    @property
    def peak_ua(self) -> int:
        """The highest level, or what an operator may raise it to."""
        return self.words[program.H_PEAK_UA]

    @property
    def levels_ua(self) -> list[int]:
        """The level of each segment that has one."""
        return [segment.level_ua for segment in self.segments if segment.level_ua]

    @property
    def down_slew_ua_s(self) -> int:
        """Of every ramp to 0."""
        return self.words[program.H_DOWN_SLEW_UA_S]

    @property
    def max_time_s(self) -> int:
        """The limit of the energised time."""
        return self.words[program.H_TIME_S]

    @property
    def positive_uc(self) -> int:
        """Charge with the active electrode as the anode, rounded up."""
        return self._charge_uc(1)

    @property
    def negative_uc(self) -> int:
        """Charge with the active electrode as the cathode, rounded up."""
        return self._charge_uc(-1)

    @property
    def planned_uc(self) -> int:
        """Gross charge."""
        return self.positive_uc + self.negative_uc

    @property
    def net_uc(self) -> int:
        """Signed: above 0 where more flows with the active electrode as the anode."""
        return self.positive_uc - self.negative_uc

    @property
    def restarts(self) -> int:
        """How often the gate closes again after a rest, when nothing interrupts the session."""
        return sum(lead_s > 0 for lead_s in self.lead_s[1:])

    @property
    def off_s(self) -> int:
        """All segments that are off, rounded up."""
        return off_s(self.segments)

    @property
    def nominal_s(self) -> int:
        """Energised time, ramps included, rounded up."""
        energised = [at for at, segment in enumerate(self.segments) if not segment.is_off]
        return ceil(sum((self._time_s(at) for at in energised), Fraction(0)))

    @property
    def total_s(self) -> int:
        """The whole session with its start, rests and segments that are off, rounded up."""
        return ceil(self._from_s(0))

    @property
    def total_ms(self) -> float:
        """The same, not rounded."""
        return float(self._from_s(0) * 1000)

    def ramp_ms(self, segment: int) -> float:
        """The ramp to a segment's level, from where the segment before leaves the set point."""
        return float(self.ramps_s[segment] * 1000)

    def left_ms(
        self,
        state: int,
        segment: int,
        clock_ms: float,
        done_uc: float,
        set_ua: float,
        current_ua: float,
    ) -> float:
        """Time left of a session, rests to come included: an estimate for a view.

        A hold by time, a train and a wait take their time, whatever flows. A hold by charge takes
        what its charge takes at the current that flows.

        Args:
            state: the session's, codes.STATE_*.
            segment: the one it is in; while it turns, the one that follows.
            clock_ms: how long the segment has been in a state of `RUNNING`; less the ramp for each
                interruption, since a ramp is repeated.
            done_uc: charge of the segment so far.
            set_ua, current_ua: set point and measured current.
        """
        if state in (codes.STATE_DONE, codes.STATE_FAULT):
            return 0.0
        down_ms = set_ua * 1000 / self.down_slew_ua_s
        if state == codes.STATE_RAMP_DOWN:
            return down_ms
        if state == codes.STATE_TURNING:
            return down_ms + float(self._from_s(segment) * 1000)
        after_ms = float((self.downs_s[segment] + self._from_s(segment + 1)) * 1000)
        if state not in RUNNING:
            after_ms += float(self.lead_s[segment] * 1000)
            set_ua = 0.0
        if self.segments[segment].kind != program.HOLD_CHARGE:
            own_ms = float((self.ramps_s[segment] + self.holds_s[segment]) * 1000)
            return max(own_ms - clock_ms, 0.0) + after_ms
        flows_ua = current_ua if state == codes.STATE_HOLD and current_ua > _FLOWS_UA else 0.0
        is_ramp = state != codes.STATE_HOLD
        return self._charge_ms(segment, done_uc, set_ua if is_ramp else None, flows_ua) + after_ms

    def level_ua(self, dose_uc: float) -> float:
        """The programmed level of the segment that a dose belongs to; the first one's at 0."""
        before_uc, level_ua = Fraction(0), 0
        for segment, charge_uc in zip(self.segments, self.charges_uc, strict=True):
            if charge_uc and before_uc <= dose_uc:
                level_ua = segment.level_ua
            before_uc += charge_uc
        return float(level_ua)

    def _charge_ms(self, at: int, done_uc: float, set_ua: float | None, flows_ua: float) -> float:
        """What is left of a hold by charge before its ramp to 0; `set_ua` is None at the level."""
        segment, down_s = self.segments[at], self.downs_s[at]
        level_ua = segment.level_ua
        left_uc = segment.charge_uc - done_uc - float(down_s * level_ua) / 2
        ramp_s = 0.0
        if set_ua is not None:
            ramp_s = abs(level_ua - set_ua) / segment.slew_ua_s
            left_uc -= ramp_s * (level_ua + set_ua) / 2
        return 1000 * (ramp_s + max(left_uc, 0.0) / (flows_ua or level_ua))

    def _charge_uc(self, polarity: int) -> int:
        found = zip(self.segments, self.charges_uc, strict=True)
        return ceil(sum((uc for one, uc in found if one.polarity == polarity), Fraction(0)))

    def _time_s(self, segment: int) -> Fraction:
        return self.ramps_s[segment] + self.holds_s[segment] + self.downs_s[segment]

    def _from_s(self, segment: int) -> Fraction:
        """From the beginning of a segment's lead to the end of the session."""
        later = range(segment, len(self.segments))
        return sum((self.lead_s[at] + self._time_s(at) for at in later), Fraction(0))


def _pulses_uc(segment: ProgramSegment) -> Fraction:
    """All pulses of a segment; those in the amplitude's climb carry less than the rest."""
    whole_uc = Fraction(segment.level_ua * segment.flat_ms, 1000)
    if not segment.slew_ua_s:
        return whole_uc * segment.count
    full_ms = Fraction(segment.level_ua * 1000, segment.slew_ua_s)
    climbing = min(segment.count, -(-full_ms // segment.period_ms))
    climb_uc = sum((_climbing_uc(segment, pulse) for pulse in range(climbing)), Fraction(0))
    return climb_uc + whole_uc * (segment.count - climbing)


def _climbing_uc(segment: ProgramSegment, pulse: int) -> Fraction:
    """One pulse whose amplitude min(level, slew x t) still climbs; Simpson is exact here."""
    level_ua, slew_ua_s = segment.level_ua, segment.slew_ua_s
    full_ms = Fraction(level_ua * 1000, slew_ua_s)
    total = Fraction(0)
    for begin_ms, end_ms, first, last in _straight(segment, pulse):
        bend_ms = min(max(full_ms, begin_ms), end_ms)
        for low_ms, high_ms in ((begin_ms, bend_ms), (bend_ms, end_ms)):
            ends = []
            for at_ms in (low_ms, (low_ms + high_ms) / 2, high_ms):
                gain = first + (last - first) * (at_ms - begin_ms) / (end_ms - begin_ms)
                ends.append(min(Fraction(level_ua), slew_ua_s * at_ms / 1000) * gain)
            total += (ends[0] + 4 * ends[1] + ends[2]) * (high_ms - low_ms) / 6000
    return total


def _straight(
    segment: ProgramSegment, pulse: int
) -> Iterator[tuple[Fraction, Fraction, int, int]]:
    """(begin, end, gain at begin, gain at end) of the edge up, the flat part, the edge down."""
    edge_ms = segment.edge_ms
    begin_ms = Fraction(pulse * segment.period_ms)
    for span_ms, first, last in ((edge_ms, 0, 1), (segment.on_ms, 1, 1), (edge_ms, 1, 0)):
        yield begin_ms, begin_ms + span_ms, first, last
        begin_ms += span_ms
