"""What a fault is: its row in the table and one instance of it. Times in us and s."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

Edge = Callable[..., int | None]


class Kind(NamedTuple):
    """A row of the table of faults.

    `edge(plant, value, count)` applies edge number `count` and returns us to its next one, or
    None. `scenario` is the row of domain.md, section 5. `unit` is empty where there is no VALUE.
    `needs` says who has to take part: "" the plant alone, "port" the virtual board's port,
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
    """One fault of one session."""

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
