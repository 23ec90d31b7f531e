"""A loop on a fake port under the contract's checker, and ways to disturb it."""

from tests.support.fake_port import FakePort
from tests.support.programs import SMALL, make_program, segment

from ionto.core import codes, program
from ionto.loop import Loop
from iontobench.link.frames import command_line
from iontobench.link.listener import HostLink
from iontobench.testing import CheckedPort

PROOF_STEPS = 165  # of the session, from a proof's begin to its ramp
QUICK = {"slew_ua_s": 10000, "down_slew_ua_s": 10000}


def quick(board=SMALL, time_ms=100, level_ua=2000, **header):
    """A program of 0.2 s up, 0.1 s of 2 mA, 0.2 s down."""
    one = segment(program.HOLD_TIME, level_ua, 10000, 0, time_ms)
    return make_program(board, [one], **{**QUICK, "peak_ua": level_ua, **header})


class LoopBench:
    """Loop, checker, fake. `at(tick, act)` schedules `act(port)`; `run()` runs to the end."""

    def __init__(self, board=SMALL, load_ohm=5000, wrap=None, host=False):
        self.port = FakePort(board, load_ohm)
        self.checked = CheckedPort(self.port, board)
        self.loop = Loop(wrap(self.checked) if wrap else self.checked, board)
        self.parts = self.loop.tick  # what the loop wires together
        self.items = []
        self.commands = []
        self.left = []  # how the loop was left
        self._acts = {}
        self.port.on_tick = self._tick
        self.gates = []  # (tick, state, gate, drive) as each tick begins
        if host:
            self.port.host = HostLink([self])

    def on_item(self, item):
        """As a listener: keep what arrived."""
        self.items.append(item)

    def on_tick(self, t_us):
        """As a listener: hand over the commands that are due."""
        due, self.commands = self.commands, []
        return due

    def at(self, tick, act):
        """Call `act(port)` as tick `tick` begins (ticks count from 1)."""
        self._acts.setdefault(tick, []).append(act)
        return self

    def say(self, tick, text, as_tool=True):
        """Put a line into the board's input as tick `tick` begins."""
        data = command_line(text) if as_tool else text.encode() + b"\n"
        return self.at(tick, lambda port: port.rx.extend(data))

    def _tick(self, port):
        self.gates.append((port.tick, self.parts.session.state, port.gate, port.drive))
        for act in self._acts.get(port.tick, ()):
            act(port)

    def run(self, program=None, supervised=False):
        """Run `program`; return the outcome. Whatever happened, the output must be off."""
        try:
            self.loop.run(program or quick(), supervised, self.left.append)
            return self.loop.tick.session.outcome
        finally:
            port = self.port
            assert (port.gate, port.drive, port.probe_on) == (0, 0, 0)
            assert port.last_act == "off"

    def first_tick(self, state):
        """The first tick that began in `state`."""
        return next(tick for tick, found, _, _ in self.gates if found == state)

    @property
    def states(self):
        """The states in their order, without repetition."""
        found = []
        for _, state, _, _ in self.gates:
            if not found or found[-1] != state:
                found.append(state)
        last = self.parts.session.state
        return found if found[-1] == last else [*found, last]


def _undisturbed():
    """Ticks in which the quick program's proof begins, its ramp begins and its level is held."""
    bed = LoopBench()
    bed.run()
    return (
        bed.first_tick(codes.STATE_PROOF),
        bed.first_tick(codes.STATE_RAMP),
        bed.first_tick(codes.STATE_HOLD),
    )


PROVING, RAMPING, _HELD = _undisturbed()
HOLDING = _HELD + 34  # in the 100 ms of its hold


class Interrupter:
    """A port that raises once, at the `count`-th call of one method, before or after it acts."""

    def __init__(self, port, name, count, error, before):
        self._port = port
        self._name = name
        self._count = count
        self._error = error
        self._before = before
        self.raised = False

    def __getattr__(self, name):
        method = getattr(self._port, name)
        return method if name != self._name else self._disturb(method)

    def _disturb(self, method):
        def call(*args):
            self._count -= 1
            if self._count == 0 and self._before:
                self.raised = True
                raise self._error
            result = method(*args)
            if self._count == 0:
                self.raised = True
                raise self._error
            return result

        return call
