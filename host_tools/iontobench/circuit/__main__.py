"""`python -m iontobench.circuit [FOLDER]`: simulate every requirement, print the table, write it.

Exit 0 where all are met, 1 where one is not, 2 without ngspice.
"""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from iontobench import signs

from .ngspice import NgspiceError
from .report import HEADER, ReportRow, rows, write

_EXIT_NO, _EXIT_INPUT = 1, 2


def main(args: list[str]) -> int:
    """Measure, print and write."""
    signs.spell_on(sys.stdout)
    folder = Path(args[0]) if args else Path("build/circuit")
    found: list[ReportRow] = []
    try:
        for row in rows():
            found.append(row)
            if sys.stderr.isatty():
                print(f"\r{row.requirement.id}", end="", file=sys.stderr, flush=True)
        path = write(folder, found)
    except NgspiceError as why:
        print(f"circuit: {why}", file=sys.stderr)
        return _EXIT_INPUT
    table = Table(*(cell.strip() for cell in HEADER[-2].strip("|").split("|")))
    for row in found:
        table.add_row(*row.cells)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    missed = sorted({row.requirement.id for row in found if not row.is_met})
    differs = sum("differs" in row.cells[5] for row in found)
    print(
        f"{len(found)} values, not met: {', '.join(missed) or 'none'}; the simulated stage"
        f" differs in {differs}. Generic models, nothing measured. Report: {path}"
    )
    return _EXIT_NO if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
