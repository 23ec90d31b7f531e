"""What `records list | show | verify` do, as functions that return data.

Values are numbers; their units are in their names. Printing, colours and exit codes are the
command line's, and `words_of` has the tables that it prints. `name` is a record's name, its
unique beginning, `last`, or a record file.
"""

from pathlib import Path
from typing import Any

from ionto.core import codes, units
from iontobench import text as said

from . import meta, reader
from .filters import EVERY, RecordFilter
from .format import DOSE_UNCERTAINTY, RecordError
from .host_columns import told_of
from .measures import measured
from .meta import RECORD_NAME
from .quantities import UA_PER_MA, event_values, finite, label, quantity, told_uncertainty
from .store import Entry, RecordStore
from .verify import CAVEAT, INTACT, Verdict, verify

# What a closing line says, under the names of `run --json`: name, its own name, divisor, decimals.
_CLOSING = (
    ("dose_mamin", "dose_uc", units.UC_PER_MAMIN, 5),
    ("dose_true_mamin", "true_charge_uc", units.UC_PER_MAMIN, 5),
    ("duration_s", "duration_us", 1_000_000, 3),
    ("peak_ma", "true_peak_ua", UA_PER_MA, 5),
    ("overshoot_ua", "overshoot_ua", 1, 3),
    ("gate_off_ms", "gate_off_us", 1000, 3),
)
_PLAIN_KEYS = ("rung", "adc", "seed", "started_at", "compliance_drawn_mv", "label")
_META_SAYS = {
    meta.INTACT: "",
    meta.ALTERED: "; but meta.json was altered: its hash does not follow from its fields",
    meta.NO_HASH: "; meta.json is without a hash of its own",
    meta.ABSENT: "; there is no meta.json beside it",
    meta.UNREADABLE: "; but meta.json cannot be read",
}


def list_records(store: RecordStore, wanted: RecordFilter = EVERY) -> list[dict[str, Any]]:
    """One row a record, newest first; from header and closing line only, nothing is verified."""
    rows = (_row(entry) for entry in store.list())
    return [row for row in rows if wanted.takes(row)]


def show_record(store: RecordStore, name: str) -> dict[str, Any]:
    """Header, summary, events and the verdict of one record: numbers with their units' names.

    `summary` has the names of `run --json`; `measured` is what samples and events add up to;
    `bounds` what the checker had proven; `closing` is the record's own closing line, in its
    integers.

    Raises:
        RecordError: not found, or not a record.
    """
    entry = find(store, name)
    record = reader.read(entry.record)
    found = _judged(entry, record.verdict)
    return {
        "name": entry.name,
        "record": str(entry.record),
        "ok": found["ok"],
        "verdict": found["sentence"],
        "caveat": CAVEAT,
        "outcome": outcome(record.summary),
        "started_at": _started_at(entry),
        "summary": closing_numbers(record.summary or {}),
        "measured": measured(record),
        "closing": finite(record.summary or {}),
        "session": finite(session_of(record.header)),
        "bounds": finite(_bounds(record.header)),
        "samples": len(record.samples),
        "snapshot_rows": 0 if record.snapshot is None else len(record.snapshot.rows),
        "frames_lost": sum(gap.count for gap in record.gaps),
        "gaps": [
            {"t_s": gap.t_ms / 1000, "first_seq": gap.first_seq, "frames": gap.count}
            for gap in record.gaps
        ],
        "events": [
            {
                "t_s": event.t_ms / 1000,
                "time": said.stamp(event.t_ms).strip(),
                "event": codes.EVENT_NAMES.get(event.code, f"event {event.code}"),
                "what": said.event(event),
                "values": event_values(event),
            }
            for event in record.events
        ],
        "faults_live": [
            {"t_s": live.t_ms / 1000, "fault": live.fault} for live in record.faults_live
        ],
        "marks": [{"t_s": mark.t_ms / 1000, "text": mark.text} for mark in record.marks],
        "notes": [{"t_s": note.t_ms / 1000, "text": note.text} for note in record.notes],
        "disclaimer": str(record.header.get("disclaimer", "")),
    }


def words_of(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Session and closing line of what `show_record` has found, with units, for people.

    What is told of the columns of the host stands with the closing line.
    """
    of_host = {key: found["measured"][key] for key in told_of({})}
    session = found["session"] | {
        "injected faults": ", ".join(map(str, found["session"].get("faults", ())))
    }
    session.pop("faults", None)
    closing = found["closing"] | of_host
    sure = told_uncertainty(closing)
    closing.pop(DOSE_UNCERTAINTY, None)
    summary = shown(closing)
    dose_uc = _scaled(closing.get("dose_uc"), 1, 0)
    if sure is not None and dose_uc is not None:
        summary["dose"] = said.dose_within(dose_uc, *sure)
    return {
        "session": shown({key: value for key, value in session.items() if value != ""}),
        "summary": summary,
    }


def verify_record(store: RecordStore, name: str) -> dict[str, Any]:
    """The verdict on one record and on its companion meta.json.

    `ok` is true for an intact record that no meta.json contradicts, where that is as it was
    written; one from before it had a hash of its own is said to have none.
    """
    entry = find(store, name)
    return {"name": entry.name, **_judged(entry, verify(entry.record)), "caveat": CAVEAT}


def _judged(entry: Entry, verdict: Verdict) -> dict[str, Any]:
    beside = entry.meta()
    same = beside.agrees(entry.record)
    sentence = verdict.sentence() + _META_SAYS[beside.state]
    if same is False:
        sentence += "; but meta.json was written beside another file: the hashes differ"
    beside_is_ok = same is not False and beside.state not in (meta.ALTERED, meta.UNREADABLE)
    return {
        "ok": verdict.status == INTACT and beside_is_ok,
        "status": verdict.status,
        "lines": verdict.lines,
        "damaged_line": verdict.damaged_line,
        "head": verdict.head,
        "meta": beside.state,
        "meta_agrees": same,
        "sentence": sentence,
    }


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
        "started_at": _started_at(entry),
    }
    try:
        header, summary = reader.peek(entry.record)
    except RecordError as error:
        return row | {"outcome": "not readable", "problem": str(error)}
    values = summary or {}
    return row | {
        "protocol": _name(header.get("protocol")),
        "label": _word(header.get("label")),
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


def session_of(header: dict[str, Any]) -> dict[str, Any]:
    """The header's short values: names and numbers, no protocol text and no tables."""
    names = ("protocol", "board", "profile", "skin", "load_model")
    values: dict[str, Any] = {key: _name(header.get(key)) for key in names}
    values |= {key: header.get(key) for key in _PLAIN_KEYS}
    plan = header.get("plan")
    values["plan"] = said.plan_run(plan) if isinstance(plan, dict) else None
    firmware = header.get("firmware")
    values |= {
        "protocol_sha256": _member(header.get("protocol"), "sha256"),
        "firmware_version": _member(firmware, "version"),
        "firmware_sha256": _member(firmware, "sha256"),
    }
    injected = header.get("faults") or []
    values["faults"] = list(injected) if isinstance(injected, list) else [injected]
    return {key: value for key, value in values.items() if value is not None}


def closing_numbers(closing: dict[str, Any]) -> dict[str, Any]:
    """A closing line under the names of `run --json`."""
    seen = {"true_peak_ua": closing.get("peak_ua")} | {
        key: value for key, value in closing.items() if value is not None
    }
    numbers = {name: _scaled(seen.get(own), by, places) for name, own, by, places in _CLOSING}
    expanded_uc, k = told_uncertainty(closing) or (None, None)
    numbers["dose_uncertainty_mamin"] = _scaled(expanded_uc, units.UC_PER_MAMIN, 5)
    numbers["dose_coverage_factor"] = _scaled(k, 1, 2)
    return {"outcome": outcome(closing or None), "fault": _name(closing.get("fault")), **numbers}


def _bounds(header: dict[str, Any]) -> dict[str, Any]:
    """What the checker had proven of the program, in its own numbers."""
    found = _member(header.get("limits"), "bounds")
    return found if isinstance(found, dict) else {}


def _member(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _started_at(entry: Entry) -> str | None:
    told = entry.meta().values.get("started_at")
    return told if isinstance(told, str) else None


def _name(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("name")
    return None if value is None else str(value)


def _scaled(value: Any, divisor: int, decimals: int) -> float | None:
    value = None if isinstance(value, bool) else finite(value)
    return round(value / divisor, decimals) if isinstance(value, int | float) else None
