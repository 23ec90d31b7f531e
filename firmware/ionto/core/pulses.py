"""A pulse train as a gain over time: edge up, flat part, edge down, off, `left` times.

The gain (Q10, 0..1024) multiplies the amplitude, which `ramp` moves no faster than the program's
slew. The gain of a tick is the mean over its time, so a pulse carries amplitude * (on + edge) at
any tick length. Times in us within a period, at most 2^30. It knows no current and no limit.
"""

from .const import const

FLAT_Q10 = const(1024)

_DT_MAX_US = const(20000)


class Pulses:
    """One train of one direction.

    Attributes: `gain_q10`, of the tick that was last stepped; `left`, the pulses not yet over.
    """

    def __init__(self):
        self.reset()

    def reset(self):
        """Have no pulses."""
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
        """One tick of `dt_us` (1..20 000; more counts as 20 000); return its gain."""
        if dt_us > _DT_MAX_US:
            dt_us = _DT_MAX_US
        at_us = self._at_us
        end_us = at_us + dt_us
        if at_us >= self._edge_us and end_us <= self._fall_us:
            gain_q10 = FLAT_Q10
        elif at_us >= self._low_us and end_us <= self._period_us:
            gain_q10 = 0
        else:
            gain_q10 = self._area(at_us, end_us) // dt_us
        if end_us >= self._period_us:
            end_us -= self._period_us
            if self.left > 1:
                gain_q10 += self._area(0, end_us) // dt_us
            if self.left:
                self.left -= 1
        self._at_us = end_us
        if not self.left:
            gain_q10 = 0
        self.gain_q10 = gain_q10
        return gain_q10

    def _area(self, at_us, end_us):
        """Gain times time from `at_us` to `end_us` of one pulse, Q10 us.

        Bounds: 1e6 << 10 = 1.02e9 in an edge; 20 000 << 10 = 2.05e7 in all.
        """
        edge_us = self._edge_us
        area = 0
        if at_us < edge_us:
            to_us = end_us if end_us < edge_us else edge_us
            area = (((at_us + to_us) >> 1) << 10) // edge_us * (to_us - at_us)
            at_us = to_us
        to_us = end_us if end_us < self._fall_us else self._fall_us
        if at_us < to_us:
            area += (to_us - at_us) << 10
            at_us = to_us
        to_us = end_us if end_us < self._low_us else self._low_us
        if at_us < to_us:
            left_us = self._low_us - ((at_us + to_us) >> 1)
            area += (left_us << 10) // edge_us * (to_us - at_us)
        return area

    def interrupt(self):
        """Count a pulse that has begun as delivered: a later start begins with the next one."""
        if self.left and self._at_us:
            self.left -= 1
