"""The proof before each ramp: what it finds, at which currents, and how it is left."""

import pytest
from tests.support.fake_stage import OPEN
from tests.support.programs import (
    BOARDS,
    LARGE,
    NAMES,
    SMALL,
    UNPROVABLE,
    make_program,
    pulses,
)

from ionto.core import codes
from ionto.core.proof import Proof
from ionto.core.units import INPUT_LIMITER
from iontobench.protocols.bounds import START_UC

from .loop_bench import HOLDING, PROOF_STEPS, PROVING, RAMPING, LoopBench, quick
from .short_parts import FAST, hold

ALL = 31
FOUND = {
    "stage": codes.FAULT_PROOF_STAGE,
    "gate": codes.FAULT_PROOF_GATE,
    "series": codes.FAULT_PROOF_SERIES,
    "limiter": codes.FAULT_PROOF_LIMITER,
    "rearm": codes.FAULT_PROOF_LIMITER,
    "threshold": codes.FAULT_PROOF_LIMITER,  # a packet would trip it, the test current does not
    "sense B": codes.FAULT_PROOF_SIGN,
    "bridge": codes.FAULT_PROOF_SIGN,
}


def events(bed, code):
    return [item for item in bed.items if getattr(item, "code", None) == code]


@pytest.mark.hazard("H-09", "H-10", "H-13")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize("polarity", [1, -1])
def test_a_whole_stage_is_proven_in_every_part_and_the_record_says_so(board, polarity):
    bed = LoopBench(board, host=True)
    program = quick(board, level_ua=min(board.max_ua, 2000), polarity=polarity)
    assert bed.run(program, supervised=True) == codes.OUTCOME_COMPLETE
    (told,) = events(bed, codes.EVENT_PROOF)
    assert told.a == ALL
    assert told.b == pytest.approx(30 * 16 * board.proof_scale, rel=0.02)


@pytest.mark.hazard("H-10")
def test_a_limiter_that_cannot_be_proven_is_told_and_does_not_refuse():
    bed = LoopBench(UNPROVABLE, host=True)
    bed.port.broken.add("limiter")
    assert bed.run(quick(UNPROVABLE), supervised=True) == codes.OUTCOME_COMPLETE
    (told,) = events(bed, codes.EVENT_PROOF)
    assert told.a == ALL - codes.PROVEN_LIMITER


@pytest.mark.hazard("H-08", "H-09", "H-10", "H-11", "H-13")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize("broken", FOUND)
def test_each_part_that_does_not_work_refuses_the_start_by_its_name(board, broken):
    bed = LoopBench(board)
    bed.port.broken.add(broken)
    peaks = []
    bed.port.on_tick = lambda port: peaks.append(port.current_q4())
    assert bed.run(quick(board, level_ua=400, polarity=-1)) == codes.OUTCOME_REFUSED
    found = {FOUND[broken]}
    if broken in ("sense B", "bridge"):
        found.add(
            codes.FAULT_SENSES_APART
        )  # on a small range the probe's current shows it already
    assert bed.parts.session.fault in found
    assert [row for row in bed.port.history if row[1]] == [], "no ramp was begun"
    assert max(peaks) <= 50 * 16 * board.proof_scale
    assert bed.parts.session.starts == 0


@pytest.mark.hazard("H-08", "H-09")
@pytest.mark.parametrize("broken", ["gate", "series", "limiter", "stage"])
def test_the_proof_is_repeated_before_a_later_ramp_and_latches_there(broken):
    bed = LoopBench().say(600, "pause").say(900, "resume")
    bed.at(850, lambda port: port.broken.add(broken))
    assert bed.run(quick(time_ms=500)) == codes.OUTCOME_FAULTED
    assert bed.parts.session.fault == FOUND[broken]
    assert bed.parts.session.starts == 1


def paused(bed):
    bed.say(600, "pause").say(900, "resume")
    return quick(time_ms=500)


def turned(bed):
    return make_program(bed.port.board, [hold(), hold(polarity=-1)], **FAST)


def pulsed(bed):
    return make_program(bed.port.board, [hold(), pulses(50, 50, 1, 3)], **FAST)


def opened(bed):
    bed.at(HOLDING, lambda port: setattr(port, "load_ohm", OPEN))
    bed.at(HOLDING + 50, lambda port: setattr(port, "load_ohm", 5000))
    return quick(time_ms=500)


@pytest.mark.hazard("H-10")
@pytest.mark.parametrize("board", [SMALL, UNPROVABLE], ids=["LIM_TEST", "no LIM_TEST"])
@pytest.mark.parametrize("way", [paused, turned, pulsed, opened])
def test_every_gate_that_closes_finds_the_chain_closed_for_10_ms_and_no_packet_flows(way, board):
    bed = LoopBench(board)
    assert bed.run(way(bed)) == codes.OUTCOME_COMPLETE
    assert bed.parts.session.starts == 2
    of_a_proof = [10, 31, 10] if board.lim_test else [10, 31]  # at least, ms
    least = [*of_a_proof, 26] * 2  # the last of each is the ramp's
    too_soon = [
        (found, ms) for found, ms in zip(bed.port.closings, least, strict=True) if found < ms
    ]
    assert too_soon == []
    assert bed.port.packets == 0


@pytest.mark.hazard("H-15")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
def test_a_start_carries_less_than_plans_and_sessions_leave_for_it(board):
    bed = LoopBench(board, load_ohm=1000)
    at_ramp_uc = []
    bed.at(RAMPING, lambda port: at_ramp_uc.append(port.true_uc))
    assert bed.run(quick(board, level_ua=400)) == codes.OUTCOME_COMPLETE
    assert 10 < at_ramp_uc[0] < 20 < START_UC
    assert bed.parts.session.starts == 1


def steps(board, conducts=30, gate=0, series=0, limiter=0, trips=True, **given):
    """A proof whose senses show so many uA (to scale) in each of its steps, and `load_mv`."""
    load_mv = given.pop("load_mv", 0)
    proof = Proof(board)
    shown_ua = {(1, 1, 0): conducts, (0, 1, 0): gate, (1, 0, 0): series, (1, 1, 1): limiter}
    shown_ua[0, 0, 0] = 0
    seen_b = {"conducts_b": conducts, "gate_b": gate, **given}
    for _ in range(PROOF_STEPS + 10):
        at = (proof.gate, proof.pump, proof.lim_test)
        current_q4 = round(shown_ua[at] * 16 * board.proof_scale)
        second_ua = {(1, 1, 0): seen_b["conducts_b"], (0, 1, 0): seen_b["gate_b"]}.get(at, 0)
        tripped = (proof.lim_test and trips) or given.get("never_rearms")
        inputs = INPUT_LIMITER if tripped else 0
        if proof.step(current_q4, round(second_ua * 16 * board.proof_scale), load_mv, inputs):
            return proof
    raise AssertionError("the proof has no end")


SIXTEENTH = 0.0625


@pytest.mark.hazard("H-09", "H-10", "H-12")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ({"conducts": 15 + SIXTEENTH}, {"conducts": 15}, codes.FAULT_PROOF_STAGE),
        ({"gate": 5 - SIXTEENTH}, {"gate": 5}, codes.FAULT_PROOF_GATE),
        ({"gate": -100, "gate_b": 0}, {"gate": 400, "gate_b": 0}, codes.FAULT_PROOF_GATE),
        ({"series": 5 - SIXTEENTH}, {"series": 5}, codes.FAULT_PROOF_SERIES),
        ({"limiter": 5 - SIXTEENTH}, {"limiter": 5}, codes.FAULT_PROOF_LIMITER),
        ({}, {"trips": False}, codes.FAULT_PROOF_LIMITER),
        ({}, {"never_rearms": True}, codes.FAULT_PROOF_LIMITER),
        ({"conducts_b": 7}, {"conducts_b": 7 - SIXTEENTH}, codes.FAULT_PROOF_SIGN),
        (
            {"conducts_b": 37, "gate_b": 30},
            {"conducts_b": 30, "gate_b": 30},
            codes.FAULT_PROOF_SIGN,
        ),
        ({}, {"conducts_b": -30}, codes.FAULT_PROOF_SIGN),
    ],
)
def test_each_step_is_judged_at_its_current(board, good, bad, fault):
    assert (steps(board, **good).fault, steps(board, **good).proven) == (0, ALL)
    found = steps(board, **bad)
    assert found.fault == fault
    assert (found.gate, found.drive, found.lim_test) == (0, 0, 0)


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        ({"conducts": 0, "conducts_b": 0}, codes.FAULT_PROOF_STAGE),
        ({"conducts": 15, "conducts_b": 15}, codes.FAULT_PROOF_STAGE),
        ({"limiter": 0, "trips": False}, codes.FAULT_PROOF_LIMITER),
    ],
)
def test_too_little_at_compliance_is_an_open_load_and_below_it_the_stage(board, shown, fault):
    high_mv = board.compliance_mv * 85 // 100
    assert steps(board, load_mv=high_mv, **shown).fault == codes.FAULT_OPEN
    assert steps(board, load_mv=high_mv - 1, **shown).fault == fault


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        ({"conducts": 100, "conducts_b": 100}, codes.FAULT_PROOF_STAGE),
        ({"limiter": 6, "trips": False}, codes.FAULT_PROOF_LIMITER),
        ({"limiter": 6}, codes.FAULT_PROOF_LIMITER),
        ({"never_rearms": True}, codes.FAULT_PROOF_LIMITER),
        ({"gate": 6, "gate_b": 6}, codes.FAULT_PROOF_GATE),
    ],
)
def test_at_compliance_a_current_that_flows_is_still_the_stages_fault(shown, fault):
    assert steps(SMALL, load_mv=SMALL.compliance_mv, **shown).fault == fault
    assert steps(SMALL, load_mv=SMALL.compliance_mv).fault == 0, "dry, and all is well"


@pytest.mark.hazard("H-09")
@pytest.mark.parametrize("every", [7, 3])
@pytest.mark.short_cases("7")
def test_a_stage_that_dies_between_two_steps_of_the_proof_is_not_blamed_on_the_limiter(every):
    for tick in range(PROVING, RAMPING, every):
        bed = LoopBench().at(tick, lambda port: port.broken.add("stage"))
        bed.run(quick(SMALL, level_ua=400))
        assert bed.parts.session.fault == codes.FAULT_PROOF_STAGE, tick


@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize(
    ("before_ua", "fault"),
    [(15, codes.FAULT_PROOF_STAGE), (15 + SIXTEENTH, codes.FAULT_PROOF_LIMITER)],
)
def test_nothing_with_lim_test_is_the_limiters_fault_only_where_current_flowed_before(
    board, before_ua, fault
):
    proof = Proof(board)
    lead(proof, lambda proof: not proof.pump, lambda proof: whole_q4(proof, 30))
    lead(proof, lambda proof: proof.lim_test, lambda proof: whole_q4(proof, before_ua))
    lead(proof, lambda proof: not proof.gate, lambda proof: 0)
    assert proof.fault == fault


def whole_q4(proof, current_ua):
    """What flows where both switches are on."""
    return round(current_ua * 16 * proof.allowance_q4 / 960) if proof.gate and proof.pump else 0


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize("every", [9, 4])
@pytest.mark.short_cases("9-small", "9-research", "9-large")
def test_a_lead_that_opens_at_any_tick_of_the_proof_is_told_as_open(board, every):
    for tick in range(PROVING, RAMPING, every):
        bed = LoopBench(board).at(tick, lambda port: setattr(port, "load_ohm", OPEN))
        program = quick(board, level_ua=min(board.max_ua, 2000))
        assert bed.run(program) in (codes.OUTCOME_REFUSED, codes.OUTCOME_FAULTED)
        assert bed.parts.session.fault == codes.FAULT_OPEN, tick


def test_a_step_is_the_mean_of_sixteen_ticks_after_it_has_settled():
    proof = Proof(SMALL)
    for _ in range(11 + 5):
        assert proof.step(0, 0, 0, 0) == 0, "pumping and settling: nothing is judged"
    for _ in range(15):
        proof.step(32 * 16, 32 * 16, 0, 0)
    assert proof.gate == 1
    proof.step(0, 0, 0, 0)
    assert (proof.gate, proof.on_q4) == (0, 30 * 16)


def lead(proof, is_there, current_q4=lambda proof: 480 * proof.gate * proof.pump):
    """Step until `is_there(proof)`, a whole stage or the current told; return how many steps."""
    for count in range(PROOF_STEPS):
        if is_there(proof):
            return count
        flows_q4 = current_q4(proof)
        proof.step(flows_q4, flows_q4, 0, 0)
    raise AssertionError("the proof does not get there")


def test_the_series_step_waits_for_the_dead_mans_longest_hold():
    proof = Proof(SMALL)
    lead(proof, lambda proof: not proof.pump)
    still = iter([480] * 13 + [0] * 100)
    ticks = lead(proof, lambda proof: not proof.gate, lambda _: next(still))
    assert (proof.fault, ticks) == (0, 14 + 16)


def test_the_first_step_bounds_its_current_from_above():
    limit = next(ua for ua in range(31, 200) if steps(SMALL, conducts=ua).fault)
    assert 40 <= limit <= 60, "more than the offset and gain that the range may have, not twice"
    assert steps(SMALL, conducts=limit).fault == codes.FAULT_PROOF_STAGE


@pytest.mark.hazard("H-27")
@pytest.mark.parametrize(
    ("word", "every"),
    [
        *(("stop", 7), ("pause", 17), ("stop", 3), ("pause", 7)),
        pytest.param("pause", 3, marks=pytest.mark.long),
    ],
)
@pytest.mark.short_cases("stop-7", "pause-17")
def test_a_proof_left_in_any_tick_ends_without_a_fault_and_with_an_armed_limiter(word, every):
    for tick in range(PROVING - 12, RAMPING, every):
        bed = LoopBench().say(tick, word).say(1000, "resume")
        seen = []
        bed.at(900, lambda port, seen=seen: seen.append((port.tripped, port.lim_testing)))
        expected = codes.OUTCOME_STOPPED if word == "stop" else codes.OUTCOME_COMPLETE
        assert bed.run() == expected, tick
        assert bed.parts.session.fault == 0
        assert (bed.port.tripped, bed.port.lim_testing) == (0, 0)
        assert seen == ([] if word == "stop" else [(0, 0)])


def test_a_proof_that_is_left_goes_low_at_once_and_proves_nothing_more():
    proof = Proof(SMALL)
    lead(proof, lambda proof: proof.lim_test)
    before = proof.proven
    proof.leave()
    assert (proof.gate, proof.drive, proof.lim_test, proof.rearm) == (0, 0, 0, 0)
    assert proof.pump == 0
    for _ in range(11 + 26):
        over = proof.step(0, 0, 0, 0)
        if over:
            break
        proof.leave()  # asked again and again: it is not begun again
    assert over
    assert (proof.fault, proof.proven) == (0, before)


def test_a_stop_after_a_pause_in_the_same_proof_wins():
    bed = LoopBench().say(PROVING + 20, "pause").say(PROVING + 32, "stop")
    assert bed.run() == codes.OUTCOME_STOPPED
    assert codes.STATE_PAUSED not in bed.states


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize("board", [SMALL, LARGE], ids=["5 mA", "30 mA"])
def test_a_limiter_that_trips_outside_its_own_step_is_a_fault(board):
    bed = LoopBench(board).at(PROVING + 20, lambda port: setattr(port, "tripped", 1))
    assert bed.run(quick(board)) == codes.OUTCOME_REFUSED
    assert bed.parts.session.fault == codes.FAULT_LIMITER
