"""Paces the loop at 1 kHz without busy-waiting.

A hard timer at the loop's rate, whose callback does nothing, wakes `machine.idle()`; the time
itself is read from `ticks_us`. A tick that comes late is followed by the next full period: ticks
are dropped, never made up for in a burst.
"""

from time import ticks_add, ticks_diff, ticks_us

import machine
from micropython import const

_TICK_US = const(1000)
_RATE_HZ = const(1000)


def _nothing(_timer):
    """Only its interrupt is wanted."""


class Clock:
    """Ticks of 1 ms."""

    def __init__(self):
        self._timer = None
        self._next_us = 0

    def begin(self):
        """Start the wake-up timer; the first tick is one period from now."""
        self._timer = machine.Timer(
            mode=machine.Timer.PERIODIC, freq=_RATE_HZ, callback=_nothing, hard=True
        )
        self._next_us = ticks_add(ticks_us(), _TICK_US)

    def wait(self):
        """Sleep until the next tick is due."""
        idle = machine.idle
        next_us = self._next_us
        while ticks_diff(next_us, ticks_us()) > 0:
            idle()
        if ticks_diff(ticks_us(), next_us) > _TICK_US:
            next_us = ticks_us()
        self._next_us = ticks_add(next_us, _TICK_US)

    def end(self):
        """Stop the timer."""
        if self._timer is not None:
            self._timer.deinit()
            self._timer = None
