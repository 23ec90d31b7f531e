"""`meta.json`, the record's companion: the wall clock and the host's version, with two hashes.

`record_sha256` is that of the record file's bytes. `meta_sha256` is that of the companion's own
other fields, as compact JSON with sorted keys in UTF-8; the whole check:

    fields = json.load(open("meta.json"))
    told = fields.pop("meta_sha256")
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert told == hashlib.sha256(text.encode()).hexdigest()

It is written last of all, whole or not at all, so a record without it is one whose session has
not ended. A hash without a key shows a change, not forgery. Must not read a clock.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec

from iontobench.disk import write_whole

from . import format as form

META_NAME = "meta.json"
RECORD_NAME = "record.jsonl"
_HASH = "meta_sha256"
_BYTES_MAX = 1 << 20

INTACT = "intact"
ALTERED = "altered"
NO_HASH = "without a hash"  # written before companions had one
ABSENT = "absent"
UNREADABLE = "unreadable"


class Meta(msgspec.Struct, frozen=True):
    """What a companion says, and the state it is in; no values where it is not readable."""

    state: str
    values: dict[str, Any]

    @property
    def is_there(self) -> bool:
        """Whether the session behind it has ended and said when it began."""
        return self.state not in (ABSENT, UNREADABLE)

    def agrees(self, record_path: str | Path) -> bool | None:
        """Whether the record is the file that it was written beside; None where it says nothing.

        Raises:
            OSError: the record cannot be read.
        """
        told = self.values.get("record_sha256")
        return None if told is None else told == file_sha256(record_path)


def write_meta(record_path: str | Path, started_at: str, host_version: str, **more: Any) -> Path:
    """Write `meta.json` beside a record, as the last thing of a session.

    Args:
        record_path: the record, closed or cut.
        started_at: wall clock as text (ISO 8601); the caller has the clock.
        host_version: of the host's package.
        more: anything else that must stay out of the record.
    """
    path = Path(record_path)
    fields = form.plain(
        {
            "started_at": started_at,
            "host_version": host_version,
            "record_sha256": file_sha256(path),
            **more,
        }
    )
    target = path.with_name(META_NAME)
    data = msgspec.json.format(msgspec.json.encode(fields | {_HASH: _sha256(fields)}), indent=2)
    write_whole(target, data + b"\n")
    return target


def read_meta(record_path: str | Path) -> Meta:
    """The companion of a record file; a file that is not called as a record's has none."""
    path = Path(record_path)
    if path.name != RECORD_NAME:
        return Meta(ABSENT, {})
    target = path.with_name(META_NAME)
    try:
        if not target.is_file():  # a pipe of that name would be waited for
            return Meta(UNREADABLE if os.path.lexists(target) else ABSENT, {})
        with target.open("rb") as stream:
            data = stream.read(_BYTES_MAX)
        values = msgspec.json.decode(data, type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Meta(UNREADABLE, {})
    fields = {key: value for key, value in values.items() if key != _HASH}
    if _HASH not in values:
        return Meta(NO_HASH, fields)
    return Meta(INTACT if values[_HASH] == _sha256(fields) else ALTERED, fields)


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes in hex, as `sha256sum` prints it."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sha256(fields: dict[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()
