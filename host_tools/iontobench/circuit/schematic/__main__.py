"""`python -m iontobench.circuit.schematic [FOLDER]`: draw every block and the whole as SVG."""

import sys
from pathlib import Path

from iontobench.circuit.netlist import stage_folder

_EXIT_INPUT = 2


def main(args: list[str]) -> int:
    """Draw."""
    try:
        from .blocks import DRAWN
        from .sheet import Sheet
        from .whole import whole
    except ImportError:
        print(
            "schemdraw is missing; install it: pip install 'iontobench[circuit]'", file=sys.stderr
        )
        return _EXIT_INPUT
    folder = Path(args[0]) if args else stage_folder() / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for block, draw in {**DRAWN, "whole": whole}.items():
        sheet = Sheet(block if block in DRAWN else "interface")
        draw(sheet)
        sheet.save(folder / f"{block}.svg")
    print(f"{len(DRAWN) + 1} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
