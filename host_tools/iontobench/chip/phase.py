"""Measures how long a tick has been due when the interrupt comes that wakes the loop for it.

The loop sleeps until an interrupt and then looks whether its tick is due. Where the timer's
interrupt comes before the due time, the loop sleeps on and the tick is late. Times in emulated
us; the emulator fires an alarm less than 1 us early, and then once more. It must not change what
the chip does or sees.
"""

from iontobench.chip.machine import Chip
from iontobench.chip.patches import after_alarm

_PERIOD_US = 1000
_ALARM = 3  # the alarm behind all of MicroPython's timers [pico-sdk, pico/time.h]
_TIMERAWL = 0x40054028
_WRAP_US = 1 << 32
_DUE_AT = "import uctypes\nprint(uctypes.addressof(bench._port._clock._due_us))"


def due_address(chip: Chip) -> int:
    """Where the firmware keeps its next tick's due time; asked of the chip at its prompt."""
    return int(chip.exec(_DUE_AT))


class PhaseMeter:
    """Collects the place of each interrupt of the timer, from its construction on.

    Args:
        chip: the chip to watch.
        due_at: address of the 32 bits that hold the next tick's due time, on the chip's timer.
        channel: the ADC input whose conversion marks a tick; interrupts after the last are none
            of the loop's.

    `after_us` holds one number an interrupt, in order: from the due time to the interrupt, in the
    period around it, -500..499. A tick that outlasts its period is still awake at the interrupt:
    its number is the place that the next tick finds.
    """

    def __init__(self, chip: Chip, due_at: int, channel: int = 0):
        self.after_us: list[int] = []
        self._chip = chip
        self._due_at = due_at
        self._channel = channel
        self._stale = self._due_us()  # an earlier session's
        self._begun = False
        self._untold: list[int] = []
        self._stop = after_alarm(chip.mcu, self._on_alarm)
        adc = chip.mcu.adc
        self._convert = adc.on_adc_read
        adc.on_adc_read = self._on_conversion

    def stop(self) -> None:
        """Look no more. Meters on one chip are stopped in the reverse order of their making."""
        self._stop()
        self._chip.mcu.adc.on_adc_read = self._convert

    def _due_us(self) -> int:
        return int(self._chip.mcu.read_uint32(self._due_at))

    def _on_alarm(self, index: int) -> None:
        due_us = self._due_us()
        self._begun = self._begun or due_us != self._stale
        if index == _ALARM and self._begun:
            late_us = (int(self._chip.mcu.read_uint32(_TIMERAWL)) - due_us) % _WRAP_US
            if late_us >= _WRAP_US // 2:
                late_us -= _WRAP_US
            half = _PERIOD_US // 2
            self._untold.append((late_us + half) % _PERIOD_US - half)

    def _on_conversion(self, channel: int) -> None:
        if channel == self._channel:
            self.after_us += self._untold
            self._untold.clear()
        self._convert(channel)
