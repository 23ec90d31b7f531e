"""Gate, drive and ENABLE of a board whose drive is a DAC8562 on SPI0.

Off needs no SPI: the gate is a GPIO, and so is the DAC's /CLR, whose falling edge makes its output
zero. A pull-down on /CLR does the same when the chip is reset and its pins float. The DAC cannot
be read back: the proof before each ramp tells whether it drives.

A frame is 24 bits, command, address and code, and the DAC acts on the 24th falling clock; more
clocks are ignored, so two 16-bit words carry it. It powers up at zero, its reference off; the
reference, once on, doubles the gain, which is set back to 1 [docs/platform.md, SPI converters].
A tick writes registers, as in `output`. RP2040 datasheet: SIO 2.3.1.7, IO_BANK0 2.19.6.1,
SPI 4.4.4.
"""

from array import array

import micropython
from machine import Pin
from micropython import const

from .spi0 import start

_RESET = const(0x280001)  # all registers as at power-up
_REFERENCE_ON = const(0x380001)
_GAIN_1 = const(0x020003)
_LDAC_OFF = const(0x300003)  # its pin has no effect: a write updates by itself
_ZERO = const(0x180000)  # write DAC-A and update it: command 3, address 0
_WRITE = const(0x1800)  # the same, as the upper 16 bits

_SIO = const(0xD0000000)
_OUT_SET = const(5)  # words from _SIO: GPIO_OUT_SET +0x14, _CLR +0x18, _XOR +0x1C
_OUT_CLR = const(6)
_OUT_XOR = const(7)
_SPI0 = const(0x4003C000)
_DR = const(2)
_SR = const(3)
_BSY = const(16)
_IO_BANK0 = const(0x40014000)
_CTRL = const(1)  # words: GPIO0_CTRL +0x04, a pin each 8 bytes
_FUNCTION_BITS = const(31)
_AS_SPI = const(1)
_AS_SIO = const(5)

# The table of one board: read by register in a tick.
_LIVE = const(0)  # 1 from `arm` to `off`
_AT_SIO = const(1)
_AT_SPI = const(2)
_CS_BIT = const(3)
_GATE_BIT = const(4)
_ENABLE_BIT = const(5)
_AT_PINS = const(6)


class DacOutput:
    """As `output.Output`: the drive in counts, 0..65535 of full scale, which are the DAC's codes.

    Importing and constructing move no pin.

    Args:
        pins: the board's `PINS`, checked: gate, enable, dac_cs, dac_clr and the bus.
    """

    def __init__(self, pins):
        self._pins = pins
        bits = [1 << pins["dac_cs"], 1 << pins["gate"], 1 << pins["enable"]]
        self._table = array("I", [0, _SIO, _SPI0] + bits + [_IO_BANK0])

    def arm(self):
        """Take the pins, gate and ENABLE low, the DAC at zero; from here on they move.

        Raises:
            RuntimeError: a pin is not what its register says; nothing moves then.
        """
        pins = self._pins
        Pin(pins["gate"], Pin.OUT, value=0)
        Pin(pins["enable"], Pin.OUT, value=0)
        Pin(pins["dac_clr"], Pin.OUT, value=0)
        start(pins)
        lines = (("sck", _AS_SPI), ("mosi", _AS_SPI), ("gate", _AS_SIO), ("dac_cs", _AS_SIO))
        for line, function in lines:
            if self._function(pins[line]) != function:
                raise RuntimeError("GP%d is not free for %s" % (pins[line], line))
        Pin(pins["dac_clr"], Pin.OUT, value=1)
        for frame in (_RESET, _LDAC_OFF, _REFERENCE_ON, _GAIN_1, _ZERO):
            self._send(frame)
        self._table[_LIVE] = 1

    def off(self):
        """Gate low, the DAC cleared by its pin, ENABLE still. Idempotent; needs no `arm`, no SPI.

        ENABLE becomes an input with its pull-down.
        """
        self._table[_LIVE] = 0
        pins = self._pins
        Pin(pins["gate"], Pin.OUT, value=0)
        Pin(pins["dac_clr"], Pin.OUT, value=0)
        Pin(pins["enable"], Pin.IN, Pin.PULL_DOWN)

    @micropython.viper
    def actuate(self, gate: int, drive: int):
        """Set gate and drive; with the gate low the drive is 0. No effect after `off`."""
        table = ptr32(self._table)
        if table[_LIVE]:
            sio = ptr32(table[_AT_SIO])
            spi = ptr32(table[_AT_SPI])
            if not gate:
                sio[_OUT_CLR] = table[_GATE_BIT]
                drive = 0
            sio[_OUT_CLR] = table[_CS_BIT]
            spi[_DR] = _WRITE | drive >> 8
            spi[_DR] = drive << 8
            while spi[_SR] & _BSY:
                pass
            sio[_OUT_SET] = table[_CS_BIT]
            _dropped = spi[_DR]
            _dropped = spi[_DR]
            if gate:
                sio[_OUT_SET] = table[_GATE_BIT]

    @micropython.viper
    def prove(self, gate: int, drive: int):
        """Set gate and drive independently of each other. No effect after `off`."""
        table = ptr32(self._table)
        if table[_LIVE]:
            sio = ptr32(table[_AT_SIO])
            if not gate:
                sio[_OUT_CLR] = table[_GATE_BIT]
            self._send(_ZERO | drive)
            if gate:
                sio[_OUT_SET] = table[_GATE_BIT]

    @micropython.viper
    def pump(self):
        """One edge of ENABLE. No effect after `off`."""
        table = ptr32(self._table)
        if table[_LIVE]:
            sio = ptr32(table[_AT_SIO])
            sio[_OUT_XOR] = table[_ENABLE_BIT]

    @micropython.viper
    def _send(self, frame: int):
        """One frame of 24 bits."""
        table = ptr32(self._table)
        sio = ptr32(table[_AT_SIO])
        spi = ptr32(table[_AT_SPI])
        sio[_OUT_CLR] = table[_CS_BIT]
        spi[_DR] = frame >> 8
        spi[_DR] = frame << 8
        while spi[_SR] & _BSY:
            pass
        sio[_OUT_SET] = table[_CS_BIT]
        _dropped = spi[_DR]
        _dropped = spi[_DR]

    @micropython.viper
    def _function(self, pin: int) -> int:
        """Which block has the pin."""
        table = ptr32(self._table)
        pins = ptr32(table[_AT_PINS])
        return pins[2 * pin + _CTRL] & _FUNCTION_BITS
