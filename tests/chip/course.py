"""One session on a booted chip, to be stopped at any microsecond, tampered with and looked at.

The load is a plain resistor unless told otherwise, so that a current that is off is gone within
a microsecond or two. Times are us since the session's start; what is true comes from the plant
and from the pins, never from the firmware. Currents in uA.
"""

import msgspec
from rp2040py.gpio_pin import GPIOPinState
from tests.support.listener import Listener
from tests.support.programs import segment, words

from ionto.core import program
from iontobench import resources
from iontobench.chip.usb import ChipTimeoutError
from iontobench.link.listener import POLL_PERIOD_US, HostLink
from iontobench.protocols import compile_protocol, load, profile
from iontobench.protocols.timeline import Timeline
from iontobench.sessions.chip import ChipBench
from iontobench.sessions.job import Job
from iontobench.sim.faults import KINDS

SEED = 1
MODULE = resources.load_board("pico_pwm")
BOARD = MODULE.BOARD
FASTEST_UA_S = 10_000
OUTPUTS = sorted(set(MODULE.PINS.values()) - {MODULE.PINS["limiter"], MODULE.PINS["stop"]})

# Where the host orders an act of `acts.py`: the watchdog's first scratch register, which neither
# MicroPython nor the boot ROM uses.
ORDER = 0x4005800C


def by_time(level_ua, hold_ms, slew_ua_s=FASTEST_UA_S):
    """A program of one level: ramp, hold, ramp."""
    made = [segment(program.HOLD_TIME, level_ua, slew_ua_s, 0, hold_ms)]
    time_s = hold_ms // 1000 + 60
    wall = {"charge_uc": 1_000_000, "time_s": time_s}
    return words(made, peak_ua=level_ua, slew_ua_s=slew_ua_s, **wall)


def by_dose(level_ua, charge_uc, slew_ua_s=2000):
    """A program of one level that ends by its charge."""
    made = [segment(program.HOLD_CHARGE, level_ua, slew_ua_s, charge_uc)]
    wall_uc = charge_uc * 101 // 100 + level_ua
    return words(made, peak_ua=level_ua, slew_ua_s=slew_ua_s, charge_uc=wall_uc)


HALF_UA, ALMOST_UA = 1000, 1950
_CALM_US = 100_000  # for the trim, after the ramp's end


def places(booted):
    """A session of 2 mA for a minute, which obeys the orders of `acts`.

    Just begun, in the middle of its ramp, held for a while.
    """
    from .acts import PATCH

    course = Course(booted, by_time(2000, 60_000), patch=PATCH)
    yield "begun", course
    yield "ramp", course.run_to_current(HALF_UA)
    course.run_to_current(ALMOST_UA)
    yield "held", course.run_to(course.now_us + _CALM_US)


def job_of(made, load_name, calibration, seed=SEED, faults=()):
    """A job with these words under the electrodes of a protocol that ships."""
    shipped = compile_protocol(load("dexamethasone-40"), profile("us"), BOARD)
    protocol = msgspec.structs.replace(shipped, timeline=Timeline(made))
    return Job(
        protocol=protocol,
        board=BOARD,
        skin=load_name,
        adc="rp2040",
        seed=seed,
        calibration=calibration,
        faults=faults,
        rung="chip",
    )


class Course:
    """A session that has just been started; the host is the tool's own, beats and all."""

    def __init__(self, booted, made, load_name="resistor:10000", patch=None, faults=()):
        """Attach the plant to `booted` (chip, calibration) and start `made`."""
        chip, calibration = booted
        self._begin(chip, job_of(made, load_name, calibration, faults=faults), patch)

    @classmethod
    def of_job(cls, chip, job):
        """The same for a job with a load and electrodes of its own."""
        course = cls.__new__(cls)
        course._begin(chip, job, None)
        return course

    def _begin(self, chip, job, patch):
        self.bench = ChipBench(job, chip=chip)
        self.chip, self.plant = chip, self.bench.bench
        self.bench.load()
        if patch:
            chip.exec(patch)
        self.items = Listener()
        self.link = HostLink([self.items])
        self.gate_edges = []  # (t_us, level)
        gate = chip.mcu.gpio[MODULE.PINS["gate"]]
        gate.add_listener(lambda value, last: self._on_gate(value == GPIOPinState.HIGH))
        chip.on_reset.append(lambda: self._on_gate(False))
        self.bench.start()
        self._start_us = self._polled_us = chip.now_us

    @property
    def now_us(self):
        return self.chip.now_us - self._start_us

    @property
    def ended(self):
        return self.link.session.ended is not None

    def run_to(self, t_us):
        """Run to `t_us`, the host's turn every 20 ms."""
        while self.now_us < t_us:
            due_us = self._polled_us - self._start_us + POLL_PERIOD_US
            self.chip.run_until_us(min(t_us, due_us) + self._start_us)
            if self.now_us >= due_us:
                self._poll()
        self.bench.wiring.sync()
        return self

    def run_to_current(self, current_ua, limit_us=5_000_000):
        """Run until the load really has `current_ua`, to the millisecond."""
        while self.plant.load_ua < current_ua:
            if self.now_us > limit_us:
                raise ChipTimeoutError(f"no {current_ua} uA within {limit_us} us")
            self.run_to(self.now_us + 1000)
        return self

    def run_to_end(self, limit_us=20_000_000):
        """Run until the board says the end, or is reset."""
        while not self.ended and not self.chip.resets:
            if self.now_us > limit_us:
                raise ChipTimeoutError(f"no end within {limit_us} us")
            self.run_to(self.now_us + POLL_PERIOD_US)
        return self

    def inject(self, kind, value=None):
        """A fault of the bench, now, with its usual value unless told; returns its time."""
        self.bench.wiring.sync()
        KINDS[kind].edge(self.plant, KINDS[kind].default if value is None else value, 0)
        return self.now_us

    def order(self, act):
        """Have the chip do one of `acts.ORDERS` in its next tick."""
        self.chip.mcu.write_uint32(ORDER, act)

    def key(self, data):
        """Type, as a person at a terminal would."""
        self.chip.usb.write(data)

    def gate_off_us(self, since_us):
        """From `since_us` to the gate's next fall; None if it has not fallen."""
        falls = [t_us - since_us for t_us, level in self.gate_edges if not level]
        return next((us for us in falls if us >= 0), None)

    def current_off_us(self, since_us):
        """From `since_us` to the last moment with more than 5 uA through the load."""
        self.bench.wiring.sync()
        return (self.plant.truth.last_above_us or 0) - since_us

    def is_off(self):
        """Gate low, drive 0 and no current, now, by the pins and the plant."""
        self.bench.wiring.sync()
        return (
            not self.plant.gate
            and self.bench.wiring.drive == 0
            and not self.plant.probe
            and abs(self.plant.load_current_ua) < 5
        )

    def _on_gate(self, level):
        if level != bool(self.gate_edges and self.gate_edges[-1][1]):
            self.gate_edges.append((self.now_us, level))

    def _poll(self):
        self._polled_us = self.chip.now_us
        usb, t_us = self.chip.usb, self.now_us
        self.link.received(usb.read(usb.in_waiting), t_us)
        data = self.link.poll(t_us)
        if data:
            usb.write(data)
