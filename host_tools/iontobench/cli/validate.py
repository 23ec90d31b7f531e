"""`iontobench validate`: the load model beside each published anchor, as a table and a plot.

Exit 0: the command tells misfits and judges nothing by them.
"""

from pathlib import Path
from typing import Any

import click

from iontobench.disk import write_whole
from iontobench.sim.anchors import NOTICE, Anchor, anchors

from .console import Out, json_option

_OUT = "build/validate.svg"
_PLOTTED_DECADES = (0.1, 10.0)


def shown(number: float) -> str:
    """A value of the table: three digits that count."""
    text = f"{number:.3g}" if abs(number) < 1000 else f"{number:.0f}"
    return text.replace("-", "−")


def verdict(row: Anchor) -> str:
    """What the table says of a row."""
    if row.agrees:
        return "agrees"
    return "misfit: too low" if row.value < row.low else "misfit: too high"


def table_row(row: Anchor) -> tuple[str, str, str, str, str]:
    """The cells of a row, here and in docs/loads.md."""
    unit = f" {row.unit}" if row.unit else ""
    taken = f"{shown(row.low)} to {shown(row.high)}{unit}"
    model = f"{shown(row.value)}{unit}"
    return f"{row.name} ({row.source})", row.published, taken, model, verdict(row)


@click.command(help="Show the load model beside what is published, misfits included.")
@click.option(
    "-o",
    "--output",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=_OUT,
    show_default=True,
    help="The plot, SVG; one that is there is replaced.",
)
@json_option
@click.pass_obj
def validate(out: Out, path: Path, as_json: bool) -> None:
    rows = anchors()
    misfits = sum(not row.agrees for row in rows)
    heads = ("anchor", "published", "taken as", "model", "verdict")
    out.table(heads, [table_row(row) for row in rows])
    out.say(f"{NOTICE} {len(rows)} anchors, {misfits} misfits.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, _plot(rows).encode())
    out.say(f"{path} has the plot")
    told: list[dict[str, Any]] = [
        {
            **{"name": row.name, "source": row.source, "published": row.published},
            **{"unit": row.unit, "value": row.value, "low": row.low, "high": row.high},
            "agrees": row.agrees,
        }
        for row in rows
    ]
    out.result({"notice": NOTICE, "anchors": told, "misfits": misfits, "plot": str(path)})


def _plot(rows: list[Anchor]) -> str:
    """Each row on a line of its own, as a share of the middle of what is published."""
    from matplotlib.figure import Figure

    from iontobench.report import plot_style
    from iontobench.report.svg import as_svg

    with plot_style.style():
        figure = Figure(figsize=(9.0, 0.32 * len(rows) + 0.9))
        figure.subplots_adjust(left=0.47, right=0.98, top=0.99, bottom=0.55 / (0.32 * len(rows)))
        axes = figure.subplots()
        for line, row in enumerate(rows):
            middle = (
                max(abs(row.low), abs(row.high)) ** 0.5
                * max(min(abs(row.low), abs(row.high)), 0.1 * max(abs(row.low), abs(row.high)))
                ** 0.5
            )
            ends = sorted(max(abs(end) / middle, 0.01) for end in (row.low, row.high))
            axes.plot(ends, (line, line), linewidth=6, solid_capstyle="butt", alpha=0.4)
            mark = "o" if row.agrees else "X"
            axes.plot([max(abs(row.value) / middle, 0.01)], [line], mark, color="black")
        axes.set_yticks(range(len(rows)), [row.name for row in rows])
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.set_xlabel("over the middle of what is published; bar: its range; cross: a misfit")
    missing = ", ".join(row.name for row in rows if not row.agrees) or "none"
    return str(
        as_svg(
            figure,
            "validate",
            "The load model and what is published",
            f"{NOTICE} Misfits: {missing}.",
        )
    )
