"""Worst-case bounds of a program, by interval arithmetic on its words alone.

Units: uA, uA/cm2, uA/s, uC, s. Nothing here has seen the protocol, the load or the board's state:
the words are what the firmware runs. Must not judge; `verdict` compares.

**Programmed bound** (`bounds`): what the set point can do over all loads, commands and contacts.
- current: every set point lies in [0, H_PEAK_UA]; segments, operator and supervisor are all
  clamped to that word. The loop's error (at most 1 % + 5 uA) is not in it.
- slew: no envelope is faster than H_SLEW_UA_S. Pulling back while limited, off, and the edges of
  pulses are faster; an edge stays below the peak.
- time: energised time lies in [0, H_TIME_S]; then one ramp down from at most the peak, be it the
  last or a pause's, and nothing rises after it. Only where that ramp is a turn, the segment after
  it still begins, and ends at once by a ramp down of its own. The supervisor ends it all
  `limits.TIME_SLACK_S` later.
- charge: the meet of three intervals, each valid by itself:
  peak x time; the wall H_CHARGE_UC plus what flows before it is seen; and, if no segment ends by
  time, the sum of the segments. A segment that ends by time has no such bound:
  each pause adds a ramp down and a ramp up, in which its clock stands still.
  A hold by charge after which the current goes to 0 (it turns: the last one, or before a
  reversal, pulses or OFF) ends once charge + set^2 / (2 down slew) reaches S_CHARGE_UC, tested in
  ramps and holds, and the ramp down (or a pause's) adds just that square: [0, S_CHARGE_UC] plus
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

from typing import NamedTuple

import msgspec

from ionto.core import limits, program
from ionto.core.units import UA_Q4

from .nominal import restarts
from .view import View

STEP_MS = 20  # the longest interval that the firmware's sums accept
# 50 uA of PROBE for 0.3 s, and 270 uA (45 uA x 6, the largest board's) for 0.15 s of proof.
START_UC = 56
_NO_BOUND_UC = 1 << 62


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Upper bounds; integers, rounded up.

    `longest_s` is energised time, without pauses and rests; `off_s` that of OFF segments.
    """

    peak_ua: int
    density_ua_cm2: int
    slew_ua_s: int
    charge_uc: int
    charge_uc_cm2: int
    longest_s: int
    off_s: int


class Trips(msgspec.Struct, frozen=True, kw_only=True):
    """Where the supervisor cuts; integers, rounded up. Slew: envelope x 1.1 + 50 uA for 5 ms."""

    peak_ua: int
    density_ua_cm2: int
    charge_uc: int
    charge_uc_cm2: int
    longest_s: int


class Interval(NamedTuple):
    """A closed interval of non-negative integers."""

    lo: int
    hi: int

    def plus(self, other: "Interval") -> "Interval":
        return Interval(self.lo + other.lo, self.hi + other.hi)

    def times(self, other: "Interval") -> "Interval":
        """The product; exact because neither interval is negative."""
        return Interval(self.lo * other.lo, self.hi * other.hi)

    def meet(self, other: "Interval") -> "Interval":
        return Interval(max(self.lo, other.lo), min(self.hi, other.hi))


def bounds(words: list[int]) -> Bounds:
    """The programmed bound of a program's words (see the module for the argument)."""
    peak_ua = words[program.H_PEAK_UA]
    set_ua = Interval(0, peak_ua)
    time_s = _energised_s(words)
    charge_uc = set_ua.times(time_s).meet(_wall_uc(words, peak_ua)).meet(_segments_uc(words))
    area_mm2 = words[program.H_AREA_MM2]
    return Bounds(
        peak_ua=set_ua.hi,
        density_ua_cm2=limits.density_ua_cm2(set_ua.hi, area_mm2),
        slew_ua_s=words[program.H_SLEW_UA_S],
        charge_uc=charge_uc.hi,
        charge_uc_cm2=_up(charge_uc.hi * 100, area_mm2),
        longest_s=time_s.hi,
        off_s=_off_s(words),
    )


def trips(words: list[int], board: limits.Board) -> Trips:
    """Where the supervisor of this board cuts a session of these words."""
    running_q4 = limits.running_limit_q4(board, words[program.H_PEAK_UA])
    peak_ua = _up(min(running_q4, limits.absolute_limit_q4(board)), UA_Q4)
    area_mm2 = words[program.H_AREA_MM2]
    charge_uc = _wall_uc(words, peak_ua).hi
    return Trips(
        peak_ua=peak_ua,
        density_ua_cm2=limits.density_ua_cm2(peak_ua, area_mm2),
        charge_uc=charge_uc,
        charge_uc_cm2=_up(charge_uc * 100, area_mm2),
        longest_s=words[program.H_TIME_S] + limits.TIME_SLACK_S + 1,
    )


def _energised_s(words: list[int]) -> Interval:
    ramp_s = _up(words[program.H_PEAK_UA], words[program.H_DOWN_SLEW_UA_S]) + 1
    if restarts(words):
        ramp_s *= 2
    return Interval(0, words[program.H_TIME_S] + min(ramp_s, limits.TIME_SLACK_S + 1))


def _wall_uc(words: list[int], current_ua: int) -> Interval:
    return Interval(0, words[program.H_CHARGE_UC]).plus(_unseen_uc(current_ua))


def _off_s(words: list[int]) -> int:
    view = View(words)
    times_ms = [
        view.word(segment, program.S_TIME_MS)
        for segment in range(view.segments)
        if view.word(segment, program.S_KIND) == program.OFF
    ]
    return _up(sum(times_ms), 1000)


def _segments_uc(words: list[int]) -> Interval:
    """The sum over the segments, or no bound where one of them ends by time."""
    total, view = Interval(0, 0), View(words)
    for segment in range(view.segments):
        kind = view.word(segment, program.S_KIND)
        if kind == program.HOLD_TIME:
            return Interval(0, _NO_BOUND_UC)
        if kind != program.OFF and (segment == 0 or view.is_to_zero(segment - 1)):
            total = total.plus(Interval(0, START_UC))
        if kind == program.HOLD_CHARGE:
            total = total.plus(_hold_uc(view, segment))
        elif kind == program.PULSES:
            total = total.plus(_pulses_uc(view, segment))
    return total


def _hold_uc(view: View, segment: int) -> Interval:
    peak_ua, down_ua_s = view.words[program.H_PEAK_UA], view.words[program.H_DOWN_SLEW_UA_S]
    charge_uc = Interval(0, view.word(segment, program.S_CHARGE_UC))
    unseen = _unseen_uc(peak_ua)
    if not view.is_to_zero(segment):
        return charge_uc.plus(_down_uc(view)).plus(unseen)
    factor = 1 + _up(view.words[program.H_SLEW_UA_S], down_ua_s)
    squares = Interval(0, _up(peak_ua, down_ua_s) + 2)
    return charge_uc.plus(squares).plus(unseen.times(Interval(1, factor)))


def _pulses_uc(view: View, segment: int) -> Interval:
    """COUNT times the worst pulse, and a ramp down from it."""
    long_ms = view.period_ms(segment) - view.word(segment, program.S_OFF_MS) + STEP_MS
    pulse_uc = Interval(0, _up(view.words[program.H_PEAK_UA] * long_ms, 1000))
    count = view.word(segment, program.S_COUNT)
    return pulse_uc.plus(_down_uc(view)).times(Interval(1, count))


def _down_uc(view: View) -> Interval:
    """A ramp down from the peak."""
    peak_ua = view.words[program.H_PEAK_UA]
    return Interval(0, _up(peak_ua * peak_ua, 2 * view.words[program.H_DOWN_SLEW_UA_S]))


def _unseen_uc(current_ua: int) -> Interval:
    """What flows in the two steps that pass before a sum is seen and acted on."""
    return Interval(0, _up(current_ua * 2 * STEP_MS, 1000))


def _up(value: int, divisor: int) -> int:
    return -(-value // divisor)
