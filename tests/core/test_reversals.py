"""Between segments: holds level to level, reversals at a proven zero, waits with the gate low."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.programs import BOARDS, LARGE, NAMES, SMALL, make_program, off, pulses

from ionto.core import codes

from .loop_bench import LoopBench, quick
from .short_parts import FAST, by_charge, hold, led


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize("first", [1, -1])
def test_a_reversal_switches_once_a_second_after_the_gate_and_at_zero(board, first):
    level_ua = min(board.max_ua, 1000)
    parts = [hold(level_ua, polarity=first), hold(level_ua, polarity=-first)]
    bed = LoopBench(board)
    made = make_program(board, parts, peak_ua=level_ua, polarity=first, **FAST)
    assert bed.run(made) == codes.OUTCOME_COMPLETE
    (begun_us, begun), (turned_us, turned) = bed.port.turns
    assert (begun_us, begun, turned) == (0, first, -first)
    low = [t_us for t_us, gate, _ in bed.port.history if not gate and t_us < turned_us]
    assert turned_us - low[-1] >= 1_000_000 + 63_000, "rest, and 64 samples of zero"
    dose = bed.parts.dose
    assert dose.positive_uc() == pytest.approx(dose.negative_uc(), rel=0.01)
    assert dose.gross_uc == pytest.approx(bed.port.true_uc, abs=5)


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize("board", [SMALL, LARGE], ids=["5 mA", "30 mA"])
@pytest.mark.parametrize("over", [0, 1, -1])
def test_what_flows_after_a_rest_is_a_fault_and_nothing_is_switched(board, over):
    zero_q4 = max(320, board.full_scale_ua * 16 // 1000)
    parts = [hold(400), hold(400, polarity=-1)]
    bed = LoopBench(board)
    leak_q4 = (zero_q4 + 1) * over if over else zero_q4
    for tick in range(300, 2600):
        bed.at(
            tick,
            lambda port: setattr(
                port, "leak_q4", leak_q4 if bed.parts.session.state == codes.STATE_REST else 0
            ),
        )
    outcome = bed.run(make_program(board, parts, peak_ua=400, **FAST))
    if over:
        assert (outcome, bed.parts.session.fault) == (codes.OUTCOME_FAULTED, codes.FAULT_NOT_ZERO)
        assert len(bed.port.turns) == 1
    else:
        assert outcome == codes.OUTCOME_COMPLETE
        assert len(bed.port.turns) == 2


def test_zero_is_the_mean_of_64_ticks_so_that_noise_is_none():
    made = led(hold(), hold(polarity=-1))
    made.to(codes.STATE_REST)
    for tick in range(1080):
        made.buf[0] = 3000 if tick % 2 else -3000
        made.tick()
        if made.session.state != codes.STATE_REST:
            break
    assert made.session.state == codes.STATE_PROBE
    assert made.session.polarity == -1


@pytest.mark.parametrize("levels", [(500, 2000, 100), (2000, 1999), (1, 2000, 1)])
def test_holds_of_one_polarity_go_from_level_to_level_without_opening_the_gate(levels):
    made = led(*[hold(level) for level in levels])
    seen = set()
    while made.session.state != codes.STATE_RAMP_DOWN:
        made.tick()
        if made.session.state == codes.STATE_HOLD:
            seen.add(made.ramp.set_q4 >> 4)
    assert seen == set(levels)
    assert made.session.starts == 1


TURNING = [
    ([hold(), hold(polarity=-1)], 2),
    ([hold(), pulses(20, 20, 1, 2)], 2),
    ([pulses(20, 20, 1, 2), hold()], 2),
    ([pulses(20, 20, 1, 2), pulses(20, 20, 1, 2)], 2),
    ([hold(), off(300), hold()], 2),
    ([hold(), off(300), off(200), hold()], 2),
    ([hold(), off(300, -1), hold(polarity=-1)], 2),
    ([hold(), off(300)], 1),
    ([hold(), off(300), hold(), pulses(20, 20, 1, 2)], 3),
]


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize(("parts", "starts"), TURNING)
def test_everything_else_starts_again_from_0_after_rest_probe_and_proof(parts, starts):
    bed = LoopBench()
    assert bed.run(make_program(segments=parts, **FAST)) == codes.OUTCOME_COMPLETE
    assert bed.parts.session.starts == starts
    assert bed.states.count(codes.STATE_PROOF) == starts
    before = [
        bed.states[at - 1] for at, state in enumerate(bed.states) if state == codes.STATE_PROBE
    ]
    assert before[1:] == [codes.STATE_REST] * (starts - 1)


@pytest.mark.parametrize("time_ms", [1, 300, 2000])
def test_off_keeps_the_gate_low_for_its_time(time_ms):
    made = led(hold(), off(time_ms), hold())
    made.to(codes.STATE_OFF)
    assert (made.session.gate, made.session.probe_on) == (0, 0)
    assert made.to(codes.STATE_REST) == pytest.approx(time_ms, abs=1)
    made.to(codes.STATE_DONE)
    assert made.session.outcome == codes.OUTCOME_COMPLETE


def test_a_wait_at_the_end_ends_the_session_where_it_stands():
    made = led(hold(), off(300))
    made.to(codes.STATE_OFF)
    assert made.to(codes.STATE_DONE) == pytest.approx(300, abs=1)
    assert (made.session.outcome, made.session.starts) == (codes.OUTCOME_COMPLETE, 1)


def test_a_pause_stops_the_time_of_a_wait():
    made = led(hold(), off(1000), hold())
    made.to(codes.STATE_OFF)
    for _ in range(400):
        made.tick()
    made.tick(ask=codes.ASK_PAUSE)
    assert made.session.state == codes.STATE_PAUSED
    for _ in range(3000):
        made.tick()
    made.tick(ask=codes.ASK_RESUME)
    made.to(codes.STATE_OFF)
    assert made.to(codes.STATE_REST) == pytest.approx(600, abs=2)


def test_a_pause_stops_the_time_of_a_hold():
    made = led(hold(time_ms=1000))
    made.to(codes.STATE_HOLD)
    for _ in range(400):
        made.tick()
    made.tick(ask=codes.ASK_PAUSE)
    made.to(codes.STATE_PAUSED)
    made.tick(ask=codes.ASK_RESUME)
    made.to(codes.STATE_HOLD)
    assert made.to(codes.STATE_RAMP_DOWN) == pytest.approx(600, abs=2)


@pytest.mark.parametrize("lost_in", [codes.STATE_TURNING, codes.STATE_RAMP])
def test_contact_lost_around_a_reversal_goes_on_with_the_next_segment(lost_in):
    made = led(hold(), hold(polarity=-1))
    made.to(codes.STATE_HOLD)
    made.to(codes.STATE_TURNING)
    if lost_in == codes.STATE_RAMP:
        made.to(codes.STATE_RAMP)
    made.tick(fault=codes.VERDICT_CUT)
    assert made.session.state == codes.STATE_CONTACT
    made.to(codes.STATE_HOLD)
    assert (made.session.segment, made.session.polarity) == (1, -1)


@pytest.mark.hazard("H-15")
@given(
    st.lists(st.tuples(st.integers(20, 300), st.sampled_from([1, -1])), min_size=1, max_size=4),
    st.booleans(),
)
@settings(max_examples=25)
def test_each_segment_by_charge_gets_its_charge_and_each_polarity_its_sum(doses, waits):
    doses[0] = (doses[0][0], 1)
    parts = []
    for charge_uc, polarity in doses:
        parts.append(by_charge(charge_uc, polarity=polarity))
        parts += [off(30, polarity)] if waits else []
    made = led(*parts)
    made.dose.reset(1)
    while made.session.state != codes.STATE_DONE:
        made.dose.set_polarity(made.session.polarity)
        made.tick()
    assert made.session.outcome == codes.OUTCOME_COMPLETE
    for sign, found in ((1, made.dose.positive_uc()), (-1, made.dose.negative_uc())):
        planned = sum(charge for charge, polarity in doses if polarity == sign)
        assert abs(found - planned) <= 5 * len(doses)


@pytest.mark.hazard("H-16")
def test_the_limit_of_energised_time_ends_a_session_in_any_kind_of_segment():
    for parts in ([hold(time_ms=9000)], [by_charge(90_000)], [pulses(50, 50, 1, 900)]):
        made = led(*parts, time_s=2)
        made.to(codes.STATE_RAMP_DOWN)
        assert made.session.energised_ms() == pytest.approx(2000, abs=2)
        made.to(codes.STATE_DONE)
        assert made.session.outcome == codes.OUTCOME_SHORT


@pytest.mark.hazard("H-15")
def test_a_charge_that_is_followed_by_a_level_is_held_to_its_end():
    made = led(by_charge(200), by_charge(100, level_ua=500))
    made.to(codes.STATE_HOLD)
    while made.session.segment == 0:
        made.tick()
    assert made.dose.gross_uc == pytest.approx(200, abs=2), "no ramp down comes to complete it"
    made.to(codes.STATE_DONE)
    assert made.dose.gross_uc == pytest.approx(300, abs=5)
    assert made.session.energised_ms() == pytest.approx(451, abs=5)


@pytest.mark.hazard("H-16")
def test_a_session_whose_time_is_up_after_a_reversal_does_not_start_again():
    made = led(hold(time_ms=600), hold(polarity=-1), time_s=1, down_slew_ua_s=1000)
    made.to(codes.STATE_REST)
    assert made.session.energised_ms() > 1000
    made.to(codes.STATE_DONE, 1100)
    assert (made.session.outcome, made.session.starts) == (codes.OUTCOME_SHORT, 1)


@pytest.mark.hazard("H-30")
@pytest.mark.parametrize("asked_ua", [0, 1, 700, 2000, 2001, 99_999])
def test_an_adjustment_holds_for_its_segment_and_never_passes_the_peak(asked_ua):
    made = led(hold(1000, 500), hold(1500, 100), peak_ua=2000)
    made.to(codes.STATE_HOLD)
    made.session.value = asked_ua
    made.tick(ask=codes.ASK_SET)
    highest = 0
    while made.session.segment == 0:
        made.tick()
        highest = max(highest, made.ramp.set_q4)
    assert highest <= 2000 * 16
    made.to(codes.STATE_HOLD)
    assert made.ramp.set_q4 == 1500 * 16


@pytest.mark.hazard("H-14")
def test_a_stop_on_the_way_to_a_reversal_ends_without_one():
    bed = LoopBench().say(600, "stop")
    parts = [hold(time_ms=20), hold(polarity=-1)]
    bed.run(make_program(segments=parts, peak_ua=1000, down_slew_ua_s=4000, **FAST))
    assert codes.STATE_TURNING in bed.states
    assert bed.states[-1] == codes.STATE_DONE
    assert len(bed.port.turns) == 1
    assert bed.parts.session.outcome == codes.OUTCOME_STOPPED


def test_a_bed_without_a_reversal_sets_its_polarity_once():
    bed = LoopBench()
    bed.run(quick(polarity=-1))
    assert [sign for _, sign in bed.port.turns] == [-1]
