"""Runs trials of the fault matrix: one fault, in one phase, on one load, from start to verdict.

When a phase begins is found in a run without the fault (the baseline), once a load and phase. Then
the same program runs with the fault at that time, and `verdict` judges it. `iontobench faults`
runs them on every core. Deterministic: there is no clock but the plant's. Times in us.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import groupby

from ionto.core import codes
from iontobench.sim.plant_state import NEVER_US

from .fault_bench import IDLE_US, SEED, FaultBench, Observation, Script, board_of, calibration_of
from .fault_result import FaultResult
from .matrix import HOLD_MS, Load, Phase, Trial, load_program
from .parallel import in_order
from .required import REFUSE, Case
from .verdict import Baseline, FaultRun, judge

_OFF_TICK_US = 137  # a fault does not wait for a tick
_BEFORE_START = ("open", "bridge-welded", "stop")
_AFTER_HOLD = (codes.STATE_RAMP_DOWN, None)


def run_matrix(
    trials: Sequence[Trial],
    board: str = "virtual",
    adc: str = "ideal",
    workers: int | None = None,
    on_results: Callable[[int], None] = lambda count: None,
) -> list[FaultResult]:
    """Run every trial; the order of the results is the order of the trials.

    Args:
        workers: processes; by default one a core, and 1 stays in this one.
        on_results: told how many results have become known.
    """
    # Trials of one load and phase go to one process: they share their baseline.
    groups = [
        (list(alike), board, adc)
        for _, alike in groupby(trials, key=lambda trial: (trial.load, trial.phase))
    ]
    results: list[FaultResult] = []
    for found in in_order(_run_group, groups, workers):
        results += found
        on_results(len(found))
    return results


def _run_group(group: tuple[Sequence[Trial], str, str]) -> list[FaultResult]:
    alike, board, adc = group
    return [run_trial(trial, board, adc) for trial in alike]


def run_trial(trial: Trial, board: str = "virtual", adc: str = "ideal") -> FaultResult:
    """Run and judge one trial."""
    case, phase, load = trial
    baseline = prepared(load, phase, board, adc)
    at_us = onset_us(trial, baseline.begins)
    if case.kind == "none":
        peak_ua = baseline.seen.plant.peak_ua
        return judge(trial, FaultRun(baseline.seen, at_us, peak_ua), baseline, board_of(board))
    bench = _bench(load, board, adc, (*baseline.before, *specs_of(case, at_us)), at_us)
    words = load_program(load, hold_ms(case, phase), phase.shape)
    seen = bench.run(words, phase.script)
    next_start = None
    if phase.state is None:
        bench.idle(IDLE_US)
    peak_ua = bench.plant.peak_ua
    if phase.state is None or case.expect == REFUSE:
        next_start, _ = bench.start_again(words)
    return judge(trial, FaultRun(seen, at_us, peak_ua, next_start), baseline, bench.board)


@cache
def undisturbed(load: Load, script: Script, shape: str, board: str, adc: str) -> Baseline:
    """A run without any fault."""
    bench = _bench(load, board, adc, ())
    return _baseline(bench.run(load_program(load, shape=shape), script))


@cache
def prepared(load: Load, phase: Phase, board: str, adc: str) -> Baseline:
    """A run with no fault but the one that makes the phase."""
    plain = undisturbed(load, phase.script, phase.shape, board, adc)
    if not phase.before:
        return plain
    at_us = plain.begins[codes.STATE_HOLD] + phase.before_ms * 1000
    before = (spec_of(phase.before, at_us),)
    bench = _bench(load, board, adc, before, NEVER_US)
    seen = bench.run(load_program(load, shape=phase.shape), phase.script)
    return _baseline(seen)._replace(before=before)


def _baseline(seen: Observation) -> Baseline:
    events = [item for item in seen.host.events if item.code == codes.EVENT_STATE]
    done_ms = next(item.t_ms for item in events if item.a == codes.STATE_DONE)
    clock_us = seen.plant.gates[-1][0] - done_ms * 1000  # the gate's last edge is its end
    begins: dict[int | None, int] = {}
    for item in events:
        begins.setdefault(item.a, item.t_ms * 1000 + clock_us)
    begins[None] = seen.ended_us
    return Baseline(seen, begins, clock_us)


def _bench(
    load: Load, board: str, adc: str, specs: tuple[str, ...], from_us: int = 0
) -> FaultBench:
    calibration = calibration_of(board, adc)
    return FaultBench(board_of(board), load.name, adc, SEED, calibration, specs, from_us)


def onset_us(trial: Trial, begins: dict[int | None, int]) -> int:
    """When the fault strikes; what has to be there before the start is there at 0.

    Args:
        begins: when each state begins in the baseline; None: the end.
    """
    case, phase, _ = trial
    if phase.name == "probe" and case.kind in _BEFORE_START:
        return 0
    at_us = begins[phase.state] + phase.offset_ms * 1000 + _OFF_TICK_US
    longer_ms = hold_ms(case, phase) - HOLD_MS if phase.state in _AFTER_HOLD else 0
    late_ms = case.late_ms if phase.state == codes.STATE_HOLD else 0
    return at_us + (longer_ms + late_ms) * 1000


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
