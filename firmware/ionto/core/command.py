"""Lines from the operator or the host, one byte at a time: a word, perhaps a number and a CRC.

`stop`, `pause`, `resume`, `set 1500` (uA), `beat 17` (last sequence number seen), `?`. A line may
end in `*` and four hexadecimal digits, the CRC-16 of what stands before the `*`: tools always
send it, people need not. Anything else is nothing: a damaged line never becomes a command.
"""

from .const import const
from .crc import CRC_START, CRC_TABLE

NONE = const(0)
STOP = const(1)
PAUSE = const(2)
RESUME = const(3)
SET = const(4)
BEAT = const(5)
QUERY = const(6)

WORDS = (b"", b"stop", b"pause", b"resume", b"set", b"beat", b"?")
COMMAND_NAMES = ("none", "stop", "pause", "resume", "set", "beat", "query")

SILENCE_MAX_US = const(3000000)  # no beat for 3 s: the host is gone
GARBAGE_MAX = const(256)  # bytes without a valid line: the link is not to be trusted
_VALUE_MAX = const(100000)

_WORD = const(0)  # what the next byte may be
_NUMBER = const(1)
_CRC = const(2)
_BAD = const(3)  # until the line ends


class Command:
    """The parser. `value` holds the number of the last valid line; `garbage` the bytes since."""

    def __init__(self):
        self.value = 0
        self.garbage = 0
        self._next_line()

    def _next_line(self):
        self._part = _WORD
        self._word = NONE
        self._first = 0
        self._length = 0
        self._number = 0
        self._digits = 0
        self._crc = CRC_START
        self._crc_seen = 0
        self._crc_digits = 0

    def step(self, byte):
        """Take one byte (0..255); return a command when it ends a valid line, else NONE."""
        self.garbage += 1
        if byte == 10:
            return self._line()
        if byte == 13 or self._part == _BAD:
            return NONE
        if byte == 42 and self._part != _CRC:  # '*'
            self._part = _CRC
            return NONE
        if self._part == _CRC:
            self._hex(byte)
            return NONE
        crc = self._crc
        crc = ((crc << 4) & 0xFFFF) ^ CRC_TABLE[(crc >> 12) ^ (byte >> 4)]
        self._crc = ((crc << 4) & 0xFFFF) ^ CRC_TABLE[(crc >> 12) ^ (byte & 15)]
        if self._part == _WORD:
            self._letter(byte)
        elif 48 <= byte <= 57 and self._number < _VALUE_MAX:
            self._number = self._number * 10 + byte - 48
            self._digits += 1
        else:
            self._part = _BAD
        return NONE

    def _letter(self, byte):
        at = self._length
        if at == 0:
            self._first = byte
            self._word = QUERY if byte == 63 else NONE
        elif at == 1:
            self._word = NONE
            for word in range(STOP, QUERY):
                if WORDS[word][0] == self._first and WORDS[word][1] == byte:
                    self._word = word
            if self._word == NONE:
                self._part = _BAD
        elif byte == 32 and self._word >= SET and at == len(WORDS[self._word]):
            self._part = _NUMBER
        elif at >= len(WORDS[self._word]) or WORDS[self._word][at] != byte:
            self._part = _BAD
        self._length = at + 1

    def _hex(self, byte):
        if 48 <= byte <= 57:
            digit = byte - 48
        elif 97 <= byte <= 102:
            digit = byte - 87
        else:
            self._part = _BAD
            return
        self._crc_seen = ((self._crc_seen << 4) & 0xFFFF) | digit
        self._crc_digits += 1

    def _line(self):
        word = self._word
        needs_number = word == SET or word == BEAT
        good = word != NONE and self._part != _BAD and (self._digits > 0) == needs_number
        if needs_number:
            good = good and self._number < _VALUE_MAX
        else:
            good = good and self._length == len(WORDS[word])
        if self._part == _CRC and (self._crc_digits != 4 or self._crc_seen != self._crc):
            good = False
        if good:
            self.value = self._number
            self.garbage = 0
        self._next_line()
        return word if good else NONE
