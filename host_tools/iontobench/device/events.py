"""What arrives from a bench while a session runs, decoded into the units people use.

Frozen structs only: the views, the record and the report all consume these, whatever rung
they came from. `t_ms` is the board's own session clock, never the host's.
"""

from collections.abc import Sequence

import msgspec

from ionto.core import snapshot

FLAG_LIMITED = 1
FLAG_GATE = 2
FLAG_NEAR_COMPLIANCE = 4
FLAG_DIP = 8


class Sample(msgspec.Struct, frozen=True):
    """One telemetry frame: currents in uA, load voltage in mV, gross charge in uC."""

    seq: int
    t_ms: int
    state: int
    flags: int
    set_ua: float
    current_ua: float
    difference_ua: float
    load_mv: int
    dose_uc: int

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


class Gap(msgspec.Struct, frozen=True):
    """Frames that never arrived: `count` of them from `first_seq` on."""

    t_ms: int
    first_seq: int
    count: int


class LinkNote(msgspec.Struct, frozen=True):
    """Something on the link that is not a frame, said in words."""

    t_ms: int
    text: str


class LiveFault(msgspec.Struct, frozen=True):
    """A fault that was injected while the session ran: `KIND` or `KIND:VALUE`."""

    t_ms: int
    fault: str


class Snapshot(msgspec.Struct, frozen=True):
    """The last second before a fault, the oldest row first, a row every `row_us`.

    A row is sense A, sense B, load voltage and set point, as the board keeps them: `_q4` and mV.
    """

    row_us: int
    rows: tuple[tuple[int, int, int, int], ...]


def snapshot_of(flat: Sequence[int]) -> Snapshot | None:
    """What `bench.snapshot()` returned, in rows; None where there is not one whole row."""
    columns = [tuple(flat[at :: snapshot.COLUMNS]) for at in range(snapshot.COLUMNS)]
    rows = tuple(zip(*columns, strict=False))
    return Snapshot(snapshot.ROW_US, rows) if rows else None


Item = Sample | Event | Gap | LinkNote
