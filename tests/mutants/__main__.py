"""Alter the core a little, thousands of times: do its tests notice? `make mutants`.

Parts may be named (`make mutants ARGS="supervisor limits"`); all of them otherwise. Ends with 1
when a mutant survives that `reasons` does not explain, or a reason has no mutant.
"""

import argparse
import json
import sys
import time

from . import constants, functions
from .explained import FOLDER, reasons, stale, unexplained
from .mutant import Mutant
from .workplace import PARTS, PLACE


def main() -> int:
    """Run, write build/mutants/mutants.json, print what is left alive; return the exit code."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--workers", type=int, default=2, help="how many at once (2)")
    args = parser.parse_args()
    wrong = sorted(set(args.parts) - set(PARTS))
    if wrong:
        parser.error(f"no part called {wrong[0]}; there are {', '.join(PARTS)}")
    parts = args.parts or PARTS
    known = reasons()
    began_s = time.monotonic()
    mutants = constants.run(parts, args.workers) + functions.run(parts, args.workers)
    return _judged(mutants, parts, known, (time.monotonic() - began_s) / 60)


def _judged(mutants: list[Mutant], parts: list[str], known: list, minutes: float) -> int:
    left = unexplained(mutants, known)
    gone = stale(mutants, known, parts)
    alive = sum(not one.is_dead for one in mutants)
    late = [one for one in mutants if one.fate == "timeout"]
    for one in left + late:
        print(f"\n{one.fate}: {one.where}\n- {one.was}\n+ {one.becomes}")
    for text in gone:
        print(f"\n{FOLDER.name} explain what does not survive: {text}")
    rows = [one._asdict() for one in mutants if not one.is_dead]
    summary = {"mutants": len(mutants), "survived": alive, "unexplained": len(left), "rows": rows}
    text = json.dumps(summary, indent=1, ensure_ascii=False)
    (PLACE / "mutants.json").write_text(text + "\n", encoding="utf-8")
    print(
        f"\n{len(mutants)} mutants in {minutes:.0f} min: {len(mutants) - alive} killed, "
        f"{len(late)} of them out of time, "
        f"{alive - len(left)} survived and explained, {len(left)} unexplained"
    )
    return 1 if left or gone else 0


if __name__ == "__main__":
    sys.exit(main())
