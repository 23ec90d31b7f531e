"""The timeline: charge by polarity, times, rests, pulses one by one, and the time that is left."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.protocol_files import GOOD, PHASE, changed
from tests.host.protocol_sessions import run
from tests.host.synthetic_sessions import DOSE_UC, WORDS
from tests.support.programs import hold_charge, hold_time, off, protocol_words, train

from ionto.core import codes, program
from iontobench.protocols.loader import parse
from iontobench.protocols.lowering import lower
from iontobench.protocols.timeline import Timeline

BY_TIME = [('"constant-dose"', '"constant-time"'), ("dose_mamin = 40.0", "hold_s = 100.0")]
HELD = PHASE.replace("dose_mamin = 40.0", "hold_s = 100.0")
OFF = '[[phases]]\nkind = "off"\ntime_s = 30.0\n'
TRAIN = """
[[phases]]
kind = "pulses"
current_ma = 2.0
on_s = 0.5
off_s = 0.5
edge_ms = 50
"""


def planned(*phases, by_time=True):
    """The plan of the good file with these phases."""
    text = changed(*(BY_TIME if by_time else []))
    text = text[: text.index("[[phases]]")] + "\n".join(phases)
    return lower(parse("mine.toml", text.encode(), "mine"))


def test_a_reversal_counts_each_polarity_and_a_rest():
    plan = planned(HELD, HELD + "reverse = true\n")
    each_uc = 2000 * 100 + 2 * 20000
    assert (plan.negative_uc, plan.positive_uc, plan.net_uc) == (each_uc, each_uc, 0)
    assert plan.planned_uc == 2 * each_uc
    assert plan.nominal_s == 2 * 140
    assert plan.restarts == 1
    assert plan.total_s == 2 * 140 + 2  # probe and proof, then from ramp to ramp: 1.91 s


def test_two_holds_of_one_polarity_ramp_from_level_to_level():
    plan = planned(HELD, HELD.replace("2.0", "1.0", 1))
    assert plan.restarts == 0
    assert plan.negative_uc == 20000 + 200000 + 30000 + 100000 + 10000


def test_the_output_off_costs_time_and_no_charge():
    plan = planned(HELD, OFF, HELD)
    assert plan.planned_uc == 2 * (2000 * 100 + 2 * 20000)
    assert plan.nominal_s == 2 * 140
    assert plan.total_s == 2 * 140 + 30 + 2


def test_a_dose_before_a_reversal_holds_its_own_ramp_down():
    dosed = PHASE.replace("40.0", "2.0")
    plan = planned(dosed, dosed + "reverse = true\n", by_time=False)
    assert plan.negative_uc == plan.positive_uc == 2 * 60000
    assert plan.nominal_s == 2 * (20 + 40 + 20)


def test_a_session_that_ends_off_ends_without_another_ramp():
    plan = planned(HELD, OFF)
    assert (plan.restarts, plan.total_s) == (0, 140 + 31)


def test_pulses_at_once_carry_level_times_on_and_edge():
    plan = planned(TRAIN + "count = 7\n")
    assert plan.planned_uc == 7 * 2000 * 550 // 1000
    assert plan.nominal_s == 8  # 7 x 1.1 s, rounded up


def test_a_train_of_a_time_has_as_many_whole_pulses_as_it_holds():
    plan = planned(TRAIN + "time_s = 10.0\n")
    assert plan.segments[0].count == 9


def test_a_raised_highest_current_is_the_peak_and_changes_no_plan():
    text = changed(*BY_TIME, ("ramp_down_s", "max_current_ma = 3.0\nramp_down_s"))
    raised = lower(parse("mine.toml", text.encode(), "mine"))
    assert raised.peak_ua == 3000
    assert raised.planned_uc == planned(HELD).planned_uc


LEVEL = st.integers(50, 2000)


@given(LEVEL, st.integers(10, 100), st.integers(10, 100), st.integers(1, 9), st.integers(50, 500))
def test_the_amplitudes_climb_is_integrated_exactly(level_ua, on_ms, off_ms, count, slew_ua_s):
    made = protocol_words([train(level_ua, on_ms, off_ms, count, 7, slew_ua_s)], slew_ua_s=500)
    period_ms, total_uc = on_ms + off_ms + 14, 0.0
    for half in range(2 * count * period_ms):  # the middles of halves of a ms
        at_ms = half / 2 + 0.25
        within_ms = at_ms % period_ms
        gain = max(0.0, min(1.0, within_ms / 7, (on_ms + 14 - within_ms) / 7))
        total_uc += min(level_ua, slew_ua_s * at_ms / 1000) * gain / 2000
    # The sum's own error is of second order: a thousandth of a pulse's edges.
    assert float(Timeline(made).charges_uc[0]) == pytest.approx(
        total_uc, abs=1e-3 * level_ua * count / 100
    )


@pytest.mark.parametrize(
    "segments",
    [
        [hold_charge(1500, 9000)],
        [hold_time(1500, 4000), hold_time(700, 3000)],
        [hold_charge(1500, 9000), hold_charge(1000, 6000, polarity=-1)],
        [hold_time(1500, 4000), off(2000), hold_time(1500, 4000, polarity=-1)],
        [train(1500, 400, 300, 6, 100, 500), hold_time(800, 2000, polarity=-1)],
    ],
)
def test_the_firmwares_session_does_what_is_planned(segments):
    made = protocol_words(segments)
    watched = run(made, [])
    dose = watched.led.dose
    assert watched.led.session.outcome == codes.OUTCOME_COMPLETE
    timeline = Timeline(made)
    for said_uc, planned_uc in (
        (dose.positive_uc(), timeline.positive_uc),
        (dose.negative_uc(), timeline.negative_uc),
    ):
        # A step is 20 ms here: a segment's end may be seen so much late.
        assert said_uc == pytest.approx(planned_uc, abs=2000 * 0.04 * len(segments))


def test_the_whole_has_the_start_and_each_rest():
    timeline = Timeline(
        protocol_words([hold_time(1500, 4000), hold_time(1500, 4000, polarity=-1), off(3000)])
    )
    assert timeline.restarts == 1
    ramps_ms = 2 * (1500 / 500 + 1500 / 400) * 1000
    assert timeline.total_ms == pytest.approx(440 + ramps_ms + 8000 + 1530 + 3000)
    assert timeline.total_s == math.ceil(timeline.total_ms / 1000)


def test_the_level_is_that_of_the_segment_that_a_dose_belongs_to():
    timeline = Timeline(protocol_words([hold_charge(1500, 9000), hold_charge(500, 6000)]))
    assert [timeline.level_ua(dose_uc) for dose_uc in (0, 8900, 12000, 99999)] == [
        1500,
        1500,
        500,
        500,
    ]


def test_the_first_protocol_is_its_dose_and_time():
    timeline = Timeline(WORDS)
    assert timeline.planned_uc == DOSE_UC
    assert timeline.total_ms == pytest.approx(1_220_440)


def test_a_hold_by_time_counts_by_its_time():
    held = [
        *WORDS[: program.HEADER_LEN],
        program.HOLD_TIME,
        1000,
        100,
        0,
        60_000,
        *[-1, 0, 0, 0, 0, 0, 0],
    ]
    timeline = Timeline(held)
    assert timeline.total_ms == pytest.approx(440 + 10_000 + 60_000 + 10_000)
    assert timeline.planned_uc == 5_000 + 60_000 + 5_000


def test_two_segments_add_up():
    made = WORDS[: program.HEADER_LEN]
    made[program.H_SEGMENTS] = 2
    made += [program.HOLD_CHARGE, 1000, 100, 65_000, 0, *[-1, 0, 0, 0, 0, 0, 0]]
    made += [program.HOLD_CHARGE, 2000, 100, 155_000, 0, *[-1, 0, 0, 0, 0, 0, 0]]
    timeline = Timeline(made)
    assert timeline.planned_uc == 220_000
    assert timeline.total_ms == pytest.approx(440 + 10_000 + 60_000 + 10_000 + 60_000 + 20_000)


def left_ms(made, state, **at):
    """Time left of such a program, at the start of its first segment unless told otherwise."""
    nowhere = {"segment": 0, "clock_ms": 0.0, "done_uc": 0.0, "set_ua": 0.0, "current_ua": 0.0}
    return Timeline(made).left_ms(state, **(nowhere | at))


TIMED = protocol_words([hold_time(1500, 60_000)])  # a ramp of 3 s, 60 s, a ramp down of 3.75 s
DOSED = protocol_words([hold_charge(1500, 90_000)])


@pytest.mark.parametrize("current_ua", [0.0, 300.0, 1500.0])
def test_a_hold_by_time_takes_its_time_whatever_flows(current_ua):
    at = {"clock_ms": 23_000, "done_uc": 20 * current_ua, "set_ua": current_ua}
    found_ms = left_ms(TIMED, codes.STATE_HOLD, current_ua=current_ua, **at)
    assert found_ms == pytest.approx(40_000 + 3750)


@pytest.mark.parametrize("current_ua", [300.0, 750.0, 1500.0])
def test_a_hold_by_charge_stretches_where_less_flows(current_ua):
    at = {"clock_ms": 23_000, "done_uc": 30_000, "set_ua": 1500.0}
    found_ms = left_ms(DOSED, codes.STATE_HOLD, current_ua=current_ua, **at)
    down_uc = 1500 * 3.75 / 2
    assert found_ms == pytest.approx((60_000 - down_uc) / current_ua * 1000 + 3750)


def test_a_ramp_to_0_takes_what_is_left_of_it_whatever_the_plan_was():
    stopped_ms = left_ms(TIMED, codes.STATE_RAMP_DOWN, clock_ms=5000, set_ua=800.0)
    assert stopped_ms == pytest.approx(800 / 400 * 1000)


def test_while_the_current_turns_the_rest_before_the_next_segment_counts():
    made = protocol_words([hold_time(1500, 4000), hold_time(1500, 4000, polarity=-1)])
    found_ms = left_ms(made, codes.STATE_TURNING, segment=1, set_ua=400.0)
    assert found_ms == pytest.approx(1000 + 1530 + 3000 + 4000 + 3750)


@pytest.mark.parametrize("made", [TIMED, DOSED])
def test_nothing_is_left_after_the_end_and_everything_before_the_start(made):
    assert left_ms(made, codes.STATE_DONE) == left_ms(made, codes.STATE_FAULT) == 0.0
    assert left_ms(made, codes.STATE_PROBE) == pytest.approx(Timeline(made).total_ms)


def test_the_good_file_is_planned_as_it_stands():
    plan = lower(parse("mine.toml", GOOD.encode(), "mine"))
    assert (plan.planned_uc, plan.nominal_s, plan.total_s) == (2400000, 1220, 1221)
