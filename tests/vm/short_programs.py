"""The words of a shipped protocol, cut to some seconds for slow machines; no judge sees them.

Kinds, order, polarities, edges and walls stay as compiled; ramps, holds, pulses and gaps get
shorter, and for a board of another range levels and area go by one scale, so that the density
stays. Times in ms, currents in uA, charge in uC. Must not lengthen anything.
"""

from ionto.core import program
from ionto.core.limits import SLEW_MAX_UA_S

_TRAIN = 3  # pulses of a train


def cut_short(words, ramp_ms, hold_ms, scale_percent=100):
    """A program of the same segments: no ramp, hold or gap longer than these times.

    A ramp that the firmware's own slew limit makes longer stays so. Of a train `_TRAIN` pulses
    remain, or as many as `hold_ms` holds, each part of them at most a third of it.
    """
    made = list(words)
    for scaled in (program.H_PEAK_UA, program.H_AREA_MM2):
        made[scaled] = made[scaled] * scale_percent // 100
    was_ua_s = made[program.H_DOWN_SLEW_UA_S] * scale_percent // 100
    down_ua_s = _slew_ua_s(made[program.H_PEAK_UA], ramp_ms, was_ua_s)
    fastest_ua_s = down_ua_s
    for at in range(program.HEADER_LEN, len(made), program.SEGMENT_LEN):
        segment = _segment(
            made[at : at + program.SEGMENT_LEN], ramp_ms, hold_ms, scale_percent, down_ua_s
        )
        made[at : at + program.SEGMENT_LEN] = segment
        fastest_ua_s = max(fastest_ua_s, segment[program.S_SLEW_UA_S])
    made[program.H_SLEW_UA_S] = fastest_ua_s
    made[program.H_DOWN_SLEW_UA_S] = down_ua_s
    return made


def _segment(segment, ramp_ms, hold_ms, scale_percent, down_ua_s):
    kind = segment[program.S_KIND]
    level_ua = segment[program.S_LEVEL_UA] = segment[program.S_LEVEL_UA] * scale_percent // 100
    if segment[program.S_SLEW_UA_S]:
        was_ua_s = segment[program.S_SLEW_UA_S] * scale_percent // 100
        segment[program.S_SLEW_UA_S] = _slew_ua_s(level_ua, ramp_ms, was_ua_s)
    if kind in (program.HOLD_TIME, program.OFF):
        segment[program.S_TIME_MS] = min(segment[program.S_TIME_MS], hold_ms)
    elif kind == program.HOLD_CHARGE:
        ramps_uc = level_ua * level_ua // (2 * segment[program.S_SLEW_UA_S])
        ramps_uc += level_ua * level_ua // (2 * down_ua_s)
        short_uc = ramps_uc + level_ua * hold_ms // 1000
        segment[program.S_CHARGE_UC] = min(segment[program.S_CHARGE_UC], short_uc)
    else:
        for part in (program.S_ON_MS, program.S_OFF_MS):
            segment[part] = min(segment[part], hold_ms // 3)
        period_ms = (
            segment[program.S_ON_MS] + segment[program.S_OFF_MS] + 2 * segment[program.S_EDGE_MS]
        )
        count = max(_TRAIN, hold_ms // period_ms)
        segment[program.S_COUNT] = min(segment[program.S_COUNT], count)
    return segment


def _slew_ua_s(level_ua, ramp_ms, was_ua_s):
    """What reaches `level_ua` in `ramp_ms` or is as fast as it was, if the firmware allows it."""
    return min(max(-(-level_ua * 1000 // ramp_ms), was_ua_s), SLEW_MAX_UA_S)
