"""Frames of the link, decoded with the firmware's own tables.

A frame that does not hold together is not an error of ours: it becomes None, and the caller
counts it. Fields are `ionto.core.fields`', types `ionto.core.telemetry`'s.
"""

from ionto.core.crc import CRC_START, crc16, crc_nibble
from ionto.core.fields import EVENT_FIELDS, SAMPLE_FIELDS
from ionto.core.telemetry import EVENT, SAMPLE, STATUS

from .events import Event, Sample

_FIELDS = {SAMPLE: SAMPLE_FIELDS, STATUS: SAMPLE_FIELDS, EVENT: EVENT_FIELDS}
_CRC_DIGITS = 4


def decode(line: bytes) -> tuple[int, Sample | Event] | None:
    """One line without its newline to (type, item), or None where it is no whole frame.

    The item's `seq` is the 16-bit number on the wire; the session unrolls it.
    """
    if not line.startswith(b"~") or len(line) < 2 + _CRC_DIGITS:
        return None
    try:
        digits = [int(chr(byte), 16) for byte in line[1:]]
    except ValueError:
        return None
    fields = _FIELDS.get(digits[0])
    if fields is None or len(digits) != sum(width for _, width, _ in fields) + _CRC_DIGITS:
        return None
    crc = CRC_START
    for digit in digits[:-_CRC_DIGITS]:
        crc = crc_nibble(crc, digit)
    if crc != _number(digits[-_CRC_DIGITS:]):
        return None
    kind = digits[0]
    row = []
    at = 0
    for _, width, signed in fields:
        value = _number(digits[at : at + width])
        if signed and value >= 1 << (4 * width - 1):
            value -= 1 << (4 * width)
        row.append(value)
        at += width
    del row[0]  # the kind, which the type of the item says
    return kind, Event(*row) if kind == EVENT else Sample.of(row)


def command_line(text: str) -> bytes:
    """A command with its CRC, as tools send it."""
    body = text.encode("ascii")
    return body + b"*%04x\n" % crc16(body)


def _number(digits: list[int]) -> int:
    value = 0
    for digit in digits:
        value = value << 4 | digit
    return value
