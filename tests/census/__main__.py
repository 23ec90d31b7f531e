"""Count the house: files, shared class names, import circles, citations that lead nowhere.

`make census`, with ARGS="--json" as numbers. Counts are reported and are no goal: the exit code is
0 whatever they are, and 2 where a file cannot be read.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.arch.sources import ROOT

from . import (
    areas,
    attributes,
    circles,
    citations,
    classes,
    durations,
    functions,
    imports,
    readable,
    report,
)

_ROWS = 10  # of each list that names the longest, largest or slowest


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    """Count the tree below `root`, print the census; return the exit code."""
    parser = argparse.ArgumentParser(prog="make census", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="numbers instead of text")
    parser.add_argument(
        "--durations", type=Path, metavar="FILE", help="what `pytest --junitxml FILE` wrote"
    )
    args = parser.parse_args(argv)
    unreadable = readable.fault(root)
    if unreadable:
        return _bad(unreadable)
    try:
        census = count(root, args.durations)
    except durations.BadDurations as error:
        return _bad(str(error))
    print(json.dumps(census, indent=1) if args.json else report.text(census))
    return 0


def count(root: Path, durations_file: Path | None = None) -> dict:
    """The census of a tree; the slowest tests only where their file is named."""
    slowest = {}
    if durations_file is not None:
        slowest = {"slowest_tests": durations.slowest(durations_file, _ROWS)}
    return {
        "sizes": areas.sizes(root),
        "shared_class_names": classes.shared(root),
        "imports": imports.counts(root),
        "import_circles": circles.circles(root),
        "unresolved_citations": citations.unresolved(root),
        "longest_functions": functions.longest(root, _ROWS),
        "largest_attribute_tables": attributes.largest(root, _ROWS),
        **slowest,
    }


def _bad(line: str) -> int:
    print(f"make census: {line}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a heading may have a sign such as µ
    sys.exit(main())
