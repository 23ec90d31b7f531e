"""Measures the session loop on the emulated chip from outside: how long its ticks are, and when.

A tick is the time that the CPU stays awake around a conversion of sense A: from the wake-up to the
next sleep, interrupts included. The loop sleeps until an interrupt and then looks whether its tick
is due: where the timer's interrupt comes before the due time, the loop sleeps on and the tick is
late. Times in emulated us; the emulator fires an alarm less than 1 us early, and then once more.
The chip has no flash cache here, so a real one is slower. It must not change what the chip does or
sees.
"""

from itertools import pairwise

from iontobench.chip.machine import Chip
from iontobench.chip.patches import after_alarm

_NS_PER_US = 1000
_PERIOD_US = 1000
_ALARM = 3  # the alarm behind all of MicroPython's timers [pico-sdk, pico/time.h]
_TIMERAWL = 0x40054028
_WRAP_US = 1 << 32
_DUE_AT = "import uctypes\nprint(uctypes.addressof(bench._port._clock._due_us))"


class TickMeter:
    """Collects the lengths of ticks from its construction on.

    Args:
        chip: the chip to watch.
        channel: the converter's input whose conversion marks a tick.
        resolution_us: how often the CPU is looked at; a length may be that much too short or
            too long.

    `lengths_us` holds one number a tick, in order. A tick that does not sleep before the next one
    samples counts up to that sample. `samples_us` holds the exact time of each conversion.
    """

    def __init__(self, chip: Chip, channel: int = 0, resolution_us: int = 2):
        self.lengths_us: list[int] = []
        self.samples_us: list[int] = []
        self._chip = chip
        self._core = chip.mcu.core
        self._channel = channel
        self._step_ns = resolution_us * _NS_PER_US
        self._awake_us: int | None = None
        self._marked = False
        chip.on_conversion.append(self._on_conversion)
        self._alarm = chip.mcu.clock.create_alarm(self._look)
        self._alarm.schedule(self._step_ns)

    @property
    def intervals_us(self) -> list[int]:
        """From each conversion to the next: how even the ticks are, whatever their length."""
        return [later - earlier for earlier, later in pairwise(self.samples_us)]

    def quantile_us(self, fraction: float) -> int:
        """The length that this fraction of all ticks does not exceed.

        Raises:
            ValueError: no tick yet, or a fraction that is not within 0 to 1.
        """
        if not self.lengths_us or not 0 <= fraction <= 1:
            raise ValueError(f"{len(self.lengths_us)} ticks have no quantile {fraction}")
        ordered = sorted(self.lengths_us)
        return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]

    def stop(self) -> None:
        """Look no more."""
        self._alarm.cancel()
        self._chip.on_conversion.remove(self._on_conversion)

    def _on_conversion(self, channel: int) -> None:
        if channel == self._channel:
            now_us = self._chip.now_us
            self.samples_us.append(now_us)
            if self._awake_us is not None:
                if self._marked:
                    self.lengths_us.append(now_us - self._awake_us)
                    self._awake_us = now_us
                self._marked = True

    def _look(self) -> None:
        self._alarm.schedule(self._step_ns)
        if not self._core.waiting:
            if self._awake_us is None:
                self._awake_us = self._chip.now_us
        elif self._awake_us is not None:
            if self._marked:
                self.lengths_us.append(self._chip.now_us - self._awake_us)
            self._awake_us = None
            self._marked = False


def due_address(chip: Chip) -> int:
    """Where the firmware keeps its next tick's due time; asked of the chip at its prompt."""
    return int(chip.exec(_DUE_AT))


class PhaseMeter:
    """Collects the place of each interrupt of the timer, from its construction on.

    Args:
        chip: the chip to watch.
        due_at: address of the 32 bits that hold the next tick's due time, on the chip's timer.
        channel: the converter's input whose conversion marks a tick; interrupts after the last
            are none of the loop's.

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
        chip.on_conversion.append(self._on_conversion)

    def stop(self) -> None:
        """Look no more. Meters on one chip are stopped in the reverse order of their making."""
        self._stop()
        self._chip.on_conversion.remove(self._on_conversion)

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
