"""What a fault is, and when its edges are due: a row of the table, one instance, the schedule.

Times in us and s of the plant. A fault changes the plant only, or leaves a note there; must not
know who drives it. The kinds themselves are in `faults`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

Edge = Callable[..., int | None]


class Kind(NamedTuple):
    """A row of the table of faults.

    `edge(plant, value, count)` applies edge number `count` and returns us to its next one, or
    None. `scenario` is the row of [docs/faults.md, Scenarios]. `unit` is empty where there is no
    VALUE. `needs` says who has to take part: "" the plant alone, "port" the virtual board's port,
    "memory" a processor whose memory can be reached.
    """

    text: str
    scenario: int
    edge: Edge
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    default: float = 0.0
    needs: str = ""

    @property
    def value_text(self) -> str:
        """What VALUE may be, in words."""
        if not self.unit:
            return "no VALUE"
        return f"{self.low:g} to {self.high:g} {self.unit}, else {self.default:g}"


class Fault(msgspec.Struct, frozen=True):
    """One fault of one session; its onset counts from the plant's time 0."""

    kind: str
    onset_us: int
    value: float


class Injected(NamedTuple):
    """What became of one fault of a session.

    `fired`: its onset came before the end. `met_output`: the gate was high then or later.
    """

    kind: str
    at_us: int
    value: float
    fired: bool
    met_output: bool


class Schedule:
    """The faults of one bench and when each has its next edge.

    Args:
        kinds: the table of faults.
        faults: those that are known before time begins; `add` takes later ones.
    """

    def __init__(self, kinds: Mapping[str, Kind], faults: Iterable[Fault]) -> None:
        self._table = kinds
        self._faults: list[Fault] = []
        self._pending: list[tuple[int, int, int]] = []
        self._fired: set[int] = set()
        for fault in faults:
            self.add(fault)

    @property
    def kinds(self) -> frozenset[str]:
        """Which kinds of fault there are so far."""
        return frozenset(fault.kind for fault in self._faults)

    def add(self, fault: Fault) -> None:
        """One more; its onset is not in the past."""
        self._pending.append((fault.onset_us, len(self._faults), 0))
        self._faults.append(fault)

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
        return self._table[self._faults[index].kind].needs == "memory"

    def _apply(self, plant, ready: list[tuple[int, int, int]]) -> bool:
        later = [row for row in self._pending if row not in ready]
        for due_us, index, count in ready:
            fault = self._faults[index]
            self._fired.add(index)
            wait_us = self._table[fault.kind].edge(plant, fault.value, count)
            if wait_us is not None:
                later.append((due_us + wait_us, index, count + 1))
        self._pending = later
        return bool(ready)
