"""Samples the four ADC channels by register, 3 to 4 us each, and the two inputs.

`machine.ADC.read_u16` stretches 12 bits to 16 and costs a call for each channel. Codes are
0..4095. Registers: RP2040 datasheet, ADC: CS at +0 (EN bit 0, START_ONCE bit 2, READY bit 8,
AINSEL from bit 12), RESULT at +4; Timer: TIMERAWL at +0x28, in us; SIO: GPIO_IN
at +4. `buf` is an array of 32 bits, laid out as `core.units.SAMPLE_*`.
"""

from array import array

import machine
import micropython
from micropython import const

from ..core.units import INPUT_LIMITER, INPUT_STOP, SAMPLE_A, SAMPLE_INPUTS

_FIRST_PIN = const(26)  # GP26..GP29 are channels 0..3: sense A, sense B, load voltage, supply
_CHANNELS = const(4)
_COUNTER = const(12)  # of samples; in the table after the scales, then two pins
_STOP = const(13)
_LIMITER = const(14)


class Senses:
    """The senses of one board.

    Args:
        scales: (zero_counts, mul, shift) for each channel, with 4095 * mul below 2^30:
            value = (code - zero) * mul >> shift.
        stop: number of the stop input's pin, active low.
        limiter: number of the hardware limiter's pin.
    """

    def __init__(self, scales, stop, limiter):
        self._table = array("i", list(scales) + [0, stop, limiter])

    def begin(self):
        """Give the pins to the ADC and switch it on. The first sample has all channels."""
        machine.Pin(self._table[_STOP], machine.Pin.IN, machine.Pin.PULL_UP)
        machine.Pin(self._table[_LIMITER], machine.Pin.IN)
        for channel in range(_CHANNELS):
            machine.ADC(machine.Pin(_FIRST_PIN + channel))
        self._table[_COUNTER] = 0

    @micropython.viper
    def sample(self, buf):
        """Sample sense A, sense B and load voltage; every eighth time supply and inputs too."""
        table = ptr32(self._table)
        adc = ptr32(0x4004C000)
        out = ptr32(buf)
        counter = table[_COUNTER]
        table[_COUNTER] = (counter + 1) & 7
        channels = 3 if counter else 4
        channel = 0
        at = 0
        while channel < channels:
            adc[0] = 5 | channel << 12
            while not adc[0] & 0x100:
                pass
            out[channel] = (adc[1] - table[at]) * table[at + 1] >> table[at + 2]
            channel += 1
            at += 3
        if not counter:
            levels = ptr32(0xD0000000)[1]
            inputs = 0 if levels >> table[_STOP] & 1 else INPUT_STOP
            if levels >> table[_LIMITER] & 1:
                inputs |= INPUT_LIMITER
            out[int(SAMPLE_INPUTS)] = int(inputs)

    @micropython.viper
    def resample(self, buf):
        """Wait 150 us and sample sense A again."""
        table = ptr32(self._table)
        adc = ptr32(0x4004C000)
        timer = ptr32(0x40054000)
        from_us = timer[10]
        while timer[10] - from_us < 150:
            pass
        adc[0] = 5
        while not adc[0] & 0x100:
            pass
        out = ptr32(buf)
        out[int(SAMPLE_A)] = (adc[1] - table[0]) * table[1] >> table[2]
