"""What a current loop commonly looks like in MicroPython: floats, a PID object, `time` and print.

Runs on the chip, beside our own tick, for comparison only: no supervisor, no dose, no way off,
and its output pin drives nothing. Prints a line of integers: tick times in us, sorted, at the
50th, 99th and 99.9th percentile and the longest, then the bytes that a tick allocates.
"""

import gc
import time

from machine import ADC, PWM, Pin


class PID:
    """The textbook class: gains, limits, an integral and the last error, all floats."""

    def __init__(self, kp, ki, kd, setpoint, low, high):
        self.kp, self.ki, self.kd = kp, ki, kd
        self.setpoint = setpoint
        self.limits = (low, high)
        self.integral = 0.0
        self.last_error = 0.0
        self.last_time = time.ticks_us()

    def __call__(self, value):
        now = time.ticks_us()
        dt = time.ticks_diff(now, self.last_time) / 1e6
        error = self.setpoint - value
        self.integral = min(
            max(self.integral + self.ki * error * dt, self.limits[0]), self.limits[1]
        )
        derivative = (error - self.last_error) / dt if dt > 0 else 0.0
        output = self.kp * error + self.integral + self.kd * derivative
        self.last_error = error
        self.last_time = now
        return min(max(output, self.limits[0]), self.limits[1])


def tick(adc, pwm, pid):
    """One tick; returns what was measured, in mA."""
    current_ma = adc.read_u16() / 65535 * 6.25
    output = pid(current_ma)
    pwm.duty_u16(int(output / 6.25 * 65535))
    if current_ma > 2.5:
        pwm.duty_u16(0)
    return current_ma


def run(ticks):
    """Run that many ticks at 1 kHz, busy-waiting as such loops do."""
    adc = ADC(Pin(26))
    pwm = PWM(Pin(2))
    pwm.freq(30518)
    pid = PID(0.1, 94.0, 0.0, 2.0, 0.0, 6.25)
    dose = 0.0
    lengths = [0] * ticks
    used = allocated(adc, pwm, pid)
    gc.collect()
    due = time.ticks_us()
    for index in range(ticks):
        due = time.ticks_add(due, 1000)
        while time.ticks_diff(due, time.ticks_us()) > 0:
            pass
        start = time.ticks_us()
        dose += tick(adc, pwm, pid) * 0.001 / 60
        lengths[index] = time.ticks_diff(time.ticks_us(), start)
    pwm.duty_u16(0)
    lengths.sort()
    print(
        lengths[ticks // 2],
        lengths[ticks * 99 // 100],
        lengths[ticks * 999 // 1000],
        lengths[-1],
        used,
    )


def allocated(adc, pwm, pid):
    """Bytes that one tick takes from the heap: the mean of 100 with the collector disabled."""
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(100):
        tick(adc, pwm, pid)
    used = gc.mem_alloc() - before
    gc.enable()
    return used // 100
