"""The list of figures, what a figure requires, and the sessions that figures are read from.

A figure is a function of `FigureSessions` that returns one number; the decorator gives it its
name, unit, requirement, rung and the command that shows it. Sessions go through the same code as
`iontobench run ... --json`, in this process. Must not run anything on import.
"""

import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from iontobench.cli.main import invoke

PROTOCOL = "dexamethasone-40"
REPORTED = "-"  # a figure that nothing requires: told, not judged
_NUMBER = r"-?\d+(?:\.\d+)?"
_AT_MOST = re.compile(rf"<= ({_NUMBER})")
_AT_LEAST = re.compile(rf">= ({_NUMBER})")
_WITHIN = re.compile(rf"({_NUMBER}) \.\. ({_NUMBER})")


class FigureSessions:
    """Sessions by their options, each run once, kept under `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._done: dict[tuple[str, ...], dict[str, Any]] = {}

    def session(self, *options: str) -> dict[str, Any]:
        """The `--json` object of `run dexamethasone-40` with `options`.

        Raises:
            RuntimeError: the command did not get as far as a session.
        """
        if options not in self._done:
            self._done[options] = self.again(*options)
        return self._done[options]

    def again(self, *options: str) -> dict[str, Any]:
        """As `session`, but run now even if it was run before."""
        said, prose = io.StringIO(), io.StringIO()
        args = ["run", PROTOCOL, "--json", "--clear", "--data", str(self.folder), *options]
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(prose):
            code = invoke(args)
        lines = said.getvalue().splitlines()
        found = json.loads(lines[-1]) if lines else {}
        if "outcome" not in found:
            raise RuntimeError(found.get("error", f"exit {code} without a word"))
        return found


Measure = Callable[[FigureSessions], float]


class Figure(NamedTuple):
    """One row of the table. `required` is `<= x`, `>= x`, `x .. y` in `unit`, or REPORTED."""

    name: str
    unit: str
    required: str
    rung: str
    command: str
    measure: Measure


FIGURES: list[Figure] = []


def figure(name: str, unit: str, required: str, rung: str, command: str) -> Callable[..., Measure]:
    """Register the decorated function as a figure.

    Raises:
        ValueError: a requirement that cannot be read.
    """
    met(0.0, required)

    def register(measure: Measure) -> Measure:
        FIGURES.append(Figure(name, unit, required, rung, command, measure))
        return measure

    return register


def met(value: float, required: str) -> bool:
    """Whether a value meets its requirement.

    Raises:
        ValueError: a requirement that cannot be read.
    """
    if required == REPORTED:
        return True
    if match := _AT_MOST.fullmatch(required):
        return value <= float(match[1])
    if match := _AT_LEAST.fullmatch(required):
        return value >= float(match[1])
    if match := _WITHIN.fullmatch(required):
        return float(match[1]) <= value <= float(match[2])
    raise ValueError(f"no requirement: {required!r}")


def row(figure: Figure, value: float | None) -> dict[str, Any]:
    """The figure as `bench.json` has it; the value is null where it could not be measured."""
    return {
        "name": figure.name,
        "value": value,
        "unit": figure.unit,
        "required": figure.required,
        "rung": figure.rung,
        "command": figure.command,
    }
