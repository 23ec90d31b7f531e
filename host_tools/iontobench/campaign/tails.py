"""Probabilities of runs: how likely it is that a debounced rule trips, or does not.

Pure numbers; normal noise. Nothing here knows a unit.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


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
