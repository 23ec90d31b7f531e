"""The fault matrix as data: the loads, the phases, and the short programs that every fault meets.

A phase is a state of the session and a time in it, so a new phase is one more row here. A program
ramps to its level in 1 s, has one of four shapes, ramps down in 1 s and ends by itself; the active
electrode is the cathode. Units: uA, uA/s, uC, ms. `iontobench faults` runs the matrix; nothing is
run here.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ionto.core import codes, program
from ionto.core.limits import Board
from iontobench.protocols.program_words import ProgramSegment, program_words

from .fault_bench import Script
from .required import CASES, Case

RAMP_MS = 1000
HOLD_MS = 3500  # a case that needs longer says so
FIRST_MS = 1000  # the hold before a turn or a gap
OFF_MS = 1500
_CHARGE_FACTOR = 3  # of the charge wall: a lead that comes and goes ramps up again each time

# Shapes.
HOLD = "hold"
PULSES = "pulses"
TURN = "turn"  # a hold, a reversal, a hold
GAP = "gap"  # a hold, the gate low for a time, a hold


class Train(NamedTuple):
    """A train of pulses."""

    on_ms: int
    off_ms: int
    edge_ms: int

    @property
    def period_ms(self) -> int:
        """From one edge up to the next."""
        return self.on_ms + self.off_ms + 2 * self.edge_ms


TRAIN = Train(300, 200, 20)


class Load(NamedTuple):
    """A load by its name for the plant, and the level that it is run at: within compliance."""

    name: str
    level_ua: int


class Phase(NamedTuple):
    """When a fault strikes: `offset_ms` after the session first enters `state`.

    `state` is None for after the end. `shape` names the program. `before` is a fault that makes
    the phase, `before_ms` into the hold.
    """

    name: str
    state: int | None
    offset_ms: int
    script: Script = ()
    shape: str = HOLD
    before: str = ""
    before_ms: int = 0


class Trial(NamedTuple):
    """One cell of the matrix."""

    case: Case
    phase: Phase
    load: Load

    @property
    def required_ms(self) -> float:
        """The time for the reaction in this phase."""
        return self.case.within_ms(self.phase.name)


LOADS = (
    Load("resistor:500", 4000),
    Load("resistor:2000", 4000),
    Load("resistor:10000", 3000),
    Load("rc:20000:100", 1500),
    Load("forearm", 4000),
    Load("forearm-dry", 2000),
    Load("tooth", 250),
)

# Both commands wait from the hold's beginning on: a host that hears nothing more still resumes.
_PAUSE = ((codes.STATE_HOLD, 300, "pause"), (codes.STATE_HOLD, 300 + RAMP_MS + 1500, "resume"))
PHASES = (
    Phase("probe", codes.STATE_PROBE, 100),
    Phase("proof", codes.STATE_PROOF, 20),  # its gate closes after 15 ms
    Phase("ramp up", codes.STATE_RAMP, 500),
    Phase("hold", codes.STATE_HOLD, 1500),
    Phase("pulses", codes.STATE_PULSE, 3 * TRAIN.period_ms + 160, shape=PULSES),
    Phase("turning", codes.STATE_TURNING, 400, shape=TURN),
    Phase("rest", codes.STATE_REST, 500, shape=TURN),
    Phase("off", codes.STATE_OFF, 500, shape=GAP),
    Phase("pausing", codes.STATE_PAUSING, 400, _PAUSE),
    Phase("pause", codes.STATE_PAUSED, 300, _PAUSE),
    Phase("contact lost", codes.STATE_CONTACT, 20, before="open:60", before_ms=800),
    Phase("ramp down", codes.STATE_RAMP_DOWN, 400),
    Phase("idle", None, 100),
)


def trials(subset: tuple[str, ...] = ()) -> Iterator[Trial]:
    """Every cell; with a subset those whose kind, phase or load it names."""
    kinds = {case.kind for case in CASES} & set(subset)
    names = {phase.name for phase in PHASES} & set(subset)
    loads = {load.name for load in LOADS} & set(subset)
    for load in LOADS:
        for phase in PHASES:
            for case in CASES:
                if (
                    (not kinds or case.kind in kinds)
                    and (not names or phase.name in names)
                    and (not loads or load.name in loads)
                ):
                    yield Trial(case, phase, load)


def over_ua(load: Load, board: Board) -> float:
    """The running limit of a program of this load [docs/control.md, Over-current]."""
    return load.level_ua * 1.05 + board.full_scale_ua / 100


def excess_ua(load: Load, board: Board) -> float:
    """How far a steady hold's mean may exceed its level [docs/control.md, Sustained
    over-current]."""
    return max(load.level_ua * 0.05, board.accuracy_ua)


def load_program(load: Load, hold_ms: int = HOLD_MS, shape: str = HOLD) -> list[int]:
    """The words of the program that a load meets."""
    return short_program(load.level_ua, shape, hold_ms)


def short_program(level_ua: int, shape: str = HOLD, hold_ms: int = HOLD_MS) -> list[int]:
    """The words of a program: ramp to the level, the shape, ramp down."""
    slew_ua_s = level_ua * 1000 // RAMP_MS
    length_ms = _CHARGE_FACTOR * (hold_ms + FIRST_MS + 4 * RAMP_MS)
    return program_words(
        _segments(level_ua, shape, hold_ms),
        peak_ua=level_ua,
        slew_ua_s=slew_ua_s,
        down_slew_ua_s=slew_ua_s,
        charge_uc=level_ua * length_ms // 1000,
        time_s=hold_ms // 1000 + 30,
        area_mm2=1000,
        density_ua_cm2=500,
        probe_min_q4=40,
    )


def _segments(level_ua: int, shape: str, hold_ms: int) -> list[ProgramSegment]:
    first = _hold(level_ua, FIRST_MS)
    if shape == PULSES:
        return [_pulses(level_ua, hold_ms // TRAIN.period_ms)]
    if shape == TURN:
        return [first, _hold(level_ua, hold_ms, polarity=1)]
    if shape == GAP:
        gap = ProgramSegment(kind=program.OFF, polarity=-1, time_ms=OFF_MS)
        return [first, gap, _hold(level_ua, hold_ms)]
    return [_hold(level_ua, hold_ms)]


def _hold(level_ua: int, hold_ms: int, polarity: int = -1) -> ProgramSegment:
    slew_ua_s = level_ua * 1000 // RAMP_MS
    return ProgramSegment(
        kind=program.HOLD_TIME,
        polarity=polarity,
        level_ua=level_ua,
        slew_ua_s=slew_ua_s,
        time_ms=hold_ms,
    )


def _pulses(level_ua: int, count: int) -> ProgramSegment:
    return ProgramSegment(
        kind=program.PULSES,
        polarity=-1,
        level_ua=level_ua,
        slew_ua_s=level_ua * 1000 // RAMP_MS,
        count=count,
        **TRAIN._asdict(),
    )
