"""Samples four channels of an ADS8688 on SPI0, some 4 us each, and the two inputs.

A conversion is a frame of 32 clocks. It converts the channel that the frame before has selected,
at the moment its select line falls; its first 16 bits select the next channel, its last 16 are the
code, 0..65535. So a sample selects sense A last: A is of the moment a tick begins. Channel 0 is
sense A, 3 sense B, 1 the load voltage, in 0..5.12 V; 2 is the supply, in 0..10.24 V. A and B are
neighbours by no single address line: swapped they would agree near 2 mA. What frames, ranges and
times rest on: [docs/platform.md, SPI converters]. Registers: RP2040 datasheet, SIO: GPIO_IN at +4,
GPIO_OUT_SET +0x14, _CLR +0x18; SPI: SSPDR +0x08, SSPSR +0x0C; Timer: TIMERAWL +0x28, in us. `buf`
is an array of 32 bits, laid out as `core.units.SAMPLE_*`.
"""

from array import array

import machine
import micropython
from micropython import const

from ..core.units import INPUT_LIMITER, INPUT_STOP, SAMPLE_A, SAMPLE_INPUTS
from .spi0 import start

_RESET = const(0x8500)  # RST: every program register as at power-up
_SELECT = const(0xC000)  # MAN_Ch_n, n from bit 10
_RANGE_AT = const(5)  # program register of channel 0's range
_WRITE = const(0x100)  # of a register's frame: its address is above this bit
_RANGES = (6, 6, 5, 6)  # of channels 0..3: 1.25 x 4.096 V, the supply's 2.5 x 4.096 V
_COUNTER = const(12)  # of samples; in the table after the scales, then two pins, then the bus
_STOP = const(13)
_LIMITER = const(14)
_CS_BIT = const(15)
_NEXT = const(16)  # the words that select sense B, load voltage and supply
_CHANNELS = (3, 1, 2)  # of these
_OUT_SET = const(5)
_OUT_CLR = const(6)
_DR = const(2)
_SR = const(3)
_BSY = const(16)
_RNE = const(4)


class SpiSenses:
    """As `adc.Senses`, by the external converter.

    Args:
        scales: (zero_counts, mul, shift) for each channel, with 65535 * mul below 2^30:
            value = (code - zero) * mul >> shift.
        pins: the board's `PINS`: stop (active low), limiter, adc_cs and the bus.
    """

    def __init__(self, scales, pins):
        self._pins = pins
        of_pins = [pins["stop"], pins["limiter"], 1 << pins["adc_cs"]]
        selects = [_SELECT + (channel << 10) for channel in _CHANNELS]
        self._table = array("i", list(scales) + [0] + of_pins + selects)

    def begin(self):
        """Take the bus, set the ranges and read them back. The first sample has all channels.

        Raises:
            RuntimeError: the converter does not answer with the ranges it was told.
        """
        machine.Pin(self._table[_STOP], machine.Pin.IN, machine.Pin.PULL_UP)
        machine.Pin(self._table[_LIMITER], machine.Pin.IN)
        start(self._pins)
        self._transfer(_RESET)
        for channel in range(len(_RANGES)):
            told = _RANGES[channel]
            address = (_RANGE_AT + channel) << 9
            self._transfer(address | _WRITE | told)
            heard = self._transfer(address)
            if heard != told << 8:
                raise RuntimeError(
                    "the ADS8688 does not keep range %d of channel %d (heard %d): wires, supply?"
                    % (told, channel, heard)
                )
        self._transfer(_SELECT)
        self._table[_COUNTER] = 0

    @micropython.viper
    def sample(self, buf):
        """Sample sense A, sense B and load voltage; every eighth time supply and inputs too."""
        table = ptr32(self._table)
        spi = ptr32(0x4003C000)
        sio = ptr32(0xD0000000)
        out = ptr32(buf)
        counter = table[_COUNTER]
        table[_COUNTER] = (counter + 1) & 7
        last = 2 if counter else 3
        channel = 0
        at = 0
        while channel <= last:
            sio[_OUT_CLR] = table[_CS_BIT]
            spi[_DR] = _SELECT if channel == last else table[_NEXT + channel]
            spi[_DR] = 0
            while spi[_SR] & _BSY:
                pass
            sio[_OUT_SET] = table[_CS_BIT]
            _dropped = spi[_DR]
            out[channel] = (spi[_DR] - table[at]) * table[at + 1] >> table[at + 2]
            channel += 1
            at += 3
            # The channel that this frame has selected settles for 1.15 us before it is converted.
            wait = 2
            while wait:
                wait -= 1
        if not counter:
            levels = sio[1]
            inputs = 0 if levels >> table[_STOP] & 1 else INPUT_STOP
            if levels >> table[_LIMITER] & 1:
                inputs |= INPUT_LIMITER
            out[int(SAMPLE_INPUTS)] = int(inputs)

    @micropython.viper
    def resample(self, buf):
        """Wait 150 us and sample sense A again."""
        table = ptr32(self._table)
        spi = ptr32(0x4003C000)
        sio = ptr32(0xD0000000)
        timer = ptr32(0x40054000)
        from_us = timer[10]
        while timer[10] - from_us < 150:
            pass
        sio[_OUT_CLR] = table[_CS_BIT]
        spi[_DR] = _SELECT
        spi[_DR] = 0
        while spi[_SR] & _BSY:
            pass
        sio[_OUT_SET] = table[_CS_BIT]
        _dropped = spi[_DR]
        out = ptr32(buf)
        out[int(SAMPLE_A)] = (spi[_DR] - table[0]) * table[1] >> table[2]

    @micropython.viper
    def _transfer(self, word: int) -> int:
        """One frame of 32 clocks that begins with `word`; the last 16 bits that came back.

        -1: the first 16 were not zero, which they are where a converter answers.
        """
        table = ptr32(self._table)
        spi = ptr32(0x4003C000)
        sio = ptr32(0xD0000000)
        while spi[_SR] & _RNE:
            _dropped = spi[_DR]
        sio[_OUT_CLR] = table[_CS_BIT]
        spi[_DR] = word
        spi[_DR] = 0
        while spi[_SR] & _BSY:
            pass
        sio[_OUT_SET] = table[_CS_BIT]
        heard = spi[_DR]
        code = spi[_DR]
        if heard:
            return -1
        return code
