"""A port that holds a port and its user to the contract of `ionto/port.py`, call by call.

Units as in the contract. For tests: it allocates, and it must never replace a port on a board.
"""

from ionto.core.units import WRAP_US

CALLS = (
    *("begin", "off", "end", "now_us", "wait", "timing"),
    *("sample", "resample", "actuate", "prove"),
    *("set_polarity", "probe", "lim_test", "rearm", "feed", "pump", "read", "write", "put"),
)
HOLD_US = 6_000  # the dead-man's nominal hold: a longer gap between two pumps is a new start
_PUMP_US = 10_000
_UNWIND_US = 10_000  # gate low this long before the chain behind it closes
_PASSED_US = 1_000  # gate closed this long before the limiter's threshold falls
_REST_US = 5_000
_WATCHDOG_US = 100_000
_PROOF_UA = 60  # twice what the proof asks for


class ContractError(Exception):
    """A port or its user broke the contract; the text says which rule."""


class CheckedPort:
    """A port that checks every call before it passes it on.

    Args:
        port: the port to hold to the contract.
        board: its `core.limits.Board`.

    Attributes:
        calls: how often each method was called, by its name.

    Raises:
        ContractError: from the call that breaks a rule; `off` never raises, `end` after its work.
    """

    def __init__(self, port, board):
        self._port = port
        self._board = board
        self._begun = False
        self._off = True
        self._gate = 0
        self._probe = 0
        self._lim_test = 0
        self._once = set()  # what this tick has had
        self._now_us = None  # the port's time when it was last looked at
        self._elapsed_us = 0  # as `_now_us`, but it does not wrap
        self._opened_us = None  # when the gate last opened
        self._closed_us = 0  # when it last closed
        self._rearmed_us = None
        self._pumping_us = None  # since when ENABLE toggles without a gap
        self._pumped_us = 0
        self._fed_us = 0
        self.calls = dict.fromkeys(CALLS, 0)

    def _rule(self, kept, text):
        if not kept:
            raise ContractError(text)

    def _needs_begin(self, name):
        self.calls[name] += 1
        self._rule(self._begun, name + "() before begin()")

    def _needs_sample(self, name):
        self._needs_begin(name)
        self._rule("sample" in self._once, name + "() without sample() in this tick")

    def _once_a_tick(self, name):
        self._rule(name not in self._once, name + "() twice in a tick")
        self._once.add(name)

    def _time_us(self):
        now_us = self._port.now_us()
        in_range = isinstance(now_us, int) and 0 <= now_us <= WRAP_US
        self._rule(in_range, f"now_us() returned {now_us!r}, not an integer of 0 to 2^30 - 1")
        return now_us

    def _pass_time(self):
        before_us, self._now_us = self._now_us, self._time_us()
        if before_us is not None:
            self._elapsed_us += (self._now_us - before_us) & WRAP_US

    def _set_gate(self, gate):
        if self._gate and not gate:
            self._opened_us = self._elapsed_us
        if gate and not self._gate:
            self._closed_us = self._elapsed_us
        self._gate = gate

    def _has_passed(self, since_us, us):
        return since_us is None or self._elapsed_us - since_us >= us

    def _check_closing(self):
        """What holds for `actuate` and `prove` alike."""
        since_us = self._pumping_us
        pumped = since_us is not None and self._has_passed(since_us, _PUMP_US)
        self._rule(not self._probe, "the gate closes with the probe on")
        self._rule(
            self._has_passed(self._opened_us, _REST_US), "the gate closes within 5 ms of opening"
        )
        self._rule(pumped, "the gate closes before 10 ms of pumping")
        self._rule(
            self._has_passed(self._rearmed_us, _PUMP_US), "the gate closes within 10 ms of rearm()"
        )
        self._rule(not self._lim_test, "the gate closes with the limiter's test threshold")

    def _check_chain(self, name):
        """The series switch may close now: a stage behind a closed gate has wound up."""
        self._rule(not self._gate, name + "() with the gate closed")
        unwound = self._has_passed(self._opened_us, _UNWIND_US)
        self._rule(unwound, name + "() within 10 ms of the gate's opening")

    def begin(self):
        """Pass on; twice in a row is an error."""
        self._rule(not self._begun, "begin() twice without end()")
        self._begun = True
        self._off = False
        self._once.clear()
        self._rearmed_us = None
        self.calls["begin"] += 1
        self._port.begin()
        self._pass_time()
        self._fed_us = self._elapsed_us

    def off(self):
        """Pass on, always."""
        self.calls["off"] += 1
        self._off = True
        self._set_gate(0)
        self._probe = self._lim_test = 0
        self._pumping_us = None
        self._port.off()

    def end(self):
        """Pass on; the output must be off."""
        self.calls["end"] += 1
        was_off = self._off
        self._begun = False
        self._port.end()
        self._rule(was_off, "end() while the output may be on")

    def now_us(self):
        """Pass on; the time must be a small int within 0..2^30-1."""
        self.calls["now_us"] += 1
        return self._time_us()

    def wait(self):
        """Pass on; begins a tick."""
        self._needs_begin("wait")
        self._once.clear()
        self._port.wait()
        self._pass_time()
        starved = self._elapsed_us - self._fed_us > _WATCHDOG_US
        self._rule(not starved, "the watchdog starved: no feed() for more than 100 ms")
        if self._elapsed_us - self._pumped_us > HOLD_US:
            self._pumping_us = None

    def timing(self, which):
        """Pass on; a small int, before `begin` too."""
        self.calls["timing"] += 1
        value = self._port.timing(which)
        is_small = isinstance(value, int) and -1 <= value <= WRAP_US
        self._rule(
            is_small, f"timing({which}) returned {value!r}, not an integer of -1 to 2^30 - 1"
        )
        return value

    def sample(self, buf):
        """Pass on; every entry must be an int."""
        self._needs_begin("sample")
        self._once_a_tick("sample")
        self._port.sample(buf)
        for value in buf:
            is_small = isinstance(value, int) and -WRAP_US <= value <= WRAP_US
            self._rule(is_small, f"sample: {value!r} is not an integer below 2^30")

    def resample(self, buf):
        """Pass on; only after a sample of the same tick."""
        self._needs_sample("resample")
        self._port.resample(buf)

    def actuate(self, gate, drive):
        """Pass on; gate 0 or 1, drive in range and 0 with the gate low, after a sample."""
        self._needs_sample("actuate")
        self._rule(gate in (0, 1), f"gate {gate!r} is neither 0 nor 1")
        self._rule(0 <= drive <= self._board.drive_counts, f"drive {drive!r} out of range")
        self._rule(gate or drive == 0, f"drive {drive!r} with the gate low")
        if not self._off:
            if gate and not self._gate:
                self._check_closing()
            self._set_gate(gate)
        self._port.actuate(gate, drive)

    def prove(self, gate, drive):
        """Pass on; a drive of at most 60 uA (to scale), after a sample."""
        self._needs_sample("prove")
        board = self._board
        most = board.drive_counts * _PROOF_UA * board.proof_scale // board.full_scale_ua
        self._rule(gate in (0, 1), f"gate {gate!r} is neither 0 nor 1")
        self._rule(0 <= drive <= most, f"drive {drive!r} is more than a proof needs")
        if not self._off:
            if gate and not self._gate:
                self._check_closing()
            self._set_gate(gate)
        self._port.prove(gate, drive)

    def set_polarity(self, sign):
        """Pass on; never with the gate closed."""
        self._needs_begin("set_polarity")
        self._rule(sign in (-1, 1), f"polarity {sign!r} is neither +1 nor -1")
        self._rule(not self._gate, "set_polarity() with the gate closed")
        self._port.set_polarity(sign)

    def probe(self, on):
        """Pass on; switching on never with the gate closed."""
        self._needs_begin("probe")
        self._rule(on in (0, 1), f"probe {on!r} is neither 0 nor 1")
        self._rule(not (on and self._gate), "probe(1) with the gate closed")
        self._probe = 0 if self._off else on
        self._port.probe(on)

    def lim_test(self, on):
        """Pass on; 1 only with the gate closed for 1 ms."""
        self._needs_begin("lim_test")
        self._rule(on in (0, 1), f"lim_test {on!r} is neither 0 nor 1")
        if on and not self._lim_test and not self._off:
            flows = self._gate and self._has_passed(self._closed_us, _PASSED_US)
            self._rule(flows, "lim_test(1) before the gate is closed for 1 ms")
        self._lim_test = 0 if self._off else on
        self._port.lim_test(on)

    def rearm(self):
        """Pass on; only after 10 ms with the gate low."""
        self._needs_begin("rearm")
        self._check_chain("rearm")
        self._rearmed_us = self._elapsed_us
        self._port.rearm()

    def feed(self):
        """Pass on; once, after a sample of the same tick."""
        self._needs_sample("feed")
        self._once_a_tick("feed")
        self._fed_us = self._elapsed_us
        self._port.feed()

    def pump(self):
        """Pass on; once, after a sample; after a gap only when the gate was low for 10 ms."""
        self._needs_sample("pump")
        self._once_a_tick("pump")
        if not self._off:
            if self._pumping_us is None:
                self._check_chain("pump")
                self._pumping_us = self._elapsed_us
            self._pumped_us = self._elapsed_us
        self._port.pump()

    def read(self, buf):
        """Pass on; at most one byte."""
        self._needs_begin("read")
        count = self._port.read(buf)
        self._rule(count in (0, 1), f"read() returned {count!r}, neither 0 nor 1")
        return count

    def write(self, buf, count):
        """Pass on; a count within the buffer."""
        self._needs_begin("write")
        self._rule(0 < count <= len(buf), f"write() of {count!r} bytes")
        self._port.write(buf, count)

    def put(self, buf):
        """Pass on; one byte or none."""
        self._needs_begin("put")
        count = self._port.put(buf)
        self._rule(count in (0, 1), f"put() returned {count!r}, neither 0 nor 1")
        return count
