"""Seeded noise, drawn in blocks: no generator is called inside a tick.

Values are in units of one standard deviation. The integers are those of numpy's legacy generator,
which numpy promises never to change, and `portable` makes normal numbers of them: one seed gives
one stream on every platform and version, also where numpy is not there. The plant's own steps use
`portable.exp` too. Must not be used for anything that has to be unpredictable.
"""

import random
from math import sqrt

from .portable import exp, normal

_BLOCK = 4096
_WORDS = 624  # of the Mersenne Twister's state


def seeded(seed: int, purpose: str) -> random.Random:
    """Return the generator of single draws (tolerances) of one purpose.

    Each purpose has its own stream, so that a new one never moves the draws of the others.
    """
    return random.Random(f"{seed}/{purpose}")


def one_normal(draw: random.Random) -> float:
    """Return the next standard normal number of a generator of single draws."""
    return normal(draw.random())


def twister(seed: int) -> random.Random:
    """Return the generator whose numbers are those of numpy's `RandomState(seed)`.

    Python's own start from a seed is another one, so the words of the start are set: init_genrand
    of Matsumoto and Nishimura, ACM TOMACS 8 (1998), in the form of 2002.

    Args:
        seed: 0 to 2^32 - 1.
    """
    words = [seed]
    for index in range(1, _WORDS):
        last = words[-1]
        words.append((1812433253 * (last ^ last >> 30) + index) & 0xFFFFFFFF)
    generator = random.Random()
    generator.setstate((3, (*words, _WORDS), None))
    return generator


class OneByOne:
    """Normal numbers of a twister, for where numpy is not there, as in a browser."""

    def __init__(self, seed: int) -> None:
        self._uniform = twister(seed).random

    def block(self, count: int, times: float) -> list[float]:
        """Return the next `count` numbers, each multiplied by `times`."""
        return [times * normal(self._uniform()) for _ in range(count)]


def _numbers(seed: int):
    try:
        from .portable_blocks import Blocks
    except ModuleNotFoundError:
        return OneByOne(seed)
    return Blocks(seed)


class Normal:
    """An endless stream of standard normal numbers, a block at a time."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._source = _numbers(seeded(seed, purpose).getrandbits(32))

    def block(self, count: int = _BLOCK, times: float = 1.0) -> list[float]:
        """Return the next `count` numbers, each multiplied by `times`."""
        return self._source.block(count, times)


class SlowWander:
    """An Ornstein-Uhlenbeck process of unit variance, one value a fixed step.

    Args:
        seed, purpose: which stream.
        step_s, tau_s: time between values and its correlation time, s.
    """

    def __init__(self, seed: int, purpose: str, step_s: float, tau_s: float) -> None:
        self._normal = Normal(seed, purpose)
        self._keep = exp(-step_s / tau_s)
        self._kick = sqrt(1.0 - self._keep * self._keep)
        self._value = self._normal.block(1)[0]
        self._block: list[float] = []

    def next(self) -> float:
        """Return the next value."""
        if not self._block:
            self._block = self._draw()
        return self._block.pop()

    def _draw(self) -> list[float]:
        values = []
        for number in self._normal.block(512):
            self._value = self._keep * self._value + self._kick * number
            values.append(self._value)
        values.reverse()
        return values
