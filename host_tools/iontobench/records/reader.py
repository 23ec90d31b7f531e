"""Reads a record back into the items that were written: those that verify, and no others.

A cut or damaged record gives what precedes the cut or the damage, with the verdict. Currents come
back in uA, states as today's `codes.STATE_*` whatever version wrote them: versions 1 and 2 had
other numbers. Version 1 was written by two firmwares, the first with eleven states; a record lists
its states' names in the header, so their count tells the two apart. Nothing named in a record is
ever opened as a path.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ionto.core import codes
from iontobench.link.events import Event, FaultSnapshot, GapNote, LinkNote, LiveFault, Mark, Sample

from . import format as form
from .host_columns import HOST_COLUMNS
from .verify import Verdict, scan

_PEEK_BYTES = 64 * 1024  # a closing line is some 600 bytes

# Where a state stood is its old number.
_ELEVEN_STATES = (
    codes.STATE_IDLE,
    codes.STATE_PROBE,
    codes.STATE_RAMP,
    codes.STATE_HOLD,
    codes.STATE_RAMP_DOWN,
    codes.STATE_PAUSING,
    codes.STATE_PAUSED,
    codes.STATE_CONTACT,
    codes.STATE_REST,
    codes.STATE_DONE,
    codes.STATE_FAULT,
)
OLD_STATES = (
    codes.STATE_IDLE,
    codes.STATE_PROBE,
    codes.STATE_PROOF,
    codes.STATE_RAMP,
    codes.STATE_HOLD,
    codes.STATE_PULSE,
    codes.STATE_RAMP_DOWN,
    codes.STATE_TURNING,
    codes.STATE_PAUSING,
    codes.STATE_PAUSED,
    codes.STATE_CONTACT,
    codes.STATE_REST,
    codes.STATE_OFF,
    codes.STATE_DONE,
    codes.STATE_FAULT,
)
UNKNOWN = -1  # an old number without a state: today's state of that number would be a lie


class Record(msgspec.Struct):
    """One session as recorded. `summary` is None where the record has no closing line.

    `host` has the columns of the host by name, a value a sample; None in an older record.
    """

    header: dict[str, Any]
    samples: list[Sample]
    events: list[Event]
    gaps: list[GapNote]
    notes: list[LinkNote]
    summary: dict[str, Any] | None
    verdict: Verdict
    snapshot: FaultSnapshot | None = None
    faults_live: list[LiveFault] = []
    marks: list[Mark] = []
    host: dict[str, list[int | None]] = {}


def read(path: str | Path) -> Record:
    """Read and verify one record.

    Raises:
        RecordError: not a record, or not even its header survived.
    """
    lines = RecordLines()
    verdict = scan(path, lines.keep)
    if verdict.lines == 0:
        raise form.RecordError(f"{path}: {verdict.sentence()}; nothing can be read")
    return Record(
        lines.header,
        lines.samples,
        lines.events,
        lines.gaps,
        lines.notes,
        lines.summary,
        verdict,
        lines.snapshot,
        lines.faults_live,
        lines.marks,
        lines.host,
    )


def peek(path: str | Path) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Header and summary from both ends of a file, for lists: quick, and nothing is verified.

    Raises:
        RecordError: the header cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            first = stream.readline(form.MAX_LINE_BYTES)
            size_bytes = stream.seek(0, 2)
            stream.seek(max(0, size_bytes - _PEEK_BYTES))
            last = stream.read().rstrip(b"\n").rpartition(b"\n")[2]
    except OSError as error:
        raise form.RecordError(f"{path}: {error.strerror or error}") from None
    header = _peek_line(first.rstrip(b"\n"))
    if header is None or header.header is None:
        raise form.RecordError(f"{path}: not a record of a session")
    closing = _peek_line(last)
    return header.header, closing.close.summary if closing and closing.close else None


def _peek_line(raw: bytes) -> form.Line | None:
    body = raw[: 1 - form.TAIL_BYTES] + b"}"
    try:
        return msgspec.json.decode(body, type=form.Line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class RecordLines:
    """What the verified lines hold, sorted by kind."""

    def __init__(self) -> None:
        self.header: dict[str, Any] = {}
        self.samples: list[Sample] = []
        self.host: dict[str, list[int | None]] = {column.name: [] for column in HOST_COLUMNS}
        self.events: list[Event] = []
        self.gaps: list[GapNote] = []
        self.notes: list[LinkNote] = []
        self.faults_live: list[LiveFault] = []
        self.marks: list[Mark] = []
        self.summary: dict[str, Any] | None = None
        self.snapshot: FaultSnapshot | None = None
        self.states: tuple[int, ...] | None = None

    def keep(self, _number: int, line: form.Line) -> None:
        """Take one verified line in; as `verify.scan` wants it."""
        if line.sample is not None:
            self.samples.append(self._sample(line.sample))
            if self.host:
                for name, value in form.host_of(line.sample).items():
                    self.host[name].append(value)
        elif line.event is not None:
            self.events.append(self._event(line.event))
        elif line.gap is not None:
            self.gaps.append(GapNote(*line.gap))
        elif line.note is not None:
            self.notes.append(LinkNote(*line.note))
        elif line.fault_live is not None:
            self.faults_live.append(LiveFault(*line.fault_live))
        elif line.mark is not None:
            self.marks.append(Mark(*line.mark))
        elif line.snapshot is not None:
            self.snapshot = FaultSnapshot(line.snapshot.row_us, line.snapshot.rows)
        elif line.header is not None:
            self.header = line.header
            self.states = old_states(line.header)
        elif line.close is not None:
            self.summary = line.close.summary

    def _sample(self, row: tuple[int, ...]) -> Sample:
        sample = form.sample_of(row)
        if self.states is None:
            return sample
        state = todays_state(self.states, sample.state)
        return msgspec.structs.replace(sample, state=state)

    def _event(self, row: tuple[int, ...]) -> Event:
        event = Event(*row)
        if event.code != codes.EVENT_STATE:
            return event
        return msgspec.structs.replace(event, a=todays_state(self.states, event.a))


def old_states(header: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Today's number of each state number of a record; None where the record has today's."""
    version = header.get("format_version")
    if version not in (1, 2):
        return None
    columns = header.get("columns")
    names = columns.get("states") if isinstance(columns, dict) else None
    has_eleven = isinstance(names, list) and len(names) == len(_ELEVEN_STATES)
    return _ELEVEN_STATES if version == 1 and has_eleven else OLD_STATES


def todays_state(states: tuple[int, ...] | None, number: int) -> int:
    """Today's number of the state `number` of a record; `states` is what `old_states` gave."""
    if states is None:
        return number
    return states[number] if 0 <= number < len(states) else UNKNOWN
