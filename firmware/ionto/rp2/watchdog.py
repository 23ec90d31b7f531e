"""The watchdog: 100 ms while a session runs, disarmed afterwards.

MicroPython has no call that disarms it. So a register write clears the enable bit, as pico-sdk
does (CTRL.ENABLE, bit 30, through the atomic clear alias). If that fails the chip resets, and a
reset is off. The watchdog is never armed at the prompt.
"""

import machine
import micropython
from micropython import const

_TIMEOUT_MS = const(100)


def arm():
    """Start the watchdog."""
    machine.WDT(timeout=_TIMEOUT_MS)


@micropython.viper
def feed():
    """Load its counter again, as WDT.feed() does: it falls by two each microsecond [RP2040-E1]."""
    load = ptr32(0x40058004)
    load[0] = 200000


@micropython.viper
def disarm():
    """Stop the watchdog."""
    clear = ptr32(0x4005B000)
    enable = 1
    clear[0] = enable << 30  # shifted here: that constant would be a heap object
