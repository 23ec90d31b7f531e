"""Records side by side: how they ended, what they delivered, what decided them, what differs.

Numbers have their units in their names, as those of `records show --json`. A record that was cut
or damaged tells what verifies, and says so in its `verdict`.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from . import reader
from .commands import closing_numbers, find, session_of
from .measures import measured
from .quantities import finite
from .reader import Record
from .store import RecordStore
from .verify import INTACT

_ENDED = ("outcome", "fault", "dose_mamin")
_SESSION = ("protocol", "protocol_sha256", "board", "load", "label", "rung", "adc", "seed")
_FIRMWARE = ("firmware_version", "firmware_sha256")


class Compared(msgspec.Struct, frozen=True):
    """Some records in the order asked for: a row of values each, and the keys that differ."""

    records: list[Record]
    rows: list[dict[str, Any]]
    differs: list[str]


def compare_records(store: RecordStore, names: Sequence[str]) -> Compared:
    """Read the records and lay their values side by side.

    Raises:
        RecordError: one is not found, or no record.
    """
    entries = [find(store, name) for name in names]
    records = [reader.read(entry.record) for entry in entries]
    rows = [
        {"name": entry.name} | _row(record) for entry, record in zip(entries, records, strict=True)
    ]
    same_by_nature = ("name", "ok", "verdict")
    differs = [
        key
        for key in rows[0]
        if key not in same_by_nature and any(row[key] != rows[0][key] for row in rows)
    ]
    return Compared(records, rows, differs)


def _row(record: Record) -> dict[str, Any]:
    ended = closing_numbers(record.summary or {})
    session = finite(session_of(record.header))
    session["load"] = session.get("skin") or session.get("load_model")
    return {
        "ok": record.verdict.status == INTACT,
        "verdict": record.verdict.sentence(),
        **{key: ended[key] for key in _ENDED},
        **measured(record),
        **{key: ended[key] for key in ("duration_s", "peak_ma")},
        **{key: session.get(key) for key in (*_SESSION, *_FIRMWARE)},
    }
