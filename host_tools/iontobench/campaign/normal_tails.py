"""How far each threshold is from health and from its fault, where readings are judged one by one.

Errors that no mean takes away come from the seeded boards, noise from the normal tail, so chances
far below what can be drawn are figures too. The thresholds are the firmware's own functions;
nothing here repeats a number of theirs. `thresholds` prints the chances. Currents in uA.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ionto.core import limits
from ionto.core.envelope import Envelope
from ionto.core.units import UA_Q4
from iontobench import signs
from iontobench.sim.senses import CH_A, CH_B

from .converters import Array, Converters

SESSION_TICKS = 1_200_000  # 20 min
_RUN = 5  # ticks, of A against B, open and leak
_WITHIN = 20  # ticks in which a fault is to be seen
_LEVELS = np.linspace(0.0, 1.0, 41)
_ZEROS = 16  # rests in a session
_SECOND_SAMPLES, _SECONDS = 62, 1210  # of a steady hold's mean, and how many a session has


class ThresholdResult(NamedTuple):
    """One threshold on one kind of board.

    `nuisance` is the chance that it trips in a healthy session, `miss` that it misses the fault it
    is for; `value` says how large both are on this range.
    """

    threshold: str
    fault: str
    value: str
    nuisance: float
    miss: float


def log10_beyond(z: ArrayLike) -> Array:
    """log10 of the chance that one normal reading is beyond `z` sigma; good far out."""
    z = np.asarray(z, float)
    near = np.array([math.erfc(min(max(one, -37.0), 37.0) / math.sqrt(2)) / 2 for one in z.flat])
    far = z.clip(1.0)
    tail = -(far**2) / 2 / math.log(10) - np.log10(far * math.sqrt(2 * math.pi))
    with np.errstate(divide="ignore"):
        exact = np.log10(np.maximum(near.reshape(z.shape), 1e-300))
    return np.where(z > 30, tail, exact)


def log10_trips(z: ArrayLike, run: int, readings: float) -> Array:
    """log10 of a run of `run` readings beyond `z` sigma, once in so many: a union bound."""
    return np.minimum(0.0, math.log10(readings) + run * log10_beyond(z))


def no_run(chance: ArrayLike, run: int, readings: int) -> Array:
    """The chance that `readings` bring no run of `run`, each reading beyond with `chance`."""
    p = np.asarray(chance, float)
    states = [np.ones_like(p)] + [np.zeros_like(p) for _ in range(run - 1)]
    for _ in range(readings):
        total = sum(states, np.zeros_like(p))
        states = [total * (1 - p)] + [state * p for state in states[:-1]]
    return sum(states, np.zeros_like(p))


def calculated(converters: Converters) -> list[ThresholdResult]:
    """Every threshold of this kind."""
    board = converters.board
    floor_ua = limits.floor_q4(board) / UA_Q4
    return [
        _apart(converters, floor_ua, 1.0, 0.1),
        _apart(converters, floor_ua, 0.2, 0.5),
        *[_open(converters, share) for share in (0.05, 0.1, 1.0)],
        *[_excess(converters, share) for share in (0.05, 0.5)],
        _still(converters, "leak, gate low", floor_ua, 1, _RUN, SESSION_TICKS),
        _still(converters, "zero after a rest", limits.zero_q4(board) / UA_Q4, 64, 1, _ZEROS),
    ]


def _apart(converters: Converters, floor_ua: float, share: float, error: float) -> ThresholdResult:
    """At every current up to a share of the maximum; at that one A reads `error` low."""
    board = converters.board
    true = (_LEVELS * share * board.max_ua)[None, :]
    a_ua, b_ua = (converters.mean_ua(channel, true) for channel in (CH_A, CH_B))
    sigma = np.hypot(converters.sigma_ua(CH_A), converters.sigma_ua(CH_B))

    def beyond(a: Array) -> Array:
        return (np.abs(a - b_ua) - a / 20 - floor_ua) / sigma[:, None]

    healthy = log10_trips(-beyond(a_ua), _RUN, SESSION_TICKS).max(axis=1)
    seen = 1 - 10 ** log10_beyond(beyond(a_ua * (1 - error))[:, -1])
    return ThresholdResult(
        "A against B",
        f"A {error:.0%} low at {share:.0%} of the maximum",
        f"5 % + {floor_ua:.4g} {signs.UA}",
        _mean(healthy),
        float(no_run(seen, _RUN, _WITHIN).mean()),
    )


def _open(converters: Converters, share: float) -> ThresholdResult:
    """I_open while holding a share of the maximum."""
    board = converters.board
    level_ua = share * board.max_ua
    envelope = Envelope(limits.open_floor_q4(board), limits.open_cap_q4(board))
    envelope.follow(round(level_ua * UA_Q4), limits.SLEW_MAX_UA_S, 0)
    while envelope.moving:
        envelope.move(1000)
    open_ua = envelope.open_q4 / UA_Q4
    sigma = converters.sigma_ua(CH_A)
    flows_ua, off_ua = converters.mean_ua(CH_A, [[level_ua, 0.0]]).T
    healthy = log10_trips((flows_ua - open_ua) / sigma, _RUN, SESSION_TICKS)
    seen = 1 - 10 ** log10_beyond((open_ua - off_ua) / sigma)
    return ThresholdResult(
        "I_open",
        f"open lead at {share:.0%} of the maximum",
        f"{open_ua:.4g} {signs.UA}",
        _mean(healthy),
        float(no_run(seen, _RUN, _WITHIN).mean()),
    )


def _excess(converters: Converters, share: float) -> ThresholdResult:
    """The mean of a second of a hold: in health the trim holds A's mean at the set point."""
    level_ua = share * converters.board.max_ua
    most_ua = max(level_ua / 20, converters.board.accuracy_ua)
    sigma = converters.sigma_ua(CH_A) / _SECOND_SAMPLES**0.5
    held_ua, over_ua = converters.mean_ua(CH_A, [[level_ua, level_ua + 2 * most_ua]]).T
    healthy = log10_trips(most_ua / sigma, 1, _SECONDS)
    missed = log10_beyond((over_ua - held_ua - most_ua) / sigma)
    return ThresholdResult(
        "mean of 1 s",
        f"twice as much too much at {share:.0%} of the maximum",
        f"{most_ua:.4g} {signs.UA}",
        _mean(healthy),
        _mean(missed),
    )


def _still(
    converters: Converters, name: str, limit_ua: float, mean: int, run: int, judged: int
) -> ThresholdResult:
    """Nothing may flow; the fault is twice the threshold."""
    sigma = converters.sigma_ua(CH_A) / mean**0.5
    off_ua, leak_ua = converters.mean_ua(CH_A, [[0.0, 2 * limit_ua]]).T
    healthy = log10_trips((limit_ua - off_ua) / sigma, run, judged)
    seen = 1 - 10 ** log10_beyond((leak_ua - limit_ua) / sigma)
    miss = no_run(seen, run, _WITHIN if run > 1 else 1)
    return ThresholdResult(
        name,
        "twice as much flows",
        f"{limit_ua:.4g} {signs.UA}",
        _mean(healthy),
        float(miss.mean()),
    )


def _mean(log10_chance: Array) -> float:
    return float((10.0**log10_chance).mean())
