"""Samples as columns for the page's plots, in the units of people: s, mA, V, kΩ, mA·min.

A plot names its columns; a column is an array of floats, NaN where there is no value. Must not
draw, and must not judge a value.
"""

from array import array
from collections.abc import Iterable
from math import nan
from typing import Any

from ionto.core.units import UC_PER_MAMIN
from iontobench import signs
from iontobench.link.events import Sample

COLUMNS = ("t_s", "set_ma", "current_ma", "load_v", "load_kohm", "dose_mamin")


def plots() -> list[dict[str, Any]]:
    """What is drawn, from above."""
    return [
        _plot("current", "Current", "mA", ("set_ma", "set point"), ("current_ma", "measured")),
        _plot("voltage", "Voltage over the load", "V", ("load_v", "voltage")),
        _plot("load", "Load", signs.KOHM, ("load_kohm", "load")),
        _plot("dose", "Dose", signs.MAMIN, ("dose_mamin", "dose")),
    ]


class Series:
    """Rows that have not been taken yet."""

    def __init__(self) -> None:
        self._columns = _empty()

    def __len__(self) -> int:
        return len(self._columns["t_s"])

    def add(self, sample: Sample) -> None:
        """Append a sample."""
        ohm = sample.load_ohm
        row = (
            *(sample.t_ms / 1000, sample.set_ua / 1000, sample.current_ua / 1000),
            *(sample.load_mv / 1000, nan if ohm is None else ohm / 1000),
            sample.dose_uc / UC_PER_MAMIN,
        )
        for column, value in zip(self._columns.values(), row, strict=True):
            column.append(value)

    def take(self) -> dict[str, "array[float]"]:
        """All rows since the last time."""
        taken, self._columns = self._columns, _empty()
        return taken


def columns_of(samples: Iterable[Sample]) -> dict[str, "array[float]"]:
    """All samples of a record."""
    series = Series()
    for sample in samples:
        series.add(sample)
    return series.take()


def _empty() -> dict[str, "array[float]"]:
    return {name: array("d") for name in COLUMNS}


def _plot(name: str, title: str, unit: str, *series: tuple[str, str]) -> dict[str, Any]:
    lines = [{"column": column, "label": label} for column, label in series]
    return {"id": name, "title": title, "unit": unit, "series": lines}
