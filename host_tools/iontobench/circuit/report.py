"""The report: each requirement, what it allows, what circuit and simulated stage have. Plots.

Written as markdown and PNG. Generic models, nothing measured: the first lines say so.
"""

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .requirements import REQUIREMENTS, Bound, Measured, Requirement
from .simulated import Span, simulated

HEADER = (
    "# The reference stage of pico_pwm, simulated",
    "",
    "**Bench only: dummy loads, never people.** ngspice with generic models; nothing was built,"
    " nothing was measured.",
    "",
    "`differs`: the simulated stage of the virtual bench does not have the circuit's value. S-01"
    " is the page's least, for the models have no leakage. S-03 is ideal. S-10 leaves less than"
    " 1 µV. Its senses are those of the ideal converter.",
    "",
    "| id | requirement | what | limit | circuit | simulated stage | verdict |",
    "|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True)
class ReportRow:
    """One bound with its values."""

    requirement: Requirement
    bound: Bound | None
    value: float
    simulated: Span | None = None  # what the simulated stage has; None = it does not model that

    @property
    def is_met(self) -> bool:
        """Whether the circuit's value is allowed; what no circuit shows is not missed."""
        return self.bound is None or self.bound.holds(self.value)

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        one = self.requirement
        if self.bound is None:
            return one.id, one.words, "", "", "no circuit shows it", "", "not shown"
        bound = self.bound
        verdict = "met" if self.is_met else "NOT MET"
        value = said(self.value, bound.unit)
        return one.id, one.words, bound.words, limit(bound), value, self._other(bound), verdict

    def _other(self, bound: Bound) -> str:
        if self.simulated is None:
            return "not modelled"
        low, high = self.simulated
        text = said(low, bound.unit) if low == high else f"{low:g} to {said(high, bound.unit)}"
        return text if bound.agrees(self.value, self.simulated) else f"{text}, differs"


def rows(requirements: Iterable[Requirement] = REQUIREMENTS) -> Iterable[ReportRow]:
    """Measure, one requirement after another."""
    for one in requirements:
        if one.measure is None:
            yield ReportRow(one, None, math.nan)
            continue
        measured: Measured = one.measure()
        for bound in one.bounds:
            span = simulated()[one.id][bound.name]
            yield ReportRow(one, bound, measured[bound.name], span)


def print_measured(requirements: Iterable[Requirement]) -> list[str]:
    """Measure, and print the table of a stage that no report compares; what was missed, by id."""
    table = Table("id", "requirement", "what", "limit", "circuit", "verdict")
    missed: list[str] = []
    for one in requirements:
        if one.measure is None:
            table.add_row(one.id, one.words, "", "", "no circuit shows it", "not shown")
            continue
        measured = one.measure()
        outside = one.missed(measured)
        missed += [one.id] * len(outside)
        for bound in one.bounds:
            value = said(measured[bound.name], bound.unit)
            verdict = "NOT MET" if bound.name in outside else "met"
            table.add_row(one.id, one.words, bound.words, limit(bound), value, verdict)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    return missed


def limit(bound: Bound) -> str:
    """What a bound allows, in words."""
    unit = f" {bound.unit}" if bound.unit else ""
    if math.isinf(bound.least):
        return f"≤ {bound.most:g}{unit}"
    if math.isinf(bound.most):
        return f"≥ {bound.least:g}{unit}"
    if not bound.unit and bound.least == bound.most:
        return said(bound.least, "")
    return f"{bound.least:g} to {bound.most:g}{unit}"


def said(value: float, unit: str) -> str:
    """A number with its unit; without a unit, 0 and 1 are no and yes."""
    if not unit and value in (0.0, 1.0):
        return "yes" if value else "no"
    digits = f"{value:.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
    return f"{digits} {unit}".strip()


def write(folder: Path, found: list[ReportRow]) -> Path:
    """The table and the plots; returns the table's path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [*HEADER, *(f"| {' | '.join(row.cells)} |" for row in found), ""]
    lines += [f"![{title}]({name})\n" for name, title in _plots(folder)]
    path = folder / "report.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _plots(folder: Path) -> list[tuple[str, str]]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from .plots import PLOTS

    made = []
    for name, (title, y_label, trace) in PLOTS.items():
        figure, axes = pyplot.subplots(figsize=(7, 3.2), layout="constrained")
        for label, t_ms, values in trace():
            axes.plot(t_ms, values, label=label, linewidth=1)
        axes.set(title=title, xlabel="time, ms", ylabel=y_label)
        axes.grid(alpha=0.3)
        axes.legend()
        figure.savefig(folder / f"{name}.png", dpi=110)
        pyplot.close(figure)
        made.append((f"{name}.png", title))
    return made
