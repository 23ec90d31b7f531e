"""Whether the program in memory is still the one that was checked: its CRC, a few words at a time.

The CRC-16/CCITT-FALSE of the wire form, over the words as they stand in memory. The device build
compiles `walk` to machine integers, where a word takes 6 us and not 80: so it uses 32-bit
integers and `while` only.
"""

from .const import const
from .crc import CRC_START

_WORDS_A_STEP = const(8)  # a program of 44 words is walked in 6 steps


def walk(words: object, first: int, last: int, crc: int) -> int:
    """The CRC after `words[first]` to `words[last - 1]`, each as four bytes, the lowest first.

    A nibble times the polynomial 0x1021 fits 16 bits, so no table is needed (`crc.CRC_TABLE`
    holds the same products).
    """
    at = first
    while at < last:
        word = int(words[at])
        shift = 0
        while shift < 32:
            high = (crc >> 12) ^ ((word >> (shift + 4)) & 15)
            crc = ((crc << 4) ^ (high << 12) ^ (high << 5) ^ high) & 0xFFFF
            high = (crc >> 12) ^ ((word >> shift) & 15)
            crc = ((crc << 4) ^ (high << 12) ^ (high << 5) ^ high) & 0xFFFF
            shift += 8
        at += 1
    return crc


class Integrity:
    """A walk over a program's words, again and again."""

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
        """The next eight words; return 1 when a whole walk found another CRC."""
        at = self._at
        count = self._count
        last = at + _WORDS_A_STEP
        if last > count:
            last = count
        crc = walk(self._words, at, last, self._crc)
        if last < count:
            self._at = last
            self._crc = crc
            return 0
        self._begin()
        return 0 if crc == self._whole_crc else 1
