"""The short programs that faults meet, one for each shape of a session.

Units: uA, uA/s, uC, ms. Every ramp takes 1 s; the active electrode is the cathode. Nothing is
run here, and every program ends by itself.
"""

from typing import NamedTuple

from ionto.core import program

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
    segments = _segments(level_ua, shape, hold_ms)
    slew_ua_s = level_ua * 1000 // RAMP_MS
    length_ms = _MORE * (hold_ms + FIRST_MS + 4 * RAMP_MS)
    header = [0] * program.HEADER_LEN
    header[program.H_VERSION] = program.VERSION
    header[program.H_SEGMENTS] = len(segments)
    header[program.H_POLARITY] = -1
    header[program.H_PEAK_UA] = level_ua
    header[program.H_SLEW_UA_S] = header[program.H_DOWN_SLEW_UA_S] = slew_ua_s
    header[program.H_CHARGE_UC] = level_ua * length_ms // 1000
    header[program.H_TIME_S] = hold_ms // 1000 + 30
    header[program.H_AREA_MM2] = 1000
    header[program.H_DENSITY_UA_CM2] = 500
    header[program.H_PROBE_MIN_Q4] = 40
    return header + [word for segment in segments for word in segment]


def _segments(level_ua: int, shape: str, hold_ms: int) -> list[list[int]]:
    last = _hold(level_ua, hold_ms)
    if shape == PULSES:
        return [_pulses(level_ua, hold_ms // TRAIN.period_ms)]
    if shape == TURN:
        last[program.S_POLARITY] = 1
        return [_hold(level_ua, FIRST_MS), last]
    if shape == GAP:
        return [_hold(level_ua, FIRST_MS), _off(), last]
    return [last]


def _segment(kind: int) -> list[int]:
    made = [0] * program.SEGMENT_LEN
    made[program.S_KIND] = kind
    made[program.S_POLARITY] = -1
    return made


def _hold(level_ua: int, hold_ms: int) -> list[int]:
    made = _segment(program.HOLD_TIME)
    made[program.S_LEVEL_UA] = level_ua
    made[program.S_SLEW_UA_S] = level_ua * 1000 // RAMP_MS
    made[program.S_TIME_MS] = hold_ms
    return made


def _off() -> list[int]:
    made = _segment(program.OFF)
    made[program.S_TIME_MS] = OFF_MS
    return made


def _pulses(level_ua: int, count: int) -> list[int]:
    made = _segment(program.PULSES)
    made[program.S_LEVEL_UA] = level_ua
    made[program.S_SLEW_UA_S] = level_ua * 1000 // RAMP_MS
    made[program.S_ON_MS] = TRAIN.on_ms
    made[program.S_OFF_MS] = TRAIN.off_ms
    made[program.S_EDGE_MS] = TRAIN.edge_ms
    made[program.S_COUNT] = count
    return made
