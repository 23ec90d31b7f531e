"""The record's format, version 3: what one line is, and how lines are chained.

A record is UTF-8 JSON, one object a line, each line ended by one LF and nothing else. The object
has one member that says what the line is (`header`, `sample`, `event` with its `name`, `gap`,
`note`, `fault_live`, `mark`, `snapshot`, `close`) and, always last, `h`. The first line is the
header, its first member the disclaimer; the last is `close`, with the number of lines before it
and the last one's `h`. After a fault one `snapshot` precedes the close: the last second before it,
the oldest row first, a row every `row_us`.

Version 3 added what may be there and need not: in the header the keys of `HeaderKeys`, a line
`fault_live` for each fault that was injected while the session ran: it is written then, and its
`t_ms` says when the fault strikes; and a line `mark` for each remark of an operator. A record
whose header has `response` holds no session: it says how a load has responded to a plan. Version 1
had no snapshot; states of versions 1 and 2 had other numbers (`reader.py` translates them). Both
are still read.

`h` is 64 hex digits: SHA-256 over the previous line's `h` (64 zeros before the first line)
followed by this line's bytes without the LF and without the member `,"h":"..."`. The whole check:

    head = b"0" * 64
    for line in open("record.jsonl", "rb"):
        body, told = line[:-73] + b"}", line[-67:-3]
        head = hashlib.sha256(head + body).hexdigest().encode()
        assert told == head and line == body[:-1] + b',"h":"' + head + b'"}' + bytes([10])
    assert body.startswith(b'{"close":')

A chain without a key shows damage, not forgery: anyone can write a new one. The format is our
own, so that the lines above check a record without a library, and a cut leaves what precedes it.

Quantities are integers, so that a seed gives the same bytes everywhere: `_ms`, `_mv`, `_uc` as
named and currents in `_q4`, sixteenths of a microampere, which is how the core counts. The few
floats of header and summary keep nine significant digits. No wall clock, path or host version
belongs in a record of a virtual bench; those are in `meta.json` beside it.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec

from ionto.bench import NOTICE
from ionto.core import codes, fields
from iontobench.link.events import Sample

from .host_columns import HOST_COLUMNS

FORMAT = "iontobench-record"
# Optional keys of the header are read from this version on; a host's column is a version more.
OPTIONAL_KEYS_SINCE = 3
FORMAT_VERSION = max([OPTIONAL_KEYS_SINCE, *(column.since for column in HOST_COLUMNS)])
READABLE = tuple(range(1, FORMAT_VERSION + 1))
DISCLAIMER = NOTICE  # the firmware's own sentence opens every record
CHAIN_NOTE = (
    "h = SHA-256 in hex of the previous line's h (64 zeros first) + this line without its h. "
    "A chain without a key shows damage, not forgery."
)

MAGIC = b'{"header":{"disclaimer":"'  # every record begins so
MARK = b'","format":"iontobench-record","format_version":'  # and this follows the disclaimer
HASH_KEY = b',"h":"'
LINE_END = b'"}\n'
TAIL_BYTES = len(HASH_KEY) + 64 + len(LINE_END)
FIRST_HEAD = b"0" * 64
MAX_LINE_BYTES = 1 << 20  # a longer line is not read into memory
NOTE_CHARS = 200  # of a line on the link that was no frame
LABEL_CHARS = 80
DOSE_UNCERTAINTY = "dose_uncertainty"  # key of the closing line; older records have none
SCORE_MAX = 10  # of a response to a plan

# A row is a frame's fields without its kind, which the line's member says. Columns of the host
# stand behind them [docs/changing.md, A column of the record].
FRAME_COLUMNS = tuple(name for name, _, _ in fields.SAMPLE_FIELDS[1:])
_SAMPLE_COLUMNS = (*FRAME_COLUMNS, *(column.name for column in HOST_COLUMNS))
_EVENT_COLUMNS = tuple(name for name, _, _ in fields.EVENT_FIELDS[1:])
COLUMNS = {
    "sample": _SAMPLE_COLUMNS,
    "event": _EVENT_COLUMNS,
    "gap": ("t_ms", "first_seq", "count"),
    "note": ("t_ms", "text"),
    "fault_live": ("t_ms", "fault"),
    "mark": ("t_ms", "text"),
    "snapshot": ("a_q4", "b_q4", "load_mv", "set_q4"),
    "flags": tuple(fields.FLAG_NAMES[flag] for flag in sorted(fields.FLAG_NAMES)),
    "states": tuple(codes.STATE_NAMES[state] for state in sorted(codes.STATE_NAMES)),
}


# What every JSON reader keeps exactly; no bench counts as far.
Int = Annotated[int, msgspec.Meta(ge=-(1 << 53), le=1 << 53)]
SampleRow = Annotated[
    tuple[Int, ...],
    msgspec.Meta(min_length=len(FRAME_COLUMNS), max_length=len(_SAMPLE_COLUMNS)),
]
EventRow = Annotated[
    tuple[Int, ...],
    msgspec.Meta(min_length=len(_EVENT_COLUMNS), max_length=len(_EVENT_COLUMNS)),
]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=LABEL_CHARS)]
Moment = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class RecordError(ValueError):
    """A record that cannot be read, found or written; the text is one clear line."""


class Close(msgspec.Struct, forbid_unknown_fields=True):
    """The closing line: how many lines precede it, the `h` of the last, and the outcome."""

    lines: int
    head: str
    summary: dict[str, Any]


class LoadModel(msgspec.Struct, forbid_unknown_fields=True):
    """The model that stood for the load, with its parameters; units are in their names."""

    name: Label
    parameters: dict[Label, Int | float | str | bool] = {}


class PlanRun(msgspec.Struct, forbid_unknown_fields=True):
    """Which plan a record belongs to: its load, the site, the anode's side, the time in UTC.

    `sha256` is that of the plan's file; `override` is the reason given for a run that its rules
    did not allow yet, None for one that they did.
    """

    label: Label
    site: Label
    at: Moment
    sha256: Sha256
    anode: Literal["left", "right"] | None = None
    override: Annotated[str, msgspec.Meta(min_length=1, max_length=NOTE_CHARS)] | None = None


class PlanResponse(msgspec.Struct, forbid_unknown_fields=True):
    """How a load has responded to a plan, 0 for not at all; such a record holds no session."""

    score: Annotated[int, msgspec.Meta(ge=0, le=SCORE_MAX)]


class HeaderKeys(msgspec.Struct, omit_defaults=True):
    """The header's optional keys since version 3; other keys are passed over."""

    compliance_drawn_mv: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    load_model: LoadModel | None = None
    label: Label | None = None
    plan: PlanRun | None = None
    response: PlanResponse | None = None


class Rows(msgspec.Struct, forbid_unknown_fields=True):
    """A snapshot: rows of `COLUMNS["snapshot"]`."""

    row_us: Annotated[int, msgspec.Meta(gt=0, le=1_000_000)]
    rows: tuple[tuple[Int, Int, Int, Int], ...]


class Line(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One line without its `h`. Exactly one member is set, and `name` with `event`."""

    header: dict[str, Any] | None = None
    sample: SampleRow | None = None
    event: EventRow | None = None
    name: str | None = None
    gap: tuple[Int, Int, Int] | None = None
    note: tuple[Int, str] | None = None
    fault_live: tuple[Int, Label] | None = None
    mark: tuple[Int, Label] | None = None
    snapshot: Rows | None = None
    close: Close | None = None

    def is_one_thing(self) -> bool:
        """Whether exactly one member is set, and `name` with an event and nothing else."""
        members = _members(self)  # in one go: a record may have a million lines
        is_single = members.count(None) == len(members) - 1
        return is_single and (self.name is None) == (self.event is None)


_members = attrgetter(*(one for one in Line.__struct_fields__ if one != "name"))


def header_trouble(header: Mapping[str, Any]) -> str | None:
    """What is wrong with an optional key of a header of version 3, in words; None if nothing."""
    try:
        msgspec.convert(header, HeaderKeys)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def sample_row(sample: Sample, host: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The row of a sample: an integer for each of its columns, those of the host last."""
    return sample.row() + host


def host_of(row: Sequence[int]) -> dict[str, int | None]:
    """The columns of the host in a row, None for one that an older row lacks."""
    given = row[len(FRAME_COLUMNS) :]
    return {
        column.name: given[at] if at < len(given) else None
        for at, column in enumerate(HOST_COLUMNS)
    }


def sample_of(row: Sequence[int]) -> Sample:
    """The sample of a row, without the columns of the host, which an older row may lack."""
    return Sample.of(row[: len(FRAME_COLUMNS)])


def link(head: bytes, body: bytes) -> bytes:
    """The next `h` of a chain, as 64 ASCII hex digits."""
    return hashlib.sha256(head + body).hexdigest().encode()


def plain(value: Any) -> Any:
    """JSON types only, keys sorted, floats at nine significant digits, text without surrogates.

    Raises:
        RecordError: a number that is not finite.
        TypeError: an object that has no such form.
    """
    value = msgspec.to_builtins(value, str_keys=True)
    if isinstance(value, dict):
        return {text(key): plain(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RecordError(f"{value} is no number for a record")
        return float(f"{value:.9g}") + 0.0  # -0.0 becomes 0.0
    return value


def label(value: str) -> str:
    """Text as a `Label`: cut, and never empty."""
    return text(value)[:LABEL_CHARS] or "?"


def text(value: str) -> str:
    """Text that UTF-8 can hold: what it cannot is written as an escape."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
