"""Paces the loop at 1 kHz without busy-waiting.

A hard timer at the loop's rate, whose callback does nothing, wakes `machine.idle()`; the time
itself is read from the chip's timer (RP2040 datasheet, Timer: TIMERAWL at +0x28, in us, never
latched). A tick that comes late is followed by what is left of its period: whole periods that
went by are dropped, never made up for in a burst.
"""

from array import array

import machine
import micropython
from machine import idle
from micropython import const

_RATE_HZ = const(1000)
_FIRST_DUE_US = const(900)


def _nothing(_timer):
    """Only its interrupt is wanted."""


class Clock:
    """Ticks of 1 ms."""

    def __init__(self):
        self._timer = None
        # In an array, where all 32 bits of the chip's timer have room without a heap object.
        self._due_us = array("i", [0])

    def begin(self):
        """Start the wake-up timer; the first tick is one period from now."""
        self._timer = machine.Timer(
            -1, mode=machine.Timer.PERIODIC, freq=_RATE_HZ, callback=_nothing, hard=True
        )
        # Due a little before the timer fires: a wake-up that is a few microseconds too early
        # would sleep through its own tick and leave it to the next one.
        self._first(_FIRST_DUE_US)

    @micropython.viper
    def _first(self, in_us: int):
        timer = ptr32(0x40054000)
        due_us = ptr32(self._due_us)
        due_us[0] = timer[10] + in_us

    @micropython.viper
    def wait(self):
        """Sleep until the next tick is due; let the USB interrupt once.

        Otherwise a flood is taken off the USB in one go until stdin is full: 512 bytes, 3.1 ms.
        So it is 64 bytes a tick, 0.35 ms.
        """
        timer = ptr32(0x40054000)
        due_us = ptr32(self._due_us)
        next_us = due_us[0]
        nvic = ptr32(0xE000E100)  # set-enable; 0x80 further on, clear-enable [Cortex-M0+ TRM]
        usb = 1 << 5
        nvic[0] = usb
        nvic[0] = usb  # a pending interrupt is taken between the two
        nvic[32] = usb
        while next_us - timer[10] > 0:
            idle()
        next_us += 1000
        while next_us - timer[10] <= 0:
            next_us += 1000
        due_us[0] = next_us

    @micropython.viper
    def _let_usb_in(self):
        """The USB interrupts again whenever it wants."""
        nvic = ptr32(0xE000E100)
        usb = 1 << 5
        nvic[0] = usb

    def end(self):
        """Stop the timer; idempotent."""
        self._let_usb_in()
        if self._timer is not None:
            self._timer.deinit()
            self._timer = None
