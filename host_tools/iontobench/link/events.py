"""What arrives from a bench while a session runs, decoded into the units people use.

Frozen structs only. The views, the record and the report take them from every kind of bench.
`t_ms` is the board's own session clock, never the host's.
"""

from collections.abc import Sequence
from typing import Any, Self

import msgspec

from ionto.core import snapshot
from ionto.core.fields import SAMPLE_FIELDS
from ionto.core.units import UA_Q4

# What one unit of each of a sample's numbers is in its row: currents come in `_q4`.
_PER_UNIT = tuple(UA_Q4 if name.endswith("_q4") else 1 for name, _, _ in SAMPLE_FIELDS[1:])
_CURRENTS = tuple(index for index, per in enumerate(_PER_UNIT) if per != 1)


class Sample(msgspec.Struct, frozen=True):
    """One telemetry frame: currents in uA, load voltage in mV, gross charge in uC.

    Its fields are the firmware's `SAMPLE_FIELDS`, but for the kind, in the same order. A *row* is
    the same as the firmware's integers, on the wire and in a record.
    """

    seq: int
    t_ms: int
    state: int
    flags: int
    set_ua: float
    current_ua: float
    difference_ua: float
    load_mv: int
    dose_uc: int

    @classmethod
    def of(cls, row: Sequence[int]) -> Self:
        """The sample that a row says; the one place where a sample's currents become uA."""
        values: list[Any] = list(row)
        for index in _CURRENTS:
            values[index] /= UA_Q4
        return cls(*values)

    def row(self) -> tuple[int, ...]:
        """Its integers again; exact, since a sixteenth of a uA has a place in every float."""
        pairs = zip(msgspec.structs.astuple(self), _PER_UNIT, strict=True)
        return tuple(round(value * per) for value, per in pairs)

    @property
    def load_ohm(self) -> float | None:
        """Apparent resistance V / I, or None below 20 uA, where noise would decide it."""
        return None if self.current_ua < 20 else self.load_mv * 1000 / self.current_ua


class Event(msgspec.Struct, frozen=True):
    """One event frame: `code` is an `ionto.core.codes.EVENT_*`, `a` and `b` as listed there."""

    seq: int
    t_ms: int
    code: int
    a: int
    b: int


class GapNote(msgspec.Struct, frozen=True):
    """Frames that never arrived: `count` of them from `first_seq` on."""

    t_ms: int
    first_seq: int
    count: int


class LinkNote(msgspec.Struct, frozen=True):
    """Something on the link that is not a frame, said in words."""

    t_ms: int
    text: str


class LiveFault(msgspec.Struct, frozen=True):
    """A fault that was injected while the session ran: `KIND` or `KIND:VALUE`.

    `t_ms` is when it strikes, which may be later than when it was injected.
    """

    t_ms: int
    fault: str


class Mark(msgspec.Struct, frozen=True):
    """An operator's remark; `t_ms` is the board's time of the newest frame when it was made."""

    t_ms: int
    text: str


class FaultSnapshot(msgspec.Struct, frozen=True):
    """The last second before a fault, the oldest row first, a row every `row_us`.

    A row is sense A, sense B, load voltage and set point, as the board keeps them: `_q4` and mV.
    """

    row_us: int
    rows: tuple[tuple[int, int, int, int], ...]


def snapshot_of(flat: Sequence[int]) -> FaultSnapshot | None:
    """What `bench.snapshot()` returned, in rows; None where there is not one whole row."""
    columns = [tuple(flat[at :: snapshot.COLUMNS]) for at in range(snapshot.COLUMNS)]
    rows = tuple(zip(*columns, strict=False))
    return FaultSnapshot(snapshot.ROW_US, rows) if rows else None


Item = Sample | Event | GapNote | LinkNote | LiveFault | Mark
