"""CRC-16/CCITT-FALSE (poly 0x1021, init 0xFFFF, no reflection), a nibble at a time.

Sixteen table entries instead of 256, and one look-up for each hexadecimal digit of a frame: the
CRC of a frame's digits is the CRC of the bytes that they encode.
"""

from .const import const

CRC_START = const(0xFFFF)


def _entry(nibble):
    crc = nibble << 12
    for _ in range(4):
        crc = ((crc << 1) ^ 0x1021) & 0xFFFF if crc & 0x8000 else (crc << 1) & 0xFFFF
    return crc


CRC_TABLE = tuple([_entry(nibble) for nibble in range(16)])


def crc_nibble(crc, nibble):
    """The CRC after one more nibble (0..15)."""
    return ((crc << 4) & 0xFFFF) ^ CRC_TABLE[(crc >> 12) ^ nibble]


def crc16(data):
    """The CRC of a bytes-like object. Not in a tick path."""
    crc = CRC_START
    for byte in data:
        crc = crc_nibble(crc_nibble(crc, byte >> 4), byte & 15)
    return crc
