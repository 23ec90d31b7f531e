"""A plot of current over time in characters, by plotext: braille dots, or ASCII where that is all.

Times in ms, currents in uA in; minutes and mA on the axes. One figure at a time: plotext keeps its
state in its module.
"""

import math
import re

import plotext
from rich.text import Text

from iontobench import words

from .trace import Bucket

WINDOW_MS = 300_000
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_ASCII = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|++++++++-")
_TICK_STEPS_S = (10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_LEVEL_STEPS_MA = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_CURRENT_STYLE = "cyan"
_APART = 0.03  # of the axis


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
    low_ma = low_ua / 1000 if low_ua < -top_ua / 20 else 0.0  # noise about zero is no axis
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(*size)
    plotext.theme("clear")
    plotext.xaxes(True, False)
    plotext.yaxes(True, False)
    plotext.xlim(*span_ms)
    plotext.ylim(low_ma, top_ua * 1.1 / 1000)
    _ticks(span_ms, low_ma, top_ua * 1.1 / 1000, size)
    if buckets:
        apart = [one for one in buckets if _is_apart(one, top_ua * _APART)]
        plotext.scatter(
            [one.t_ms for one in apart], [one.set_ua / 1000 for one in apart], marker="."
        )
        twice = [one.t_ms for one in buckets for _ in (0, 1)]
        edges = [max(edge, low_ua) / 1000 for one in buckets for edge in (one.low_ua, one.high_ua)]
        plotext.plot(twice, edges, marker="*" if ascii_only else "braille")
    drawn = _ESCAPE.sub("", plotext.build())
    text = Text(drawn.translate(_ASCII) if ascii_only else drawn, no_wrap=True)
    text.highlight_regex(r"[\u2800-\u28ff*]+", _CURRENT_STYLE)
    return text


def _is_apart(one: Bucket, by_ua: float) -> bool:
    """Whether the set point is visibly off the current: a character is no measure below that."""
    return not one.low_ua - by_ua <= one.set_ua <= one.high_ua + by_ua


def _ticks(
    span_ms: tuple[float, float], low_ma: float, top_ma: float, size: tuple[int, int]
) -> None:
    step_ms = 1000 * _step((span_ms[1] - span_ms[0]) / 1000, _TICK_STEPS_S, max(2, size[0] // 12))
    times = _multiples(*span_ms, step_ms)
    plotext.xticks(times, [words.clock(t_ms) for t_ms in times])
    step_ma = _step(top_ma - low_ma, _LEVEL_STEPS_MA, max(2, size[1] // 2))
    levels = _multiples(low_ma, top_ma, step_ma)
    digits = 2 if step_ma < 0.1 else 1
    plotext.yticks(levels, [f"{level:.{digits}f}" for level in levels])


def _step(span: float, steps: tuple[float, ...], most: int) -> float:
    return next((step for step in steps if span / step <= most), steps[-1])


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]
