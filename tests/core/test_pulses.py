"""Pulses: their charge whatever the tick, their edges, how many, and what interrupts them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.programs import BOARDS, NAMES, make_program, off, pulses, segment

from ionto.core import codes
from ionto.core.pulses import FLAT_Q10, Pulses

from .loop_bench import LoopBench

SHAPES = st.tuples(
    st.sampled_from([10, 11, 50, 200]) | st.integers(10, 300),
    st.sampled_from([10, 12, 90]) | st.integers(10, 300),
    st.sampled_from([1, 2, 5, 100]) | st.integers(1, 300),
    st.integers(1, 4),
)


def charges_uc(shape, amplitude_ua, ticks_us):
    """The charge of each pulse, uC, for a train whose ticks are drawn by `ticks_us()`.

    A pulse is counted from the middle of the time off before it to the middle of that after it.
    """
    on_ms, off_ms, edge_ms, count = shape
    period_us = (on_ms + off_ms + 2 * edge_ms) * 1000
    train = Pulses()
    train.start(*shape)
    found = [0.0] * count
    t_us = 0
    while train.left:
        number = min((t_us + off_ms * 500) // period_us, count - 1)
        dt_us = ticks_us()
        found[number] += train.step(dt_us) * dt_us * amplitude_ua / FLAT_Q10 / 1e6
        t_us += dt_us
    return found


@pytest.mark.hazard("H-31")
@given(SHAPES, st.sampled_from([100, 5000, 30_000]), st.integers(0, 2**32))
def test_a_pulse_carries_amplitude_times_on_and_edge_whatever_the_ticks(shape, peak_ua, seed):
    on_ms, _, edge_ms, _ = shape
    programmed_uc = peak_ua * (on_ms + edge_ms) / 1000
    random = Random(seed)
    for low, high in ((1000, 1000), (900, 1100), (500, 2900), (1, 2900)):
        for found_uc in charges_uc(shape, peak_ua, lambda a=low, b=high: random.randint(a, b)):
            assert abs(found_uc - programmed_uc) <= max(1.0, 0.01 * programmed_uc)


@given(SHAPES, st.integers(0, 2**32))
def test_the_gain_is_within_0_and_1_rises_and_falls_once_and_ends_at_0(shape, seed):
    random = Random(seed)
    train = Pulses()
    train.start(*shape)
    gains = [0]
    while train.left:
        gains.append(train.step(random.randint(500, 2900)))
    assert 0 <= min(gains) <= max(gains) <= FLAT_Q10
    assert train.step(1000) == 0
    assert (train.left, train.gain_q10) == (0, 0)
    turns = sum(
        1
        for before, now, after in zip(gains, gains[1:], gains[2:], strict=False)
        if (now > before and now > after) or (now > before and now == after == FLAT_Q10)
    )
    assert turns <= shape[3]


def test_edges_are_stairs_through_the_middle_of_each_tick():
    train = Pulses()
    train.start(20, 20, 4, 1)
    gains = [train.step(1000) for _ in range(48)]
    edge = [128, 384, 640, 896]
    assert gains == [*edge, *[FLAT_Q10] * 20, *edge[::-1], *[0] * 20]


def test_a_late_tick_takes_at_most_20_ms_of_the_train():
    train = Pulses()
    train.start(100, 100, 1, 1)
    train.step(100_000)
    assert train._at_us == 20_000


@pytest.mark.parametrize(("ticks", "left"), [(0, 3), (1, 2), (30, 2), (59, 2), (60, 2), (61, 1)])
def test_a_pulse_that_has_begun_counts_as_delivered(ticks, left):
    train = Pulses()
    train.start(20, 36, 2, 3)
    for _ in range(ticks):
        train.step(1000)
    train.interrupt()
    assert train.left == left


def test_a_train_that_is_over_has_nothing_to_interrupt():
    train = Pulses()
    train.interrupt()
    assert (train.left, train.step(1000)) == (0, 0)


def run_of(*segments, board=BOARDS[0], **header):
    """A bed on which `segments` are to run, and its program."""
    header = {"slew_ua_s": 10_000, "peak_ua": min(board.max_ua, 2000), **header}
    return LoopBench(board), make_program(board, list(segments), **header)


def watch(bed):
    """What flowed in each tick of a run, uA."""
    flows = []
    act = bed.port.on_tick

    def on_tick(port):
        act(port)
        flows.append(port.current_q4() / 16 if bed.parts.session.state == codes.STATE_PULSE else 0)

    bed.port.on_tick = on_tick
    return flows


def trains(flows):
    """Charge of each pulse in `flows` (uA a tick of 1 ms), uC."""
    found = []
    for before, now in zip([0, *flows], flows, strict=False):
        if now and not before:
            found.append(0)
        if now:
            found[-1] += now / 1000
    return found


@pytest.mark.hazard("H-31")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize(("on_ms", "off_ms", "edge_ms"), [(10, 10, 1), (50, 20, 5), (200, 100, 1)])
def test_each_pulse_of_a_session_carries_its_charge(board, on_ms, off_ms, edge_ms):
    level_ua = min(board.max_ua, 2000)
    bed, program = run_of(
        pulses(on_ms, off_ms, edge_ms, 5, level_ua=level_ua), board=board, peak_ua=level_ua
    )
    flows = watch(bed)
    assert bed.run(program) == codes.OUTCOME_COMPLETE
    programmed_uc = level_ua * (on_ms + edge_ms) / 1000
    found = trains(flows)
    assert len(found) == 5
    for charge_uc in found:
        assert abs(charge_uc - programmed_uc) <= max(1.0, 0.01 * programmed_uc)
    assert max(flows) <= level_ua * 1.01 + 5
    assert bed.parts.dose.gross_uc == pytest.approx(bed.port.true_uc, abs=5)


@pytest.mark.hazard("H-31")
def test_an_amplitude_with_a_slew_climbs_from_0():
    bed, program = run_of(pulses(20, 20, 1, 20, slew_ua_s=4000), slew_ua_s=4000)
    flows = watch(bed)
    assert bed.run(program) == codes.OUTCOME_COMPLETE
    found = trains(flows)
    assert len(found) == 20
    climbing = found[:11]
    assert climbing == sorted(climbing)
    assert climbing[0] < 0.15 * 2000 * 21 / 1000
    assert found[-1] == pytest.approx(42, abs=1)


@pytest.mark.hazard("H-31")
def test_a_pause_in_a_train_ramps_down_and_the_rest_follows_after_the_resume():
    bed, program = run_of(pulses(50, 50, 1, 10))
    bed.say(600, "pause").say(1500, "resume")
    flows = watch(bed)
    assert bed.run(program) == codes.OUTCOME_COMPLETE
    found = trains(flows)
    assert len(found) == 10, "the one that was cut short counts"
    whole = [charge for charge in found if charge == pytest.approx(102, abs=2)]
    assert len(whole) >= 9


@pytest.mark.hazard("H-30", "H-31")
@pytest.mark.parametrize(("asked_ua", "level_ua"), [(500, 500), (99_999, 2000)])
def test_a_set_during_pulses_moves_the_amplitude_within_the_peak(asked_ua, level_ua):
    bed, program = run_of(pulses(50, 20, 1, 30))
    bed.say(600, f"set {asked_ua}", as_tool=False)
    flows = watch(bed)
    assert bed.run(program) == codes.OUTCOME_COMPLETE
    assert trains(flows)[-1] == pytest.approx(level_ua * 51 / 1000, abs=2)
    assert max(flows) <= 2000 * 1.01 + 5


@pytest.mark.hazard("H-03", "H-31")
def test_a_lead_that_comes_off_in_the_flat_part_is_cut_there():
    bed, program = run_of(pulses(200, 50, 1, 10))
    bed.at(480, lambda port: setattr(port, "load_ohm", None))
    assert bed.run(program) == codes.OUTCOME_FAULTED
    assert bed.parts.session.fault == codes.FAULT_OPEN
    lost = bed.first_tick(codes.STATE_CONTACT)
    assert 480 <= lost <= 500


@pytest.mark.hazard("H-31")
def test_a_load_that_saturates_in_pulses_takes_the_amplitude_with_it():
    bed, program = run_of(pulses(100, 50, 1, 10))
    bed.at(400, lambda port: setattr(port, "load_ohm", 40_000))
    bed.at(900, lambda port: setattr(port, "load_ohm", 5000))
    flows = watch(bed)
    assert bed.run(program) == codes.OUTCOME_COMPLETE
    assert max(flows[600:895]) <= 1000 * 1.05, "40 V at 40 kOhm"
    assert max(flows[900:]) <= 2000 * 1.01 + 5


def test_pulses_between_holds_and_waits_come_in_their_order():
    parts = [segment(slew_ua_s=10_000, time_ms=50), pulses(20, 20, 1, 3), off(200)]
    bed, program = run_of(*parts, pulses(20, 20, 1, 2))
    flows = watch(bed)
    assert bed.run(program) == codes.OUTCOME_COMPLETE
    assert len(trains(flows)) == 5
    order = [s for s in bed.states if s in (codes.STATE_HOLD, codes.STATE_PULSE, codes.STATE_OFF)]
    assert order == [codes.STATE_HOLD, codes.STATE_PULSE, codes.STATE_OFF, codes.STATE_PULSE]
    assert bed.parts.session.starts == 3
