"""A plot of current over time in characters, by plotext: braille dots, or ASCII where that is all.

Times in ms, currents in uA in; minutes and mA on the axes. One figure at a time: plotext keeps its
state in its module. plotext sets no label to its curve: a character holds several dots of a curve
but one label, and plotext rounds dots and labels each to its own grid, so that a label could stand
a row off its curve. `Axis` gives the value at which a label or a single mark falls into the
character that holds the curve's dots of a value.
"""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import plotext
from rich.text import Text

from iontobench import text
from iontobench.sessions.progress import Bucket

WINDOW_MS = 300_000
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_ASCII = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|++++++++-")
_TICK_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_AXIS_ROWS = 2  # the line and the times below the plot
_BRAILLE = (2, 4)  # dots of a character, across and up
_CURRENT_STYLE = "cyan"
_APART = 0.03  # of the axis
_STEPS_MA = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_ROWS_A_LABEL = (2, 3, 4, 5, 6)
_LEAST_MA = 0.01  # on the axis of records without a current
_ROOM = 1.02  # a hold's overshoot stays on the axis
_TINY = 1e-9


def current_plot(
    buckets: list[Bucket],
    span_ms: tuple[float, float],
    top_ua: float,
    size: tuple[int, int],
    ascii_only: bool,
) -> Text:
    """The current as a line, the set point as dots where it differs from it.

    Args:
        buckets: what to draw, oldest first.
        span_ms: the time axis, from and to.
        top_ua: at least this much is on the current's axis.
        size: columns and rows.
        ascii_only: no braille and no lines.
    """
    top_ua = max([top_ua] + [one.high_ua for one in buckets])
    low_ua = min([0.0] + [one.low_ua for one in buckets])
    dots = (1, 1) if ascii_only else _BRAILLE
    times, currents = _begin_figure(span_ms, (low_ua, top_ua), size, dots)
    if buckets:
        apart = [one for one in buckets if _is_apart(one, top_ua * _APART)]
        plotext.scatter(
            [times.centre(one.t_ms) for one in apart],
            [currents.centre(one.set_ua / 1000) for one in apart],
            marker=".",
        )
        twice = [one.t_ms for one in buckets for _ in (0, 1)]
        edges = [max(edge, low_ua) / 1000 for one in buckets for edge in (one.low_ua, one.high_ua)]
        plotext.plot(twice, edges, marker="*" if ascii_only else "braille")
    plot = _drawn(ascii_only)
    plot.highlight_regex(r"[\u2800-\u28ff*]+", _CURRENT_STYLE)
    return plot


def overlay_plot(
    lines: Sequence[tuple[list[float], list[float]]],
    marks: str,
    size: tuple[int, int],
    ascii_only: bool,
) -> Text:
    """Several currents over each other, each drawn with its own letter: no colour is needed.

    Args:
        lines: times in s and currents in mA of each; a NaN breaks a line.
        marks: a letter for each.
        size: columns and rows.
        ascii_only: no lines for the axes.
    """
    values = [value for _, currents in lines for value in currents if value == value]
    end_ms = 1000 * max(time_s for times, _ in lines for time_s in times)
    span_ms = (0.0, max(end_ms, 100.0))
    low_ua, top_ua = 1000 * min(0.0, *values), 1000 * max(_LEAST_MA, *values)
    _begin_figure(span_ms, (low_ua, top_ua), size, (1, 1))
    floor_ma = low_ua / 1000 if _is_low(low_ua, top_ua) else 0.0
    for mark, (times_s, currents_ma) in zip(marks, lines, strict=False):
        for times, currents in _unbroken(times_s, currents_ma):
            plotext.plot(times, [max(value, floor_ma) for value in currents], marker=mark)
    return _drawn(ascii_only)


def _unbroken(
    times_s: list[float], currents_ma: list[float]
) -> Iterator[tuple[list[float], list[float]]]:
    """The stretches of a line between its NaNs, times in ms: plotext knows none."""
    points = zip(times_s, currents_ma, strict=True)
    for is_value, run in groupby(points, key=lambda point: point[1] == point[1]):
        if is_value:
            told = list(run)
            yield [1000 * time_s for time_s, _ in told], [value for _, value in told]


def _begin_figure(
    span_ms: tuple[float, float],
    span_ua: tuple[float, float],
    size: tuple[int, int],
    dots: tuple[int, int],
) -> "tuple[Axis, Axis]":
    """Clear plotext and set its axes for characters of `dots`; the axes of time and current."""
    low_ua, top_ua = span_ua
    low_ma = low_ua / 1000 if _is_low(low_ua, top_ua) else 0.0
    across, up = dots
    currents, levels = current_axis(low_ma, top_ua / 1000, size[1] - _AXIS_ROWS, up)
    names = _level_names(levels)
    columns = size[0] - 1 - max(map(len, names))
    times = Axis(*span_ms, columns, across)
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(*size)
    plotext.theme("clear")
    plotext.xaxes(True, False)
    plotext.yaxes(True, False)
    plotext.xlim(*span_ms)
    plotext.ylim(currents.low, currents.high)
    plotext.yticks([currents.centre(level) for level in levels], names)
    told_ms = _told_ms(span_ms, size[0])
    plotext.xticks([times.centre(t_ms) for t_ms in told_ms], [text.clock(t) for t in told_ms])
    return times, currents


def _is_low(low_ua: float, top_ua: float) -> bool:
    """Whether the axis has to go below 0: noise about zero is no axis."""
    return low_ua < -top_ua / 20


def _drawn(ascii_only: bool) -> Text:
    drawn = _ESCAPE.sub("", plotext.build())
    return Text(drawn.translate(_ASCII) if ascii_only else drawn, no_wrap=True)


def _is_apart(one: Bucket, by_ua: float) -> bool:
    """Whether the set point is visibly off the current: a character is no measure below that."""
    return not one.low_ua - by_ua <= one.set_ua <= one.high_ua + by_ua


def _told_ms(span_ms: tuple[float, float], columns: int) -> list[float]:
    """The times with a label."""
    begin_ms, end_ms = span_ms
    most = max(2, columns // 12)
    fitting = [step for step in _TICK_STEPS_S if (end_ms - begin_ms) / 1000 / step <= most]
    step_ms = 1000 * (fitting or _TICK_STEPS_S[-1:])[0]
    first, last = math.ceil(begin_ms / step_ms), math.floor(end_ms / step_ms)
    return [float(number * step_ms) for number in range(first, last + 1)]


def _level_names(levels_ma: list[float]) -> list[str]:
    """The labels of currents, with the decimals that their step needs."""
    step_ma = levels_ma[1] - levels_ma[0] if len(levels_ma) > 1 else 0.1
    digits = next((count for count in (1, 2) if step_ma > 0.099 / 10 ** (count - 1)), 3)
    return [f"{level + 0.0:.{digits}f}" for level in levels_ma]


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
