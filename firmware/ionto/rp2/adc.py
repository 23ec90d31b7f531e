"""The four ADC channels of the RP2040, read by register: 3 to 4 us a channel.

`machine.ADC.read_u16` stretches 12 bits to 16 and costs a call for each channel. Codes are
0..4095. Registers: RP2040 datasheet, ADC: CS at +0 (EN bit 0, START_ONCE bit 2, READY bit 8,
AINSEL from bit 12), RESULT at +4.
"""

import machine
import micropython
from micropython import const

_FIRST_PIN = const(26)  # GP26..GP29 are channels 0..3
CHANNELS = const(4)


def begin():
    """Give the pins to the ADC and switch it on."""
    for channel in range(CHANNELS):
        machine.ADC(machine.Pin(_FIRST_PIN + channel))


@micropython.viper
def read_fast(codes: ptr32):
    """Channels 0..2 (sense A, sense B, load voltage) into an array('i'), one after the other."""
    adc = ptr32(0x4004C000)
    channel = 0
    while channel < 3:
        adc[0] = 5 | channel << 12
        while not adc[0] & 0x100:
            pass
        codes[channel] = adc[1]
        channel += 1


@micropython.viper
def read(channel: int) -> int:
    """One conversion of one channel, 2 us of it the conversion."""
    adc = ptr32(0x4004C000)
    adc[0] = 5 | channel << 12
    while not adc[0] & 0x100:
        pass
    return adc[1]
