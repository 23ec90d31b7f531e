"""The firmware's own bench on the simulated plant: every whole session of the tests runs on it.

Virtual time throughout. Currents in uA, charge in uC, times in s or us as the names say. What
the firmware says arrives over its own link; what is true is read from the plant. Must not reach
into the firmware.
"""

from ionto.bench import Bench
from ionto.core import codes, program
from ionto.core.units import TICK_US
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.link.events import Event, GapNote, LinkNote, Sample
from iontobench.link.listener import HostLink, LinkConsole
from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort

BOARD = load_board("virtual").BOARD
_ENDLESS_US = 12_000_000_000  # longer than any protocol that ships
_ENDLESS = "a session without an end: paused, and nobody to resume it?"


_FITTED = {}


def calibration(board, adc, seed):
    """What two known loads say of this seed's board; None for the converter without errors.

    Twenty seconds of a virtual bench: once a process for all tests, whoever read the board's file.
    """
    if adc == "ideal":
        return None
    key = (*vars(board).items(), adc, seed)
    if key not in _FITTED:
        _FITTED[key] = calibrate_seeded(board, adc, seed)
    return _FITTED[key]


class SwitchWatched(SimulatedBench):
    """A plant that notes what flows whenever its polarity is switched."""

    def __init__(self, *args, **options):
        self.switched_ua = []
        super().__init__(*args, **options)

    def set_polarity(self, sign):
        """As the plant's own, noted."""
        if sign != self.polarity:
            self.switched_ua.append(abs(self.load_ua))
        super().set_polarity(sign)


class ScriptedPort(VirtualPort):
    """The virtual port, with a trial's acts between its ticks."""

    __slots__ = ("trial",)

    def wait(self):
        """As the port's own, after what the trial does before the tick."""
        self.trial.before_tick(self._tick_us + TICK_US)
        super().wait()
        if self.trial.each:
            self.trial.each(self.bench)

    def oversleep(self, late_us):
        """The next tick begins so much later, and those after it too."""
        self._tick_us += late_us


class UnwatchedPort(VirtualPort):
    """The virtual port alone, for a trial without acts and without `each`: no call a tick more."""

    __slots__ = ("trial",)


class Hearing(LinkConsole):
    """The link's other end, which goes deaf and dumb at a time."""

    def __init__(self, link):
        super().__init__(link)
        self.gone_us = None

    def restart(self, link):
        """Another session, another host."""
        self._link = link
        self._waiting.clear()

    def poll(self, t_us):
        """Every 20 ms, as long as there is anybody."""
        if self.gone_us is None or t_us < self.gone_us:
            super().poll(t_us)

    def write(self, data):
        """What the board wrote, perhaps to nobody."""
        if self.gone_us is None or self._t_us < self.gone_us:
            super().write(data)


class Trial:
    """One bench with a load, on which sessions run.

    `at(seconds, act)` calls `act(plant)` at that plant time; `say` puts an operator's command in;
    `each`, if set, is called with the plant `parts` times a tick (`piece_us`): a current between
    two ticks is seen only by who looks there. `rows` is a calibration instead of the fitted one.
    """

    def __init__(
        self,
        load,
        adc="ideal",
        seed=1,
        faults=(),
        parts=1,
        port_class=ScriptedPort,
        compliance_share=None,
        board=BOARD,
        rows=None,
    ):
        self.plant = SwitchWatched(board, load, adc, seed, faults, compliance_share)
        self.truth = self.plant.truth
        self.console = Hearing(HostLink([self]))
        rows = rows or calibration(board, adc, seed)
        self.port = port_class(board, self.plant, self.console, rows)
        self.port.trial = self
        self.piece_us = TICK_US // parts
        self.bench = Bench(self.port, board)
        self.items = []
        self.each = None
        self.last = None
        self._acts = []
        self._lines = []
        self._line_us = _ENDLESS_US  # the next line's time

    def at(self, seconds, act):
        """Schedule an act; returns self."""
        self._acts.append((round(seconds * 1e6), act))
        self._acts.sort(key=lambda row: row[0])
        return self

    def say(self, seconds, *commands):
        """Schedule commands; returns self."""
        at_us = round(seconds * 1e6)
        self._lines += [(at_us, command) for command in commands]
        self._line_us = min(self._line_us, at_us)
        return self

    def run(self, program_words, supervised=True):
        """Run a program; return what the bench says of it."""
        self.console.restart(HostLink([self]))
        data = program.pack(program_words)
        self.bench.load(data, program.crc16(data))
        self.last = self.bench.run(supervised)
        return self.last

    def wait_s(self, seconds):
        """Let the plant go on after the run, its pins as the firmware left them."""
        for _ in range(round(seconds * 1000)):
            self.plant.advance(self.plant.now_us + TICK_US)
            if self.each:
                self.each(self.plant)

    def before_tick(self, tick_us):
        """Let the plant come near a tick: in pieces, with the acts that are due before it."""
        plant = self.plant
        if tick_us > _ENDLESS_US:
            raise TimeoutError(_ENDLESS)
        while self._acts and self._acts[0][0] < tick_us:
            at_us, act = self._acts.pop(0)
            plant.advance(max(at_us, plant.now_us))
            act(plant)
        while plant.now_us + self.piece_us < tick_us:
            plant.advance(plant.now_us + self.piece_us)
            if self.each:
                self.each(plant)

    def on_item(self, item):
        """As a listener: keep what arrived."""
        self.items.append(item)

    def on_tick(self, t_us):
        """As a listener: hand over the commands that are due."""
        if t_us < self._line_us:
            return []
        if t_us > _ENDLESS_US:
            raise TimeoutError(_ENDLESS)
        due = [command for at_us, command in self._lines if at_us <= t_us]
        self._lines = [row for row in self._lines if row[0] > t_us]
        self._line_us = min((at_us for at_us, _ in self._lines), default=_ENDLESS_US)
        return due

    def events(self, code):
        """Every event of that code, in order."""
        return [item for item in self.items if isinstance(item, Event) and item.code == code]

    def samples(self):
        """Every sample, in order."""
        return [item for item in self.items if isinstance(item, Sample)]

    def lost(self):
        """What went missing on the link."""
        return [item for item in self.items if isinstance(item, (GapNote, LinkNote))]

    def states(self):
        """(t_ms, state, segment) of every change, in order."""
        return [(item.t_ms, item.a, item.b) for item in self.events(codes.EVENT_STATE)]

    def first_ms(self, state):
        """When the session first entered `state`."""
        return next(t_ms for t_ms, entered, _ in self.states() if entered == state)
