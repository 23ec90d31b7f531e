"""The steps of the proof: which pins, how long each, and what a mean is made of."""

import pytest
from tests.support.programs import BOARDS, NAMES, SMALL, UNPROVABLE

from ionto.core import codes
from ionto.core.proof import STEPS, Proof
from ionto.core.units import INPUT_LIMITER

MOST = 2 * 165


def whole(proof, flows_q4, second_q4=None):
    """One tick of a stage that does what is asked of it."""
    flows = proof.gate and proof.pump and not proof.lim_test
    inputs = INPUT_LIMITER if proof.lim_test else 0
    second_q4 = flows_q4 if second_q4 is None else second_q4
    return proof.step(flows_q4 if flows else 0, second_q4 if flows else 0, 0, inputs)


def to_its_end(proof, flows_q4):
    """Tick a whole stage's proof to its end, but not for ever."""
    for _ in range(MOST):
        if whole(proof, flows_q4):
            return proof
    raise AssertionError("the proof has no end")


def phases(board):
    """(gate, pump, lim_test, drive, rearm, may_trip) and for how many ticks, to the end."""
    proof = Proof(board)
    found = []
    for _ in range(MOST):
        pins = (proof.gate, proof.pump, proof.lim_test, proof.drive, proof.rearm, proof.may_trip)
        if not found or found[-1][0] != pins:
            found.append([pins, 0])
        found[-1][1] += 1
        ended = whole(proof, 30 * 16 * board.proof_scale)
        if ended:
            assert (ended, proof.fault) == (1, 0)
            return [(pins, ticks) for pins, ticks in found], proof.proven
    raise AssertionError("the proof has no end")


@pytest.mark.hazard("H-08", "H-09", "H-10")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
def test_the_proof_leads_the_pins_through_its_steps_each_in_its_time(board):
    on, over = (ua * board.proof_scale * 65535 // board.full_scale_ua for ua in (30, 45))
    assert phases(board) == (
        [
            ((0, 1, 0, on, 0, 0), 10 + 1),
            ((1, 1, 0, on, 0, 0), 5 + 16),
            ((0, 1, 0, on, 0, 0), 5 + 16),
            ((1, 0, 0, on, 0, 0), 9 + 5 + 16),
            ((0, 0, 0, over, 0, 0), 10 + 1),
            ((0, 1, 0, over, 0, 0), 10 + 1),
            ((1, 1, 0, over, 0, 0), 1 + 1),
            ((1, 1, 1, over, 0, 1), 5 + 16),
            ((0, 0, 0, 0, 0, 1), 10 + 1),
            ((0, 1, 0, 0, 1, 1), 10 + 16),
        ],
        31,
    )


@pytest.mark.hazard("H-10")
def test_a_board_without_a_limiter_to_test_goes_from_the_series_switch_to_the_end():
    found, proven = phases(UNPROVABLE)
    assert [pins[:3] for pins, _ in found] == [
        *((0, 1, 0), (1, 1, 0), (0, 1, 0), (1, 0, 0), (0, 0, 0), (0, 1, 0))
    ]
    assert proven == 31 - codes.PROVEN_LIMITER


@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
def test_a_proof_current_of_twice_the_commanded_one_is_a_fault_and_a_sixteenth_less_is_not(board):
    limit_q4 = 60 * 16 * board.proof_scale
    for flows_q4, fault in ((limit_q4 - 1, 0), (limit_q4, codes.FAULT_PROOF_STAGE)):
        assert to_its_end(Proof(board), flows_q4).fault == fault
    assert Proof(board).allowance_q4 == limit_q4, "what no leak is to be told for meanwhile"


def test_a_mean_is_rounded_down_and_the_first_of_its_ticks_counts_as_the_last():
    for odd in (0, 15):
        proof = Proof(SMALL)
        for tick in range(32):
            extra_q4 = 15 if tick == 16 + odd else 0
            proof.step(480 + extra_q4, 112, 0, 0)
        assert (proof.gate, proof.on_q4) == (0, 480)
        for tick in range(21):
            proof.step(0, 15 if tick == 5 + odd else 0, 0, 0)
        assert (proof.pump, proof.fault) == (0, 0), "7 uA less on sense B: just enough"


def test_a_step_says_once_that_the_pins_have_moved():
    proof = Proof(SMALL)
    moves = []
    for _ in range(MOST):
        moves.append(proof.moved)
        proof.moved = 0
        if whole(proof, 480):
            break
    assert [at for at, moved in enumerate(moves) if moved] == [
        *(0, 11, 32, 53, 83, 94, 105, 107, 128, 139)
    ]
    assert set(moves) == {0, 1}


def test_a_proof_that_begins_again_has_shown_nothing_yet():
    proof = to_its_end(Proof(SMALL), 480)
    proof.start()
    assert (proof.proven, proof.on_q4, proof.fault, proof.gate, proof.pump) == (0, 0, 0, 0, 1)
    proof.step(480, 480, 0, 0)
    proof.leave()
    to_its_end(proof, 0)
    assert (proof.proven, proof.on_q4, proof.fault) == (0, 0, 0), "nor when it is left"


@pytest.mark.hazard("H-10")
def test_a_limiter_that_tripped_in_an_earlier_proof_proves_nothing_in_this_one():
    proof = Proof(SMALL)
    for _ in range(139):
        whole(proof, 480)
    assert (proof.rearm, proof.gate) == (1, 0)
    proof.start()
    proof.leave()
    to_its_end(proof, 0)
    assert proof.proven == 0


GATE, PUMP, DRIVE, LIM_TEST, REARM, WAIT_MS, JUDGED = range(7)
SERIES, UNWIND_AGAIN = 3, 8
CHAIN_MS = 10  # S-11, S-16, S-17 of the stage


def ways(steps):
    """Every step with each one that can follow it: the next, without LIM_TEST, and by `leave`."""
    onward = [(at, at + 1) for at in range(len(steps) - 1)]
    left = [(at, UNWIND_AGAIN) for at in range(UNWIND_AGAIN)]
    return {*onward, (SERIES, UNWIND_AGAIN), *left}, set(onward) | {(SERIES, UNWIND_AGAIN)}


def lasts_ms(step):
    """The least time of a step."""
    return step[WAIT_MS] + 16 * step[JUDGED]


def out_of_order(steps):
    """What lets a wound-up stage onto the load, or the limiter trip by a packet, as sentences."""
    every, waited = ways(steps)
    found = []
    for before, after in sorted(every):
        was, now = steps[before], steps[after]
        rested = (before, after) in waited and lasts_ms(was) >= CHAIN_MS
        if now[GATE] and not was[GATE] and not (was[PUMP] and rested):
            found.append(f"{before} to {after}: the gate closes before the chain")
        if now[PUMP] and not was[PUMP] and (was[GATE] or now[GATE] or not rested):
            found.append(f"{before} to {after}: the chain closes behind a stage at its rail")
        if now[LIM_TEST] and not (was[GATE] and was[PUMP] and was[WAIT_MS] >= 1):
            found.append(f"{before} to {after}: LIM_TEST before the current flows")
        if now[REARM] and (was[GATE] or was[PUMP] or now[GATE] or not rested):
            found.append(f"{before} to {after}: REARM behind a stage at its rail")
        if (before, after) not in waited and (now[GATE] or now[PUMP]):
            found.append(f"{before} to {after}: left, and not off")
    last = steps[-1]
    if last[GATE] or not last[PUMP] or last[LIM_TEST] or last[DRIVE] or lasts_ms(last) < CHAIN_MS:
        found.append("the ramp does not find the chain closed")
    if steps[0][GATE]:
        found.append("the proof begins with the gate")
    return found


@pytest.mark.hazard("H-10")
def test_no_way_through_the_proof_closes_the_chain_behind_a_closed_gate():
    assert out_of_order(STEPS) == []


@pytest.mark.parametrize(
    ("at", "field", "value"),
    [
        *((at, GATE, 1) for at in (0, 4, 5, 8, 9)),
        *((at, PUMP, 1) for at in (4, 8)),
        *((at, PUMP, 0) for at in (0, 5, 9)),
        *((at, WAIT_MS, 9) for at in (0, 4, 5, 8)),
        *((at, LIM_TEST, 1) for at in (1, 3, 5, 6, 9)),
        (6, WAIT_MS, 0),
        (8, REARM, 1),
        (9, DRIVE, 1),
    ],
)
def test_a_step_out_of_order_is_noticed(at, field, value):
    changed = [list(step) for step in STEPS]
    changed[at][field] = value
    assert out_of_order(changed)
