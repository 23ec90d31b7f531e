"""`python -m iontobench.benchmarks [FILE]`: measure every figure, print the table, write FILE.

Exit 0 whatever the figures are: a slow machine is no error, and the last line says what falls
short. A figure that could not be measured has no value, and the reason is printed.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from iontobench import signs
from iontobench.chip.native import emulator_line

from . import on_chip, sessions, verification
from .registry import FIGURES, Figure, met, row
from .workshop import Workshop

_MODULES = (sessions, verification, on_chip)  # importing them registered their figures
_COLUMNS = ("name", "value", "unit", "required", "rung", "command")


def main(args: list[str]) -> int:
    """Measure, print and write."""
    signs.spell_on(sys.stdout)
    rows: list[dict[str, Any]] = []
    short: list[str] = []
    with tempfile.TemporaryDirectory(prefix="iontobench-bench-") as folder:
        shop = Workshop(Path(folder))
        for one in FIGURES:
            value = _measure(one, shop)
            rows.append(row(one, value))
            if value is None or not met(value, one.required):
                short.append(one.name)
    _print(rows)
    met_count = len(rows) - len(short)
    print(emulator_line())
    missing = f"; not: {', '.join(short)}" if short else ""
    print(f"{met_count} of {len(rows)} figures meet what is required{missing}")
    if args:
        path = Path(args[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        print(f"written: {path}")
    return 0


def _measure(one: Figure, shop: Workshop) -> float | None:
    print(f"measuring: {one.name}", file=sys.stderr, flush=True)
    try:
        value = one.measure(shop)
    except Exception as error:
        print(f"not measured: {one.name}: {error}", file=sys.stderr)
        return None
    return None if value is None else round(float(value), 4)


def _print(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name == "value" else "left", overflow="fold")
    for one in rows:
        table.add_row(*("-" if one[name] is None else str(one[name]) for name in _COLUMNS))
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 160
    console.print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
