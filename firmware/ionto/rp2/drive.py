"""The PWM drive of the stage: 30.5 kHz, 4096 steps, into two 0.3 ms poles.

A stopped PWM slice leaves its pin at the present level. So off is duty 0, and then a plain GPIO
low [micropython#9007]. After that the PWM object is useless: `arm` makes a new one.
"""

import machine
from micropython import const

_FREQ_HZ = const(30518)  # 125 MHz / 4096


class Drive:
    """The drive on one pin; counts are 0..65535 of full scale.

    Importing and constructing move no pin.
    """

    def __init__(self, pin):
        self._number = pin
        self._pwm = None
        self.set = None  # after `arm`: sets the level in counts, within 33 us

    def arm(self):
        """Make a PWM at duty 0."""
        self._pwm = machine.PWM(machine.Pin(self._number), freq=_FREQ_HZ, duty_u16=0)
        self.set = self._pwm.duty_u16

    def off(self):
        """Duty 0, then the pin to plain GPIO low. Idempotent; needs no `arm`."""
        if self._pwm is not None:
            self._pwm.duty_u16(0)
        machine.Pin(self._number, machine.Pin.OUT, value=0)
