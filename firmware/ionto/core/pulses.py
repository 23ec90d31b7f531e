"""A pulse train as a gain over time: edge up, flat, edge down, off, so many times.

The gain (Q10, 0..1024) multiplies the amplitude, which `ramp` moves no faster than the program's
slew. Edges are staircases taken in the middle of each step, so that a pulse carries
amplitude * (on + edge) whatever the tick. Times in us within a period, at most 2^30. It knows no
current and no limit.
"""

from .const import const

FLAT_Q10 = const(1024)

_DT_MAX_US = const(20000)


class Pulses:
    """One train of one direction.

    Attributes: `gain_q10`, of the tick that was last stepped; `left`, pulses not yet over.
    """

    def __init__(self):
        self.reset()

    def reset(self):
        """No pulses at all."""
        self.left = 0
        self.gain_q10 = 0
        self._at_us = 0
        self._edge_us = 1
        self._fall_us = 0
        self._low_us = 0
        self._period_us = 1

    def start(self, on_ms, off_ms, edge_ms, left):
        """A train from its first edge. Not in a tick path.

        Args:
            on_ms, off_ms: 10..480 000; edge_ms: 1..1000; left: how many.
        """
        self.left = left
        self.gain_q10 = 0
        self._at_us = 0
        self._edge_us = edge_ms * 1000
        self._fall_us = self._edge_us + on_ms * 1000
        self._low_us = self._fall_us + self._edge_us
        self._period_us = self._low_us + off_ms * 1000

    def step(self, dt_us):
        """One tick of `dt_us`, whose output the gain is; return it. Bound: 1e6 * 1024."""
        at_us = self._at_us
        middle_us = at_us + (dt_us >> 1)
        if middle_us < self._edge_us:
            gain_q10 = (middle_us << 10) // self._edge_us
        elif middle_us < self._fall_us:
            gain_q10 = FLAT_Q10
        elif middle_us < self._low_us:
            gain_q10 = ((self._low_us - middle_us) << 10) // self._edge_us
        else:
            gain_q10 = 0
        at_us += dt_us if dt_us < _DT_MAX_US else _DT_MAX_US
        if at_us >= self._period_us:
            at_us -= self._period_us
            if self.left:
                self.left -= 1
        self._at_us = at_us
        if not self.left:
            gain_q10 = 0
        self.gain_q10 = gain_q10
        return gain_q10

    def interrupt(self):
        """What has begun counts as delivered: a train that goes on later begins with the next."""
        if self.left and self._at_us:
            self.left -= 1
