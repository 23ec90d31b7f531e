"""After any trip nothing flows until `clear()`, whatever is sent, pressed, broken or started.

Hypothesis leads one bench on the strict fake, tick by tick: lines as a tool or a person types
them, loads and senses that break and heal, starts, loads and looks while a fault is latched. Time
is virtual; an operation is one rule.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.support.fake_port import OPEN, FakePort
from tests.support.programs import SMALL, off, pulses, segment, words
from tests.support.tiers import examples

from ionto.bench import Bench
from ionto.core import codes, program
from ionto.core.program import ProgramError, crc16, pack
from ionto.loop import WHOLE
from iontobench.link.frames import command_line
from iontobench.testing import CheckedPort

FAST = {"slew_ua_s": 10_000, "charge_uc": 10_000_000}
PROGRAMS = [
    words([segment(time_ms=3000, slew_ua_s=10_000)], **FAST),
    words([segment(time_ms=40, slew_ua_s=10_000), pulses(50, 30, 2, 90)], **FAST),
    words(
        [
            segment(program.HOLD_CHARGE, 1000, 10_000, 300),
            off(200),
            segment(level_ua=500, slew_ua_s=10_000, polarity=-1),
        ],
        **FAST,
    ),
]
LINES = ["stop", "pause", "resume", "resume", "set 1", "set 2000", "set 99999", "?", "beat 3"]
DISTURBANCES = {
    "open": {"load_ohm": OPEN},
    "dry": {"load_ohm": 60_000},
    "short": {"load_ohm": 1},
    "over": {"offset_q4": 50_000},
    "apart": {"second_q4": -20_000},
    "leak": {"leak_q4": 1500},
    "late": {"dt_us": 3500},
    "limiter": {"inputs": 2},
    "supply": {"supply_mv": 100},
    "gain": {"gain": 2000},
}
WHOLE_AGAIN = {
    "load_ohm": 5000,
    **{"offset_q4": 0, "second_q4": 0, "leak_q4": 0, "inputs": 0, "dt_us": 1000},
    **{"supply_mv": 12_000, "gain": 1000},
}
BREAKABLE = ["gate", "series", "stage", "bridge", "sense B", "limiter", "rearm"]


class LatchMachine(RuleBasedStateMachine):
    """One bench. `ticks` is the session that runs, or None at the prompt."""

    def __init__(self):
        super().__init__()
        self.port = FakePort(SMALL)
        self.checked = CheckedPort(self.port, SMALL)
        self.bench = Bench(self.checked, SMALL)
        self.tick = self.bench._loop.tick
        self.ticks = None
        self.trips = 0
        self.load(0)

    @property
    def latched(self):
        """The fault that has to be cleared, found by a session or kept at the prompt."""
        if self.ticks is None:
            return self.bench._fault
        return self.tick.session.fault or self.tick.supervisor.tripped

    def at_prompt(self):
        """Whether no session runs."""
        return self.ticks is None

    @precondition(at_prompt)
    @rule(number=st.sampled_from(range(len(PROGRAMS))))
    def load(self, number):
        """A program, while a fault is latched too."""
        data = pack(PROGRAMS[number])
        self.bench.load(data, crc16(data))

    @precondition(at_prompt)
    @rule(supervised=st.booleans())
    def start(self, supervised):
        """A run: refused while a fault is latched, and then nothing has been touched."""
        if self.latched:
            ticks = self.port.tick
            with pytest.raises(RuntimeError, match="latched fault"):
                self.bench.run(supervised)
            assert self.port.tick == ticks
            return
        self.ticks = self.tick.start(self.bench._program, supervised)
        self.checked.begin()

    @precondition(lambda self: self.ticks is not None)
    @rule(count=st.sampled_from([1, 2, 5, 20, 90, 300]))
    def go(self, count):
        """Some ticks of the session, to its end at most."""
        for _ in range(count):
            if next(self.ticks):
                self.end()
                return
            self.checked.wait()
            if self.latched:
                self.nothing_flows()

    @precondition(lambda self: self.ticks is None and not self.latched)
    @rule(after=st.sampled_from([0, 30, 250, 500]), supervised=st.booleans())
    def energise(self, after, supervised):
        """A run on a whole bench until current flows, and somewhat longer."""
        self.heal()
        self.port.rx.clear()
        self.start(supervised)
        self.go(380)
        if self.ticks is not None:
            self.go(after)

    def end(self):
        """As the loop leaves a session that came to its end."""
        self.checked.off()
        self.trips += bool(self.latched)
        self.ticks = None
        self.bench._keep(WHOLE)
        self.checked.end()

    @rule(text=st.sampled_from(LINES), as_tool=st.booleans())
    def say(self, text, as_tool):
        """A line, heard now or by the next session."""
        self.port.rx.extend(command_line(text) if as_tool else text.encode() + b"\n")

    @precondition(lambda self: self.ticks is not None)
    @rule(name=st.sampled_from(sorted(DISTURBANCES)))
    def disturb(self, name):
        """Something goes wrong."""
        for attribute, value in DISTURBANCES[name].items():
            setattr(self.port, attribute, value)

    @precondition(lambda self: self.ticks is not None)
    @rule(name=st.sampled_from(BREAKABLE))
    def break_part(self, name):
        """A switch welds, a sense dies."""
        self.port.broken.add(name)

    @rule()
    def heal(self):
        """All is well again: what is latched stays latched."""
        self.port.broken.clear()
        for attribute, value in WHOLE_AGAIN.items():
            setattr(self.port, attribute, value)

    @rule(pressed=st.booleans())
    def stop_input(self, pressed):
        """The stop input."""
        self.port.inputs = self.port.inputs & ~1 | pressed

    @precondition(at_prompt)
    @rule()
    def look(self):
        """What a person may ask at the prompt."""
        self.port.dt_us = 1000
        self.bench.sense(3)
        self.bench.last()
        self.bench.info()

    @precondition(at_prompt)
    @rule()
    def bad_load(self):
        """A damaged program is refused and clears nothing."""
        before = self.bench._fault
        with pytest.raises(ProgramError):
            self.bench.load(b"1234", 0)
        assert self.bench._fault == before
        self.load(0)

    @precondition(at_prompt)
    @rule()
    def clear(self):
        """The only way out."""
        self.bench.clear()
        assert self.latched == 0

    @invariant()
    def nothing_flows(self):
        """While a fault is latched, and whenever the prompt shows."""
        if self.latched or self.ticks is None:
            port = self.port
            assert (port.gate, port.drive, port.probe_on, port.current_q4()) == (0, 0, 0, 0)
        if self.ticks is None:
            assert self.port.last_act in (None, "off")
        if self.latched and self.ticks is not None:
            assert self.tick.supervisor.clamp_drive(60_000, 1) == 0
            assert self.tick.session.state in (codes.STATE_DONE, codes.STATE_FAULT)

    def teardown(self):
        """Count what was reached."""
        type(self).reached = getattr(type(self), "reached", 0) + self.trips


def _operations(examples):
    """Settings for so many times 100 operations."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=examples, stateful_step_count=100, suppress_health_check=checks)


class Short(LatchMachine):
    """2,500 operations; in the short tier 1,600."""


class Long(LatchMachine):
    """100,000 operations."""


TestLatchShort = pytest.mark.hazard("H-26")(Short.TestCase)
TestLatchShort.settings = _operations(examples(24, 38))
TestLatchLong = pytest.mark.long(pytest.mark.hazard("H-26")(Long.TestCase))
TestLatchLong.settings = _operations(1500)


def test_the_machine_reaches_trips():
    machine = LatchMachine()
    machine.start(False)
    machine.go(300)
    machine.go(300)
    machine.disturb("over")
    machine.go(90)
    assert machine.bench.info()["fault"] == "overcurrent"
    machine.start(False)
    machine.clear()
    machine.heal()
    machine.start(False)
    machine.go(300)
    machine.go(300)
    assert machine.port.current_q4() > 0
