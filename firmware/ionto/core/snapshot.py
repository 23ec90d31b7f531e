"""The last second before a fault: senses A and B, load voltage and set point, 125 times a second.

Currents in `_q4`, voltage in mV. It is a ring that is written until the trip. It judges nothing.
"""

from .const import const
from .units import SAMPLE_A, SAMPLE_B, SAMPLE_V

ROWS = const(125)
ROW_US = const(8000)
COLUMNS = const(4)  # A, B, V, set point

_LEN = const(ROWS * COLUMNS)


class Snapshot:
    """The ring. `rows` (0..ROWS): rows written since `reset`."""

    def __init__(self):
        self._ring = [0] * _LEN
        self.reset()

    def reset(self):
        """Drop all rows."""
        self.rows = 0
        self._at = 0

    def keep(self, buf, set_q4):
        """Write one row over the oldest."""
        ring = self._ring
        at = self._at
        ring[at] = buf[SAMPLE_A]
        ring[at + 1] = buf[SAMPLE_B]
        ring[at + 2] = buf[SAMPLE_V]
        ring[at + 3] = set_q4
        at += COLUMNS
        self._at = at if at < _LEN else 0
        if self.rows < ROWS:
            self.rows += 1

    def listed(self):
        """All rows, the oldest first, as one flat list. Not in a tick path."""
        if self.rows < ROWS:
            return self._ring[: self.rows * COLUMNS]
        return self._ring[self._at :] + self._ring[: self._at]
