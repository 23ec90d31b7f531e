"""Runs one cell of the matrix: a fault, a phase, a load. Deterministic: no clock but the plant's.

When each phase begins is found once a load in a run without a fault. Times in us.
"""

from functools import cache

from ionto.core import codes
from ionto.core.limits import Board
from iontobench import tree
from iontobench.device.known_loads import calibrate_seeded
from iontobench.sim.plant import NEVER_US

from .matrix import Load, Phase, Trial, onset_us, words
from .programs import HOLD_MS
from .required import REFUSE, Case
from .rig import IDLE_US, Healthy, Rig, Seen
from .row import Row
from .verdict import judge

SEED = 1
_BEFORE_START = ("open", "bridge-welded", "stop")
_AFTER_HOLD = (codes.STATE_RAMP_DOWN, None)


@cache
def board_of(name: str) -> Board:
    """A board's data."""
    return tree.load_board(name).BOARD


@cache
def calibration_of(board: str, adc: str, seed: int = SEED):
    """As `calibrate` would fit it; None for the converter without errors."""
    return None if adc == "ideal" else calibrate_seeded(board_of(board), adc, seed)


@cache
def healthy(load: Load, script, shape: str, board: str, adc: str) -> Healthy:
    """A run without any fault."""
    rig = _rig(load, board, adc, ())
    return _timed(rig.run(words(load, shape=shape), script))


@cache
def prepared(load: Load, phase: Phase, board: str, adc: str) -> Healthy:
    """A run with nothing but what makes the phase."""
    plain = healthy(load, phase.script, phase.shape, board, adc)
    if not phase.before:
        return plain
    at_us = plain.begins[codes.STATE_HOLD] + phase.before_ms * 1000
    before = (spec_of(phase.before, at_us),)
    rig = _rig(load, board, adc, before, NEVER_US)
    return _timed(rig.run(words(load, shape=phase.shape), phase.script))._replace(before=before)


def _timed(seen: Seen) -> Healthy:
    events = [item for item in seen.ear.events if item.code == codes.EVENT_STATE]
    done_ms = next(item.t_ms for item in events if item.a == codes.STATE_DONE)
    clock_us = seen.plant.gates[-1][0] - done_ms * 1000  # the gate's last edge is its end
    begins: dict[int | None, int] = {}
    for item in events:
        begins.setdefault(item.a, item.t_ms * 1000 + clock_us)
    begins[None] = seen.ended_us
    return Healthy(seen, begins, clock_us)


def _rig(load: Load, board: str, adc: str, specs: tuple[str, ...], from_us: int = 0) -> Rig:
    data = board_of(board)
    calibration = calibration_of(board, adc)
    return Rig(data, load.name, adc, SEED, calibration, specs, from_us)


def strike_us(trial: Trial, begins: dict[int | None, int]) -> int:
    """The onset; what has to be there before the start is there at 0."""
    case, phase, _ = trial
    if phase.name == "probe" and case.kind in _BEFORE_START:
        return 0
    longer_ms = hold_ms(case, phase) - HOLD_MS if phase.state in _AFTER_HOLD else 0
    late_ms = case.late_ms if phase.state == codes.STATE_HOLD else 0
    return onset_us(phase, begins[phase.state] + (longer_ms + late_ms) * 1000)


def hold_ms(case: Case, phase: Phase) -> int:
    """How long the program's hold is; a train of pulses is as long."""
    return max(HOLD_MS, case.length_ms(phase.state == codes.STATE_HOLD))


def spec_of(fault: str, at_us: int) -> str:
    """KIND[:VALUE] and its onset as --fault has it."""
    kind, _, value = fault.partition(":")
    return f"{kind}@{at_us / 1e6:.6f}" + (f":{value}" if value else "")


def specs_of(case: Case, at_us: int) -> tuple[str, ...]:
    """All faults of a case, striking at once."""
    return tuple(spec_of(fault, at_us) for fault in case.fault.split("+"))


def run_cell(trial: Trial, board: str = "virtual", adc: str = "ideal") -> Row:
    """Run and judge one cell."""
    case, phase, load = trial
    plain = prepared(load, phase, board, adc)
    at_us = strike_us(trial, plain.begins)
    if case.kind == "none":
        peak_ua = plain.seen.plant.peak_ua
        return judge(trial, plain.seen, plain, at_us, peak_ua, None, board_of(board))
    rig = _rig(load, board, adc, (*plain.before, *specs_of(case, at_us)), at_us)
    program_words = words(load, hold_ms(case, phase), phase.shape)
    seen = rig.run(program_words, phase.script)
    again = None
    if phase.state is None:
        rig.stand(IDLE_US)
    peak_ua = rig.plant.peak_ua
    if phase.state is None or case.expect == REFUSE:
        again = rig.start_again(program_words)
    return judge(trial, seen, plain, at_us, peak_ua, again, rig.board)
