"""Segments in the firmware's integers, and the words of a program made of them.

Whoever makes a program makes it here: a protocol's compiler, calibration, campaigns. Units are in
the names, as in `ionto.core.program`. Must not know what a program is for, and checks nothing.
"""

from collections.abc import Sequence

import msgspec

from ionto.core import program
from ionto.core.limits import LIFT_PERCENT


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One phase in the firmware's integers; what its kind does not use is 0."""

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
        made[program.S_KIND] = self.kind
        made[program.S_LEVEL_UA] = self.level_ua
        made[program.S_SLEW_UA_S] = self.slew_ua_s
        made[program.S_CHARGE_UC] = self.charge_uc
        made[program.S_TIME_MS] = self.time_ms
        made[program.S_POLARITY] = self.polarity
        made[program.S_ON_MS] = self.on_ms
        made[program.S_OFF_MS] = self.off_ms
        made[program.S_EDGE_MS] = self.edge_ms
        made[program.S_COUNT] = self.count
        return made


def as_today(words: Sequence[int]) -> list[int]:
    """The words of an older record's program with today's header: versions 1 and 2 had no lift."""
    at = program.H_LIFT_PERCENT
    if words[program.H_VERSION] not in (1, 2):
        return list(words)
    return [program.VERSION, *words[1:at], LIFT_PERCENT, *words[at:]]


def program_words(
    segments: Sequence[Segment],
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
