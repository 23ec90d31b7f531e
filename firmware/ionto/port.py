"""The port contract in words, and a checker that holds a port and its user to it.

A port is all that the session loop knows of a board. Times in us modulo 2^30, currents in `_q4`,
voltages in mV, the drive in counts 0..board.drive_counts.

A user may keep a port's methods from its construction on: they are never replaced.

    begin()             take pins, heap, collector, console; arm the watchdog. Output off.
    off()               gate low, drive 0, dead-man still, probe off. Idempotent; needs no begin().
                        After it `actuate` and `pump` change nothing until the next begin().
    end()               give everything back; the watchdog last, after off.
    now_us()            time modulo 2^30.
    wait()              return at the start of the next tick.
    sample(buf)         fill buf[SAMPLE_*] with integers in units.
    resample(buf)       150 us after the last sample: read the current again into buf[SAMPLE_A].
    actuate(gate, drive)  gate 0 or 1; with gate 0 the drive must be 0.
    prove(gate, drive)  as actuate, but with gate 0 the drive may stay at what a proof needs.
    set_polarity(sign)  +1 or -1; only with the gate low.
    probe(on)           the PROBE source; only with the gate low.
    lim_test(on)        lower the hardware limiter's threshold for its proof.
    rearm()             re-arm the hardware limiter; only with the gate low.
    feed()  pump()      watchdog and dead-man; once a tick, after the checks.
    read(buf)           at most one byte into buf[0]; return how many.
    write(buf, count)   the first `count` bytes; never blocks for longer than a tick.
    put(buf)            buf[0], only where there is room for it at once; return how many went.
"""

CALLS = (
    "begin off end now_us wait sample resample actuate prove set_polarity probe lim_test rearm"
    " feed pump read write put"
).split()


class ContractError(Exception):
    """A port or its user broke the contract; the text says which rule."""


class CheckedPort:
    """A port that checks every call before it passes it on. For tests; it allocates.

    Args:
        port: the port to hold to the contract.
        board: its `core.limits.Board`.

    Raises:
        ContractError: from the call that breaks a rule; `off` never raises, `end` after its work.
    """

    def __init__(self, port, board):
        self._port = port
        self._board = board
        self._begun = False
        self._off = True
        self._gate = 0
        self._sampled = False
        self._once = set()
        self.calls = dict.fromkeys(CALLS, 0)

    def _rule(self, kept, text):
        if not kept:
            raise ContractError(text)

    def _needs_begin(self, name):
        self.calls[name] += 1
        self._rule(self._begun, name + "() before begin()")

    def begin(self):
        """Pass on; twice in a row is an error."""
        self._rule(not self._begun, "begin() twice without end()")
        self._begun = True
        self._off = False
        self.calls["begin"] += 1
        self._port.begin()

    def off(self):
        """Pass on, always."""
        self.calls["off"] += 1
        self._off = True
        self._gate = 0
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
        now_us = self._port.now_us()
        self._rule(isinstance(now_us, int) and 0 <= now_us < 1 << 30, "now_us() out of range")
        return now_us

    def wait(self):
        """Pass on; begins a tick."""
        self._needs_begin("wait")
        self._sampled = False
        self._once.clear()
        self._port.wait()

    def sample(self, buf):
        """Pass on; every entry must be an int."""
        self._needs_begin("sample")
        self._port.sample(buf)
        for value in buf:
            self._rule(
                isinstance(value, int) and -(1 << 30) < value < 1 << 30,
                "sample: %r" % value,
            )
        self._sampled = True

    def resample(self, buf):
        """Pass on; only after a sample of the same tick."""
        self._needs_begin("resample")
        self._rule(self._sampled, "resample() without sample() in this tick")
        self._port.resample(buf)

    def actuate(self, gate, drive):
        """Pass on; gate 0 or 1, drive in range and 0 with the gate low, after a sample."""
        self._needs_begin("actuate")
        self._rule(self._sampled, "actuate() without sample() in this tick")
        self._rule(gate in (0, 1), "gate %r is neither 0 nor 1" % gate)
        self._rule(0 <= drive <= self._board.drive_counts, "drive %r out of range" % drive)
        self._rule(gate or drive == 0, "drive %r with the gate low" % drive)
        self._gate = 0 if self._off else gate
        self._port.actuate(gate, drive)

    def prove(self, gate, drive):
        """Pass on; a drive of at most 60 uA (to scale), after a sample."""
        self._needs_begin("prove")
        board = self._board
        most = board.drive_counts * 60 * board.proof_scale // board.full_scale_ua
        self._rule(self._sampled, "prove() without sample() in this tick")
        self._rule(gate in (0, 1), "gate %r is neither 0 nor 1" % gate)
        self._rule(0 <= drive <= most, "drive %r is more than a proof needs" % drive)
        self._gate = 0 if self._off else gate
        self._port.prove(gate, drive)

    def set_polarity(self, sign):
        """Pass on; never with the gate closed."""
        self._needs_begin("set_polarity")
        self._rule(sign in (-1, 1), "polarity %r is neither +1 nor -1" % sign)
        self._rule(not self._gate, "set_polarity() with the gate closed")
        self._port.set_polarity(sign)

    def probe(self, on):
        """Pass on; switching on never with the gate closed."""
        self._needs_begin("probe")
        self._rule(on in (0, 1), "probe %r is neither 0 nor 1" % on)
        self._rule(not (on and self._gate), "probe(1) with the gate closed")
        self._port.probe(on)

    def lim_test(self, on):
        """Pass on."""
        self._needs_begin("lim_test")
        self._port.lim_test(on)

    def rearm(self):
        """Pass on; never with the gate closed."""
        self._needs_begin("rearm")
        self._rule(not self._gate, "rearm() with the gate closed")
        self._port.rearm()

    def feed(self):
        """Pass on; only after a sample of the same tick."""
        self._needs_begin("feed")
        self._rule(self._sampled, "feed() without sample() in this tick")
        self._rule("feed" not in self._once, "feed() twice in a tick")
        self._once.add("feed")
        self._port.feed()

    def pump(self):
        """Pass on; only after a sample of the same tick."""
        self._needs_begin("pump")
        self._rule(self._sampled, "pump() without sample() in this tick")
        self._rule("pump" not in self._once, "pump() twice in a tick")
        self._once.add("pump")
        self._port.pump()

    def read(self, buf):
        """Pass on; at most one byte."""
        self._needs_begin("read")
        count = self._port.read(buf)
        self._rule(count in (0, 1), "read() returned %r" % count)
        return count

    def write(self, buf, count):
        """Pass on; a count within the buffer."""
        self._needs_begin("write")
        self._rule(0 < count <= len(buf), "write() of %r bytes" % count)
        self._port.write(buf, count)

    def put(self, buf):
        """Pass on; one byte or none."""
        self._needs_begin("put")
        count = self._port.put(buf)
        self._rule(count in (0, 1), "put() returned %r" % count)
        return count
