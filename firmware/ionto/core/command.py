"""Reads lines of the operator or the host, one byte at a time: a word, maybe a number and a CRC.

`stop`, `pause`, `resume`, `set 1500` (uA), `beat 17` (last sequence number seen), `?`. A line may
end in `*` and four hexadecimal digits, the CRC-16 of the bytes before the `*`. Tools always send
it; people need not. Any other line is ignored: a damaged line never becomes a command. In a
supervised session `set`, `resume` and `beat` need their CRC, because a tool's line that lost its
end looks like a person's. `stop`, `pause` and `?` cannot raise the current; they need none.
"""

from .const import const
from .line import CHECKED, LINE_MAX, NUMBER_SHIFT, WORD_MASK, parse

NONE = const(0)
STOP = const(1)
PAUSE = const(2)
RESUME = const(3)
SET = const(4)
BEAT = const(5)
QUERY = const(6)
GARBAGE = const(7)  # no valid line within GARBAGE_MAX bytes

WORDS = (b"", b"stop", b"pause", b"resume", b"set", b"beat", b"?")
COMMAND_NAMES = ("none", "stop", "pause", "resume", "set", "beat", "query")

SILENCE_MAX_MS = const(3000)  # no beat for 3 s: the host counts as lost
GARBAGE_MAX = const(256)  # bytes without a valid line: the link counts as damaged
NEWLINE = const(10)
RETURN = const(13)  # a terminal's Enter

_WORDS = b"".join([word + b"\0" for word in WORDS[1:]])
_WITH_NUMBER = const(1 << SET | 1 << BEAT)
_TO_MORE = const(1 << SET | 1 << RESUME | 1 << BEAT)  # can raise the current or its time


class Command:
    """The parser. `value` holds the number of the last valid line; `garbage` the bytes since."""

    def __init__(self):
        self._line = bytearray(LINE_MAX)
        self.reset()

    def reset(self, supervised=0):
        """Begin a session. The host of a supervised session is a tool, which sends CRCs."""
        self._checked_only = _TO_MORE if supervised else 0
        self.value = 0
        self.garbage = 0
        self._length = 0

    def step(self, byte):
        """Take one byte (0..255); return a command when it ends a valid line, else NONE."""
        garbage = self.garbage + 1
        self.garbage = garbage
        length = self._length
        if byte == NEWLINE or byte == RETURN:
            self._length = 0
            found = parse(self._line, length, _WORDS, QUERY, _WITH_NUMBER)
            word = found & WORD_MASK
            if word and (found & CHECKED or not self._checked_only >> word & 1):
                self.value = found >> NUMBER_SHIFT
                self.garbage = 0
                return word
        else:
            if length < LINE_MAX:
                self._line[length] = byte
            self._length = length + 1  # a longer line is no command
        return GARBAGE if garbage >= GARBAGE_MAX else NONE
