"""A fake of the port contract over a resistor, in virtual time, in integers.

It does what `ionto/port.py` says. Put a `CheckedPort` around it: that one holds the user to the
contract. Here is only what no checker can see from outside: a bridge switched under current, and
a session without an end. There is no plant here: `FakeStage` follows the drive at once, up to its
compliance.
"""

from ionto.core.units import (
    INPUT_LIMITER,
    LATE_FROM_US,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_SUPPLY,
    SAMPLE_V,
    TIMING_LATE,
    TIMING_LONGEST,
    WRAP_US,
)
from iontobench.testing import HOLD_US, ContractError

from .fake_stage import OPEN as OPEN
from .fake_stage import FakeStage

_WOUND_US = 10_000  # so long a stage keeps what it wound up behind an open chain
_LONGEST_TICKS = 200_000  # of one session: thirty times the longest that a test asks for


class FakePort(FakeStage):
    """One board on one resistor.

    Attributes to set, besides the stage's: `offset_q4` and `second_q4` (errors of sense A and B),
    `leak_q4`, `supply_mv`, `inputs`, `dt_us` of the coming ticks, `host` (a `HostLink`) and
    `on_tick(port)`, called as each tick begins. To read: `turns` (time and sign of each),
    `history` (of `actuate`), `last_act`, `true_uc`, `closings` (ms since the chain has closed,
    for each time that the gate closes) and `packets` (how often the chain has closed behind a
    stage that had wound up).
    """

    def __init__(self, board, load_ohm=5000, start_us=WRAP_US - 50_000):
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
        self.timings = [0, 0, -1, -1]
        self.last_act = None
        self.history = []
        self.closings = []
        self.packets = 0
        self._chain_us = None  # since when the chain is closed
        self._wound_us = -_WOUND_US  # when the stage last stood at its rail
        self.rx = bytearray()
        self.tx = bytearray()
        self.is_full = False  # nobody reads: no room for another byte
        self.charge = 0  # what really flowed, in sixteenths of a picocoulomb

    def _set(self, gate, drive, is_proof=False):
        if (gate, drive) != (self.gate, self.drive) and not is_proof:
            self.history.append((self.elapsed_us, gate, drive))
        if gate and not self.gate:
            since_us = self.elapsed_us if self._chain_us is None else self._chain_us
            self.closings.append((self.elapsed_us - since_us) // 1000)
        self.gate, self.drive = gate, drive

    def _wind_up(self):
        """Behind an open chain a stage with a closed gate stands at its rail."""
        if not self.is_chain_closed():
            self._chain_us = None
            if self.gate:
                self._wound_us = self.elapsed_us
        elif self._chain_us is None:
            self._chain_us = self.elapsed_us
            if self.elapsed_us - self._wound_us < _WOUND_US:
                self.packets += 1
                self.take_packet()

    def begin(self):
        self.begun = self.live = True
        self._last_tick = self.tick + _LONGEST_TICKS
        self.timings = [0, 0, -1, -1]

    def off(self):
        self.last_act = "off"
        self._set(0, 0)
        self.probe_on = self.lim_testing = 0
        self.live = False
        self.pumped_us = None

    def end(self):
        self.begun = False

    def now_us(self):
        return self.clock_us

    def wait(self):
        self.tick += 1
        if self.tick > self._last_tick:
            raise RuntimeError("the session has no end")
        if self.on_tick is not None:
            self.on_tick(self)
        self.limit()
        self.charge += self.current_q4() * self.dt_us
        self.elapsed_us += self.dt_us
        self.timings[TIMING_LONGEST] = max(self.timings[TIMING_LONGEST], self.dt_us)
        self.timings[TIMING_LATE] += self.dt_us > LATE_FROM_US
        self.clock_us = (self.clock_us + self.dt_us) & WRAP_US
        if self.pumped_us is not None and self.elapsed_us - self.pumped_us > HOLD_US:
            self.pumped_us = None
        self._wind_up()
        if self.host is not None and self.tick % 20 == 0:
            self.rx += self.host.poll(self.elapsed_us)

    def timing(self, which):
        return self.timings[which]

    @property
    def true_uc(self):
        """The charge that really flowed, uC."""
        return self.charge / 16e6

    def sample(self, buf):
        self.resample(buf)
        flows_q4 = self.current_q4() + self.leak_q4
        sign = 1 if "bridge" in self.broken else self.polarity
        seen_q4 = 0 if "sense B" in self.broken else sign * flows_q4
        buf[SAMPLE_B] = seen_q4 + self.second_q4
        buf[SAMPLE_V] = self.load_mv()
        buf[SAMPLE_SUPPLY] = self.supply_mv
        buf[SAMPLE_INPUTS] = self.inputs | (INPUT_LIMITER if self.tripped else 0)

    def resample(self, buf):
        buf[SAMPLE_A] = self.current_q4() + self.leak_q4 + self.offset_q4

    def actuate(self, gate, drive):
        self.last_act = "actuate"
        if self.live:
            self._set(gate, drive)

    def prove(self, gate, drive):
        self.last_act = "prove"
        if self.live:
            self._set(gate, drive, is_proof=True)

    def set_polarity(self, sign):
        self.last_act = "set_polarity"
        if sign != self.polarity and self.current_q4():
            raise ContractError(f"set_polarity({sign}) with {self.current_q4()} _q4 flowing")
        self.turns.append((self.elapsed_us, sign))
        self.polarity = sign

    def probe(self, on):
        self.last_act = "probe"
        self.probe_on = on if self.live else 0

    def lim_test(self, on):
        self.last_act = "lim_test"
        self.lim_testing = on if self.live else 0

    def rearm(self):
        self.last_act = "rearm"
        if "rearm" not in self.broken:
            self.tripped = 0
            self.inputs &= ~INPUT_LIMITER

    def feed(self):
        """No watchdog here: the checker counts."""

    def pump(self):
        self.last_act = "pump"
        if self.live:
            self.pumped_us = self.elapsed_us

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
