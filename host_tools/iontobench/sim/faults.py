"""Named, timed faults of the bench: KIND@SECONDS[:VALUE], counted from plant time 0.

One table, `KINDS`: a fault is a description, the unit and range of its VALUE, and one function
that applies an edge and says when the next one is due. Adding a fault is adding a row. A fault
changes the plant only; must not know who drives it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec

_PATTERN = re.compile(r"([a-z][a-z0-9-]*)@([0-9.]+)(?::([0-9.]+))?")
_LATEST_S = 100000.0
_REOPEN_PERIOD_US = 2000000  # a wobbling lead: three gaps well within a minute


class Kind(NamedTuple):
    """A row of the table; `edge(plant, value, count)` returns us to its next edge, or None."""

    text: str
    unit: str
    low: float
    high: float
    default: float
    edge: Callable[..., int | None]


class Fault(msgspec.Struct, frozen=True):
    """One fault of one session."""

    kind: str
    onset_us: int
    value: float


def _open(plant, value: float, count: int) -> int | None:
    if count == 0:
        plant.lift()
        return round(value * 1000.0) or None
    plant.meet()
    return None


def _short(plant, value: float, count: int) -> None:
    plant.bridge(value / 1000.0)


def _reopen(plant, value: float, count: int) -> int:
    gap_us = round(value * 1000.0)
    if count % 2 == 0:
        plant.lift()
        return gap_us
    plant.meet()
    return _REOPEN_PERIOD_US - gap_us


def _overcurrent(plant, value: float, count: int) -> None:
    plant.gain *= value
    plant.recompute()
    plant.edge()


KINDS: dict[str, Kind] = {
    "open": Kind("a lead comes off; VALUE: back after so long, 0 = never", "ms", 0, 1e7, 0, _open),
    "short": Kind("the pads are bridged by VALUE", "ohm", 0.1, 10000, 10, _short),
    "reopen": Kind(
        "a lead wobbles: a gap of VALUE every 2 s, without end", "ms", 0.1, 1900, 30, _reopen
    ),
    "overcurrent": Kind(
        "the stage's gain jumps: VALUE times the current", "times", 1.01, 20, 1.5, _overcurrent
    ),
}


def parse(text: str) -> Fault:
    """Return the fault that `text` names.

    Raises:
        ValueError: one line with the form, the kinds or the range that is allowed.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"fault {text!r}: write KIND@SECONDS[:VALUE], kinds: {_names()}")
    name, seconds, value = match.groups()
    if name not in KINDS:
        raise ValueError(f"fault {text!r}: no kind {name!r}, kinds: {_names()}")
    kind = KINDS[name]
    onset_s = _number(text, "SECONDS", seconds, 0.0, _LATEST_S, "s")
    amount = kind.default
    if value is not None:
        amount = _number(text, "VALUE", value, kind.low, kind.high, kind.unit)
    return Fault(name, round(onset_s * 1e6), amount)


def _names() -> str:
    return ", ".join(KINDS)


def _number(text: str, what: str, word: str, low: float, high: float, unit: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ValueError(f"fault {text!r}: {what} is {low:g} to {high:g} {unit}, not {word}")
    return value


class Schedule:
    """The faults of one bench and when each has its next edge."""

    def __init__(self, faults: list[Fault]) -> None:
        self._pending = [(fault.onset_us, fault, 0) for fault in faults]

    def due_us(self, never_us: int) -> int:
        """Return when the next edge is due."""
        return min((due for due, _, _ in self._pending), default=never_us)

    def apply(self, plant) -> bool:
        """Apply every edge due at the plant's time; return whether there was one."""
        now_us = plant.now_us
        later = [row for row in self._pending if row[0] > now_us]
        ready = [row for row in self._pending if row[0] <= now_us]
        for due_us, fault, count in ready:
            wait_us = KINDS[fault.kind].edge(plant, fault.value, count)
            if wait_us is not None:
                later.append((due_us + wait_us, fault, count + 1))
        self._pending = later
        return bool(ready)
