"""The axes of a plot in characters: which values, and which row or column a value belongs to.

A character holds several dots of a curve but one label, and plotext rounds dots and labels each
to its own grid, so that a label could stand a row off its curve. `centre` gives the value at
which a label or a single mark falls into the character that holds the curve's dots of a value.
Must not draw. A value is in any unit; currents in mA where a name says so.
"""

import math
from typing import NamedTuple

_STEPS_MA = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_ROWS_A_LABEL = (2, 3, 4, 5, 6)
_ROOM = 1.02  # a hold's overshoot stays on the axis
_TINY = 1e-9


class Axis(NamedTuple):
    """A span of values over `cells` characters of `dots` dots each; its ends are dots."""

    low: float
    high: float
    cells: int
    dots: int

    def cell(self, value: float) -> int:
        """The character, from the axis's begin, in which a curve's dot of `value` lies."""
        share = (value - self.low) / (self.high - self.low)
        return math.floor(0.5 + round((self.cells * self.dots - 1) * share, 8)) // self.dots

    def centre(self, value: float) -> float:
        """Where to put a label or a single mark, for the character of `value`."""
        return self.low + (self.high - self.low) * self.cell(value) / max(1, self.cells - 1)


def current_axis(low_ma: float, top_ma: float, rows: int, dots: int) -> tuple[Axis, list[float]]:
    """An axis from `low_ma` or below to `top_ma` or above, and the values of its labels, mA.

    Each label's value is the lowest dot of its row, and the labels are equally far apart.
    """
    apart = [1] if rows < 2 + _ROWS_A_LABEL[0] else [n for n in _ROWS_A_LABEL if n < rows]
    tried = [_fitted(step, n, low_ma, rows, dots) for step in _STEPS_MA for n in apart]
    tried.sort(key=lambda one: (one.row_ma, one.every))
    fitted = next((one for one in tried if one.high_ma >= top_ma * _ROOM), tried[-1])
    below, every = fitted.below, fitted.every
    first = -(below // every)
    count = (rows - 1 - below) // every - first + 1
    levels = [number * every * fitted.row_ma for number in range(first, first + count)]
    return Axis(-below * fitted.row_ma, fitted.high_ma, rows, dots), levels


class _Fitted(NamedTuple):
    """An axis that might do: mA a row, rows a label, rows below 0, and what its top is."""

    row_ma: float
    every: int
    below: int
    high_ma: float


def _fitted(step_ma: float, every: int, low_ma: float, rows: int, dots: int) -> _Fitted:
    row_ma = step_ma / every
    below = max(0, math.ceil(-low_ma / row_ma - _TINY))
    return _Fitted(row_ma, every, below, row_ma * (rows - 1 / dots - below))
