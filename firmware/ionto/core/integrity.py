"""Checks that the program in memory has not changed: its CRC, a few words at a time.

It is the CRC-16/CCITT-FALSE of the wire form, over the words in memory. The device build compiles
`walk` to machine integers, where a word takes 5 us and not 60. So `walk` uses 32-bit integers and
`while` only.
"""

from .const import const, ptr8
from .crc import CRC_START, crc_nibble

_WORDS_A_STEP = const(8)  # every 16 ms; two walks find any flipped bit

_CRCS = [crc_nibble(crc_nibble(0, byte >> 4), byte & 15) for byte in range(256)]
_HIGH = bytes([crc >> 8 for crc in _CRCS])
_LOW = bytes([crc & 255 for crc in _CRCS])


def walk(words: object, first: int, last: int, crc: int, high: ptr8, low: ptr8) -> int:
    """The CRC after `words[first]` to `words[last - 1]`, each as four bytes, the lowest first."""
    at = first
    while at < last:
        word = int(words[at])
        index = (crc >> 8) ^ (word & 255)
        crc = ((crc & 255) ^ high[index]) << 8 | low[index]
        index = (crc >> 8) ^ (word >> 8 & 255)
        crc = ((crc & 255) ^ high[index]) << 8 | low[index]
        index = (crc >> 8) ^ (word >> 16 & 255)
        crc = ((crc & 255) ^ high[index]) << 8 | low[index]
        index = (crc >> 8) ^ (word >> 24 & 255)
        crc = ((crc & 255) ^ high[index]) << 8 | low[index]
        at += 1
    return crc


class Integrity:
    """A repeated walk over the words of a program."""

    def __init__(self):
        self._words = [0]
        self._count = 1
        self._whole_crc = 0
        self._begin()

    def arm(self, program):
        """Watch `program` from its first word on."""
        self._words = program.words
        self._count = len(program.words)
        self._whole_crc = program.crc
        self._begin()

    def _begin(self):
        self._at = 0
        self._crc = CRC_START

    def step(self):
        """Take the next eight words; return 1 when a whole walk gave another CRC."""
        at = self._at
        count = self._count
        last = at + _WORDS_A_STEP
        if last > count:
            last = count
        crc = walk(self._words, at, last, self._crc, _HIGH, _LOW)
        if last < count:
            self._at = last
            self._crc = crc
            return 0
        self._begin()
        return 0 if crc == self._whole_crc else 1
