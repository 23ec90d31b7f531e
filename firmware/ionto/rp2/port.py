"""The port contract on an RP2040 with the external stage of a board's page.

Constructing it moves no pin; `begin` takes everything and `off` needs nothing that `begin` made.
Units as in `ionto.port`. Off is gate low, duty 0, dead-man still, then the drive pin as plain
GPIO low, with Ctrl-C ignored from its first statement on [control.md, Off].
"""

import gc
from array import array
from time import ticks_diff, ticks_us

import micropython
from machine import Pin
from micropython import const

from ..core.units import (
    INPUT_LIMITER,
    INPUT_STOP,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_SUPPLY,
    SAMPLE_V,
)
from . import adc, watchdog
from .adc import read_fast
from .clock import Clock
from .console import Console
from .drive import Drive

_CTRL_C = const(3)
_RESAMPLE_US = const(150)
_SLOW_MASK = const(7)  # supply and inputs every eighth tick


class Rp2Port:
    """One RP2040 with its stage.

    Args:
        pins: the board's `PINS`: drive gate enable probe polarity lim_test rearm limiter stop.
        scales: twelve integers, (zero_counts, mul, shift) for A, B, V and supply:
            value = ((code - zero) * mul) >> shift, with 4095 * mul below 2^30.
    """

    def __init__(self, pins, scales):
        self._pins = pins
        self._drive = Drive(pins["drive"])
        self._clock = Clock()
        self._console = Console()
        self._codes = array("i", [0, 0, 0])
        self._set_scales(scales)
        self._wdt = None
        self._locked = 0
        self._live = 0
        self._level = 0
        self._turn = 0
        self._supply_mv = 0
        self._inputs = 0
        self._sampled_us = 0

    def _set_scales(self, scales):
        self._zero_a, self._mul_a, self._shift_a = scales[0:3]
        self._zero_b, self._mul_b, self._shift_b = scales[3:6]
        self._zero_v, self._mul_v, self._shift_v = scales[6:9]
        self._zero_s, self._mul_s, self._shift_s = scales[9:12]

    def begin(self):
        """Take pins, console, timer and watchdog; the heap lock comes last."""
        pins = self._pins
        self._gate_pin = Pin(pins["gate"], Pin.OUT, value=0)
        self._enable_pin = Pin(pins["enable"], Pin.OUT, value=0)
        self._probe_pin = Pin(pins["probe"], Pin.OUT, value=0)
        self._polarity_pin = Pin(pins["polarity"], Pin.OUT, value=0)
        self._lim_test_pin = Pin(pins["lim_test"], Pin.OUT, value=0)
        self._rearm_pin = Pin(pins["rearm"], Pin.OUT, value=0)
        self._limiter_pin = Pin(pins["limiter"], Pin.IN)
        self._stop_pin = Pin(pins["stop"], Pin.IN, Pin.PULL_UP)
        adc.begin()
        self._drive.arm()
        self._console.begin()
        self._turn = 0
        self._slow()
        gc.collect()
        gc.disable()
        self._clock.begin()
        self._wdt = watchdog.arm()
        self._live = 1
        micropython.heap_lock()
        self._locked = 1

    def off(self):
        """Off, whatever came before. A second Ctrl-C cannot interrupt it."""
        micropython.kbd_intr(-1)
        pins = self._pins
        Pin(pins["gate"], Pin.OUT, value=0)
        self._drive.off()
        Pin(pins["enable"], Pin.OUT, value=0)
        Pin(pins["probe"], Pin.OUT, value=0)
        self._live = 0

    def end(self):
        """Give back heap, collector, timer; then the watchdog; Ctrl-C at the very end."""
        if self._locked:
            self._locked = 0
            micropython.heap_unlock()
        gc.enable()
        self._clock.end()
        if self._wdt is not None:
            watchdog.disarm()
            self._wdt = None
        self._console.drain()
        micropython.kbd_intr(_CTRL_C)

    def now_us(self):
        """Time modulo 2^30."""
        return ticks_us()

    def wait(self):
        """Sleep until the next tick."""
        self._clock.wait()

    def sample(self, buf):
        """All senses into `buf`; supply and inputs are read every eighth tick."""
        codes = self._codes
        read_fast(codes)
        self._sampled_us = ticks_us()
        buf[SAMPLE_A] = (codes[0] - self._zero_a) * self._mul_a >> self._shift_a
        buf[SAMPLE_B] = (codes[1] - self._zero_b) * self._mul_b >> self._shift_b
        buf[SAMPLE_V] = (codes[2] - self._zero_v) * self._mul_v >> self._shift_v
        turn = (self._turn + 1) & _SLOW_MASK
        self._turn = turn
        if turn == 0:
            self._slow()
            buf[SAMPLE_SUPPLY] = self._supply_mv
            buf[SAMPLE_INPUTS] = self._inputs

    def resample(self, buf):
        """150 us after the last sample, the current once more."""
        while ticks_diff(ticks_us(), self._sampled_us) < _RESAMPLE_US:
            pass
        self._sampled_us = ticks_us()
        buf[SAMPLE_A] = (adc.read(0) - self._zero_a) * self._mul_a >> self._shift_a

    def actuate(self, gate, drive):
        """Drive first when it falls, gate last when it closes; nothing after `off`."""
        if self._live:
            if gate:
                self._drive.set(drive)
                self._gate_pin(1)
            else:
                self._gate_pin(0)
                self._drive.set(0)

    def set_polarity(self, sign):
        """The bridge's line: high reverses."""
        self._polarity_pin(1 if sign < 0 else 0)

    def probe(self, on):
        """The PROBE source."""
        if self._live:
            self._probe_pin(on)

    def lim_test(self, on):
        """The limiter's test threshold."""
        if self._live:
            self._lim_test_pin(on)

    def rearm(self):
        """A pulse on the limiter's re-arm line."""
        self._rearm_pin(1)
        self._rearm_pin(0)

    def feed(self):
        """The watchdog."""
        self._wdt.feed()

    def pump(self):
        """One edge on ENABLE."""
        if self._live:
            level = self._level ^ 1
            self._level = level
            self._enable_pin(level)

    def read(self, buf):
        """At most one byte."""
        return self._console.read(buf)

    def write(self, buf, count):
        """A frame."""
        self._console.write(buf, count)

    def _slow(self):
        self._supply_mv = (adc.read(3) - self._zero_s) * self._mul_s >> self._shift_s
        inputs = 0
        if not self._stop_pin():
            inputs = INPUT_STOP
        if self._limiter_pin():
            inputs |= INPUT_LIMITER
        self._inputs = inputs
