"""Writes telemetry frames: `~`, hexadecimal digits, four digits of CRC-16, a newline.

The device build compiles `put` and `seal` to machine integers, where a digit takes 1 us and not
12. So they use 32-bit integers, bytes and `while` only. `ptr8`: a bytes-like object.
"""

from .const import const, ptr8
from .crc import CRC_START

FRAME_MAX = const(49)  # USB's buffer of 256 bytes takes four unacknowledged and a status
START = const(126)  # the first byte, "~"

_NEWLINE = const(10)
_DIGIT = const(48)  # "0" .. "9"
_LETTER = const(87)  # "a" .. "f", less 10


def put(frame: ptr8, at: int, values: object, widths: ptr8, first: int, last: int) -> int:
    """Write `values[first]` to `values[last - 1]` from byte `at` on.

    Each is two's complement of its width in digits; a small int, so 8 digits are enough.

    Returns:
        The byte after them.
    """
    field = first
    while field < last:
        value = int(values[field])
        shift = widths[field] << 2
        while shift > 0:
            shift -= 4
            nibble = (value >> shift) & 15
            frame[at] = nibble + (_DIGIT if nibble < 10 else _LETTER)
            at += 1
        field += 1
    return at


def seal(frame: ptr8, at: int) -> int:
    """Put start, CRC and newline around the digits that end before byte `at`.

    A nibble times the CRC's polynomial 0x1021 fits 16 bits, so it is the nibble at bits 12, 5
    and 0, and no table is needed (`crc.CRC_TABLE` holds the same products).

    Returns:
        The frame's length in bytes, at most FRAME_MAX.
    """
    frame[0] = START
    crc = int(CRC_START)
    index = 1
    while index < at:
        digit = frame[index]
        high = (crc >> 12) ^ (digit - (_DIGIT if digit < _LETTER else _LETTER))
        crc = ((crc << 4) ^ (high << 12) ^ (high << 5) ^ high) & 0xFFFF
        index += 1
    shift = 16
    while shift > 0:
        shift -= 4
        nibble = (crc >> shift) & 15
        frame[at] = nibble + (_DIGIT if nibble < 10 else _LETTER)
        at += 1
    frame[at] = _NEWLINE
    return at + 1
