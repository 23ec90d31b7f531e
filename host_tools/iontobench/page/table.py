"""A record on the table: the command line's verdict on it, its plots, its tables to take away.

What `iontobench records verify FILE` says of a file of that name is said here, by the same code.
Nothing that a record names is ever opened. Must not run a session.
"""

import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from iontobench import text
from iontobench.errors import UserError
from iontobench.records import RecordError, RecordStore, read
from iontobench.records.commands import show_record, verify_record, words_of
from iontobench.records.export import (
    EVENTS,
    SAMPLES,
    about_table,
    event_columns,
    sample_columns,
    write_csv,
)
from iontobench.records.meta import file_sha256, read_meta
from iontobench.records.reader import Record
from iontobench.records.store import Entry

from . import series, told
from .words import EXPORTS, RECORD_BYTES_MAX

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,99}\Z")
_ANY_NAME = "record.jsonl"
_LINES_MAX = 2000


class Table:
    """Keeps the record that was verified last, and the file of each session of the page."""

    def __init__(self) -> None:
        self._dropped: Path | None = None
        self._files: dict[str, Path] = {}

    def keep(self, of: str, record: Path) -> None:
        """From now on `export` finds the record of a session that the page ran."""
        self._files = {of: record}
        if self._dropped is not None:
            self._files["dropped"] = self._dropped

    def verified(self, message: dict[str, Any], data: bytes) -> dict[str, Any]:
        """The answer to `verify`.

        Raises:
            UserError: not a record at all; the line is the command line's.
        """
        if len(data) > RECORD_BYTES_MAX:
            raise UserError(f"the file is too large: at most {RECORD_BYTES_MAX} bytes")
        path = self._written(str(message.get("name", "")), data)
        try:
            store = RecordStore(path.parent / "none")
            found = verify_record(store, str(path))
            answer = {
                "type": "verified",
                "id": message.get("id"),
                "name": path.name,
                "ok": found["ok"],
                "sentence": found["sentence"],
                "caveat": found["caveat"],
                "plots": series.plots(),
            }
            if found["lines"] == 0:
                return answer | {"rows": [], "events": [], "columns": series.columns_of(())}
            return answer | _content(store, path)
        except RecordError as error:
            raise UserError(str(error).replace(f"{path.parent}/", "")) from None

    def exported(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to `export`.

        Raises:
            UserError: nothing to export, or no such kind.
        """
        of, kind = str(message.get("of")), str(message.get("kind"))
        path = self._files.get(of) or self._files.get("dropped")
        if path is None:
            raise UserError("there is no record on the table: run a session or drop a file")
        stem = path.parent.name if path.name == _ANY_NAME else path.stem
        answer = {"type": "file", "id": message.get("id")}
        if kind not in dict(EXPORTS):
            raise UserError(f"no export {kind[:20]!r}: {', '.join(dict(EXPORTS))}")
        if kind == "report":
            data = _report(path)
            return answer | {"name": f"{stem}.html", "mime": "text/html", "bytes": data}
        end = "-events" if kind == EVENTS else ""
        data = _csv(Entry(path.name, path, 0.0), kind == EVENTS)
        return answer | {"name": f"{stem}{end}.csv", "mime": "text/csv", "bytes": data}

    def _written(self, name: str, data: bytes) -> Path:
        """The file under its own name, where that is a plain one, in a folder of its own."""
        if self._dropped is not None:
            self._dropped.unlink(missing_ok=True)
            self._dropped.parent.rmdir()
        path = Path(tempfile.mkdtemp()) / (name if _PLAIN_NAME.match(name) else _ANY_NAME)
        path.write_bytes(data)
        self._dropped = self._files["dropped"] = path
        return path


def _content(store: RecordStore, path: Path) -> dict[str, Any]:
    found = show_record(store, str(path))
    words = words_of(found)
    rows = [[head, value] for part in words.values() for head, value in part.items()]
    if found["disclaimer"]:
        rows.append(["notice", found["disclaimer"]])
    record = read(path)
    return {
        "rows": rows,
        "events": _events(record),
        "columns": series.columns_of(record.samples),
    }


def _events(record: Record) -> list[dict[str, str]]:
    """Events, live faults, marks and what was lost, in the order of time; a part of very many."""
    said: list[tuple[Any, str]] = [(one, text.event(one)) for one in record.events]
    said += [(one, text.injected(one.fault)) for one in record.faults_live]
    said += [(one, text.marked(one.text)) for one in record.marks]
    said += [(one, f"{one.count} frames never arrived") for one in record.gaps]
    said += [(one, f"the link says: {one.text!r}") for one in record.notes]
    return [
        {"time": text.stamp(one.t_ms).strip(), "text": line, "tone": told.tone(one)}
        for one, line in _first(sorted(said, key=lambda row: row[0].t_ms))
    ]


def _first(rows: Sequence[tuple[Any, str]]) -> Sequence[tuple[Any, str]]:
    return rows[:_LINES_MAX]


def _report(path: Path) -> bytes:
    """The report as `iontobench records report` writes it, its plots drawn without matplotlib."""
    from iontobench.report import plain_plots
    from iontobench.report.page import render

    page = render(read(path), read_meta(path), file_sha256(path), plain_plots)
    return page.encode("utf-8", "replace")


def _csv(entry: Entry, of_events: bool) -> bytes:
    """The table as `iontobench records export` writes it."""
    record = read(entry.record)
    columns = event_columns(record.events) if of_events else sample_columns(record)
    about = about_table(
        entry,
        record.header,
        record.summary,
        record.verdict,
        EVENTS if of_events else SAMPLES,
        len(columns["t_ms"]),
    )
    stream = io.BytesIO()
    write_csv(stream, columns, about)
    return stream.getvalue()
