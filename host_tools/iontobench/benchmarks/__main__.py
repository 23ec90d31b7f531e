"""`python -m iontobench.benchmarks [FILE]`: measure every figure, print the table, write FILE.

Exit 0 whatever the figures are: a slow machine is no error, and the last line says what falls
short. A figure that could not be measured has no value, and the reason is printed.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from iontobench.chip.native import emulator_line
from iontobench.cli.console import Out

from . import chip_figures, virtual_figures
from .figures import FIGURES, Figure, FigureSessions, met, row

_MODULES = (virtual_figures, chip_figures)  # importing them registered their figures
_COLUMNS = ("name", "value", "unit", "required", "rung", "command")


def main(args: list[str]) -> int:
    """Measure, print and write."""
    out = Out()
    rows: list[dict[str, Any]] = []
    short: list[str] = []
    with tempfile.TemporaryDirectory(prefix="iontobench-bench-") as folder:
        sessions = FigureSessions(Path(folder))
        for one in FIGURES:
            value = _measure(one, sessions)
            rows.append(row(one, value))
            if value is None or not met(value, one.required):
                short.append(one.name)
    cells = [["-" if one[name] is None else str(one[name]) for name in _COLUMNS] for one in rows]
    out.table(_COLUMNS, cells, right=("value",))
    met_count = len(rows) - len(short)
    out.say(emulator_line())
    missing = f"; not: {', '.join(short)}" if short else ""
    print(f"{met_count} of {len(rows)} figures meet what is required{missing}")
    if args:
        path = Path(args[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        print(f"written: {path}")
    return 0


def _measure(one: Figure, sessions: FigureSessions) -> float | None:
    print(f"measuring: {one.name}", file=sys.stderr, flush=True)
    try:
        value = one.measure(sessions)
    except Exception as error:
        print(f"not measured: {one.name}: {error}", file=sys.stderr)
        return None
    return None if value is None else round(float(value), 4)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
