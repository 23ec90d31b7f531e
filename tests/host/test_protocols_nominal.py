"""What a session plans: its pieces, its charge by polarity, its rests, and pulses one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.protocol_files import GOOD, PHASE, changed
from tests.host.protocol_sessions import run
from tests.support.programs import hold_charge, hold_time, off, protocol_words, train

from ionto.core import codes
from iontobench.course import Course
from iontobench.protocols.loader import parse
from iontobench.protocols.nominal import pieces, restarts
from iontobench.protocols.plan import make_plan

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
    return make_plan(parse("mine.toml", text.encode(), "mine"))


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
    raised = make_plan(parse("mine.toml", text.encode(), "mine"))
    assert raised.shape.peak_ua == 3000
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
    [piece] = pieces(made)
    # The sum's own error is of second order: a thousandth of a pulse's edges.
    assert float(piece.charge_uc) == pytest.approx(total_uc, abs=1e-3 * level_ua * count / 100)


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
    for sign, said_uc in ((1, dose.positive_uc()), (-1, dose.negative_uc())):
        planned_uc = sum(one.charge_uc for one in pieces(made) if one.polarity == sign)
        # A step is 20 ms here: a segment's end may be seen so much late.
        assert said_uc == pytest.approx(float(planned_uc), abs=2000 * 0.04 * len(segments))


def test_the_course_of_a_view_is_the_plan_with_its_rests():
    made = protocol_words([hold_time(1500, 4000), hold_time(1500, 4000, polarity=-1), off(3000)])
    course = Course(made)
    found = pieces(made)
    assert restarts(made) == 1
    assert course.dose_uc == pytest.approx(float(sum(one.charge_uc for one in found)))
    assert course.total_ms == pytest.approx(float(sum(one.time_s for one in found)) * 1000 + 1500)


def test_the_course_tells_the_level_of_the_phase_that_a_dose_belongs_to():
    course = Course(protocol_words([hold_charge(1500, 9000), hold_charge(500, 6000)]))
    assert [course.level_ua(dose_uc) for dose_uc in (0, 8900, 12000, 99999)] == [
        1500,
        1500,
        500,
        500,
    ]


def test_the_good_file_is_planned_as_it_stands():
    plan = make_plan(parse("mine.toml", GOOD.encode(), "mine"))
    assert (plan.planned_uc, plan.nominal_s, plan.total_s) == (2400000, 1220, 1221)
