"""Named, timed faults of the bench: KIND@SECONDS[:VALUE], counted from plant time 0.

`KINDS` is the one table: a fault is a description, the unit and range of its VALUE, and one
function that applies an edge and says when the next one is due. Adding a fault is adding a row.
A fault changes the plant only, or leaves a note there; must not know who drives it.
"""

import re

from .fault import Fault, Kind
from .faults_board import BOARD
from .faults_leads import LEADS
from .faults_senses import SENSES
from .faults_stage import STAGE

_PATTERN = re.compile(r"([a-z][a-z0-9-]*)@([0-9.]+)(?::(-?[0-9.]+))?")
_LATEST_S = 100000.0

GROUPS: dict[str, dict[str, Kind]] = {
    "leads": LEADS,
    "stage": STAGE,
    "senses": SENSES,
    "board": BOARD,
}
KINDS: dict[str, Kind] = {name: kind for group in GROUPS.values() for name, kind in group.items()}


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
        if not kind.unit:
            raise ValueError(f"fault {text!r}: {name} takes no VALUE")
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
        self._faults = faults
        self._pending = [(fault.onset_us, index, 0) for index, fault in enumerate(faults)]
        self._fired: set[int] = set()
        self.kinds = frozenset(fault.kind for fault in faults)

    def begin(self, plant) -> bool:
        """Apply what is due before time begins; return whether there was anything.

        A fault of a memory waits for the first instant after: until then nothing is in it.
        """
        return self._apply(plant, [row for row in self._due(0) if not self._is_memory(row[1])])

    def ended(self) -> list[tuple[Fault, bool]]:
        """Every fault, and whether it has fired."""
        return [(fault, index in self._fired) for index, fault in enumerate(self._faults)]

    def due_us(self, never_us: int) -> int:
        """Return when the next edge is due."""
        return min((due for due, _, _ in self._pending), default=never_us)

    def apply(self, plant) -> bool:
        """Apply every edge due at the plant's time; return whether there was one."""
        return self._apply(plant, self._due(plant.now_us))

    def _due(self, now_us: int) -> list[tuple[int, int, int]]:
        return [row for row in self._pending if row[0] <= now_us]

    def _is_memory(self, index: int) -> bool:
        return KINDS[self._faults[index].kind].needs == "memory"

    def _apply(self, plant, ready: list[tuple[int, int, int]]) -> bool:
        later = [row for row in self._pending if row not in ready]
        for due_us, index, count in ready:
            fault = self._faults[index]
            self._fired.add(index)
            wait_us = KINDS[fault.kind].edge(plant, fault.value, count)
            if wait_us is not None:
                later.append((due_us + wait_us, index, count + 1))
        self._pending = later
        return bool(ready)
