"""The matrix as people read it: Markdown and one HTML page, from what the JSON holds.

A line for each fault and phase: the worst of its loads. Nothing is judged here.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import jinja2

from iontobench import signs

from .required import ELSEWHERE
from .row import LATE, MISSED, NOT_OBSERVABLE, NUISANCE, OK

HEADS = (
    *("fault", "row of domain.md 5", "phase", "verdict", "loads", "reaction", "fault code"),
    *("detected ms", "from when it shows ms", "required ms", "gate off ms", "current off ms"),
    "hardware limiter ms",
    *(f"stray {signs.UC}", "peak mA", "source or reason"),
)
_WORST = (MISSED, LATE, NUISANCE, NOT_OBSERVABLE, OK)
_WORDS = {NOT_OBSERVABLE: "not observable"}
_PAGE = jinja2.Environment(autoescape=True).from_string(
    """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>IontoBench: fault matrix</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid #8886; padding: .2rem .5rem; text-align: left; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
tr.missed, tr.late, tr.nuisance { background: #d332; }
tr.not_observable { color: #888; }
</style></head><body>
<p role="note"><strong>{{ notice }}</strong></p>
<h1>Fault matrix</h1>
<p>Board {{ board }}, converter {{ adc }}, seed {{ seed }}, firmware {{ firmware }}.
Each line is the worst of its loads: {{ loads }}.</p>
<table><tr>{% for name in summary %}<th>{{ name|replace("_", " ") }}</th>{% endfor %}</tr>
<tr>{% for name in summary %}<td class="n">{{ summary[name] }}</td>{% endfor %}</tr></table>
<table><tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr>
{% for kind, cells in lines %}<tr class="{{ kind }}">
{% for cell in cells %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table></body></html>
"""
)


def markdown(matrix: dict[str, Any]) -> str:
    """The summary and a line a fault and phase."""
    summary = matrix["summary"]
    names = [name.replace("_", " ") for name in summary]
    counts = [str(value) for value in summary.values()]
    parts = [
        "# Fault matrix",
        matrix["notice"],
        f"Board {matrix['board']}, converter {matrix['adc']}, seed {matrix['seed']}, firmware "
        f"{matrix['firmware']}. Each line is the worst of its loads: {_loads(matrix)}.",
        _grid([names, counts]),
        _grid([HEADS, *(cells for _, cells in lines(matrix["rows"]))]),
        "Rows of domain.md 5 without a kind of their own:",
        "\n".join(f"- {row}: {why}." for row, why in ELSEWHERE.items()),
    ]
    return "\n\n".join(parts) + "\n"


def html(matrix: dict[str, Any]) -> str:
    """The same as one page, without scripts or anything from elsewhere."""
    shown = {name: value for name, value in matrix.items() if name not in ("rows", "loads")}
    return _PAGE.render(
        **shown, loads=_loads(matrix), heads=HEADS, lines=list(lines(matrix["rows"]))
    )


def lines(rows: Sequence[dict[str, Any]]) -> Iterable[tuple[str, list[str]]]:
    """(verdict, cells) of every fault and phase, in the order of the first load."""
    order: dict[tuple[str, str], int] = {}
    for row in rows:
        order.setdefault((row["fault"], row["phase"]), len(order))

    def place(row: dict[str, Any]) -> int:
        return order[row["fault"], row["phase"]]

    for _, group in groupby(sorted(rows, key=place), key=place):
        cells = list(group)
        worst = min(cells, key=lambda row: _WORST.index(row["verdict"]))
        yield worst["verdict"], _line(worst, cells)


def _line(worst: dict[str, Any], cells: Sequence[dict[str, Any]]) -> list[str]:
    alike = sum(row["verdict"] == worst["verdict"] for row in cells)

    def most(name: str, places: int = 1) -> str:
        values = [row[name] for row in cells if row[name] is not None]
        return f"{max(values):.{places}f}" if values else "-"

    return [
        worst["fault"],
        str(worst["scenario"] or "-"),
        worst["phase"],
        _WORDS.get(worst["verdict"]) or worst["verdict"],
        f"{alike} of {len(cells)}",
        str(worst["reaction"] or worst["next_start"] or "-"),
        str(worst["fault_code"] or "-"),
        most("detected_ms"),
        most("visible_ms"),
        f"{worst['required_ms']:g}",
        most("gate_off_ms"),
        most("current_off_ms"),
        most("limiter_ms", 2),
        most("stray_uc"),
        f"{max(row['peak_ua'] for row in cells) / 1000:.3f}",
        str(worst["reason"] or worst["source"]),
    ]


def _loads(matrix: dict[str, Any]) -> str:
    return ", ".join(f"{one['name']} at {one['level_ua']} {signs.UA}" for one in matrix["loads"])


def _grid(table: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(table[0])
    rows = [table[0], rule, *table[1:]]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows
    )


def counts_line(summary: dict[str, int]) -> str:
    """The summary in a sentence."""
    words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in summary.items())
    return f"{words}: {'all in time' if not any(summary[bad] for bad in BAD) else 'not good'}"


BAD = (LATE, MISSED, NUISANCE)
