"""Worst-case bounds of a program, by interval arithmetic on its words alone.

Units: uA, uA/cm2, uA/s, uC, s. Nothing here has seen the protocol, the load or the board's state:
the words are what the firmware runs. Must not judge; `verdict` compares.

**Programmed bound** (`bounds`): what the set point can do over all loads, commands and contacts.
- current: every set point lies in [0, H_PEAK_UA]; segments, operator and supervisor are all
  clamped to that word. The loop's error (at most 1 % + 5 uA) is not in it.
- slew: no envelope is faster than H_SLEW_UA_S. Pulling back while limited, and off, are faster.
- time: energised time lies in [0, H_TIME_S]; then one ramp down from at most the peak, be it the
  last or a pause's, and nothing rises after it. The supervisor ends it
  `limits.TIME_SLACK_S` later.
- charge: the meet of three intervals, each valid by itself:
  peak x time; the wall H_CHARGE_UC plus what flows before it is seen; and, if every segment ends
  by charge, the sum of the segments. A segment that ends by time has no such bound: on a limited
  load its ramp may last as long as the session.
  The last segment ends once charge + set^2 / (2 down slew) reaches S_CHARGE_UC, tested in ramps
  and holds, and the ramp down (or a pause's) adds just that square: [0, S_CHARGE_UC] plus what
  flows before it is seen. While the set point rises, the tested sum grows by
  set x (1 + slew / down slew) a second, so that factor stands on the unseen part, and the whole
  uA that the firmware squares add peak / down slew. An earlier segment ends at S_CHARGE_UC and
  adds the square of the peak once: a pause just before its end runs down, and the next starts
  from 0; or the next starts at the level, and may at once have no more to deliver than its square.
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

STEP_MS = 20  # the longest interval that the firmware's sums accept
_NO_BOUND_UC = 1 << 62


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Upper bounds; integers, rounded up. `longest_s` is energised time, without pauses."""

    peak_ua: int
    density_ua_cm2: int
    slew_ua_s: int
    charge_uc: int
    charge_uc_cm2: int
    longest_s: int


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
    return Interval(0, words[program.H_TIME_S] + min(ramp_s, limits.TIME_SLACK_S + 1))


def _wall_uc(words: list[int], current_ua: int) -> Interval:
    return Interval(0, words[program.H_CHARGE_UC]).plus(_unseen_uc(current_ua))


def _segments_uc(words: list[int]) -> Interval:
    """The sum over the segments, or no bound where one of them ends by time."""
    peak_ua, down_ua_s = words[program.H_PEAK_UA], words[program.H_DOWN_SLEW_UA_S]
    down_uc = _up(peak_ua * peak_ua, 2 * down_ua_s)
    total = Interval(0, 0)
    last = words[program.H_SEGMENTS] - 1
    for segment in range(last + 1):
        base = program.HEADER_LEN + segment * program.SEGMENT_LEN
        if words[base + program.S_KIND] != program.HOLD_CHARGE:
            return Interval(0, _NO_BOUND_UC)
        charge_uc, unseen = words[base + program.S_CHARGE_UC], _unseen_uc(peak_ua)
        if segment < last:
            total = total.plus(Interval(0, charge_uc + down_uc)).plus(unseen)
        else:
            factor = 1 + _up(words[program.H_SLEW_UA_S], down_ua_s)
            squares = Interval(0, _up(peak_ua, down_ua_s) + 2)
            total = total.plus(Interval(0, charge_uc)).plus(squares)
            total = total.plus(unseen.times(Interval(1, factor)))
    return total


def _unseen_uc(current_ua: int) -> Interval:
    """What flows in the two steps that pass before a sum is seen and acted on."""
    return Interval(0, _up(current_ua * 2 * STEP_MS, 1000))


def _up(value: int, divisor: int) -> int:
    return -(-value // divisor)
