"""SPI0 of the emulated chip with a board's parts on it, joined to the plant.

The emulator hands each word over and waits for its answer; a word takes as long as its bits take
at the clock that the chip has set. The DAC's volts are the plant's drive; the converter's inputs
are the plant's senses, as the board's scales put them. A wrong format of the bus makes rubbish, as
it would. Times in us and ns of the chip.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rp2040py.gpio_pin import GPIOPinState

from iontobench.chip.machine import Chip
from iontobench.chip.patches import spi_word_ns

from .spi_parts import Ads8688, Dac8562

FULL_SCALE_V = 2.5  # of the DAC: full drive [boards/pico_dac/README.md, Scales]
_FORMAT = 0x8F  # CPOL 0, CPHA 1, 16 bits
_FORMAT_BITS = 0xFF
_LEAST_WORD_NS = 16 / 17e-3  # the converter's clock is 17 MHz at most
_CODES = 1 << 16
# The board's inputs: the plant's channel, and what they reach at the largest code.
_INPUTS = {0: (0, 5.12), 3: (1, 5.12), 1: (2, 5.12), 2: (3, 10.24)}


class BusPlant(Protocol):
    """A plant as the parts see it."""

    def set_drive(self, fraction: float) -> None: ...
    def read_code(self, channel: int) -> int: ...


@dataclass(frozen=True)
class BusPins:
    """Which GPIO is which line of the bus and its parts."""

    sck: int
    mosi: int
    miso: int
    adc_cs: int
    dac_cs: int
    dac_clr: int


class SpiBus:
    """Connects the parts to `chip` and `plant` on construction, for good.

    Args:
        advance: brings the plant to the chip's time.

    `miso_stuck` is a fault: 0 or 1, the level that the chip hears whatever a part says.
    """

    def __init__(self, chip: Chip, plant: BusPlant, pins: BusPins, advance: Callable[[], None]):
        self._chip = chip
        self._plant = plant
        self._pins = pins
        self._advance = advance
        self._spi = chip.mcu.spi[0]
        self.miso_stuck: int | None = None
        self.dac = Dac8562(self._on_volts)
        self.adc = Ads8688(self._volts_at)
        self._word: int | None = None
        self._word_ns = 0.0
        self._done = chip.mcu.clock.create_alarm(self._on_done)
        self._spi.on_transmit = self._on_word
        self._lows: dict[int, bool] = {}
        for number in (pins.adc_cs, pins.dac_cs, pins.dac_clr):
            self._lows[number] = number == pins.dac_clr  # pull-ups; /CLR has a pull-down
            chip.mcu.gpio[number].add_listener(self._listener(number))
        chip.on_reset.append(self._on_reset)

    @property
    def drive(self) -> float:
        """The drive as the plant sees it, 0..1."""
        return min(1.0, self.dac.volts / FULL_SCALE_V)

    def _on_volts(self, _volts: float) -> None:
        self._advance()
        self._plant.set_drive(self.drive)

    def _volts_at(self, channel: int) -> float:
        self._advance()
        if channel not in _INPUTS:
            return 0.0
        sense, most_v = _INPUTS[channel]
        code = self._plant.read_code(sense)
        self._chip.converted(sense)
        return code / _CODES * most_v

    def _listener(self, number: int) -> Callable[[GPIOPinState, GPIOPinState], None]:
        return lambda value, last: self._on_level(number)

    def _on_level(self, number: int) -> None:
        value = self._chip.mcu.gpio[number].value
        if number == self._pins.dac_clr:
            is_low = value != GPIOPinState.HIGH
        else:
            is_low = value == GPIOPinState.LOW
        if is_low == self._lows[number]:
            return
        self._lows[number] = is_low
        if number == self._pins.adc_cs:
            self.adc.select(is_low, self._now_ns)
        elif number == self._pins.dac_cs:
            self.dac.select(is_low)
        elif is_low:
            self.dac.clear()

    @property
    def _now_ns(self) -> float:
        return float(self._chip.mcu.clock.nanos)

    def _on_word(self, value: int) -> None:
        self._word = value
        self._word_ns = spi_word_ns(self._chip.mcu, 0)
        self._done.schedule(max(1, round(self._word_ns)))

    def _on_done(self) -> None:
        word, self._word = self._word, None
        if word is None:
            return
        is_clean = self._spi._control0 & _FORMAT_BITS == _FORMAT
        word = word if is_clean else word << 1 & 0xFFFF
        self.dac.clock(word)
        heard = self.adc.clock(word)
        if self._word_ns < _LEAST_WORD_NS:
            heard = 0xFFFF
        if self.miso_stuck is not None:
            heard = 0xFFFF if self.miso_stuck else 0
        self._spi.complete_transmit(heard)

    def _on_reset(self) -> None:
        self._word = None
        self._done.cancel()
        for number in self._lows:
            self._on_level(number)
