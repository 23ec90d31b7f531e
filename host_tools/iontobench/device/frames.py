"""Frames of the link, decoded with the firmware's own tables.

A frame that does not hold together is not an error of ours: it becomes None, and the caller
counts it. Widths, types and CRC are `ionto.core.telemetry`'s and `ionto.core.crc`'s.
"""

from ionto.core.crc import CRC_START, crc16, crc_nibble
from ionto.core.telemetry import (
    EVENT,
    EVENT_WIDTHS,
    SAMPLE,
    SAMPLE_WIDTHS,
    STATUS,
)

from .events import Event, Sample

WIDTHS = {SAMPLE: SAMPLE_WIDTHS, STATUS: SAMPLE_WIDTHS, EVENT: EVENT_WIDTHS}
_CRC_DIGITS = 4
_SIGNED = {SAMPLE: {6, 7, 8, 9}, STATUS: {6, 7, 8, 9}, EVENT: {4, 5}}


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
    widths = WIDTHS.get(digits[0])
    if widths is None or len(digits) != sum(widths) + _CRC_DIGITS:
        return None
    crc = CRC_START
    for digit in digits[:-_CRC_DIGITS]:
        crc = crc_nibble(crc, digit)
    if crc != _number(digits[-_CRC_DIGITS:]):
        return None
    kind = digits[0]
    fields = []
    at = 0
    for index, width in enumerate(widths):
        value = _number(digits[at : at + width])
        if index in _SIGNED[kind] and value >= 1 << (4 * width - 1):
            value -= 1 << (4 * width)
        fields.append(value)
        at += width
    return kind, _event(fields) if kind == EVENT else _sample(fields)


def command_line(text: str) -> bytes:
    """A command with its CRC, as tools send it."""
    body = text.encode("ascii")
    return body + b"*%04x\n" % crc16(body)


def _number(digits: list[int]) -> int:
    value = 0
    for digit in digits:
        value = value << 4 | digit
    return value


def _sample(fields: list[int]) -> Sample:
    _, seq, t_ms, state, flags, set_q4, current_q4, load_mv, dose_uc, apart_q4 = fields
    return Sample(
        seq=seq,
        t_ms=t_ms,
        state=state,
        flags=flags,
        set_ua=set_q4 / 16,
        current_ua=current_q4 / 16,
        difference_ua=apart_q4 / 16,
        load_mv=load_mv,
        dose_uc=dose_uc,
    )


def _event(fields: list[int]) -> Event:
    _, seq, t_ms, code, a, b = fields
    return Event(seq=seq, t_ms=t_ms, code=code, a=a, b=b)
