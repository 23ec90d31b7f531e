"""Segments in the firmware's integers, the words of a program made of them, and the way back.

Every program is made here: for a protocol, a calibration or a campaign. Units are in the names, as
in `ionto.core.program`. Must not know what a program is for, and checks nothing.
"""

from collections.abc import Sequence

import msgspec

from ionto.core import program
from ionto.core.limits import LIFT_PERCENT

_LEN_V1 = 8  # words of a segment of version 1
_WORD_OF = {
    "kind": program.S_KIND,
    "level_ua": program.S_LEVEL_UA,
    "slew_ua_s": program.S_SLEW_UA_S,
    "charge_uc": program.S_CHARGE_UC,
    "time_ms": program.S_TIME_MS,
    "polarity": program.S_POLARITY,
    "on_ms": program.S_ON_MS,
    "off_ms": program.S_OFF_MS,
    "edge_ms": program.S_EDGE_MS,
    "count": program.S_COUNT,
}


class ProgramSegment(msgspec.Struct, frozen=True, kw_only=True):
    """One segment in the firmware's integers; what its kind does not use is 0."""

    kind: int
    polarity: int
    level_ua: int = 0
    slew_ua_s: int = 0
    charge_uc: int = 0
    time_ms: int = 0
    on_ms: int = 0
    off_ms: int = 0
    edge_ms: int = 0
    count: int = 0

    def words(self) -> list[int]:
        """Its words of a program."""
        made = [0] * program.SEGMENT_LEN
        for name, at in _WORD_OF.items():
            made[at] = getattr(self, name)
        return made

    @property
    def is_off(self) -> bool:
        """Whether the gate is low all the time."""
        return self.kind == program.OFF

    @property
    def period_ms(self) -> int:
        """A whole pulse: two edges, on and off."""
        return self.on_ms + self.off_ms + 2 * self.edge_ms

    @property
    def flat_ms(self) -> int:
        """A pulse's charge over its level: the flat part, and half of each edge."""
        return self.on_ms + self.edge_ms


def program_words(
    segments: Sequence[ProgramSegment],
    *,
    peak_ua: int,
    slew_ua_s: int,
    down_slew_ua_s: int,
    charge_uc: int,
    time_s: int,
    area_mm2: int,
    density_ua_cm2: int,
    probe_min_q4: int,
    least_ohm: int = 0,
    lift_percent: int = LIFT_PERCENT,
) -> list[int]:
    """Header and segments; the header's version, count and polarity follow from the segments."""
    header = [0] * program.HEADER_LEN
    header[program.H_VERSION] = program.VERSION
    header[program.H_SEGMENTS] = len(segments)
    header[program.H_POLARITY] = segments[0].polarity
    header[program.H_PEAK_UA] = peak_ua
    header[program.H_SLEW_UA_S] = slew_ua_s
    header[program.H_DOWN_SLEW_UA_S] = down_slew_ua_s
    header[program.H_CHARGE_UC] = charge_uc
    header[program.H_TIME_S] = time_s
    header[program.H_AREA_MM2] = area_mm2
    header[program.H_DENSITY_UA_CM2] = density_ua_cm2
    header[program.H_PROBE_MIN_Q4] = probe_min_q4
    header[program.H_LEAST_OHM] = least_ohm
    header[program.H_LIFT_PERCENT] = lift_percent
    return header + [word for segment in segments for word in segment.words()]


def segments_of(words: Sequence[int]) -> list[ProgramSegment]:
    """The segments of a program's words.

    Raises:
        IndexError: fewer words than the header says.
    """
    read = _unchecked(words)
    return [
        ProgramSegment(**{name: read.word(segment, at) for name, at in _WORD_OF.items()})
        for segment in range(read.segments)
    ]


def ends_at_zero(words: Sequence[int]) -> list[bool]:
    """For each segment whether the current goes to 0 after it, by the firmware's own rule."""
    read = _unchecked(words)
    return [bool(read.is_to_zero(segment)) for segment in range(read.segments)]


def starts_at_zero(words: Sequence[int]) -> list[bool]:
    """For each segment whether the gate closes for it: probe, proof and a current that is 0."""
    before = [True, *ends_at_zero(words)]
    segments = segments_of(words)
    return [to_zero and not one.is_off for to_zero, one in zip(before, segments, strict=False)]


def off_s(segments: Sequence[ProgramSegment]) -> int:
    """The time of all segments that are off, rounded up."""
    return -(-sum(segment.time_ms for segment in segments if segment.is_off) // 1000)


def as_today(words: Sequence[int]) -> list[int]:
    """The words of an older record's program in today's layout.

    Versions 1 and 2 had no lift in the header; segments of version 1 had 8 words, and the
    polarity of the whole program.
    """
    at = program.H_LIFT_PERCENT
    if words[program.H_VERSION] not in (1, 2):
        return list(words)
    segments = list(words[at:])
    if len(segments) == _LEN_V1 * words[program.H_SEGMENTS]:
        found = [segments[one : one + _LEN_V1] for one in range(0, len(segments), _LEN_V1)]
        padding = [0] * (program.SEGMENT_LEN - _LEN_V1)
        segments = []
        for one in found:
            one[program.S_POLARITY] = words[program.H_POLARITY]
            segments += one + padding
    return [program.VERSION, *words[1:at], LIFT_PERCENT, *segments]


def _unchecked(words: Sequence[int]) -> program.Program:
    """The firmware's own reading of words that are judged and not run: nothing is checked."""
    read = program.Program.__new__(program.Program)
    read.words = words
    read.segments = words[program.H_SEGMENTS]
    return read
