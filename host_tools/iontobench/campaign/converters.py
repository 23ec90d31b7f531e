"""Many seeded boards at once: their own converter on senses A and B, calibrated.

The errors are those of `sim.senses.Rp2040Adc` (noise, offset, reference, shunts, E11), or of
`WideAdc` without its bow where the board's data promise 16 bits. They are drawn for `count` boards
with the portable generators of `sim.noise`, and held in arrays. The calibration is made as
`calibration_bench` makes it: a zero, then a line through the means of eight readings at eight
levels on two loads beside a meter. `thresholds` judges with them. Currents in uA; readings in
`_q4`, whole, as the firmware gets them. Nothing here judges.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ionto.core.limits import Board
from ionto.core.units import UA_Q4
from iontobench.sim.meter import GAIN_ERROR
from iontobench.sim.noise import Normal, seeded
from iontobench.sim.senses import (
    CH_A,
    CH_B,
    COARSE_ERRORS,
    WIDE_ERRORS,
    WideAdc,
    as_integers,
    e11_table,
    own_adc,
    own_ranges,
)

_PARTS = 8  # of a code, in the table
_ZERO_TICKS = 256
_LEVELS, _TOP_SHARE, _LOADS, _READINGS = 8, 0.8, 2, 8

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Converters:
    """`count` boards of one range.

    Args:
        seed: draws every tolerance and all noise.
        has_e11: without it the converter's codes are all equally wide, as those of 16 bits are.
        noise: multiplies the converter's own.
    """

    def __init__(
        self, board: Board, count: int, seed: int, has_e11: bool = True, noise: float = 1.0
    ):
        self.board = board
        self.count = count
        self._normal = Normal(seed, "converters noise")
        draw = seeded(seed, "converters")

        def uniform(low: float, high: float) -> Array:
            return np.array([draw.uniform(low, high) for _ in range(count)])

        is_wide = own_adc(board) == WideAdc.name
        errors = WIDE_ERRORS if is_wide else COARSE_ERRORS
        even = np.repeat(np.arange(board.code_top + 1), _PARTS)
        self._table = np.array(e11_table()) if has_e11 and not is_wide else even
        self.sigma_lsb = noise * uniform(*errors.sigma_lsb)
        self._ranges = own_ranges(board)
        offset_lsb = uniform(*errors.offset_lsb)
        reference = 1 + uniform(*errors.reference)
        self._lines = {}
        for channel in (CH_A, CH_B):
            scale = self._ranges[channel]
            slope = scale.per_unit * (1 + uniform(*errors.divider)) * reference
            self._lines[channel] = (scale.zero * reference + offset_lsb + 0.5, slope)
        meter = 1 + uniform(-GAIN_ERROR, GAIN_ERROR)
        self._ways = {channel: self._calibrated(channel, meter) for channel in (CH_A, CH_B)}

    def sigma_ua(self, channel: int) -> NDArray[np.float64]:
        """Noise of one reading of each board."""
        return self.sigma_lsb / abs(self._ranges[channel].per_unit)

    def read_q4(self, channel: int, true_ua: ArrayLike) -> Ints:
        """Readings of a current, of shape (boards, ...)."""
        codes = self._codes(channel, np.asarray(true_ua, float))
        zero, mul, shift = (_beside(way, codes) for way in self._ways[channel])
        return ((codes - zero) * mul) >> shift

    def mean_ua(self, channel: int, true_ua: ArrayLike, readings: int = 64) -> NDArray[np.float64]:
        """What a current reads on average: the error that no mean takes away."""
        wide = np.repeat(np.atleast_2d(np.asarray(true_ua, float))[..., None], readings, axis=-1)
        wide = np.broadcast_to(wide, (self.count, *wide.shape[1:]))
        return self.read_q4(channel, wide).mean(axis=-1) / UA_Q4

    def _codes(self, channel: int, true_ua: NDArray[np.float64]) -> Ints:
        true_ua = np.broadcast_to(true_ua, (self.count, *true_ua.shape[1:]))
        first, slope = (_beside(part, true_ua) for part in self._lines[channel])
        noise = normal_numbers(self._normal, true_ua.shape) * _beside(self.sigma_lsb, true_ua)
        at = ((first + slope * true_ua + noise) * _PARTS).astype(np.int64)
        return self._table[at.clip(0, len(self._table) - 1)]

    def _calibrated(self, channel: int, meter: NDArray[np.float64]) -> tuple[Ints, Ints, Ints]:
        """(zero, mul, shift) of every board."""
        scale = self._ranges[channel]
        nominal = UA_Q4 / scale.per_unit
        none = np.zeros((self.count, _ZERO_TICKS))
        zero = np.rint(self._codes(channel, none).mean(axis=1))
        top_ua = self.board.max_ua * _TOP_SHARE
        levels = np.tile(np.arange(1, _LEVELS + 1) * top_ua / _LEVELS, _LOADS)
        true = np.broadcast_to(levels[None, :, None], (self.count, levels.size, _READINGS))
        told = ((self._codes(channel, true) - zero[:, None, None]) * nominal).mean(axis=2) / UA_Q4
        stood = levels * meter[:, None]
        gain, offset = _lines(told, stood)
        factor = gain * nominal
        rows = [as_integers(float(one), scale.top) for one in factor]
        mul, shift = (np.array(column, np.int64) for column in zip(*rows, strict=True))
        return np.rint(zero - offset * UA_Q4 / factor).astype(np.int64), mul, shift


def normal_numbers(stream: Normal, shape: tuple[int, ...]) -> Array:
    """The next standard normal numbers of a stream, as an array."""
    return np.array(stream.block(math.prod(shape))).reshape(shape)


def _beside(values: NDArray, like: NDArray) -> NDArray:
    """One value a board, beside an array whose first axis is the boards."""
    return values.reshape(values.shape + (1,) * (like.ndim - 1))


def _lines(x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    """Slope and offset of a least-squares line for every row."""
    dx, dy = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    gain = (dx * dy).sum(axis=1) / (dx * dx).sum(axis=1)
    return gain, y.mean(axis=1) - gain * x.mean(axis=1)
