"""Paces the loop at 1 kHz without busy-waiting.

A hard timer at the loop's rate, whose callback does nothing, wakes `machine.idle()`; the time
itself is read from the chip's timer (RP2040 datasheet, Timer: TIMERAWL at +0x28, in us, never
latched; ALARM3 at +0x1C, the time of the next interrupt). After a late tick the next one comes at
the end of the present period. Missed periods are dropped: there is no burst of short ticks.

A tick is due 200 us before the timer's interrupt. An interrupt before the due time would leave the
tick to the next interrupt, a period late. The timer counts its periods from its own alarm, not
from its late callback [pico-sdk, time.c], so the 200 us hold for a session.
"""

from array import array

import machine
import micropython
from machine import idle
from micropython import const

_RATE_HZ = const(1000)
_PERIOD_US = const(1000)
_BEFORE_US = const(200)  # due before the interrupt; allowed: 100 .. 300
_PATIENCE_US = const(2500)  # to find our alarm: it is the next one once a period


def _nothing(_timer):
    """Do nothing: the interrupt alone wakes `idle`."""


class Clock:
    """Ticks of 1 ms."""

    def __init__(self):
        self._timer = None
        # In an array, where all 32 bits of the chip's timer have room without a heap object.
        self._due_us = array("i", [0])

    @micropython.viper
    def begin(self):
        """Start the wake-up timer and wait for its first interrupt; at most 3 ms.

        The result must not depend on the time of each step: the flash cache is cold here.
        """
        timer = ptr32(0x40054000)
        due_us = ptr32(self._due_us)
        begun_us = timer[10]
        self._timer = machine.Timer(
            -1, mode=machine.Timer.PERIODIC, freq=_RATE_HZ, callback=_nothing, hard=True
        )
        made_us = timer[10]
        # Wait for our first interrupt: then ALARM3 holds no old or cancelled alarm.
        while timer[10] - made_us <= _PERIOD_US:
            pass
        # Our alarm lies whole periods after a moment within the call above. Any other alarm is of
        # another timer that comes first: read again, ours follows within a period. If it does not,
        # take the earliest time of ours: then the interrupt comes later after due, not before.
        alarm_us = timer[7]
        while (alarm_us - begun_us) % _PERIOD_US > made_us - begun_us:
            alarm_us = timer[7] if timer[10] - made_us < _PATIENCE_US else begun_us
        due_us[0] = alarm_us - _BEFORE_US

    @micropython.viper
    def wait(self):
        """Sleep until the next tick is due; allow one USB interrupt.

        One interrupt takes 64 bytes, 0.35 ms. Free interrupts would take a flood of bytes at once,
        until stdin is full: 512 bytes, 3.1 ms.
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
        next_us += _PERIOD_US
        while next_us - timer[10] <= 0:
            next_us += _PERIOD_US
        due_us[0] = next_us

    @micropython.viper
    def _let_usb_in(self):
        """Enable the USB interrupt for good."""
        nvic = ptr32(0xE000E100)
        usb = 1 << 5
        nvic[0] = usb

    def end(self):
        """Stop the timer; idempotent."""
        self._let_usb_in()
        if self._timer is not None:
            self._timer.deinit()
            self._timer = None
