"""A record's samples as columns: a numpy array for each field of `Sample`, in its units.

For sessions of a million samples, where a struct for each would take minutes: the integers of all
lines go into one block, and are scaled at once. States are today's `codes.STATE_*` as in `reader`.
Must not judge a value.
"""

from array import array
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ionto.core import units
from iontobench.link.events import Event

from . import format as form
from .reader import UNKNOWN, RecordLines
from .verify import Verdict, scan

_ABSENT = -(1 << 63)  # of a row that has fewer columns than today's: no number of a record

Column = NDArray[np.int64] | NDArray[np.float64]


class RecordColumns(msgspec.Struct, frozen=True):
    """What verifies of one record. `samples` has the names and the order of `Sample`'s fields.

    The columns of the host follow; one that no row has, since the record is older, is left out.
    `summary` is None where the record has no closing line.
    """

    header: dict[str, Any]
    samples: dict[str, Column]
    events: list[Event]
    summary: dict[str, Any] | None
    verdict: Verdict


def read_columns(path: str | Path) -> RecordColumns:
    """Read and verify one record.

    Raises:
        RecordError: not a record, or not even its header survived.
    """
    names = form.COLUMNS["sample"]
    lines = RecordLines()
    numbers = array("q")

    def keep(number: int, line: form.Line) -> None:
        if line.sample is None:
            lines.keep(number, line)
        else:
            numbers.extend(line.sample)
            lacks = len(names) - len(line.sample)
            if lacks:
                numbers.extend([_ABSENT] * lacks)

    verdict = scan(path, keep)
    if verdict.lines == 0:
        raise form.RecordError(f"{path}: {verdict.sentence()}; nothing can be read")
    rows = np.frombuffer(numbers, dtype=np.int64).reshape(-1, len(names))
    samples = dict(
        _column(name, rows[:, at])
        for at, name in enumerate(names)
        if name in form.FRAME_COLUMNS or (rows[:, at] != _ABSENT).any()
    )
    if lines.states is not None:
        samples["state"] = _todays(samples["state"], lines.states)
    return RecordColumns(lines.header, samples, lines.events, lines.summary, verdict)


def texts(column: Column) -> list[Any]:
    """Values as they are written. Currents repeat: each is written out once, a quarter faster."""
    if column.dtype != np.float64:
        return column.tolist()
    values, places = np.unique(column, return_inverse=True)
    return np.array([repr(value) for value in values.tolist()], dtype=object)[places].tolist()


def _column(name: str, numbers: NDArray[np.int64]) -> tuple[str, Column]:
    """A column of a record under its sample's name; a sixteenth of a uA is exact in a float."""
    is_absent = numbers == _ABSENT
    if is_absent.any():
        numbers = np.where(is_absent, np.nan, numbers)
    if name.endswith("_q4"):
        return name.removesuffix("_q4") + "_ua", numbers / units.UA_Q4
    return name, np.ascontiguousarray(numbers)


def _todays(numbers: Column, states: tuple[int, ...]) -> Column:
    """As `reader.todays_state`, for a column."""
    is_known = (numbers >= 0) & (numbers < len(states))
    return np.array([*states, UNKNOWN])[np.where(is_known, numbers, len(states)).astype(np.int64)]
