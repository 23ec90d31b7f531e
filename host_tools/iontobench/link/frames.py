"""Frames of the link, decoded with the firmware's own tables.

A frame that does not hold together is not an error of ours: it becomes None, and the caller
counts it. Fields are `ionto.core.fields`', types `ionto.core.telemetry`'s.
"""

import re
from binascii import crc_hqx

from ionto.core.crc import CRC_START, crc16, crc_nibble
from ionto.core.fields import EVENT_FIELDS, SAMPLE_FIELDS
from ionto.core.telemetry import EVENT, SAMPLE, STATUS

from .events import Event, Sample

_FIELDS = {SAMPLE: SAMPLE_FIELDS, STATUS: SAMPLE_FIELDS, EVENT: EVENT_FIELDS}
_CRC_DIGITS = 4
_FRAME = re.compile(b"~[0-9a-fA-F]+")
_LENGTHS = {
    kind: 1 + sum(width for _, width, _ in fields) + _CRC_DIGITS
    for kind, fields in _FIELDS.items()
}


def _places(fields: tuple[tuple[str, int, int], ...]) -> tuple[tuple[int, int, int], ...]:
    """Of each field but the kind: how far to shift the frame's number, mask and sign bit."""
    places = []
    shift = 4 * _CRC_DIGITS
    for _, width, signed in reversed(fields[1:]):
        places.append((shift, (1 << 4 * width) - 1, 1 << 4 * width - 1 if signed else 0))
        shift += 4 * width
    return tuple(reversed(places))


_PLACES = {kind: _places(fields) for kind, fields in _FIELDS.items()}
_CRC_MASK = (1 << 4 * _CRC_DIGITS) - 1


def decode(line: bytes) -> tuple[int, Sample | Event] | None:
    """One line without its newline to (type, item), or None where it is no whole frame.

    The item's `seq` is the 16-bit number on the wire; the session unrolls it.
    """
    if _FRAME.fullmatch(line) is None:
        return None
    kind = int(line[1:2], 16)
    if len(line) != _LENGTHS.get(kind):
        return None
    number = int(line[1:], 16)
    if _crc(line[1:-_CRC_DIGITS]) != number & _CRC_MASK:
        return None
    row = []
    for shift, mask, sign in _PLACES[kind]:
        value = number >> shift & mask
        row.append(value - mask - 1 if value & sign else value)
    return kind, Event(*row) if kind == EVENT else Sample.of(row)


def command_line(text: str) -> bytes:
    """A command with its CRC, as tools send it."""
    body = text.encode("ascii")
    return body + b"*%04x\n" % crc16(body)


def _crc(digits: bytes) -> int:
    """The CRC of hexadecimal digits: of whole bytes at once, and of a last single one."""
    even = len(digits) & ~1
    crc = crc_hqx(bytes.fromhex(digits[:even].decode()), CRC_START)  # `core.crc` in C
    return crc_nibble(crc, int(digits[even:], 16)) if even < len(digits) else crc
