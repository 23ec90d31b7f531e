"""What `records list | show | verify | report` do, as functions that return data.

Values are for people: mA, V, kOhm, mA·min, seconds. Printing, colours and exit codes are the
command line's. `name` is a record's name, its unique beginning, `last`, or a record file.
"""

from pathlib import Path
from typing import Any

from ionto.core import faults, units
from iontobench import words as said

from . import reader
from .format import RecordError
from .quantities import UA_PER_MA, label, quantity
from .store import RECORD_NAME, Entry, RecordStore
from .verify import CAVEAT, INTACT, verify
from .writer import file_sha256


def list_records(store: RecordStore) -> list[dict[str, Any]]:
    """One row a record, newest first; from header and closing line only, nothing is verified."""
    return [_row(entry) for entry in store.list()]


def show_record(store: RecordStore, name: str) -> dict[str, Any]:
    """Header, summary, events in words and the verdict of one record.

    Raises:
        RecordError: not found, or not a record.
    """
    entry = find(store, name)
    record = reader.read(entry.record)
    return {
        "name": entry.name,
        "record": str(entry.record),
        "verdict": record.verdict.sentence(),
        "caveat": CAVEAT,
        "outcome": outcome(record.summary),
        "summary": shown(record.summary or {}),
        "session": shown(_brief(record.header)),
        "samples": len(record.samples),
        "snapshot_rows": 0 if record.snapshot is None else len(record.snapshot.rows),
        "frames_lost": sum(gap.count for gap in record.gaps),
        "events": [
            {
                "t_s": event.t_ms / 1000,
                "time": said.stamp(event.t_ms).strip(),
                "event": faults.EVENT_NAMES.get(event.code, f"event {event.code}"),
                "what": said.event(event),
            }
            for event in record.events
        ],
        "notes": [{"t_s": note.t_ms / 1000, "text": note.text} for note in record.notes],
        "disclaimer": str(record.header.get("disclaimer", "")),
    }


def verify_record(store: RecordStore, name: str) -> dict[str, Any]:
    """The verdict on one record, and whether it is still the file that meta.json saw.

    `ok` is true for an intact record that no meta.json contradicts.
    """
    entry = find(store, name)
    verdict = verify(entry.record)
    told = entry.meta().get("record_sha256")
    same = None if told is None else told == file_sha256(entry.record)
    sentence = verdict.sentence()
    if same is False:
        sentence += "; but meta.json was written beside another file: the hashes differ"
    return {
        "name": entry.name,
        "ok": verdict.status == INTACT and same is not False,
        "status": verdict.status,
        "lines": verdict.lines,
        "damaged_line": verdict.damaged_line,
        "head": verdict.head,
        "meta_agrees": same,
        "sentence": sentence,
        "caveat": CAVEAT,
    }


def make_report(store: RecordStore, name: str, out: str | Path | None = None) -> Path:
    """Write the report of one record beside it, or to `out`; return where it is."""
    from ..report import (
        write_report,
    )  # matplotlib's second of loading is for reports alone

    entry = find(store, name)
    target = Path(out) if out else entry.report
    write_report(entry.record, target)
    return target


def find(store: RecordStore, name: str) -> Entry:
    """A record of the store, or a record file or folder from elsewhere."""
    path = Path(name)
    try:
        return store.find(name)
    except RecordError:
        if "\0" in name or not path.exists():
            raise
    if (path / RECORD_NAME).is_file():
        return Entry(path.resolve().name, path / RECORD_NAME, 0.0)
    if path.is_dir():
        raise RecordError(f"{name}: a folder without {RECORD_NAME}")
    return Entry(path.name, path, 0.0)


def outcome(summary: dict[str, Any] | None) -> str:
    """The outcome as a word, or that there is none."""
    return "no closing line" if summary is None else str(summary.get("outcome", "unknown"))


def shown(values: dict[str, Any]) -> dict[str, str]:
    """Names without units and values with them."""
    return {label(key): quantity(key, value) for key, value in values.items()}


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": entry.name,
        "started_at": entry.meta().get("started_at"),
    }
    try:
        header, summary = reader.peek(entry.record)
    except RecordError as error:
        return row | {"outcome": "not readable", "problem": str(error)}
    values = summary or {}
    return row | {
        "protocol": _name(header.get("protocol")),
        "board": _name(header.get("board")),
        "rung": header.get("rung"),
        "seed": header.get("seed"),
        "outcome": outcome(summary),
        "fault": values.get("fault"),
        "dose_mamin": _scaled(values.get("dose_uc"), units.UC_PER_MAMIN, 3),
        "duration_s": _scaled(values.get("duration_us"), 1_000_000, 1),
        "peak_ma": _scaled(values.get("true_peak_ua"), UA_PER_MA, 3),
        "report": entry.report.is_file(),
    }


def _brief(header: dict[str, Any]) -> dict[str, Any]:
    """The header's short values: names and numbers, no protocol text and no tables."""
    names = {key: _name(header.get(key)) for key in ("protocol", "board", "profile", "skin")}
    single = {key: header.get(key) for key in ("rung", "adc", "seed", "started_at")}
    injected = header.get("faults") or []
    values = names | single | {"injected faults": ", ".join(map(str, injected)) or None}
    return {key: value for key, value in values.items() if value is not None}


def _name(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("name")
    return None if value is None else str(value)


def _scaled(value: Any, divisor: int, decimals: int) -> float | None:
    return round(value / divisor, decimals) if isinstance(value, int | float) else None
