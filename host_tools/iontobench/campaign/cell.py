"""Runs one cell of the matrix: a fault, a phase, a load. Deterministic: no clock but the plant's.

When each phase begins is found once a load in a run without a fault. Times in us.
"""

from functools import cache

from ionto.core import faults
from ionto.core.limits import Board
from iontobench import tree
from iontobench.device.known_loads import calibrate_seeded

from .matrix import HOLD_MS, Load, Trial, onset_us, words
from .required import REFUSE, Case
from .rig import IDLE_US, Rig, Seen
from .row import Row
from .verdict import judge

SEED = 1
_BEFORE_START = ("open", "bridge-welded", "stop")
_AFTER_HOLD = (faults.RAMP_DOWN, None)


@cache
def board_of(name: str) -> Board:
    """A board's data."""
    return tree.load_board(name).BOARD


@cache
def calibration_of(board: str, adc: str):
    """As `calibrate` would fit it; None for the converter without errors."""
    return None if adc == "ideal" else calibrate_seeded(board_of(board), adc, SEED)


@cache
def healthy(load: Load, script, board: str, adc: str) -> tuple[Seen, dict, int]:
    """A run without a fault: what it showed, when each state began, and the link's clock.

    Returns:
        (seen, state -> us of its first entry, us to add to a session time).
    """
    rig = _rig(load, board, adc, ())
    seen = rig.run(words(load), script)
    events = [item for item in seen.ear.events if item.code == faults.EV_STATE]
    done_ms = next(item.t_ms for item in events if item.a == faults.DONE)
    clock_us = seen.plant.gates[-1][0] - done_ms * 1000  # the gate's last edge is its end
    begins: dict = {}
    for item in events:
        begins.setdefault(item.a, item.t_ms * 1000 + clock_us)
    begins[None] = seen.ended_us
    return seen, begins, clock_us


def _rig(load: Load, board: str, adc: str, specs: tuple[str, ...]) -> Rig:
    data = board_of(board)
    return Rig(data, load.name, adc, SEED, calibration_of(board, adc), specs)


def strike_us(trial: Trial, begins: dict) -> int:
    """The onset; what has to be there before the start is there at 0."""
    case, phase, _ = trial
    if phase.name == "probe" and case.kind in _BEFORE_START:
        return 0
    longer_ms = max(0, case.hold_ms - HOLD_MS) if phase.state in _AFTER_HOLD else 0
    return onset_us(phase, begins[phase.state] + longer_ms * 1000)


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
    plain, begins, clock_us = healthy(load, phase.script, board, adc)
    at_us = strike_us(trial, begins)
    if case.kind == "none":
        return judge(
            trial, plain, plain, clock_us, at_us, plain.plant.peak_ua, None, board_of(board)
        )
    rig = _rig(load, board, adc, specs_of(case, at_us))
    program_words = words(load, case.hold_ms or HOLD_MS)
    seen = rig.run(program_words, phase.script)
    again = None
    if phase.state is None:
        rig.stand(IDLE_US)
    peak_ua = rig.plant.peak_ua
    if phase.state is None or case.expect == REFUSE:
        again = rig.start_again(program_words)
    return judge(trial, seen, plain, clock_us, at_us, peak_ua, again, rig.board)
