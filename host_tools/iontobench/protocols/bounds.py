"""Worst-case bounds of a program, from its words alone.

Units: uA, uA/cm2, uA/s, uC, s. Nothing here has seen the protocol, the load or the board's state:
the words are what the firmware runs. Must not judge; `verdict` compares.

**Programmed bound** (`bounds`): what the set point can do over all loads, commands and contacts.
- current: no set point is above H_PEAK_UA; segments, operator and supervisor are all
  clamped to that word. The loop's error (at most 1 % + 5 uA) is not in it.
- slew: no envelope is faster than H_SLEW_UA_S. Pulling back while limited, off, and the edges of
  pulses are faster; an edge stays below the peak.
- time: energised time is at most H_TIME_S; then one ramp down from at most the peak, be it the
  last or a pause's, and nothing rises after it. Only where that ramp is a turn, the segment after
  it still begins, and ends at once by a ramp down of its own. The supervisor ends it all
  `limits.TIME_SLACK_S` later.
- charge: the least of three bounds, each valid by itself:
  peak x time; the wall H_CHARGE_UC plus what flows before it is seen; and, if no segment ends by
  time, the sum of the segments. A segment that ends by time has no such bound:
  each pause adds a ramp down and a ramp up, in which its clock stands still.
  A hold by charge after which the current goes to 0 (it turns: the last one, or before a
  reversal, pulses or OFF) ends once charge + set^2 / (2 down slew) reaches S_CHARGE_UC, tested in
  ramps and holds, and the ramp down (or a pause's) adds just that square: S_CHARGE_UC plus
  what flows before it is seen. While the set point rises, the tested sum grows by
  set x (1 + slew / down slew) a second, so that factor stands on the unseen part, and the whole
  uA that the firmware squares add peak / down slew. A hold by charge that is followed by one from
  level to level ends at S_CHARGE_UC and adds the square of the peak once: a pause just before its
  end runs down, and the next starts from 0; or the next starts at the level, and may at once have
  no more to deliver than its square.
  Every one of the COUNT pulses begins once, for an interrupted one counts as delivered. It has
  the current above 0 for its edges and its flat part, one step longer where a tick is late, at
  no more than the peak (an operator cannot raise it further); and a pause, a glitch or the time
  limit that interrupts it adds one ramp down. OFF carries nothing: the gate is low.
  Probe and proof before each ramp count too, at most START_UC. It is in the sum once a segment
  that starts at 0. An operator who pauses in that moment, again and again, adds it each time:
  only the wall H_CHARGE_UC bounds that.
  "Before it is seen" is two steps of at most 20 ms, the longest interval the sums accept.

**Trip bound** (`trips`): what can flow for more than one tick before the supervisor cuts, when
the regulator or the stage misbehaves: `limits.running_limit_q4` or the board's absolute limit,
whichever is lower, as the supervisor measures it. A tick's own latency and the gain error of the
senses come on top; the board's hardware limiter is behind both.
"""

import msgspec

from ionto.core import limits, program
from ionto.core.units import UA_Q4

from .program_words import ProgramSegment, ends_at_zero, off_s, segments_of, starts_at_zero

STEP_MS = 20  # the longest interval that the firmware's sums accept
# 50 uA of PROBE for 0.3 s, and 270 uA (45 uA x 6, the largest board's) for 0.05 s: so long, of
# the proof's 0.22 s, gate and series switch conduct together. On 30 mA boards 18 uC flow.
START_UC = 29


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Upper bounds; integers, rounded up.

    `longest_s` is energised time, without pauses and rests; `off_s` that of OFF segments. Of a
    trip bound `slew_ua_s` is what the supervisor allows for longer than some ms: its envelope is
    x 1.1, and 50 uA for 5 ms.
    """

    peak_ua: int
    density_ua_cm2: int
    slew_ua_s: int
    charge_uc: int
    charge_uc_cm2: int
    longest_s: int
    off_s: int


def bounds(words: list[int]) -> Bounds:
    """The programmed bound of a program's words (see the module for the argument)."""
    peak_ua = words[program.H_PEAK_UA]
    longest_s = _energised_s(words)
    charge_uc = min(peak_ua * longest_s, _wall_uc(words, peak_ua))
    segments_uc = _segments_uc(words)
    if segments_uc is not None:
        charge_uc = min(charge_uc, segments_uc)
    return _over_area(words, peak_ua, words[program.H_SLEW_UA_S], charge_uc, longest_s)


def trips(words: list[int], board: limits.Board) -> Bounds:
    """Where the supervisor of this board cuts a session of these words."""
    running_q4 = limits.running_limit_q4(board, words[program.H_PEAK_UA])
    peak_ua = _up(min(running_q4, limits.absolute_limit_q4(board)), UA_Q4)
    slew_ua_s = _up(words[program.H_SLEW_UA_S] * 11, 10)
    longest_s = words[program.H_TIME_S] + limits.TIME_SLACK_S + 1
    return _over_area(words, peak_ua, slew_ua_s, _wall_uc(words, peak_ua), longest_s)


def _over_area(
    words: list[int], peak_ua: int, slew_ua_s: int, charge_uc: int, longest_s: int
) -> Bounds:
    """These bounds, with those over the smaller electrode, and the time off."""
    area_mm2 = words[program.H_AREA_MM2]
    return Bounds(
        peak_ua=peak_ua,
        density_ua_cm2=limits.density_ua_cm2(peak_ua, area_mm2),
        slew_ua_s=slew_ua_s,
        charge_uc=charge_uc,
        charge_uc_cm2=_up(charge_uc * 100, area_mm2),
        longest_s=longest_s,
        off_s=off_s(segments_of(words)),
    )


def _energised_s(words: list[int]) -> int:
    ramp_s = _up(words[program.H_PEAK_UA], words[program.H_DOWN_SLEW_UA_S]) + 1
    if any(starts_at_zero(words)[1:]):
        ramp_s *= 2
    return words[program.H_TIME_S] + min(ramp_s, limits.TIME_SLACK_S + 1)


def _wall_uc(words: list[int], current_ua: int) -> int:
    return words[program.H_CHARGE_UC] + _unseen_uc(current_ua)


def _segments_uc(words: list[int]) -> int | None:
    """The sum over the segments, or None, no bound, where one of them ends by time."""
    total_uc = START_UC * sum(starts_at_zero(words))
    for segment, is_to_zero in zip(segments_of(words), ends_at_zero(words), strict=True):
        if segment.kind == program.HOLD_TIME:
            return None
        if segment.kind == program.HOLD_CHARGE:
            total_uc += _hold_uc(words, segment, is_to_zero)
        elif segment.kind == program.PULSES:
            total_uc += _pulses_uc(words, segment)
    return total_uc


def _hold_uc(words: list[int], segment: ProgramSegment, is_to_zero: bool) -> int:
    peak_ua, down_ua_s = words[program.H_PEAK_UA], words[program.H_DOWN_SLEW_UA_S]
    unseen_uc = _unseen_uc(peak_ua)
    if not is_to_zero:
        return segment.charge_uc + _down_uc(words) + unseen_uc
    factor = 1 + _up(words[program.H_SLEW_UA_S], down_ua_s)
    squares_uc = _up(peak_ua, down_ua_s) + 2
    return segment.charge_uc + squares_uc + unseen_uc * factor


def _pulses_uc(words: list[int], segment: ProgramSegment) -> int:
    """COUNT times the worst pulse, and a ramp down from it."""
    long_ms = segment.period_ms - segment.off_ms + STEP_MS
    pulse_uc = _up(words[program.H_PEAK_UA] * long_ms, 1000)
    return (pulse_uc + _down_uc(words)) * segment.count


def _down_uc(words: list[int]) -> int:
    """A ramp down from the peak."""
    peak_ua = words[program.H_PEAK_UA]
    return _up(peak_ua * peak_ua, 2 * words[program.H_DOWN_SLEW_UA_S])


def _unseen_uc(current_ua: int) -> int:
    """What flows in the two steps that pass before a sum is seen and acted on."""
    return _up(current_ua * 2 * STEP_MS, 1000)


def _up(value: int, divisor: int) -> int:
    return -(-value // divisor)
