"""The list of parts of a stage: `boards/pico_pwm/stage/parts.csv` and others, read and typed.

Each row: reference, part, value, tolerance, package, order, why. `order` is a maker's number
without the suffix of its packing, or `any`. Tolerances are shares (0.01) where the list has per
cent, else 0. Must not know a circuit.
"""

import csv
import re
from dataclasses import dataclass

from .netlist import stage_folder

COLUMNS = ("reference", "part", "value", "tolerance", "package", "order", "why")
OUTSIDE = "not in the netlist"  # how `why` ends for what no simulation has
_VOLTS = re.compile(r", (\d+) V$")
_PERCENT = re.compile(r"([0-9.]+) %")


@dataclass(frozen=True)
class Part:
    """One row."""

    reference: str
    part: str
    value: str
    tolerance: str
    package: str
    order: str
    why: str

    @property
    def is_in_netlist(self) -> bool:
        """Whether the netlist has to have it too."""
        return not self.why.endswith(OUTSIDE)

    @property
    def rated_v(self) -> float:
        """The voltage that `part` ends with, as a capacitor's does.

        Raises:
            ValueError: it ends with none.
        """
        match = _VOLTS.search(self.part)
        if match is None:
            raise ValueError(f"{self.reference}: {self.part!r} ends with no voltage such as 50 V")
        return float(match[1])

    @property
    def tolerance_share(self) -> float:
        """The tolerance as a share of the value; 0 where it is no percentage."""
        match = _PERCENT.fullmatch(self.tolerance)
        return float(match[1]) / 100 if match else 0.0


def parts_list(board: str = "pico_pwm") -> list[Part]:
    """Every row of a board's list, in its order.

    Raises:
        ValueError: the columns are others.
    """
    path = stage_folder(board) / "parts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if tuple(rows[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise ValueError(f"{path.name}: the columns are {', '.join(COLUMNS)}")
    return [Part(*row) for row in rows[1:]]
