"""Paces the loop at 1 kHz without busy-waiting.

A hard timer at the loop's rate, whose callback does nothing, wakes the processor from WFE; the
time itself is read from the chip's timer (RP2040 datasheet 4.6.5: TIMERAWL at +0x28, in us, never
latched; ALARM3 at +0x1C, the time of the next interrupt; ARMED at +0x20). After a late tick the
next one comes at the end of the present period. Missed periods are dropped: there is no burst of
short ticks.

A tick is due 200 us before the timer's interrupt. An interrupt before the due time would leave the
tick to the next interrupt, a period late. The timer counts its periods from its own alarm, not
from its late callback [pico-sdk, time.c], so the 200 us hold for a session.
"""

from array import array

import machine
import micropython
from micropython import const

_RATE_HZ = const(1000)
_PERIOD_US = const(1000)
_BEFORE_US = const(200)  # due before the interrupt; allowed: 100 .. 300
_LATE_US = const(1400)  # `core.units.LATE_FROM_US`
_PATIENCE_US = const(2500)  # to find our alarm: it is the next one once a period
_ALARM3 = const(7)  # words of the chip's timer
_ARMED = const(8)
_TIMERAWL = const(10)
_ALARM3_ARMED = const(8)
_LATE = const(0)  # in the table of times: as `core.units.TIMING_*`
_LONGEST = const(1)
_LEAST = const(2)
_MOST = const(3)
_LAST = const(4)  # when the last tick began
_BEGUN = const(5)  # 1 once a tick has begun


@micropython.native  # a bytecode callback could be struck by Ctrl-C
def _nothing(_timer):
    """Do nothing: the interrupt alone wakes the processor."""


@micropython.asm_thumb
def _nap():
    # WFE; after an interrupt since the last one it does not sleep [Cortex-M0+ TRM].
    data(2, 0xBF20)  # pyright: ignore[reportUndefinedVariable]


class Clock:
    """Ticks of 1 ms."""

    def __init__(self):
        self._timer = None
        # In an array, where all 32 bits of the chip's timer have room without a heap object.
        self._due_us = array("i", [0])
        self._times = array("i", [0] * 6)

    @micropython.viper
    def begin(self):
        """Start the wake-up timer and wait for its first interrupt; at most 3 ms.

        The result must not depend on the time of each step: the flash cache is cold here.
        """
        timer = ptr32(0x40054000)
        due_us = ptr32(self._due_us)
        begun_us = timer[_TIMERAWL]
        self._timer = machine.Timer(
            -1, mode=machine.Timer.PERIODIC, freq=_RATE_HZ, callback=_nothing, hard=True
        )
        made_us = timer[_TIMERAWL]
        # Wait for our first interrupt: then ALARM3 holds no old or cancelled alarm.
        while timer[_TIMERAWL] - made_us <= _PERIOD_US:
            pass
        # Our alarm lies whole periods after a moment within the call above. Any other alarm is of
        # another timer that comes first: read again, ours follows within a period. If it does not,
        # take the earliest time of ours: then the interrupt comes later after due, not before.
        alarm_us = timer[_ALARM3]
        while (alarm_us - begun_us) % _PERIOD_US > made_us - begun_us:
            alarm_us = timer[_ALARM3] if timer[_TIMERAWL] - made_us < _PATIENCE_US else begun_us
        due_us[0] = alarm_us - _BEFORE_US
        times = ptr32(self._times)
        times[_BEGUN] = 0
        times[_LATE] = 0
        times[_LONGEST] = 0
        times[_LEAST] = -1
        times[_MOST] = -1

    @micropython.viper
    def wait(self):
        """Sleep until the next tick is due; allow one USB interrupt.

        One interrupt takes 64 bytes, 0.35 ms. Free interrupts would take a flood of bytes at once,
        until stdin is full: 512 bytes, 3.1 ms.
        """
        timer = ptr32(0x40054000)
        due_us = ptr32(self._due_us)
        next_us = due_us[0]
        nvic = ptr32(0xE000E100)  # set-enable; 0x80 further on, clear-enable [Cortex-M0+ TRM]
        usb = 1 << 5
        nvic[0] = usb
        nvic[0] = usb  # a pending interrupt is taken between the two
        nvic[32] = usb
        times = ptr32(self._times)
        now_us = timer[_TIMERAWL]
        if next_us - now_us > 0:
            while next_us - now_us > 0:
                if timer[_ARMED] & _ALARM3_ARMED:  # without an alarm nothing would wake it
                    _nap()
                now_us = timer[_TIMERAWL]
            margin_us = now_us - next_us
            least_us = times[_LEAST]
            if least_us < 0 or margin_us < least_us:
                times[_LEAST] = margin_us
            if margin_us > times[_MOST]:
                times[_MOST] = margin_us
        if times[_BEGUN]:
            interval_us = now_us - times[_LAST]
            if interval_us > times[_LONGEST]:
                times[_LONGEST] = interval_us
            if interval_us > _LATE_US:
                times[_LATE] += 1
        times[_BEGUN] = 1
        times[_LAST] = now_us
        next_us += _PERIOD_US
        while next_us - now_us <= 0:
            next_us += _PERIOD_US
        due_us[0] = next_us

    def timing(self, which):
        """One of `TIMING_*` since `begin`; allocates nothing."""
        return self._times[which]

    @micropython.viper
    def _let_usb_in(self):
        """Enable the USB interrupt for good."""
        nvic = ptr32(0xE000E100)
        usb = 1 << 5
        nvic[0] = usb

    def end(self):
        """Stop the timer; idempotent."""
        self._let_usb_in()
        if self._timer is not None:
            self._timer.deinit()
            self._timer = None
