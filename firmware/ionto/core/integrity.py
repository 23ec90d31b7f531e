"""Whether the program in memory is still the one that was checked: its CRC, a word at a time.

The CRC-16/CCITT-FALSE of the wire form, taken over the words as they stand in memory. By bytes
with a table of 256, because four steps a word fit into a tick and eight nibbles do not.
"""

from .crc import CRC_START, crc_nibble

_TABLE = tuple([crc_nibble(crc_nibble(0, byte >> 4), byte & 15) for byte in range(256)])


class Integrity:
    """A walk over a program's words, again and again."""

    def __init__(self):
        self._table = _TABLE
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
        """One word; return 1 when a whole walk found another CRC."""
        table = self._table
        word = self._words[self._at]
        crc = self._crc
        crc = ((crc << 8) & 0xFFFF) ^ table[(crc >> 8) ^ (word & 255)]
        crc = ((crc << 8) & 0xFFFF) ^ table[(crc >> 8) ^ (word >> 8 & 255)]
        crc = ((crc << 8) & 0xFFFF) ^ table[(crc >> 8) ^ (word >> 16 & 255)]
        crc = ((crc << 8) & 0xFFFF) ^ table[(crc >> 8) ^ (word >> 24 & 255)]
        self._at += 1
        if self._at < self._count:
            self._crc = crc
            return 0
        self._begin()
        return 0 if crc == self._whole_crc else 1
