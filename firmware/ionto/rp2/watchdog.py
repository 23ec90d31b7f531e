"""The watchdog: 100 ms while a session runs, disarmed afterwards.

MicroPython has no call that disarms it; the enable bit is cleared by a register write as the
pico-sdk does (CTRL.ENABLE, bit 30, through the atomic clear alias). If that fails the chip
resets, which is off. Never armed at the prompt.
"""

import machine
import micropython
from micropython import const

_TIMEOUT_MS = const(100)


def arm():
    """Start it."""
    machine.WDT(timeout=_TIMEOUT_MS)


@micropython.viper
def feed():
    """Load its counter again, as WDT.feed() does: it falls by two each microsecond [RP2040-E1]."""
    load = ptr32(0x40058004)
    load[0] = 200000


@micropython.viper
def disarm():
    """Stop it."""
    clear = ptr32(0x4005B000)
    enable = 1
    clear[0] = enable << 30  # shifted here: as a constant it would be a heap object
