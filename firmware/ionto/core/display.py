"""A line for a person, once a second. Each step builds one character: no tick formats a line.

    `   1:23  hold          1.998 mA (set 2.000)  10.42 V  dose    1.83 mA min`

Its input is a telemetry sample (`core/fields.py`): time in ms, currents in `_q4`, load in mV, dose
in uC. It sends nothing: the link takes `frame[:length]` when it is complete.
"""

from . import codes, fields
from .const import const

LINE_MAX = const(80)
LINE_PERIOD_US = const(1000000)

_STATE_CHARS = const(13)
_UC_PER_HUNDREDTH = const(600)  # 0.01 mA min [units.UC_PER_MAMIN]

# Bytes below 32 are placeholders: a sign, a letter of the state, a digit of a field.
_SIGN = const(1)  # of the field that follows
_LETTER = const(2)
_DIGIT = const(16)  # + field
_MINUTES = const(0)
_SECONDS = const(1)
_CURRENT = const(2)
_SET = const(3)
_VOLTS = const(4)
_DOSE = const(5)
_FIELDS = const(6)

_TEMPLATE = (
    b"\x10\x10\x10\x10:\x11\x11  \x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02"
    b" \x01\x12\x12.\x12\x12\x12 mA (set \x13\x13.\x13\x13\x13) \x01\x14\x14.\x14\x14 V"
    b"  dose \x01\x15\x15\x15\x15.\x15\x15 mA min\r\n"
)
_FIRST_DIVISOR = (1000, 10, 10000, 10000, 1000, 100000)
_ALWAYS_FROM = (1, 10, 1000, 1000, 100, 100)  # from this divisor on zeros are shown too


class Display:
    """The present line, or the last one: `frame[:length]` once `building` is 0."""

    def __init__(self):
        self.frame = bytearray(LINE_MAX)
        self.length = len(_TEMPLATE)
        self._values = [0] * _FIELDS
        self._words = bytearray(b" " * (_STATE_CHARS * (max(codes.STATE_NAMES) + 1)))
        for state in codes.STATE_NAMES:
            name = codes.STATE_NAMES[state].encode()
            for at in range(len(name)):
                self._words[state * _STATE_CHARS + at] = name[at]
        self.reset()

    def reset(self):
        """Drop the line."""
        self.building = 0
        self._at = 0
        self._letter = 0
        self._field = -1
        self._divisor = 0
        self._shown = 0

    def begin(self, sample):
        """Take the values of a sample; the line is complete after `length` steps."""
        values = self._values
        seconds = sample[fields.T_MS] // 1000
        values[_MINUTES] = seconds // 60
        values[_SECONDS] = seconds % 60
        values[_CURRENT] = (sample[fields.CURRENT_Q4] + 8) >> 4
        values[_SET] = (sample[fields.SET_Q4] + 8) >> 4
        values[_VOLTS] = sample[fields.LOAD_MV] // 10
        values[_DOSE] = sample[fields.DOSE_UC] // _UC_PER_HUNDREDTH
        self.reset()
        self._letter = sample[fields.STATE] * _STATE_CHARS
        self.building = 1

    def step(self):
        """Build one character."""
        at = self._at
        byte = _TEMPLATE[at]
        if byte >= _DIGIT and byte < _DIGIT + _FIELDS:
            byte = self._digit(byte - _DIGIT)
        elif byte == _LETTER:
            byte = self._words[self._letter]
            self._letter += 1
        elif byte == _SIGN:
            byte = 45 if self._values[_TEMPLATE[at + 1] - _DIGIT] < 0 else 32
        self.frame[at] = byte
        self._at = at + 1
        if at + 1 == self.length:
            self.building = 0

    def _digit(self, field):
        if field != self._field:
            self._field = field
            self._divisor = _FIRST_DIVISOR[field]
            self._shown = 0
        divisor = self._divisor
        value = self._values[field]
        if value < 0:
            value = -value
        digit = value // divisor % 10
        if digit or divisor <= _ALWAYS_FROM[field]:
            self._shown = 1
        self._divisor = divisor // 10
        return 48 + digit if self._shown else 32
