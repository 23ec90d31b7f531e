"""How often would each threshold trip in health, and how often would it miss its fault?

By Monte Carlo over range, erratum E11 and noise on seeded boards. Thresholds that judge reading by
reading are calculated (`normal_tails`); for those that take many readings, the firmware's own
proof and slow checks run board by board, and chances are counts. `make thresholds`, or
`python -m iontobench.campaign.thresholds`, prints the table, the same one every time.

A cell says how large threshold or fault is on the range; then the chance of a trip in a healthy
session of 20 min / the chance that the fault is missed, the worse of a converter with and without
the steps of E11; and both again at three times the converter's noise. 0 is less than 1e-9.
Currents in uA, times in ms.
"""

import sys
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import click
import numpy as np

from ionto.core import codes, limits
from ionto.core.envelope import Envelope
from ionto.core.limits import Board
from ionto.core.program import Program
from ionto.core.proof import Proof
from ionto.core.slow_checks import SlowChecks
from ionto.core.units import (
    INPUT_LIMITER,
    SAMPLE_A,
    SAMPLE_SUPPLY,
    SAMPLE_V,
    UA_Q4,
)
from iontobench import signs
from iontobench.compiled.samples import new_sample
from iontobench.sim.noise import Normal, seeded
from iontobench.sim.senses import CH_A, CH_B

from .converters import Array, Converters, normal_numbers
from .fault_bench import board_of
from .matrix import short_program
from .normal_tails import ThresholdResult, calculated
from .parallel import Answer, campaign_command, count_option, in_order

BOARDS = {"virtual_500ua": "0.5 mA", "virtual": "5 mA", "virtual_30ma": "30 mA"}
NOISES = (1.0, 3.0)
_MANY, _SOME = 1000, 100  # boards for what is calculated, and for what is run
_NEVER = 1e-9
_PROOF_TICKS = 200
_STEP_MS = 4  # a round
_PROGRAM_UA = 400  # any that every board runs: the slow checks walk its words
_RAMP_S, _HOLD_MS = 8.0, 1000  # 0 to 80 % of the maximum
_LEVEL_SHARE = 0.8
_STUCK_MS, _NOISE_MS = 100, 200  # how soon each is to be found
_NOISE_SHARE = 0.02  # of the maximum: 100 uA on the 5 mA range, rms or amplitude
_MAINS_RAD_MS = 2 * np.pi * 0.05

# fault -> the current that flows, given what the proof asks for
_FLOWS: dict[str, Callable[[Proof, float], float]] = {
    "none": lambda proof, asked: asked if proof.gate and proof.pump else 0.0,
    "nothing flows": lambda proof, asked: 0.0,
    "three times the current": lambda proof, asked: 3 * asked * (proof.gate and proof.pump),
    "gate welded": lambda proof, asked: asked if proof.pump else 0.0,
    "series switch welded": lambda proof, asked: asked if proof.gate else 0.0,
    "limiter dead": lambda proof, asked: asked if proof.gate and proof.pump else 0.0,
    "B dead": lambda proof, asked: asked if proof.gate and proof.pump else 0.0,
}


class Condition(NamedTuple):
    """What a set of seeded boards is made of."""

    board: str
    has_e11: bool
    noise: float
    many: int
    some: int
    seed: int


def judge(condition: Condition) -> list[ThresholdResult]:
    """Every threshold under one condition."""
    board = board_of(condition.board)
    many, some = (
        Converters(board, count, condition.seed, condition.has_e11, condition.noise)
        for count in (condition.many, condition.some)
    )
    return calculated(many) + proof_thresholds(many) + slow_thresholds(some)


def table(found: Sequence[tuple[Condition, list[ThresholdResult]]]) -> str:
    """Markdown: a line for each threshold and fault, a column for each range."""
    lines = [["threshold", "fault", *BOARDS.values()], ["---"] * (2 + len(BOARDS))]
    for at, first in enumerate(found[0][1]):
        cells = [_cell(at, board, found) for board in BOARDS]
        lines.append([first.threshold, first.fault, *cells])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(at: int, board: str, found: Sequence[tuple[Condition, list[ThresholdResult]]]) -> str:
    """The threshold on this range, then `nuisance / miss` for each noise."""
    chances = []
    value = ""
    for noise in NOISES:
        alike = [made[at] for one, made in found if (one.board, one.noise) == (board, noise)]
        nuisance, miss = max(row.nuisance for row in alike), max(row.miss for row in alike)
        chances.append(f"{_chance(nuisance)} / {_chance(miss)}")
        value = alike[0].value
    return f"{value}: {'; '.join(chances)}"


def _chance(value: float) -> str:
    return "0" if value < _NEVER else f"{value:.2g}"


def proof_thresholds(converters: Converters) -> list[ThresholdResult]:
    """The proof's thresholds: the whole proof in health, and each fault that it is to find."""
    nuisance = 1 - _passed(converters, "none")
    value = f"{30 * converters.board.proof_scale} {signs.UA}"
    return [
        ThresholdResult("proof", fault, value, nuisance, _passed(converters, fault))
        for fault in _FLOWS
        if fault != "none"
    ]


def _passed(converters: Converters, fault: str) -> float:
    """The share of boards whose proof finds nothing."""
    board = converters.board
    shape = (converters.count, _PROOF_TICKS)
    proof = Proof(board)
    scale_ua = board.full_scale_ua / board.drive_counts
    full = {counts: counts * scale_ua for counts in proof.drives}
    flows = {ua: 0 for base in full.values() for ua in (base, 3 * base)}
    a_q4 = {ua: converters.read_q4(CH_A, np.full(shape, ua)).tolist() for ua in flows}
    b_q4 = {ua: converters.read_q4(CH_B, np.full(shape, ua)).tolist() for ua in flows}
    passed = 0
    for unit in range(converters.count):
        proof = Proof(board)
        tripped = 0
        for tick in range(_PROOF_TICKS):
            ua = _FLOWS[fault](proof, full[proof.drive])
            if proof.lim_test and fault != "limiter dead":
                tripped, ua = INPUT_LIMITER, 0.0
            if proof.rearm:
                tripped = 0
            b = b_q4[0.0 if fault == "B dead" else ua][unit][tick]
            if proof.step(a_q4[ua][unit][tick], b, 0, tripped):
                break
        else:
            raise RuntimeError(f"the proof has no end within {_PROOF_TICKS} ticks")
        passed += proof.fault == 0
    return passed / converters.count


def slow_thresholds(converters: Converters) -> list[ThresholdResult]:
    """Stuck sense and noise over a slow ramp and a hold: slow checks of the firmware."""
    board = converters.board
    level_ua = _LEVEL_SHARE * board.max_ua
    ramp = np.arange(0.0, _RAMP_S * 1000, _STEP_MS) / (_RAMP_S * 1000) * level_ua
    hold = np.full(_HOLD_MS // _STEP_MS, level_ua)
    set_ua = np.concatenate((ramp, hold))
    read = converters.read_q4(CH_A, np.tile(set_ua, (converters.count, 1)))
    healthy = [_walk(board, row, set_ua) for row in read.tolist()]
    trips = sum(fault is not None for fault, _ in healthy) / converters.count
    warns = sum(noisy is not None for _, noisy in healthy) / converters.count
    change_ua = limits.stuck_q4(board) / UA_Q4
    missed = _unfound_freezes(board, read, set_ua, ramp.size // 2, change_ua)
    noise_ua = _NOISE_SHARE * board.max_ua
    noise = f"{noise_ua:g} {signs.UA}"
    rms, hum = (
        _quiet(converters, set_ua, extra * noise_ua, ramp.size + 17)
        for extra in _disturbances(converters.count, set_ua.size)
    )
    freeze = f"{change_ua:g} {signs.UA}"
    return [
        ThresholdResult("stuck sense", "A frozen in a ramp, in 100 ms", freeze, trips, missed),
        ThresholdResult("noise", "noise, rms, in 200 ms", noise, warns, rms),
        ThresholdResult("noise", "50 Hz in the loop, in 200 ms", noise, warns, hum),
    ]


def _disturbances(count: int, steps: int) -> tuple[Array, Array]:
    """Normal noise of rms 1, and 50 Hz of amplitude 1 at a phase of each board's own."""
    loud = normal_numbers(Normal(1, "thresholds noise"), (count, steps))
    draw = seeded(1, "thresholds mains")
    phase_ms = np.array([[draw.uniform(0, 20)] for _ in range(count)])
    return loud, np.sin(_MAINS_RAD_MS * (np.arange(steps) * _STEP_MS + phase_ms))


def _unfound_freezes(board: Board, read, set_ua, frozen_at: int, change_ua: float) -> float:
    """The share of boards that do not find A frozen from a step of the ramp on in its time."""
    frozen = read.copy()
    frozen[:, frozen_at:] = frozen[:, frozen_at : frozen_at + 1]
    step_ua = set_ua[1] - set_ua[0]
    due = frozen_at + int(np.ceil(change_ua / step_ua)) + _STUCK_MS // _STEP_MS
    stuck = [_walk(board, row, set_ua)[0] for row in frozen.tolist()]
    return sum(found is None or found[1] > due for found in stuck) / len(stuck)


def _quiet(converters: Converters, set_ua, extra_ua, onset: int) -> float:
    """The share of boards that do not warn of `extra_ua` from `onset` on in its time."""
    extra_ua = extra_ua.copy()
    extra_ua[:, :onset] = 0.0
    read = converters.read_q4(CH_A, set_ua + extra_ua)
    due = onset + _NOISE_MS // _STEP_MS
    found = [_walk(converters.board, row, set_ua)[1] for row in read.tolist()]
    return sum(at is None or at > due for at in found) / converters.count


def _walk(board: Board, read_q4: list[int], set_ua) -> tuple[tuple[int, int] | None, int | None]:
    """((fault, step) or None, step of the first warning of noise or None)."""
    envelope = Envelope(limits.open_floor_q4(board), limits.open_cap_q4(board))  # at rest
    checks = SlowChecks(board, envelope, lambda: True)
    checks.arm(Program(short_program(_PROGRAM_UA), board), 1 << 29)
    buf = new_sample()
    buf[SAMPLE_SUPPLY], buf[SAMPLE_V] = board.supply_min_mv + 700, board.compliance_mv // 3
    noisy = None
    targets = (set_ua * UA_Q4).astype(int).tolist()
    for step, (reading, target) in enumerate(zip(read_q4, targets, strict=True)):
        buf[SAMPLE_A] = reading
        envelope.expected_q4 = target
        fault = checks.step(buf, 1, 0)
        if fault != codes.FAULT_NONE:
            return (fault, step), noisy
        if noisy is None and checks.warning & codes.WARN_NOISE:
            noisy = step
    return None, noisy


@campaign_command(
    "thresholds",
    count_option("--many", _MANY, "boards for calculated rows"),
    count_option("--some", _SOME, "boards for rows that are run"),
    click.Option(["--seed"], type=int, default=1, help="draws every board"),
)
def main(many: int, some: int, seed: int, jobs: int | None) -> Answer:
    """Judge every threshold under every condition."""
    conditions = [
        Condition(board, has_e11, noise, many, some, seed)
        for board, has_e11, noise in product(BOARDS, (True, False), NOISES)
    ]
    found = list(zip(conditions, in_order(judge, conditions, jobs), strict=True))
    return Answer(table(found), True)


if __name__ == "__main__":
    sys.exit(main())
