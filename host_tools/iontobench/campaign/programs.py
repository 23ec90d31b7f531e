"""The short programs that faults meet, one for each shape of a session.

Units: uA, uA/s, uC, ms. Every ramp takes 1 s; the active electrode is the cathode. Nothing is
run here, and every program ends by itself.
"""

from typing import NamedTuple

from ionto.core import program
from iontobench.protocols.program_words import ProgramSegment, program_words

RAMP_MS = 1000
HOLD_MS = 3500  # a case that needs longer says so
FIRST_MS = 1000  # the hold before a turn or a gap
OFF_MS = 1500

_MORE = 3  # of the charge wall: a lead that comes and goes ramps up again each time

# Shapes.
HOLD = "hold"
PULSES = "pulses"
TURN = "turn"  # a hold, a reversal, a hold
GAP = "gap"  # a hold, the gate low for a time, a hold


class Train(NamedTuple):
    """A train of pulses."""

    on_ms: int
    off_ms: int
    edge_ms: int

    @property
    def period_ms(self) -> int:
        """From one edge up to the next."""
        return self.on_ms + self.off_ms + 2 * self.edge_ms


TRAIN = Train(300, 200, 20)


def words(level_ua: int, shape: str = HOLD, hold_ms: int = HOLD_MS) -> list[int]:
    """A program: ramp to the level in 1 s, what the shape says, ramp down in 1 s."""
    slew_ua_s = level_ua * 1000 // RAMP_MS
    length_ms = _MORE * (hold_ms + FIRST_MS + 4 * RAMP_MS)
    return program_words(
        _segments(level_ua, shape, hold_ms),
        peak_ua=level_ua,
        slew_ua_s=slew_ua_s,
        down_slew_ua_s=slew_ua_s,
        charge_uc=level_ua * length_ms // 1000,
        time_s=hold_ms // 1000 + 30,
        area_mm2=1000,
        density_ua_cm2=500,
        probe_min_q4=40,
    )


def _segments(level_ua: int, shape: str, hold_ms: int) -> list[ProgramSegment]:
    first = _hold(level_ua, FIRST_MS)
    if shape == PULSES:
        return [_pulses(level_ua, hold_ms // TRAIN.period_ms)]
    if shape == TURN:
        return [first, _hold(level_ua, hold_ms, polarity=1)]
    if shape == GAP:
        gap = ProgramSegment(kind=program.OFF, polarity=-1, time_ms=OFF_MS)
        return [first, gap, _hold(level_ua, hold_ms)]
    return [_hold(level_ua, hold_ms)]


def _hold(level_ua: int, hold_ms: int, polarity: int = -1) -> ProgramSegment:
    slew_ua_s = level_ua * 1000 // RAMP_MS
    return ProgramSegment(
        kind=program.HOLD_TIME,
        polarity=polarity,
        level_ua=level_ua,
        slew_ua_s=slew_ua_s,
        time_ms=hold_ms,
    )


def _pulses(level_ua: int, count: int) -> ProgramSegment:
    return ProgramSegment(
        kind=program.PULSES,
        polarity=-1,
        level_ua=level_ua,
        slew_ua_s=level_ua * 1000 // RAMP_MS,
        count=count,
        **TRAIN._asdict(),
    )
