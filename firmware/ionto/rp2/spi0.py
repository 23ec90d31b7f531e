"""SPI0 for a DAC and a converter: 16-bit words, both select lines high, nothing waiting.

MicroPython's own object takes pins and clock; then the registers say whether SPI0 is what a tick
relies on. Both chips take data on a falling clock: CPOL 0, CPHA 1. The bus runs at 12 MHz, a
quarter of the peripherals' 48 MHz; the converter takes 17 MHz at most [docs/platform.md, SPI
converters]. RP2040 datasheet, 4.4.4: SSPCR0 at +0, SSPCR1 +0x04, SSPDR +0x08, SSPSR +0x0C. Not in
a tick path.
"""

import micropython
from machine import SPI, Pin
from micropython import const

_BAUD = const(16_000_000)  # the most; what the divider gives is 12 MHz
_CR0 = const(0)  # words from SPI0's base
_CR1 = const(1)
_DR = const(2)
_SR = const(3)
_FORMAT_BITS = const(0xFF)
_FORMAT = const(0x8F)  # SPH, 16 bits, Motorola's frame
_ENABLED = const(2)  # SSPCR1.SSE
_RNE = const(4)  # SSPSR: a received word waits


def start(pins):
    """Take the bus of a board's `PINS`: sck, mosi, miso, adc_cs, dac_cs. Moves no output.

    Raises:
        ValueError: a pin that SPI0 does not have.
        RuntimeError: SPI0 is not as asked.
    """
    for line in ("adc_cs", "dac_cs"):
        Pin(pins[line], Pin.OUT, value=1)
    sck, mosi, miso = [Pin(pins[line]) for line in ("sck", "mosi", "miso")]
    SPI(0, baudrate=_BAUD, polarity=0, phase=1, bits=16, sck=sck, mosi=mosi, miso=miso)
    if not _is_ready():
        raise RuntimeError("SPI0 has no 16-bit words on a falling clock")


@micropython.viper
def _is_ready() -> bool:
    """Whether SPI0 is enabled in this format; words that wait are dropped."""
    spi = ptr32(0x4003C000)
    while spi[_SR] & _RNE:
        _dropped = spi[_DR]
    if spi[_CR0] & _FORMAT_BITS != _FORMAT:
        return False
    return bool(spi[_CR1] & _ENABLED)
