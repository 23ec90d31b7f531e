"""The folder of records: `records/<name>/` with record.jsonl, meta.json and report.html.

Names are `<protocol>-s<seed>-<NNN>`, without a seed for a real board: the same run makes the same
name, and the number keeps a second one apart. The folders are the truth; there is no index. Reads
wall-clock time only from what others wrote (meta.json, the file's own time).
"""

import re
from datetime import datetime
from pathlib import Path

import msgspec

from iontobench.disk import slug

from .format import RecordError
from .meta import RECORD_NAME, Meta, read_meta

REPORT_NAME = "report.html"
_NAMES_SHOWN = 5
_SLUG_MAX = 60
_NUMBERS = 100_000


class Entry(msgspec.Struct, frozen=True):
    """One record's file; `started_s` is its wall clock as seconds since 1970."""

    name: str
    record: Path
    started_s: float

    @property
    def report(self) -> Path:
        return self.record.with_name(REPORT_NAME)

    def meta(self) -> Meta:
        """What meta.json says beside it, and in which state that is."""
        return read_meta(self.record)


class RecordStore:
    """Records under `<data_dir>/records`; the folder is made with the first record."""

    def __init__(self, data_dir: str | Path):
        self.root = Path(data_dir) / "records"

    def new_path(self, protocol_name: str, seed: int | None) -> Path:
        """Make the folder of a new record and return the path of its record file.

        Args:
            seed: what decided the session; None where nothing did, on a real board.

        Raises:
            RecordError: the folder cannot be made.
        """
        stem = (slug(protocol_name, _SLUG_MAX) or "session") + (
            "" if seed is None else f"-s{seed}"
        )
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            for number in range(self._last_number(stem) + 1, _NUMBERS):
                folder = self.root / f"{stem}-{number:03d}"
                try:
                    folder.mkdir()  # the kernel decides between two who want the same name
                except FileExistsError:
                    continue
                return folder / RECORD_NAME
        except OSError as error:
            why = error.strerror or error
            raise RecordError(f"{self.root}: {why}; name another folder with --data") from None
        raise RecordError(f"{self.root}: no number is left for {stem}")

    def list(self) -> list[Entry]:
        """Every folder that holds a record, newest first."""
        if not self.root.is_dir():
            return []
        found = [
            Entry(folder.name, folder / RECORD_NAME, _started_s(folder))
            for folder in self.root.iterdir()
            if (folder / RECORD_NAME).is_file()
        ]
        return sorted(found, key=lambda entry: (entry.started_s, entry.name), reverse=True)

    def find(self, name: str) -> Entry:
        """The record of that name, unique beginning of a name, or `last` for the newest.

        A record without meta.json, of a session that runs or that a crash cut, is never `last`.

        Raises:
            RecordError: none, or more than one.
        """
        entries = self.list()
        if not entries:
            raise RecordError(f"{self.root}: no records yet")
        if name == "last":
            return _last(entries)
        exact = [entry for entry in entries if entry.name == name]
        found = exact or [entry for entry in entries if name and entry.name.startswith(name)]
        if len(found) == 1:
            return found[0]
        if not found:
            raise RecordError(f"{name!r}: no record of that name; the newest is {entries[0].name}")
        shown = ", ".join(entry.name for entry in found[:_NAMES_SHOWN])
        more = f" and {len(found) - _NAMES_SHOWN} more" if len(found) > _NAMES_SHOWN else ""
        raise RecordError(f"{name!r} fits {len(found)} records: {shown}{more}")

    def _last_number(self, stem: str) -> int:
        numbers = [0]
        for folder in self.root.iterdir():
            match = re.fullmatch(re.escape(stem) + r"-(\d{3,5})", folder.name)
            if match:
                numbers.append(int(match[1]))
        return max(numbers)


def _last(entries: list[Entry]) -> Entry:
    for entry in entries:
        if entry.meta().is_there:
            return entry
    newest = entries[0].name
    raise RecordError(
        f"no session has ended yet: {newest} has no meta.json; name it to look at it"
    )


def _started_s(folder: Path) -> float:
    record = folder / RECORD_NAME
    try:
        return datetime.fromisoformat(read_meta(record).values["started_at"]).timestamp()
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return record.stat().st_mtime
