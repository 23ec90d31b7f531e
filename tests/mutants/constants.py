"""Every private constant of the listed parts, one more and one less.

mutmut alters nothing outside functions, and there every threshold and debounce has its name. Only
private ones: a public number is a word of a format, which the tests read by the same name.
"""

import os
import queue
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .mutant import Mutant
from .workplace import PYTEST, build

CONSTANT = re.compile(r"^(_[A-Z][A-Z0-9_]*) = const\((-?(?:0x[0-9A-F]+|[0-9]+))\)", re.MULTILINE)
_OUT_OF_TIME_S = 900  # a shared machine is slow: out of time counts as noticed


def run(parts: list[str], workers: int) -> list[Mutant]:
    """Alter the constants of `parts` and run the tests of the core on each alteration."""
    places: queue.Queue[Path] = queue.Queue()
    for number in range(workers):
        places.put(build(f"constants-{number}"))
    altered = [(part, *row) for part in parts for row in _alterations(part, places.queue[0])]

    def judge(row: tuple[str, str, str, str]) -> Mutant:
        place = places.get()
        try:
            mutant = _judge(place, *row)
        finally:
            places.put(place)
        print(f"{mutant.fate:9} {mutant.where}: {mutant.becomes}", flush=True)
        return mutant

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(judge, altered))


def _file(part: str, place: Path) -> Path:
    return place / "src" / "ionto" / "core" / f"{part}.py"


def _alterations(part: str, place: Path) -> list[tuple[str, str, str]]:
    """(name, line, altered line) of each constant that is written as a number."""
    found = CONSTANT.finditer(_file(part, place).read_text(encoding="utf-8"))
    return [
        (one[1], one[0], f"{one[1]} = const({int(one[2], 0) + step})")
        for one in found
        for step in (1, -1)
    ]


def _own(part: str, place: Path) -> list[str]:
    """The tests of this part, and the trips' contract: there its thresholds are told best."""
    named = sorted((place / "tests" / "core").glob(f"test_{part}*.py"))
    return [f"tests/core/{name}" for name in (*(path.name for path in named), "test_trips.py")]


def _judge(place: Path, part: str, name: str, was: str, becomes: str) -> Mutant:
    file = _file(part, place)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    try:
        # Two runs: pytest takes a file that is named beside its folder in the folder's order.
        fate = _fate(place, _own(part, place))
        if fate == "survived":
            fate = _fate(place, ["tests/core"])
    finally:
        file.write_text(text, encoding="utf-8")
    return Mutant(f"{part}.{name}", was, becomes, fate)


def _fate(place: Path, tests: list[str]) -> str:
    environment = {**os.environ, "PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        said = subprocess.run(
            [sys.executable, "-m", "pytest", *PYTEST, *tests],
            **{"cwd": place, "env": environment, "timeout": _OUT_OF_TIME_S},
            capture_output=True,
        )
    except subprocess.TimeoutExpired:
        return "timeout"
    return {0: "survived", 1: "killed", 2: "killed"}.get(said.returncode, "suspicious")
