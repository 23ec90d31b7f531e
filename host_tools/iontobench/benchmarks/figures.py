"""The list of figures, and what a figure requires.

A figure is a function of a `Workshop` that returns one number; the decorator gives it its name,
unit, requirement, rung and the command that shows it. Must not run anything on import.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from .workshop import Workshop

Measure = Callable[[Workshop], float]
REPORTED = "-"  # a figure that nothing requires: told, not judged
_NUMBER = r"-?\d+(?:\.\d+)?"
_AT_MOST = re.compile(rf"<= ({_NUMBER})")
_AT_LEAST = re.compile(rf">= ({_NUMBER})")
_WITHIN = re.compile(rf"({_NUMBER}) \.\. ({_NUMBER})")


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
