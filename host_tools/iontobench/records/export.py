"""A record's samples or events as a table for other programs: CSV or Parquet.

A column is a field of `Sample`, its unit in its name; events have their two numbers as `a` and
`b`, and under their names with units in `values`, as JSON. What describes the session stays with
the table, each value as JSON: in a CSV file as lines `# key: value` on top, in a Parquet file as
metadata `iontobench.key`. The numbers are the record's own, exactly. Only verified lines are told.
[docs/data.md, Export] has the page. Parquet needs pyarrow, of the extra `data`.
"""

import csv
import importlib
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from ionto.core import codes, fields
from iontobench.disk import write_new
from iontobench.errors import MissingExtraError
from iontobench.link.events import Event, Sample

from .commands import find
from .quantities import event_values, finite
from .reader import Record
from .store import Entry, RecordStore
from .verify import INTACT, Verdict

if TYPE_CHECKING:
    from .columns import Column

KINDS = ("csv", "parquet")
SAMPLES, EVENTS = "samples", "events"
PREFIX = "iontobench."  # of a key of Parquet's metadata
_ROWS_AT_ONCE = 100_000

Columns = dict[str, "Column | list[Any]"]


class Exported(msgspec.Struct, frozen=True):
    """What was written, and whether the whole record stands behind it."""

    file: Path
    rows: int
    is_intact: bool
    verdict: str


def export_record(
    store: RecordStore, name: str, kind: str, of_events: bool, target: Path | None
) -> Exported:
    """Write the samples of a record, or its events, into a new file.

    Args:
        kind: one of `KINDS`.
        target: the file; by default `<name>.<kind>` or `<name>-events.<kind>` in this folder.

    Raises:
        RecordError: not found, or not a record.
        MissingExtraError: Parquet without pyarrow.
        OSError: there is such a file already, or it cannot be written.
    """
    from .columns import read_columns  # numpy, for sessions of a million samples

    write = _parquet_writer() if kind == "parquet" else write_csv
    entry = find(store, name)
    if target is None:
        end = "-events" if of_events else ""
        target = Path(f"{entry.name.removesuffix('.jsonl')}{end}.{kind}")
    found = read_columns(entry.record)
    columns: Columns = event_columns(found.events) if of_events else dict(found.samples)
    rows = len(columns["t_ms"])
    table = EVENTS if of_events else SAMPLES
    about = about_table(entry, found.header, found.summary, found.verdict, table, rows)
    write_new(target, lambda stream: write(stream, columns, about))
    verdict = found.verdict
    return Exported(target, rows, verdict.status == INTACT, verdict.sentence())


def write_csv(stream: BinaryIO, columns: Columns, about: dict[str, str]) -> None:
    """Comment lines, a line of names, a line a row; ASCII, lines end in one line feed."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    text.writelines(f"# {key}: {value}\n" for key, value in about.items())
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    count = len(columns["t_ms"])
    for start in range(0, count, _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        rows.writerows(zip(*(_plain(column[part]) for column in columns.values()), strict=True))
    text.flush()
    text.detach()


def event_columns(events: Sequence[Event]) -> Columns:
    """Events with their names; `values` are their numbers with units, as JSON."""
    return {
        "seq": [event.seq for event in events],
        "t_ms": [event.t_ms for event in events],
        "code": [event.code for event in events],
        "event": [codes.EVENT_NAMES.get(event.code, "unknown") for event in events],
        "a": [event.a for event in events],
        "b": [event.b for event in events],
        "values": [_json(event_values(event)) for event in events],
    }


def sample_columns(record: Record) -> Columns:
    """Samples as `read_columns` gives them, in lists: for a record that has been read."""
    columns: Columns = {
        name: [getattr(sample, name) for sample in record.samples]
        for name in Sample.__struct_fields__
    }
    for name, values in record.host.items():
        if all(value is not None for value in values):
            columns[name] = values
        elif any(value is not None for value in values):  # older rows have no number
            columns[name] = [math.nan if value is None else float(value) for value in values]
    return columns


def _parquet_writer() -> Any:
    """The function that writes Parquet.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise MissingExtraError("--parquet", error, "data") from error

    def write(stream: BinaryIO, columns: Columns, about: dict[str, str]) -> None:
        table = arrow.table(columns)
        told = {PREFIX + key: value for key, value in about.items()}
        parquet.write_table(table.replace_schema_metadata(told), stream)

    return write


def about_table(
    entry: Entry,
    header: dict[str, Any],
    summary: dict[str, Any] | None,
    verdict: Verdict,
    table: str,
    rows: int,
) -> dict[str, str]:
    """What describes the session and the table, each value as JSON."""
    meta = entry.meta().values
    told = {
        "disclaimer": str(header.get("disclaimer", "")),
        "record": entry.name,
        "table": table,
        "rows": rows,
        "verdict": verdict.sentence(),
        "head": verdict.head,
        "started_at": meta.get("started_at"),
        "host_version": meta.get("host_version"),
        "states": {str(number): name for number, name in sorted(codes.STATE_NAMES.items())},
        "flags": {str(bit): name for bit, name in sorted(fields.FLAG_NAMES.items())},
        "summary": summary,
        "header": header,
    }
    return {key: _json(finite(value)) for key, value in told.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def _plain(part: "Column | list[Any]") -> list[Any]:
    """Values for the CSV writer."""
    if isinstance(part, list):
        return part
    from .columns import texts

    return texts(part)
