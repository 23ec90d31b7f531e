"""One bench with a fault in it, watched from both sides: what the plant did, what the link told.

The firmware's own bench on the virtual port. Times in us of the plant, currents in uA, charge in
uC. It judges nothing.
"""

from collections import deque
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from ionto.bench import Bench
from ionto.core import codes, program
from ionto.core.limits import Board
from iontobench.device.link import HostLink, Listener
from iontobench.device.upsets import upsets
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort
from iontobench.sim.processor import PowerCut
from iontobench.sim.skin import load_skin

from .ear import Ear, Line

AFTER_US = 50_000  # how long the bench is watched after a session
IDLE_US = 1_100_000
PROVEN_UA = 100.0  # more than any step of a 5 mA board's proof; far below any session
_STEP_US = 1000
_TEN_TICKS, _LATE_TICKS = 10_000, 2_000  # ten seconds that ended two before the onset


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


class Watched(SimulatedBench):
    """A plant that notes what happens from the first onset on."""

    is_watched = True
    from_us = 0  # an edge before it only makes the phase that the fault is to meet
    onset_us: int | None = None
    onset_gate = False
    limiter_us: int | None = None  # when the hardware limiter tripped
    onset_uc = 0.0
    onset_mv = 0.0
    onset_ten_mv = 0.0  # the mean of the ten seconds that ended two before

    def __init__(self, *args, **options):
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

    def wait(self) -> None:
        """As the port's own."""
        super().wait()
        self.bench.note()

    def off(self) -> None:
        """As the port's own, noted."""
        if self.bench.is_watched:
            self.bench.offs_us.append(self.bench.now_us)
        super().off()


class Seen(NamedTuple):
    """What one run showed."""

    plant: Watched
    ear: Ear
    last: dict | None
    begun_us: int
    ended_us: int
    reset: str | None  # what became of the processor


class Healthy(NamedTuple):
    """A run without the fault: what it showed, and when each state began (us of the plant).

    `clock_us` is to be added to a session time; `before` are the faults that make the phase.
    """

    seen: Seen
    begins: dict[int | None, int]
    clock_us: int
    before: tuple[str, ...] = ()


class Rig:
    """A bench of `board` with `load` on it.

    Args:
        adc, seed, calibration: as a job's; faults: texts KIND@SECONDS[:VALUE].
        from_us: faults before it make the phase, and are not watched.
        share: the stage's true compliance over the nominal one; None: as the seed draws it.
    """

    plant_class = Watched  # a subclass may note more

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
        params = load_skin(load) if isinstance(load, str) else load
        self.plant = self.plant_class(board, params, adc, seed, faults, compliance_share=share)
        self.plant.from_us = from_us
        self._line = Line(HostLink([]))
        self.port = WatchingPort(board, self.plant, self._line, calibration)
        self.bench = Bench(self.port, board)
        self.plant.upset = upsets(self.bench)

    def run(
        self,
        words: list[int],
        script: tuple[tuple[int, int, str], ...] = (),
        listeners: Sequence[Listener] = (),
    ) -> Seen:
        """One session, and a little after it; `listeners` hear the link too."""
        ear = Ear(script)
        self._line.renew(HostLink([ear, *listeners]))
        begun_us = self.plant.now_us
        reset = last = None
        try:
            data = program.pack(words)
            self.bench.load(data, program.crc16(data))
            last = self.bench.run(supervised=True)
        except PowerCut as cut:
            reset = str(cut)
        ended_us = self.plant.now_us
        self.stand(AFTER_US)
        return Seen(self.plant, ear, last, begun_us, ended_us, reset)

    def stand(self, for_us: int) -> None:
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
        seen = self.run(words, ((codes.STATE_HOLD, 0, "stop"),))
        proven_ua = PROVEN_UA * self.board.proof_scale
        ended = seen.last or {"outcome": "reset", "fault": seen.reset}
        text = ended["outcome"] if ended["fault"] is None else ended["fault"]
        refused = ended["outcome"] in ("refused", "fault") and self.plant.peak_ua <= proven_ua
        return ("refused: " if refused else "started: ") + text, self.plant.peak_ua
