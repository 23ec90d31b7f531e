"""Checks a record's chain line by line and says what can be relied on.

Three verdicts: intact; incomplete (no closing line, so it was cut: everything up to the cut is
verified); damaged at line N (everything before N is verified). It shows damage, not forgery: a
chain without a key can be written anew by anyone. Reads only.
"""

import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from . import format as form

INTACT = "intact"
INCOMPLETE = "incomplete"
DAMAGED = "damaged"
CAVEAT = "A chain without a key shows damage, not forgery."

_OPENING_BYTES = 8192  # the two marks of a record are within them
_WHOLE_LINE = re.compile(rb',"h":"[0-9a-f]{64}"\}(.?)', re.DOTALL)
_DECODER = msgspec.json.Decoder(form.Line)

OnLine = Callable[[int, form.Line], None]


class Verdict(msgspec.Struct, frozen=True):
    """What the chain proves: `lines` and `size_bytes` verified, `head` the last hash of them."""

    status: str
    lines: int
    size_bytes: int
    head: str
    reason: str
    damaged_line: int | None = None

    def sentence(self) -> str:
        """The verdict in one line of words."""
        if self.status == INTACT:
            return f"intact: {self.lines} lines, head {self.head}"
        if self.status == INCOMPLETE:
            return f"incomplete: {self.reason}; {self.lines} lines verified up to the cut"
        return f"damaged at line {self.damaged_line}: {self.reason}; the lines before it verify"


class _DamageError(Exception):
    """The line in hand is not what was written."""


def verify(path: str | Path) -> Verdict:
    """Check one record.

    Raises:
        RecordError: no such file, not readable, or not a record at all.
    """
    return scan(path, _ignore)


def scan(path: str | Path, on_line: OnLine) -> Verdict:
    """Check one record and hand every verified line on, in order, with its number from 1."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise form.RecordError(f"{path}: not a file")
        with open(path, "rb") as stream:
            return scan_stream(stream, on_line, str(path))
    except OSError as error:
        raise form.RecordError(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        if isinstance(error, form.RecordError):
            raise
        raise form.RecordError(f"{str(path)!r}: no name of a file") from None


def scan_stream(stream: BinaryIO, on_line: OnLine, name: str) -> Verdict:
    """As `scan`, over an open binary stream; `name` is for messages."""
    opening = stream.read(_OPENING_BYTES)
    stream.seek(0)
    # One changed byte spoils at most one of the two marks: it stays a record, a damaged one.
    if form.MARK not in opening and not opening.startswith(form.MAGIC[: len(opening)]):
        raise form.RecordError(f"{name}: not a record of a session")
    chain = _Chain(name, on_line)
    while raw := stream.readline(form.MAX_LINE_BYTES + 1):
        try:
            if not chain.take(raw):
                break
        except _DamageError as damage:
            return chain.verdict(DAMAGED, str(damage))
    if chain.closed:
        return chain.verdict(INTACT, "every line verifies")
    return chain.verdict(INCOMPLETE, chain.cut)


class _Chain:
    """The chain so far: how many lines verify, and the last hash."""

    def __init__(self, name: str, on_line: OnLine):
        self._name = name
        self._on_line = on_line
        self._head = form.FIRST_HEAD
        self._lines = 0
        self._size_bytes = 0
        self.closed = False
        self.cut = "no closing line"

    def verdict(self, status: str, reason: str) -> Verdict:
        damaged_line = self._lines + 1 if status == DAMAGED else None
        head = self._head.decode()
        return Verdict(status, self._lines, self._size_bytes, head, reason, damaged_line)

    def take(self, raw: bytes) -> bool:
        """Verify the next line; False where the file was cut inside it."""
        if self.closed:
            raise _DamageError("something follows the closing line")
        if len(raw) > form.MAX_LINE_BYTES:
            raise _DamageError(f"longer than {form.MAX_LINE_BYTES} bytes")
        if not raw.endswith(b"\n"):
            self._check_cut(raw)
            self.cut = f"cut inside line {self._lines + 1}"
            return False
        body = raw[: -form.TAIL_BYTES] + b"}"
        head = form.link(self._head, body)
        if not raw.endswith(form.HASH_KEY + head + form.LINE_END):
            raise _DamageError("its hash does not follow from the line and the one before it")
        line = self._decode(body)
        self._check_place(line)
        self._on_line(self._lines + 1, line)
        self._head = head
        self._lines += 1
        self._size_bytes += len(raw)
        self.closed = line.close is not None
        return True

    def _check_cut(self, raw: bytes) -> None:
        """What a cut leaves is the beginning of a line, and nothing else."""
        whole = _WHOLE_LINE.search(raw)
        if whole and whole[1]:
            raise _DamageError("something follows its hash on the same line")
        if not raw.startswith(b'{"'[: len(raw)]) or min(raw) < 0x20:
            raise _DamageError("these bytes were never a record's")

    def _decode(self, body: bytes) -> form.Line:
        try:
            line = _DECODER.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise _DamageError("not a line of this format") from None
        if not line.is_one_thing():
            raise _DamageError("not a line of this format")
        return line

    def _check_place(self, line: form.Line) -> None:
        header = line.header
        if self._lines == 0:
            if header is None or header.get("format") != form.FORMAT:
                raise form.RecordError(f"{self._name}: not a record of a session")
            self._check_header(header)
        elif header is not None:
            raise _DamageError("a second header")
        close = line.close
        if close and (close.lines != self._lines or close.head != self._head.decode()):
            raise _DamageError("the closing line does not fit the lines before it")

    def _check_header(self, header: dict[str, Any]) -> None:
        version = header.get("format_version")
        if version not in form.READABLE:
            *older, newest = map(str, form.READABLE)
            known = f"{', '.join(older)} and {newest}"
            line = f"{self._name}: format {str(version)[:20]}; this program reads {known}"
            newer = isinstance(version, int) and version > form.FORMAT_VERSION
            raise form.RecordError(f"{line}; use a newer iontobench" if newer else line)
        if version >= form.OPTIONAL_KEYS_SINCE and form.header_trouble(header) is not None:
            raise _DamageError("an optional key of the header is not of this format")


def _ignore(_number: int, _line: form.Line) -> None:
    """Nothing to keep: the verdict is what was asked for."""
