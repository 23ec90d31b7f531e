"""A bench with faults in it, observed from both ends: the plant's truth, and the link's host.

The firmware's own bench runs on the virtual port; a scripted host sends commands and keeps the
events. Every campaign runs its sessions here. Times in us of the plant, currents in uA, charge in
uC, voltages in mV. Nothing is judged here.
"""

from collections import deque
from collections.abc import Sequence
from functools import cache
from statistics import fmean
from typing import NamedTuple

from ionto.bench import Bench
from ionto.core import codes, program
from ionto.core.fields import FLAG_NEAR_COMPLIANCE
from ionto.core.limits import Board
from iontobench import resources
from iontobench.device.bit_flips import bit_flips
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.link.events import Event, Item, Sample
from iontobench.link.listener import HostLink, LinkConsole, Listener
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.loads import load_named
from iontobench.sim.port import VirtualPort
from iontobench.sim.processor import PowerCut

AFTER_US = 50_000  # how long the bench is watched after a session
IDLE_US = 1_100_000
PROVEN_UA = 100.0  # more than any step of a 5 mA board's proof; far below any session
SEED = 1  # of the board, where a campaign does not vary it
_STEP_US = 1000
_TEN_TICKS, _LATE_TICKS = 10_000, 2_000  # ten seconds that ended two before the onset

Script = tuple[tuple[int, int, str], ...]  # (state, ms after the session enters it, command)


@cache
def board_of(name: str) -> Board:
    """Return a board's data."""
    return resources.load_board(name).BOARD


@cache
def calibration_of(board: str, adc: str, seed: int = SEED):
    """Return what `calibrate` would fit; None for the converter without errors."""
    return None if adc == "ideal" else calibrate_seeded(board_of(board), adc, seed)


class HostConsole(LinkConsole):
    """The bench's serial port; each run gets a new host."""

    def renew(self, link: HostLink) -> None:
        """Connect the host of the next run; what the last one left unread is dropped."""
        self._link = link
        self._waiting.clear()


class ScriptedHost:
    """A listener that keeps the events and sends the script's commands. Times in ms."""

    def __init__(self, script: Script):
        self.events: list[Event] = []
        self.near_ms: list[int] = []  # samples above 80 % of compliance
        self._script = list(script)
        self._waiting: list[tuple[int, str]] = []
        self._from_ms: int | None = None

    def on_item(self, item: Item) -> None:
        """Keep an event, and the time of a sample near compliance."""
        if isinstance(item, Event):
            self.events.append(item)
            if item.code == codes.EVENT_STATE:
                self._entered(item)
        elif isinstance(item, Sample) and item.flags & FLAG_NEAR_COMPLIANCE:
            self.near_ms.append(item.t_ms)

    def _entered(self, item: Event) -> None:
        for row in [row for row in self._script if row[0] == item.a]:
            self._script.remove(row)
            self._waiting.append((item.t_ms + row[1], row[2]))

    def on_tick(self, t_us: int) -> list[str]:
        """Return the commands that are due; session time is plant time less its start."""
        if self._from_ms is None:
            self._from_ms = t_us // 1000 - 20
        now_ms = t_us // 1000 - self._from_ms
        due = [command for at_ms, command in self._waiting if at_ms <= now_ms]
        self._waiting = [row for row in self._waiting if row[0] > now_ms]
        return due


class Moment(NamedTuple):
    """The plant at one tick after the onset.

    `load_ua` is positive as the stage drives it; below 0 the load empties itself, through the
    bleed or a short.
    """

    t_us: int
    load_ua: float
    drive_ua: float
    node_mv: float
    gate: bool
    gross_uc: float
    contact: bool


class WatchedPlant(SimulatedBench):
    """A plant that notes every tick from the first onset on."""

    def __init__(self, *args, **options):
        self.is_watched = True
        self.from_us = 0  # an edge before it only makes the phase that the fault is to meet
        self.onset_us: int | None = None
        self.onset_gate = False
        self.limiter_us: int | None = None  # when the hardware limiter tripped
        self.onset_uc = self.onset_mv = 0.0
        self.onset_ten_mv = 0.0  # the mean of the ten seconds that ended two before
        self.moments: list[Moment] = []
        self._before_mv: deque[float] = deque(maxlen=_TEN_TICKS + _LATE_TICKS)
        self.gates: list[tuple[int, bool]] = []
        self.offs_us: list[int] = []  # when the controller called its port off
        super().__init__(*args, **options)

    def advance(self, to_us: int) -> None:
        """As the plant's own; a long way in steps that are noted."""
        while to_us - self.now_us > _STEP_US:
            super().advance(self.now_us + _STEP_US)
            self.note()
        super().advance(to_us)

    def fault_edges(self) -> None:
        """As the plant's own; at the first one the peak begins anew."""
        if self.onset_us is None and self.from_us <= self.fault_due_us <= self.now_us:
            self.onset_us = self.now_us
            self.onset_gate = self.gate
            self.onset_uc = self.truth.gross_uc
            self.onset_mv = self.node_mv
            ten_mv = list(self._before_mv)[:-_LATE_TICKS]
            self.onset_ten_mv = fmean(ten_mv) if ten_mv else 0.0
            self.peak_ua = 0.0
        super().fault_edges()

    def set_gate(self, on: bool) -> None:
        """As the plant's own, noted."""
        if self.gate != bool(on) and self.is_watched:
            self.gates.append((self.now_us, bool(on)))
        super().set_gate(on)

    def switch(self) -> None:
        """As the plant's own; the limiter's trip passes here in its microsecond."""
        if self.limiter.tripped and self.limiter_us is None and self.onset_us is not None:
            self.limiter_us = self.now_us
        super().switch()

    def note(self) -> None:
        """One tick has passed."""
        if self.onset_us is None:
            self._before_mv.append(self.node_mv)
        elif self.is_watched:
            self.moments.append(
                Moment(
                    *(self.now_us, self.load_ua, self.drive_ua, self.node_mv),
                    *(self.gate, self.truth.gross_uc, self.contact),
                )
            )


class WatchingPort(VirtualPort):
    """The virtual port, noting every tick."""

    def __init__(self, board, bench: WatchedPlant, console, calibration) -> None:
        self._watched = bench
        super().__init__(board, bench, console, calibration)

    def wait(self) -> None:
        """As the port's own."""
        super().wait()
        self._watched.note()

    def off(self) -> None:
        """As the port's own, noted."""
        watched = self._watched
        if watched.is_watched:
            watched.offs_us.append(watched.now_us)
        super().off()


class Observation(NamedTuple):
    """What one run showed: the plant, the host's events, and the firmware's own last words."""

    plant: WatchedPlant
    host: ScriptedHost
    last: dict | None
    begun_us: int
    ended_us: int
    reset: str | None  # what became of the processor

    @property
    def ending(self) -> dict:
        """Outcome and fault; a processor that was reset could tell neither itself."""
        return self.last or {"outcome": "reset", "fault": self.reset}


class FaultBench:
    """A bench of `board` with `load` on it.

    Args:
        adc, seed, calibration: as a job's; faults: texts KIND@SECONDS[:VALUE].
        from_us: faults before it make the phase, and are not watched.
        share: the stage's true compliance over the nominal one; None: as the seed draws it.
    """

    plant_class = WatchedPlant  # a subclass may note more

    def __init__(
        self,
        board: Board,
        load,
        adc="ideal",
        seed=1,
        calibration=None,
        faults=(),
        from_us=0,
        share: float | None = None,
    ):
        self.board = board
        params = load_named(load) if isinstance(load, str) else load
        self.plant = self.plant_class(board, params, adc, seed, faults, compliance_share=share)
        self.plant.from_us = from_us
        self._console = HostConsole(HostLink([]))
        self.port = WatchingPort(board, self.plant, self._console, calibration)
        self.bench = Bench(self.port, board)
        self.plant.upset = bit_flips(self.bench)

    def run(
        self, words: list[int], script: Script = (), listeners: Sequence[Listener] = ()
    ) -> Observation:
        """Run one session, and a little after it; `listeners` hear the link too."""
        host = ScriptedHost(script)
        self._console.renew(HostLink([host, *listeners]))
        begun_us = self.plant.now_us
        reset = last = None
        try:
            data = program.pack(words)
            self.bench.load(data, program.crc16(data))
            last = self.bench.run(supervised=True)
        except PowerCut as cut:
            reset = str(cut)
        ended_us = self.plant.now_us
        self.idle(AFTER_US)
        return Observation(self.plant, host, last, begun_us, ended_us, reset)

    def idle(self, for_us: int) -> None:
        """Let the plant go on with its pins as the firmware left them."""
        plant = self.plant
        to_us = plant.now_us + for_us
        while plant.now_us < to_us:
            plant.advance(min(to_us, plant.now_us + _STEP_US))
            plant.note()

    def start_again(self, words: list[int]) -> tuple[str, float]:
        """Clear and start anew, stopped as soon as it holds; return how it ended and its peak."""
        self.plant.is_watched = False
        self.plant.peak_ua = 0.0
        self.bench.clear()
        ending = self.run(words, ((codes.STATE_HOLD, 0, "stop"),)).ending
        proven_ua = PROVEN_UA * self.board.proof_scale
        text = ending["outcome"] if ending["fault"] is None else ending["fault"]
        refused = ending["outcome"] in ("refused", "fault") and self.plant.peak_ua <= proven_ua
        return ("refused: " if refused else "started: ") + text, self.plant.peak_ua
