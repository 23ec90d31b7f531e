"""`python -m iontobench.circuit.schematic [FOLDER]`: draw every stage's blocks as SVG.

Of pico_pwm the whole too, of pico_demo the plan of its breadboard. With FOLDER the pictures go
there, into a folder a board.
"""

import sys
from pathlib import Path

from iontobench.circuit.breadboard import svg
from iontobench.circuit.netlist import stage_folder

_EXIT_INPUT = 2


def main(args: list[str]) -> int:
    """Draw."""
    try:
        from .blocks import DRAWN
        from .demo import DEMO_DRAWN
        from .sheet import Sheet
        from .whole import whole
    except ImportError:
        print(
            "schemdraw is missing; install it: pip install 'iontobench[circuit]'", file=sys.stderr
        )
        return _EXIT_INPUT
    folder = _folder(args, "pico_pwm")
    for block, draw in {**DRAWN, "whole": whole}.items():
        sheet = Sheet(block if block in DRAWN else "interface")
        draw(sheet)
        sheet.save(folder / f"{block}.svg")
    print(f"{len(DRAWN) + 1} pictures in {folder}")
    folder = _folder(args, "pico_demo")
    for block, draw in DEMO_DRAWN.items():
        sheet = Sheet(block, "pico_demo")
        draw(sheet)
        sheet.save(folder / f"{block}.svg")
    (folder / "breadboard.svg").write_text(svg(), encoding="utf-8")
    print(f"{len(DEMO_DRAWN) + 1} pictures in {folder}")
    return 0


def _folder(args: list[str], board: str) -> Path:
    folder = Path(args[0]) / board if args else stage_folder(board) / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
