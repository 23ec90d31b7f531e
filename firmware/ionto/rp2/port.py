"""The port contract on an RP2040 with the external stage of a board's page.

Constructing it moves no pin. `begin` takes pins and peripherals; `off` needs nothing of `begin`.
Units as in `ionto.port`. Off is: Ctrl-C disabled, gate low, drive 0 (`output` or `dac8562` says
how), ENABLE still, probe off, LIM_TEST low [docs/control.md, Off].
"""

import gc
from time import ticks_us

import micropython
from machine import Pin
from micropython import const

from . import watchdog
from .adc import Senses
from .clock import Clock
from .console import Console
from .output import Output, check_pins

_CTRL_C = const(3)


class Rp2Port:
    """One RP2040 with its stage.

    `now_us`, `wait`, `timing`, `sample`, `resample`, `actuate`, `prove`, `feed`, `pump`, `read`,
    `write` and `put` of the contract are attributes that hold the function itself.

    Args:
        pins: the board's `PINS`: drive gate enable probe polarity lim_test rearm limiter stop; of
            a board with an output and senses of its own, their lines instead of drive.
        scales: twelve integers, (zero_counts, mul, shift) for A, B, V and supply:
            value = ((code - zero) * mul) >> shift, with code_top * mul below 2^30.
        output: makes the gate, drive and ENABLE of these pins; None: a PWM (`output.Output`).
        senses: makes the converter of these scales and pins; None: the chip's (`adc.Senses`).

    Raises:
        ValueError: a line without a pin of its own.
    """

    def __init__(self, pins, scales, output=None, senses=None):
        check_pins(pins)
        self._pins = pins
        self._output = output(pins) if output else Output(pins)
        self._clock = Clock()
        self._console = Console()
        if senses:
            self._senses = senses(scales, pins)
        else:
            self._senses = Senses(scales, pins["stop"], pins["limiter"])
        # A Pin object without a mode does not change the pin.
        self._probe_pin = Pin(pins["probe"])
        self._live = 0  # from `begin` to `off`
        self._armed = 0
        self._locked = 0
        # The functions themselves: a method in between costs 7 us of every tick.
        self.now_us = ticks_us
        self.wait = self._clock.wait
        self.timing = self._clock.timing
        self.sample = self._senses.sample
        self.resample = self._senses.resample
        self.feed = watchdog.feed
        self.actuate = self._output.actuate
        self.prove = self._output.prove
        self.pump = self._output.pump
        self.read = self._console.read
        self.write = self._console.write
        self.put = self._console.put

    @micropython.native
    def begin(self):
        """Take pins, console, timer and watchdog; the heap lock comes last."""
        pins = self._pins
        for line in ("probe", "polarity", "lim_test", "rearm"):
            Pin(pins[line], Pin.OUT, value=0)
        self._senses.begin()
        self._output.arm()
        self._console.begin()
        gc.collect()
        gc.disable()
        self._clock.begin()
        self._armed = 1
        watchdog.arm()
        self._live = 1
        micropython.heap_lock()
        self._locked = 1

    @micropython.native  # native code is never struck by Ctrl-C
    def off(self):
        """Switch off, in any state. A second Ctrl-C cannot interrupt it."""
        micropython.kbd_intr(-1)
        self._output.off()
        pins = self._pins
        Pin(pins["probe"], Pin.OUT, value=0)
        Pin(pins["lim_test"], Pin.OUT, value=0)
        self._live = 0

    def end(self):
        """Release heap, collector, timer; then the watchdog; Ctrl-C at the very end."""
        if self._locked:
            self._locked = 0
            micropython.heap_unlock()
        gc.enable()
        self._clock.end()
        if self._armed:
            watchdog.disarm()
            self._armed = 0
        self._console.drain()
        micropython.kbd_intr(_CTRL_C)

    def set_polarity(self, sign):
        """Set the bridge's line: high reverses."""
        Pin(self._pins["polarity"])(1 if sign < 0 else 0)

    def probe(self, on):
        """Switch the PROBE source; no effect after `off`."""
        if self._live:
            self._probe_pin(on)

    def lim_test(self, on):
        """Set the limiter's test threshold; no effect after `off`."""
        if self._live:
            Pin(self._pins["lim_test"])(on)

    def rearm(self):
        """Give a pulse on the limiter's re-arm line."""
        line = Pin(self._pins["rearm"])
        line(1)
        line(0)
