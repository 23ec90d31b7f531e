"""Turns samples into lines short enough to draw: minimum and maximum of each stretch of time.

Times in s, values in mA, V, kΩ, mA·min. A fault's edge or a single spike survives, because
both extremes of every stretch are kept; an average would hide them. matplotlib's own
simplification of paths does not bound the number of points, and so not the size of a page.
"""

from collections.abc import Callable, Sequence

from ionto.core import units
from iontobench.link.events import Sample

STRETCHES = 450  # a little less than one a pixel column on a page
GAP_MS = 1000  # a line is not drawn across a longer silence

Line = tuple[list[float], list[float]]
_NOTHING = float("nan")


def line(
    samples: Sequence[Sample],
    value: Callable[[Sample], float | None],
    stretches: int = STRETCHES,
) -> Line:
    """Times and values of one line; a NaN breaks it where samples or values are missing."""
    size = max(1, -(-len(samples) // stretches))
    times: list[float] = []
    values: list[float] = []
    for run in _runs(samples, value):
        if times:
            times.append(run[0][0])
            values.append(_NOTHING)
        for start in range(0, len(run), size):
            for t_s, y in _extremes(run[start : start + size]):
                times.append(t_s)
                values.append(y)
        if (times[-1], values[-1]) != run[-1]:
            times.append(run[-1][0])
            values.append(run[-1][1])
    return times, values


def set_ma(sample: Sample) -> float:
    return sample.set_ua / 1000


def current_ma(sample: Sample) -> float:
    return sample.current_ua / 1000


def load_v(sample: Sample) -> float:
    return sample.load_mv / 1000


def load_kohm(sample: Sample) -> float | None:
    return None if sample.load_ohm is None else sample.load_ohm / 1000


def dose_mamin(sample: Sample) -> float:
    return sample.dose_uc / units.UC_PER_MAMIN


def state_spans(samples: Sequence[Sample]) -> list[tuple[int, float, float]]:
    """(state, from, to) in s, one for each stretch of one state."""
    spans: list[tuple[int, float, float]] = []
    for sample in samples:
        t_s = sample.t_ms / 1000
        if spans and spans[-1][0] == sample.state:
            spans[-1] = (sample.state, spans[-1][1], t_s)
        else:
            if spans:
                spans[-1] = (spans[-1][0], spans[-1][1], t_s)
            spans.append((sample.state, t_s, t_s))
    return spans


def _runs(
    samples: Sequence[Sample], value: Callable[[Sample], float | None]
) -> list[list[tuple[float, float]]]:
    """Points in stretches without a silence and without a missing value."""
    runs: list[list[tuple[float, float]]] = []
    last_ms: int | None = None
    for sample in samples:
        y = value(sample)
        if y is None:
            last_ms = None
            continue
        if last_ms is None or not 0 <= sample.t_ms - last_ms <= GAP_MS:
            runs.append([])
        runs[-1].append((sample.t_ms / 1000, y))
        last_ms = sample.t_ms
    return runs


def _extremes(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The lowest and the highest point in order of time; one where they are the same."""
    low = min(points, key=lambda point: point[1])
    high = max(points, key=lambda point: point[1])
    return [low] if low == high else sorted((low, high))
