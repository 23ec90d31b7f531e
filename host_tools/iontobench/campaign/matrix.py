"""The matrix as data: loads, phases and the program that every fault meets.

Units: uA, ms, us. A phase is a state of the session and a time in it, found in a run without a
fault, so that a new phase is a new row here. Nothing is run.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ionto.core import codes
from ionto.core.limits import Board

from . import programs
from .programs import GAP, HOLD, HOLD_MS, PULSES, RAMP_MS, TRAIN, TURN
from .required import CASES, Case

_OFF_TICK_US = 137  # a fault does not wait for a tick


class Load(NamedTuple):
    """A load by its name for the plant, and the level that it is run at: within compliance."""

    name: str
    level_ua: int


class Phase(NamedTuple):
    """When a fault strikes: `offset_ms` after the session first enters `state`.

    `state` is None for after the end. `shape` names the program, `script` are commands: (state,
    ms after it, command). `before` is a fault that makes the phase, `before_ms` into the hold.
    """

    name: str
    state: int | None
    offset_ms: int
    script: tuple[tuple[int, int, str], ...] = ()
    shape: str = HOLD
    before: str = ""
    before_ms: int = 0


class Trial(NamedTuple):
    """One cell of the matrix."""

    case: Case
    phase: Phase
    load: Load


LOADS = (
    Load("resistor:500", 4000),
    Load("resistor:2000", 4000),
    Load("resistor:10000", 3000),
    Load("rc:20000:100", 1500),
    Load("forearm", 4000),
    Load("forearm-dry", 2000),
    Load("tooth", 250),
)

# Both by the hold's beginning: a host that hears nothing more still says resume.
_PAUSE = ((codes.STATE_HOLD, 300, "pause"), (codes.STATE_HOLD, 300 + RAMP_MS + 1500, "resume"))
PHASES = (
    Phase("probe", codes.STATE_PROBE, 100),
    Phase("proof", codes.STATE_PROOF, 10),
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


def onset_us(phase: Phase, state_us: int) -> int:
    """When the fault strikes, given when its phase begins in a run without it."""
    return state_us + phase.offset_ms * 1000 + _OFF_TICK_US


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


def words(load: Load, hold_ms: int = HOLD_MS, shape: str = HOLD) -> list[int]:
    """The program that a load meets."""
    return programs.words(load.level_ua, shape, hold_ms)


def over_ua(load: Load, board: Board) -> float:
    """The running limit of a program of this load [control.md, Over-current]."""
    return load.level_ua * 1.05 + board.full_scale_ua / 100


def excess_ua(load: Load, board: Board) -> float:
    """How far the mean of a steady hold may lie above its level [control.md, Corrections]."""
    return max(load.level_ua * 0.05, board.accuracy_ua)
