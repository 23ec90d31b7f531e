"""Seeded noise, drawn in blocks: no generator is called inside a tick.

Values are in units of one standard deviation. The stream is numpy's legacy generator, whose
output numpy promises never to change, so one seed gives one trace on every version. Must not
be used for anything that has to be unpredictable.
"""

import math
import random

import numpy as np

_BLOCK = 4096


def seeded(seed: int, purpose: str) -> random.Random:
    """Return the generator of single draws (tolerances) of one purpose.

    Each purpose has its own stream, so that a new one never moves the draws of the others.
    """
    return random.Random(f"{seed}/{purpose}")


class Normal:
    """An endless stream of standard normal numbers, a block at a time."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._source = np.random.RandomState(seeded(seed, purpose).getrandbits(32))

    def block(self, count: int = _BLOCK) -> list[float]:
        """Return the next `count` numbers."""
        return self._source.standard_normal(count).tolist()


class SlowWander:
    """An Ornstein-Uhlenbeck process of unit variance, one value a fixed step.

    Args:
        seed, purpose: which stream.
        step_s, tau_s: time between values and its correlation time, s.
    """

    def __init__(self, seed: int, purpose: str, step_s: float, tau_s: float) -> None:
        self._normal = Normal(seed, purpose)
        self._keep = math.exp(-step_s / tau_s)
        self._kick = math.sqrt(1.0 - self._keep * self._keep)
        self._value = self._normal.block(1)[0]
        self._block: list[float] = []

    def next(self) -> float:
        """Return the next value."""
        if not self._block:
            self._block = self._draw()
        return self._block.pop()

    def _draw(self) -> list[float]:
        values = []
        for normal in self._normal.block(512):
            self._value = self._keep * self._value + self._kick * normal
            values.append(self._value)
        values.reverse()
        return values
