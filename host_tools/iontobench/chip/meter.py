"""Measures the session loop's ticks on the emulated chip from outside, without touching it.

A tick is the time that the CPU stays awake around a conversion of sense A: from the wake-up to
the next sleep, interrupts included. Times in emulated us, seen every `resolution_us`. The chip
has no flash cache here, so a real one is slower. It must not change what the chip does or sees.
"""

from itertools import pairwise

from iontobench.chip.machine import Chip

_NS_PER_US = 1000


class TickMeter:
    """Collects the lengths of ticks from its construction on.

    Args:
        chip: the chip to watch.
        channel: the ADC input whose conversion marks a tick.
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
        adc = chip.mcu.adc
        self._convert = adc.on_adc_read
        adc.on_adc_read = self._on_conversion
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
        self._chip.mcu.adc.on_adc_read = self._convert

    def _on_conversion(self, channel: int) -> None:
        if channel == self._channel:
            now_us = self._chip.now_us
            self.samples_us.append(now_us)
            if self._awake_us is not None:
                if self._marked:
                    self.lengths_us.append(now_us - self._awake_us)
                    self._awake_us = now_us
                self._marked = True
        self._convert(channel)

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
