"""Writes a record, line by line, so that whatever ends the process leaves a true record behind.

Each line goes to the kernel in one unbuffered write when it happens (0.7 us measured, 10 lines a
second), so a killed process loses nothing it was given and can only leave its last line cut.
Header, events, live faults, marks and the close are also synced to the disk (a few ms on a
laptop's, some ten a session); samples are not, so a power cut may lose what the kernel had not
written yet.
Units: as `format.py` says. It must not read a clock, and never replaces an existing record.
"""

import io
import os
from pathlib import Path
from typing import Any, Self

import msgspec

from ionto.core import codes
from iontobench.link.events import (
    Event,
    FaultSnapshot,
    GapNote,
    Item,
    LinkNote,
    LiveFault,
    Mark,
    Sample,
)

from . import format as form
from .host_columns import HostValues


class RecordWriter:
    """An open record; a context manager that leaves it incomplete unless `close` was called.

    Args:
        path: the file to create; its folder exists.
        header: everything that describes the session; `disclaimer` is added if absent.

    Raises:
        RecordError: the file exists, the header does not fit a line, or an optional key of it is
            not of the format.
        OSError: the disk is full or cannot be written; what was written stays as it is.
    """

    def __init__(self, path: str | Path, header: dict[str, Any]):
        self.path = Path(path)
        self.head = form.FIRST_HEAD
        self.lines = 0
        self._host = HostValues()
        described = _header(header)
        trouble = form.header_trouble(described)
        if trouble is not None:
            raise form.RecordError(f"the header of a record: {trouble}")
        body = msgspec.json.encode({"header": described})
        if len(body) + form.TAIL_BYTES > form.MAX_LINE_BYTES:
            raise form.RecordError(f"a header of {len(body)} bytes does not fit a record's line")
        try:
            self._stream = io.FileIO(self.path, "x")
        except FileExistsError:
            raise form.RecordError(f"{self.path}: is there already, and is kept") from None
        self._append(body)
        self._sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._end()

    def item(self, item: Item) -> None:
        """Append one thing that arrived from the bench; a long text is cut."""
        host = self._host.of(item)
        if isinstance(item, Sample):
            self._append(msgspec.json.encode({"sample": form.sample_row(item, host)}))
        elif isinstance(item, Event):
            name = codes.EVENT_NAMES.get(item.code, "unknown")
            row = msgspec.structs.astuple(item)
            self._append(msgspec.json.encode({"event": row, "name": name}))
            self._sync()
        elif isinstance(item, GapNote):
            self._append(msgspec.json.encode({"gap": (item.t_ms, item.first_seq, item.count)}))
        elif isinstance(item, LinkNote):
            text = form.text(item.text)[: form.NOTE_CHARS]
            self._append(msgspec.json.encode({"note": (item.t_ms, text)}))
        elif isinstance(item, LiveFault):
            row = (item.t_ms, form.label(item.fault))
            self._append(msgspec.json.encode({"fault_live": row}))
            self._sync()
        elif isinstance(item, Mark):
            self._append(msgspec.json.encode({"mark": (item.t_ms, form.label(item.text))}))
            self._sync()
        else:
            raise TypeError(f"{type(item).__name__} has no line in a record")

    def snapshot(self, snapshot: FaultSnapshot) -> None:
        """Append the last second before a fault."""
        rows = {"row_us": snapshot.row_us, "rows": snapshot.rows}
        self._append(msgspec.json.encode({"snapshot": rows}))
        self._sync()

    def close(self, summary: dict[str, Any]) -> str:
        """Append the closing line, sync, and return the head of the chain. Once only."""
        if self._stream.closed:
            raise form.RecordError(f"{self.path}: the record is closed")
        close = {
            "lines": self.lines,
            "head": self.head.decode(),
            "summary": form.plain(summary),
        }
        self._append(msgspec.json.encode({"close": close}))
        self._end()
        return self.head.decode()

    def _append(self, body: bytes) -> None:
        head = form.link(self.head, body)
        line = body[:-1] + form.HASH_KEY + head + form.LINE_END
        if self._stream.write(line) != len(line):
            self._stream.close()  # a second line after half a line would be damage, not a cut
            raise OSError(f"{self.path}: the disk took part of a line only")
        self.head = head
        self.lines += 1

    def _sync(self) -> None:
        os.fsync(self._stream.fileno())

    def _end(self) -> None:
        if not self._stream.closed:
            self._sync()
            self._stream.close()


def _header(header: dict[str, Any]) -> dict[str, Any]:
    """The header with the disclaimer first, then what a reader needs, then the rest sorted."""
    given = form.plain(header)
    return {
        "disclaimer": given.pop("disclaimer", form.DISCLAIMER),
        "format": form.FORMAT,
        "format_version": form.FORMAT_VERSION,
        "chain": form.CHAIN_NOTE,
        "columns": form.COLUMNS,
        **{k: v for k, v in given.items() if k not in ("format", "format_version")},
    }
