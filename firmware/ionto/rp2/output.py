"""Gate, drive and ENABLE: the pins that a tick moves, by register.

The drive is a PWM of 30.5 kHz and 4096 steps, into two 0.3 ms poles. A stopped PWM slice leaves
its pin at the present level. So off is duty 0, and then a plain GPIO low [micropython#9007]. After
that the PWM object is useless: `arm` makes a new one.

A tick writes registers: a call of `Pin` or `PWM` costs it 4 to 7 us and misses of the flash cache.
`arm` gives the pins to MicroPython's own objects, and then reads by the registers whether those
are the pins of this table. RP2040 datasheet: SIO 2.3.1.7, IO_BANK0 2.19.6.1, PWM 4.5.3.
"""

from array import array

import micropython
from machine import PWM, Pin
from micropython import const

_LAST_PIN = const(25)  # GP26..GP29 are the converter's
_FREQ_HZ = const(30518)  # 125 MHz / 4096
_TOP = const(4095)

_SIO = const(0xD0000000)
_OUT_SET = const(5)  # words from _SIO: GPIO_OUT_SET +0x14, _CLR +0x18, _XOR +0x1C
_OUT_CLR = const(6)
_OUT_XOR = const(7)
_PWM = const(0x40050000)
_SLICES = const(8)
_SLICE_BYTES = const(20)
_CSR = const(0)  # words of a slice: CSR +0x00, CC +0x0C, TOP +0x10
_CC = const(3)
_SLICE_TOP = const(4)
_ENABLED = const(1)  # CSR.EN
_IO_BANK0 = const(0x40014000)
_CTRL = const(1)  # words: GPIO0_CTRL +0x04, a pin each 8 bytes
_FUNCTION_BITS = const(31)
_AS_PWM = const(4)
_AS_SIO = const(5)

# The table of one board: read by register in a tick.
_LIVE = const(0)  # 1 from `arm` to `off`
_AT_SIO = const(1)
_AT_SLICE = const(2)
_SHIFT = const(3)  # of the drive's channel in CC: A 0, B 16
_GATE_BIT = const(4)
_ENABLE_BIT = const(5)
_AT_PINS = const(6)


def check_pins(pins):
    """Check a board's `PINS`.

    Raises:
        ValueError: a line without a pin of its own within GP0..GP25.
    """
    taken = {}
    for line in sorted(pins):
        number = pins[line]
        if not 0 <= number <= _LAST_PIN:
            raise ValueError("pin of %s: GP%d is not within GP0..GP25" % (line, number))
        if number in taken:
            raise ValueError("pin of %s: GP%d is %s already" % (line, number, taken[number]))
        taken[number] = line


class Output:
    """Gate, drive and ENABLE of one board; the drive in counts, 0..65535 of full scale.

    Importing and constructing move no pin.

    Args:
        pins: the board's `PINS`, checked.
    """

    def __init__(self, pins):
        self._pins = pins
        self._pwm = None
        drive = pins["drive"]
        at_slice = _PWM + _SLICE_BYTES * (drive // 2 % _SLICES)
        shift = 16 * (drive & 1)
        bits = [1 << pins["gate"], 1 << pins["enable"]]
        self._table = array("I", [0, _SIO, at_slice, shift] + bits + [_IO_BANK0])

    @micropython.native
    def arm(self):
        """Take the pins, all low, with a PWM at duty 0; from here on they move.

        Raises:
            RuntimeError: a pin is not what its register says; nothing moves then.
        """
        pins = self._pins
        Pin(pins["gate"], Pin.OUT, value=0)
        Pin(pins["enable"], Pin.OUT, value=0)
        self._pwm = PWM(Pin(pins["drive"]), freq=_FREQ_HZ, duty_u16=0)
        if not self._is_slice():
            raise RuntimeError("GP%d is no PWM of 4096 steps" % pins["drive"])
        for line, function in (("drive", _AS_PWM), ("gate", _AS_SIO), ("enable", _AS_SIO)):
            if self._function(pins[line]) != function:
                raise RuntimeError("GP%d is not free for %s" % (pins[line], line))
        self._table[_LIVE] = 1

    def off(self):
        """Gate low, duty 0, drive as plain GPIO low, ENABLE still. Idempotent; needs no `arm`.

        ENABLE becomes an input with its pull-down.
        """
        self._table[_LIVE] = 0
        pins = self._pins
        Pin(pins["gate"], Pin.OUT, value=0)
        if self._pwm is not None:
            self._pwm.duty_u16(0)
        Pin(pins["drive"], Pin.OUT, value=0)
        Pin(pins["enable"], Pin.IN, Pin.PULL_DOWN)

    @micropython.viper
    def actuate(self, gate: int, drive: int):
        """Set gate and drive; with the gate low the drive is 0. No effect after `off`."""
        table = ptr32(self._table)
        if table[_LIVE]:
            sio = ptr32(table[_AT_SIO])
            pwm = ptr32(table[_AT_SLICE])
            if gate:
                # (drive * 4096 + 32767) // 65535, as `PWM.duty_u16` rounds.
                steps = (drive << 12) + 0x8000
                pwm[_CC] = ((steps + (steps >> 16)) >> 16) << table[_SHIFT]
                sio[_OUT_SET] = table[_GATE_BIT]
            else:
                sio[_OUT_CLR] = table[_GATE_BIT]
                pwm[_CC] = 0

    @micropython.viper
    def prove(self, gate: int, drive: int):
        """Set gate and drive independently of each other. No effect after `off`."""
        table = ptr32(self._table)
        if table[_LIVE]:
            sio = ptr32(table[_AT_SIO])
            pwm = ptr32(table[_AT_SLICE])
            if not gate:
                sio[_OUT_CLR] = table[_GATE_BIT]
            steps = (drive << 12) + 0x8000
            pwm[_CC] = ((steps + (steps >> 16)) >> 16) << table[_SHIFT]
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
    def _is_slice(self) -> bool:
        """Whether the table's slice runs with 4096 steps at duty 0."""
        table = ptr32(self._table)
        pwm = ptr32(table[_AT_SLICE])
        if pwm[_SLICE_TOP] != _TOP:
            return False
        if pwm[_CC] != 0:
            return False
        return bool(pwm[_CSR] & _ENABLED)

    @micropython.viper
    def _function(self, pin: int) -> int:
        """Which block has the pin."""
        table = ptr32(self._table)
        pins = ptr32(table[_AT_PINS])
        return pins[2 * pin + _CTRL] & _FUNCTION_BITS
