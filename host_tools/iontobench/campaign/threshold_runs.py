"""Thresholds that take many readings: the firmware's own proof and slow checks, board by board.

The firmware's code is run on readings of the seeded converters, with nothing wrong and with the
fault that each threshold is for; chances are counts. Currents in uA, times in ms.
"""

from collections.abc import Callable

import numpy as np

from ionto.core import codes, limits
from ionto.core.limits import Board
from ionto.core.program import Program
from ionto.core.proof import Proof
from ionto.core.slow_checks import SlowChecks
from ionto.core.units import (
    INPUT_LIMITER,
    SAMPLE_A,
    SAMPLE_LEN,
    SAMPLE_SUPPLY,
    SAMPLE_V,
    UA_Q4,
)
from iontobench import signs
from iontobench.sim.senses import CH_A, CH_B

from .converters import Converters
from .programs import words
from .threshold_rows import Row

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


def proof_rows(converters: Converters) -> list[Row]:
    """The proof's thresholds: the whole proof in health, and each fault that it is to find."""
    nuisance = 1 - _passed(converters, "none")
    value = f"{30 * converters.board.proof_scale} {signs.UA}"
    return [
        Row("proof", fault, value, nuisance, _passed(converters, fault))
        for fault in _FLOWS
        if fault != "none"
    ]


def _passed(converters: Converters, fault: str) -> float:
    """The share of boards whose proof finds nothing."""
    board = converters.board
    shape = (converters.count, _PROOF_TICKS)
    proof = Proof(board)
    full = {0: 0.0}
    for counts in (proof._on_counts, proof._over_counts):
        full[counts] = counts / board.drive_counts * board.full_scale_ua
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
        passed += proof.fault == 0
    return passed / converters.count


class _Still:
    """The supervisor's envelope, as the slow checks see it."""

    expected_q4 = 0
    moving = 0


def round_rows(converters: Converters) -> list[Row]:
    """Stuck sense, noise and under-current over a slow ramp and a hold."""
    board = converters.board
    level_ua = _LEVEL_SHARE * board.max_ua
    ramp = np.arange(0.0, _RAMP_S * 1000, _STEP_MS) / (_RAMP_S * 1000) * level_ua
    hold = np.full(_HOLD_MS // _STEP_MS, level_ua)
    set_ua = np.concatenate((ramp, hold))
    read = converters.read_q4(CH_A, np.tile(set_ua, (converters.count, 1)))
    healthy = [_walk(board, row, set_ua) for row in read.tolist()]
    trips = sum(fault is not None for fault, _ in healthy) / converters.count
    warns = sum(noisy is not None for _, noisy in healthy) / converters.count
    noise_ua = _NOISE_SHARE * board.max_ua
    onset = ramp.size + 17
    draw = np.random.RandomState(1)
    loud = draw.standard_normal((converters.count, set_ua.size)) * noise_ua
    at_ms = np.arange(set_ua.size) * _STEP_MS + draw.uniform(0, 20, (converters.count, 1))
    mains = np.sin(_MAINS_RAD_MS * at_ms) * noise_ua
    frozen_at = ramp.size // 2
    frozen = read.copy()
    frozen[:, frozen_at:] = frozen[:, frozen_at : frozen_at + 1]
    step_ua = ramp[1] - ramp[0]
    change_ua = limits.stuck_q4(board) / UA_Q4
    due = frozen_at + int(np.ceil(change_ua / step_ua)) + _STUCK_MS // _STEP_MS
    stuck = [_walk(board, row, set_ua)[0] for row in frozen.tolist()]
    missed = sum(found is None or found[1] > due for found in stuck) / converters.count
    told = f"{noise_ua:g} {signs.UA}"
    rms, hum = (_quiet(converters, set_ua, extra, onset) for extra in (loud, mains))
    return [
        Row(
            "stuck sense",
            "A frozen in a ramp, in 100 ms",
            f"{change_ua:g} {signs.UA}",
            trips,
            missed,
        ),
        Row("noise", "noise, rms, in 200 ms", told, warns, rms),
        Row("noise", "50 Hz in the loop, in 200 ms", told, warns, hum),
    ]


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
    envelope = _Still()
    checks = SlowChecks(board, envelope, lambda: True)
    checks.arm(Program(words(_PROGRAM_UA), board), 1 << 29)
    buf = [0] * SAMPLE_LEN
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
