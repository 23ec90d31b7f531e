"""A strict fake of the port contract over a resistor, in virtual time, in integers.

It does what `ionto/port.py` says and raises `PortMisuse` on anything else, and on what control.md
forbids at this edge: closing the gate within 5 ms of opening it or before 10 ms of pumping, two
pumps or feeds in a tick, a starved watchdog, a bridge switched under current. There is no plant
here: `FakeStage` follows the drive at once, up to its compliance.
"""

from ionto.core.units import (
    INPUT_LIMITER,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_SUPPLY,
    SAMPLE_V,
)

from .fake_stage import OPEN as OPEN
from .fake_stage import FakeStage

_WATCHDOG_US = 100_000
_HOLD_US = 6_000  # the dead-man's nominal hold
_REST_US = 5_000
_PUMP_US = 10_000
_LONGEST_TICKS = 200_000  # of one session: thirty times the longest that a test asks for
_WRAP = (1 << 30) - 1


class PortMisuse(Exception):
    """The loop did what no board may be asked to do."""


class FakePort(FakeStage):
    """One board on one resistor.

    Attributes to set, besides the stage's: `offset_q4` and `second_q4` (errors of sense A and B),
    `leak_q4`, `supply_mv`, `inputs`, `dt_us` of the coming ticks, `host` (a `HostLink`) and
    `on_tick(port)`, called as each tick begins. To read: `turns` (time and sign of each),
    `history` (of `actuate`), `last_act`, `true_uc`.
    """

    def __init__(self, board, load_ohm=5000, start_us=_WRAP - 50_000):
        super().__init__(board, load_ohm)
        self.offset_q4 = self.second_q4 = self.leak_q4 = 0
        self.supply_mv = 12000
        self.inputs = 0
        self.turns = []
        self.dt_us = 1000
        self.host = None
        self.on_tick = None
        self.clock_us = start_us
        self.elapsed_us = 0
        self.tick = 0
        self.begun = self.live = False
        self._last_tick = 0
        self.last_act = None
        self.history = []
        self.rx = bytearray()
        self.tx = bytearray()
        self.is_full = False  # nobody reads: no room for another byte
        self.fed_us = 0
        self.gate_low_us = 0
        self.pumping_us = None
        self.charge = 0  # what really flowed, in sixteenths of a picocoulomb
        self._done = set()

    def _act(self, name):
        if name != "off" and not self.begun:
            raise PortMisuse(f"{name}() outside begin() and end()")
        self.last_act = name

    def _once(self, name):
        if name in self._done:
            raise PortMisuse(f"{name}() twice in a tick")
        self._done.add(name)

    def _set(self, gate, drive, is_proof=False):
        if (gate, drive) != (self.gate, self.drive) and not is_proof:
            self.history.append((self.elapsed_us, gate, drive))
        if self.gate and not gate:
            self.gate_low_us = self.elapsed_us
        self.gate, self.drive = gate, drive

    def begin(self):
        if self.begun:
            raise PortMisuse("begin() twice")
        if self.gate or self.drive:
            raise PortMisuse("begin() with the output on")
        self.begun = self.live = True
        self._last_tick = self.tick + _LONGEST_TICKS
        self.fed_us = self.elapsed_us

    def off(self):
        self._act("off")
        self._set(0, 0)
        self.probe_on = self.lim_testing = 0
        self.live = False
        self.pumping_us = self.pumped_us = None

    def end(self):
        if self.gate or self.drive or self.live:
            raise PortMisuse("end() before off()")
        self.begun = False

    def now_us(self):
        return self.clock_us

    def wait(self):
        if not self.begun:
            raise PortMisuse("wait() outside begin() and end()")
        self.tick += 1
        if self.tick > self._last_tick:
            raise PortMisuse("the session has no end")
        if self.on_tick is not None:
            self.on_tick(self)
        self.limit()
        self.charge += self.current_q4() * self.dt_us
        self.elapsed_us += self.dt_us
        self.clock_us = (self.clock_us + self.dt_us) & _WRAP
        self._done.clear()
        if self.elapsed_us - self.fed_us > _WATCHDOG_US:
            raise PortMisuse("the watchdog starved")
        if self.pumped_us is not None and self.elapsed_us - self.pumped_us > _HOLD_US:
            self.pumping_us = self.pumped_us = None
        if self.host is not None and self.tick % 20 == 0:
            self.rx += self.host.poll(self.elapsed_us)

    @property
    def true_uc(self):
        """The charge that really flowed, uC."""
        return self.charge / 16e6

    def sample(self, buf):
        self._once("sample")
        self.resample(buf)
        flows_q4 = self.current_q4() + self.leak_q4
        sign = 1 if "bridge" in self.broken else self.polarity
        seen_q4 = 0 if "sense B" in self.broken else sign * flows_q4
        buf[SAMPLE_B] = seen_q4 + self.second_q4
        buf[SAMPLE_V] = self.load_mv()
        buf[SAMPLE_SUPPLY] = self.supply_mv
        buf[SAMPLE_INPUTS] = self.inputs | (INPUT_LIMITER if self.tripped else 0)

    def resample(self, buf):
        if "sample" not in self._done:
            raise PortMisuse("resample() without sample() in this tick")
        buf[SAMPLE_A] = self.current_q4() + self.leak_q4 + self.offset_q4

    def actuate(self, gate, drive):
        self._act("actuate")
        if gate not in (0, 1) or not 0 <= drive <= self.board.drive_counts or drive * (1 - gate):
            raise PortMisuse(f"actuate({gate!r}, {drive!r})")
        if not self.live:
            return
        if gate and not self.gate:
            self._check_closing()
            if self.pumping_us is None or self.elapsed_us - self.pumping_us < _PUMP_US:
                raise PortMisuse("the gate closes before 10 ms of pumping")
            if self.lim_testing:
                raise PortMisuse("the gate closes with the limiter's threshold lowered")
        self._set(gate, drive)

    def prove(self, gate, drive):
        self._act("prove")
        board = self.board
        most = 60 * board.proof_scale * board.drive_counts // board.full_scale_ua
        if gate not in (0, 1) or not 0 <= drive <= most:
            raise PortMisuse(f"prove({gate!r}, {drive!r})")
        if not self.live:
            return
        if gate and not self.gate:
            self._check_closing()
        self._set(gate, drive, is_proof=True)

    def _check_closing(self):
        if self.probe_on:
            raise PortMisuse("the gate closes with the probe on")
        if self.history and self.elapsed_us - self.gate_low_us < _REST_US:
            raise PortMisuse("the gate closes within 5 ms of opening")

    def set_polarity(self, sign):
        self._act("set_polarity")
        if self.gate or sign not in (-1, 1):
            raise PortMisuse(f"set_polarity({sign!r}) with gate {self.gate}")
        if sign != self.polarity and self.current_q4():
            raise PortMisuse(f"set_polarity({sign}) with {self.current_q4()} _q4 flowing")
        self.turns.append((self.elapsed_us, sign))
        self.polarity = sign

    def probe(self, on):
        self._act("probe")
        if on not in (0, 1) or (on and self.gate):
            raise PortMisuse(f"probe({on!r}) with gate {self.gate}")
        self.probe_on = on if self.live else 0

    def lim_test(self, on):
        self._act("lim_test")
        if on not in (0, 1):
            raise PortMisuse(f"lim_test({on!r})")
        self.lim_testing = on if self.live else 0

    def rearm(self):
        self._act("rearm")
        if self.gate:
            raise PortMisuse("rearm() with the gate closed")
        if "rearm" not in self.broken:
            self.tripped = 0
            self.inputs &= ~INPUT_LIMITER

    def feed(self):
        self._once("feed")
        self.fed_us = self.elapsed_us

    def pump(self):
        self._act("pump")
        self._once("pump")
        if self.live:
            self.pumped_us = self.elapsed_us
            if self.pumping_us is None:
                self.pumping_us = self.elapsed_us

    def read(self, buf):
        if not self.rx:
            return 0
        buf[0] = self.rx.pop(0)
        return 1

    def write(self, buf, count):
        data = bytes(buf[:count])
        self.tx += data
        if self.host is not None:
            self.host.received(data, self.elapsed_us)

    def put(self, buf):
        if self.is_full:
            return 0
        self.write(buf, 1)
        return 1
