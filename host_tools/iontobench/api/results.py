"""A recorded session as numpy arrays: the same whether it was run just now or read from a file.

Units are in the names. Nothing here runs or writes anything.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from ionto.core import codes
from iontobench import text
from iontobench.errors import UserError
from iontobench.link.events import Event, FaultSnapshot, LiveFault, Mark, Sample
from iontobench.records import Record, Verdict
from iontobench.records.commands import outcome
from iontobench.records.quantities import event_values

if TYPE_CHECKING:
    import pandas  # pyright: ignore[reportMissingImports]

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
COLUMNS = (
    *("t_ms", "state", "flags", "set_ua", "current_ua", "difference_ua", "load_mv"),
    *("load_ohm", "dose_uc"),
)


@dataclass(frozen=True, eq=False)
class SessionEvent:
    """One event: its time, its name, a sentence, and its numbers with units in their names."""

    t_ms: int
    name: str
    text: str
    values: dict[str, float]

    @classmethod
    def of(cls, event: Event) -> Self:
        """The event in words."""
        name = codes.EVENT_NAMES.get(event.code, f"event {event.code}")
        return cls(event.t_ms, name, text.event(event), event_values(event))


@dataclass(frozen=True, eq=False)
class SessionResult:
    """How a session went. Every array has the shape (n,), one value for each sample, 10 a second.

    Attributes:
        protocol: the protocol's name.
        outcome: `complete`, `short`, `stopped`, `fault`, `refused`, `lost`, or `no closing line`
            for a record that was cut.
        fault: the fault's name, or None.
        t_ms: board time of each sample, int64.
        state: `state_names` has a name for each number, int64.
        flags: bits, as in the record format's `flags`, int64.
        set_ua: the set point, uA, float64.
        current_ua: the measured current, uA, float64.
        difference_ua: between the two current senses, uA, float64.
        load_mv: the voltage over the load, mV, int64.
        load_ohm: load_mv over current_ua, ohm, float64; NaN below 20 uA.
        dose_uc: the charge so far, without its sign, uC, int64.
        events, marks, faults_live: what happened, in order.
        snapshot: the last second before a fault, or None.
        frames_lost: telemetry frames that never arrived.
        header, summary: the record's first and closing line; `summary` is empty where it was cut.
        verdict: what the record's chain proves.
        record: the record's file; None where no folder was given to keep it.
    """

    protocol: str
    outcome: str
    fault: str | None
    t_ms: Integers
    state: Integers
    flags: Integers
    set_ua: Floats
    current_ua: Floats
    difference_ua: Floats
    load_mv: Integers
    load_ohm: Floats
    dose_uc: Integers
    events: tuple[SessionEvent, ...]
    marks: tuple[Mark, ...]
    faults_live: tuple[LiveFault, ...]
    snapshot: FaultSnapshot | None
    frames_lost: int
    header: dict[str, Any]
    summary: dict[str, Any]
    verdict: Verdict
    record: Path | None

    @classmethod
    def of(cls, record: Record, path: Path | None) -> Self:
        """What a record holds; `path` is its file, where that stays."""
        samples, summary = record.samples, record.summary or {}
        protocol, fault = record.header.get("protocol"), summary.get("fault")
        return cls(
            protocol=str(protocol.get("name") if isinstance(protocol, dict) else protocol),
            outcome=outcome(record.summary),
            fault=None if fault is None else str(fault),
            t_ms=_integers(samples, "t_ms"),
            state=_integers(samples, "state"),
            flags=_integers(samples, "flags"),
            set_ua=_floats(samples, "set_ua"),
            current_ua=_floats(samples, "current_ua"),
            difference_ua=_floats(samples, "difference_ua"),
            load_mv=_integers(samples, "load_mv"),
            load_ohm=_floats(samples, "load_ohm"),
            dose_uc=_integers(samples, "dose_uc"),
            events=tuple(map(SessionEvent.of, record.events)),
            marks=tuple(record.marks),
            faults_live=tuple(record.faults_live),
            snapshot=record.snapshot,
            frames_lost=sum(gap.count for gap in record.gaps),
            header=record.header,
            summary=summary,
            verdict=record.verdict,
            record=path,
        )

    @property
    def state_names(self) -> dict[int, str]:
        """The name of each number in `state`."""
        return dict(codes.STATE_NAMES)

    def to_pandas(self) -> "pandas.DataFrame":
        """The samples as a table, a column for each array; `attrs` has protocol and outcome.

        Raises:
            UserError: pandas is not installed.
        """
        try:
            import pandas  # pyright: ignore[reportMissingImports]
        except ModuleNotFoundError as error:
            line = "pandas is missing; install it: pip install 'iontobench[data]'"
            raise UserError(line) from error
        frame = pandas.DataFrame({name: getattr(self, name) for name in COLUMNS})
        attrs = {"protocol": self.protocol, "outcome": self.outcome, "fault": self.fault}
        frame.attrs.update(attrs)
        return frame


def _integers(samples: list[Sample], name: str) -> Integers:
    return np.array([getattr(sample, name) for sample in samples], dtype=np.int64)


def _floats(samples: list[Sample], name: str) -> Floats:
    """None becomes NaN."""
    return np.array([getattr(sample, name) for sample in samples], dtype=np.float64)
