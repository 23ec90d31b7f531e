"""The port contract on an RP2040 with the external stage of a board's page.

Constructing it moves no pin. `begin` takes pins and peripherals; `off` needs nothing of `begin`.
Units as in `ionto.port`. Off is: Ctrl-C disabled, gate low, duty 0, the drive pin as plain GPIO
low, ENABLE still, probe off, LIM_TEST low [docs/control.md, Off].
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
from .drive import Drive

_CTRL_C = const(3)


class Rp2Port:
    """One RP2040 with its stage.

    `now_us`, `wait`, `sample`, `resample`, `feed`, `pump`, `read` and `write` of the contract are
    attributes that hold the function itself.

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
        self._senses = Senses(scales, pins["stop"], pins["limiter"])
        # A Pin object without a mode does not change the pin.
        self._gate_pin = Pin(pins["gate"])
        self._probe_pin = Pin(pins["probe"])
        self._set_level = None  # the drive's, from `begin` to `off`
        self._armed = 0
        self._locked = 0
        # The functions themselves: a method in between costs 7 us of every tick.
        self.now_us = ticks_us
        self.wait = self._clock.wait
        self.sample = self._senses.sample
        self.resample = self._senses.resample
        self.feed = watchdog.feed
        self.pump = Pin(pins["enable"]).toggle
        self.read = self._console.read
        self.write = self._console.write
        self.put = self._console.put

    def begin(self):
        """Take pins, console, timer and watchdog; the heap lock comes last."""
        pins = self._pins
        for line in ("gate", "enable", "probe", "polarity", "lim_test", "rearm"):
            Pin(pins[line], Pin.OUT, value=0)
        self._senses.begin()
        self._drive.arm()
        self._console.begin()
        gc.collect()
        gc.disable()
        self._clock.begin()
        self._armed = 1
        watchdog.arm()
        self._set_level = self._drive.set
        micropython.heap_lock()
        self._locked = 1

    def off(self):
        """Switch off, in any state. A second Ctrl-C cannot interrupt it.

        ENABLE becomes an input with its pull-down, so a late `pump` has no effect.
        """
        micropython.kbd_intr(-1)
        pins = self._pins
        Pin(pins["gate"], Pin.OUT, value=0)
        self._drive.off()
        Pin(pins["enable"], Pin.IN, Pin.PULL_DOWN)
        Pin(pins["probe"], Pin.OUT, value=0)
        Pin(pins["lim_test"], Pin.OUT, value=0)
        self._set_level = None

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

    def actuate(self, gate, drive):
        """Set gate and drive; no effect after `off`."""
        set_level = self._set_level
        if set_level:
            if gate:
                set_level(drive)
                self._gate_pin(1)
            else:
                self._gate_pin(0)
                set_level(0)

    def prove(self, gate, drive):
        """Set gate and a small drive independently; no effect after `off`."""
        set_level = self._set_level
        if set_level:
            set_level(drive)
            self._gate_pin(gate)

    def set_polarity(self, sign):
        """Set the bridge's line: high reverses."""
        Pin(self._pins["polarity"])(1 if sign < 0 else 0)

    def probe(self, on):
        """Switch the PROBE source; no effect after `off`."""
        if self._set_level:
            self._probe_pin(on)

    def lim_test(self, on):
        """Set the limiter's test threshold; no effect after `off`."""
        if self._set_level:
            Pin(self._pins["lim_test"])(on)

    def rearm(self):
        """Give a pulse on the limiter's re-arm line."""
        line = Pin(self._pins["rearm"])
        line(1)
        line(0)
