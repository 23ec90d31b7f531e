"""The matrix as data: loads, phases and the program that every fault meets.

Units: uA, ms, us. A phase is a state of the session and a time in it, found in a run without a
fault, so that a new phase is a new row here. Nothing is run.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ionto.core import faults, program
from ionto.core.limits import Board

from .required import CASES, Case

_RAMP_MS = 1000
_OFF_TICK_US = 137  # a fault does not wait for a tick
HOLD_MS = 7000  # low impedance is judged for 1 s, 5 s after a ramp's start


class Load(NamedTuple):
    """A load by its name for the plant, and the level that it is run at: within compliance."""

    name: str
    level_ua: int


class Phase(NamedTuple):
    """When a fault strikes: `offset_ms` after the session first enters `state`.

    `state` is None for after the end. `script` are commands: (state, ms after it, command).
    """

    name: str
    state: int | None
    offset_ms: int
    script: tuple[tuple[int, int, str], ...] = ()


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
)

_PAUSE = ((faults.HOLD, 300, "pause"), (faults.PAUSED, 1500, "resume"))
_ALL_PHASES = (
    Phase("probe", faults.PROBE, 100),
    Phase("ramp up", faults.RAMP, 500),
    Phase("hold", faults.HOLD, 1500),
    Phase("pause", faults.PAUSED, 300, _PAUSE),
    Phase("ramp down", faults.RAMP_DOWN, 400),
    Phase("idle", None, 100),
)
_PROOF = {name: code for code, name in faults.STATE_NAMES.items()}.get("proof")
PHASES = (
    _ALL_PHASES
    if _PROOF is None
    else (_ALL_PHASES[0], Phase("proof", _PROOF, 10), *_ALL_PHASES[1:])
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


def words(load: Load, hold_ms: int = HOLD_MS) -> list[int]:
    """A program: ramp to the load's level in 1 s, hold, ramp down in 1 s; active is cathode."""
    level_ua = load.level_ua
    slew_ua_s = level_ua * 1000 // _RAMP_MS
    header = [0] * program.HEADER_LEN
    header[program.H_VERSION] = program.VERSION
    header[program.H_SEGMENTS] = 1
    header[program.H_POLARITY] = -1
    header[program.H_PEAK_UA] = level_ua
    header[program.H_SLEW_UA_S] = header[program.H_DOWN_SLEW_UA_S] = slew_ua_s
    header[program.H_CHARGE_UC] = level_ua * (hold_ms + 4 * _RAMP_MS) // 1000
    header[program.H_TIME_S] = hold_ms // 1000 + 30
    header[program.H_AREA_MM2] = 1000
    header[program.H_DENSITY_UA_CM2] = 500
    header[program.H_PROBE_MIN_Q4] = 40
    segment = [0] * program.SEGMENT_LEN
    segment[program.S_KIND] = program.HOLD_TIME
    segment[program.S_LEVEL_UA] = level_ua
    segment[program.S_SLEW_UA_S] = slew_ua_s
    segment[program.S_TIME_MS] = hold_ms
    segment[program.S_POLARITY] = header[program.H_POLARITY]
    return header + segment


def over_ua(load: Load, board: Board) -> float:
    """The running limit of a program of this load [control.md, Over-current]."""
    return load.level_ua * 1.05 + max(30.0, board.full_scale_ua / 100)
