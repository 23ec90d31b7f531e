"""The current over time and the time left: small, and true to the extremes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.synthetic_sessions import DOSE_UC, WORDS, dexamethasone
from tests.support.programs import hold_time

from ionto.core import codes, program
from iontobench.cli.trace import Trace
from iontobench.course import Course
from iontobench.device.events import Sample


def trace_of(hours, dip_at_s=None):
    trace = Trace()
    for tick in range(int(hours * 36000)):
        current_ua = 0.0 if dip_at_s is not None and tick == dip_at_s * 10 else 2000.0
        trace.add(tick * 100, current_ua, 2000.0)
    return trace


def test_four_hours_stay_small():
    trace = trace_of(4)
    assert len(trace.whole()) <= 512
    assert len(trace.last(300_000)) <= 257


@pytest.mark.parametrize("dip_at_s", [0, 1, 777, 3599])
def test_one_low_sample_in_an_hour_stays_visible(dip_at_s):
    low = [one for one in trace_of(1, dip_at_s).whole() if one.low_ua == 0.0]
    assert len(low) == 1
    assert low[0].t_ms <= dip_at_s * 1000 < low[0].t_ms + 20_000


@given(st.lists(st.floats(0, 5000), min_size=1, max_size=3000))
def test_extremes_and_order_survive_whatever_came(currents_ua):
    trace = Trace()
    for tick, current_ua in enumerate(currents_ua):
        trace.add(tick * 100, current_ua, 0.0)
    for buckets in (trace.whole(), trace.last(10**9)):
        assert min(one.low_ua for one in buckets) == min(currents_ua)
        assert max(one.high_ua for one in buckets) == max(currents_ua)
        times = [one.t_ms for one in buckets]
        assert times == sorted(set(times))
        assert times[0] == 0


def test_last_minutes_begin_where_they_should():
    recent = trace_of(1).last(60_000)
    assert recent[0].t_ms == 3_599_900 - 60_000


def test_nothing_yet_is_nothing():
    assert Trace().whole() == Trace().last(1000) == []


def test_course_of_the_first_protocol_is_its_dose_and_time():
    course = Course(WORDS)
    assert course.dose_uc == DOSE_UC
    assert course.total_ms == pytest.approx(1_220_000)


def test_time_left_falls_with_the_session_to_zero():
    course = Course(WORDS)
    samples = [item for item in dexamethasone()[0] if isinstance(item, Sample)]
    for sample in samples[:: len(samples) // 50]:
        assert course.left_ms(sample) == pytest.approx(1_220_300 - sample.t_ms, abs=1500)
    assert course.left_ms(samples[-1]) == 0.0


def test_time_left_follows_the_current_that_flows():
    held = Sample(1, 0, codes.STATE_HOLD, 2, 1000.0, 1000.0, 0.0, 5000, DOSE_UC // 2)
    left_ms = Course(WORDS).left_ms(held)
    rest_uc = DOSE_UC / 2 - 20_000  # the ramp down carries 20 mC
    assert left_ms == pytest.approx(rest_uc / 1000 * 1000 + 20_000)


def test_timed_holds_count_by_their_time():
    words = [*WORDS[: program.HEADER_LEN], *hold_time(1000, 60_000, 100, -1)]
    course = Course(words)
    assert course.total_ms == pytest.approx(10_000 + 60_000 + 10_000)
    assert course.dose_uc == pytest.approx(5_000 + 60_000 + 5_000)


def test_two_segments_add_up():
    words = WORDS[: program.HEADER_LEN]
    words[program.H_SEGMENTS] = 2
    words += [program.HOLD_CHARGE, 1000, 100, 65_000, 0, *[-1, 0, 0, 0, 0, 0, 0]]
    words += [program.HOLD_CHARGE, 2000, 100, 155_000, 0, *[-1, 0, 0, 0, 0, 0, 0]]
    course = Course(words)
    assert course.dose_uc == pytest.approx(220_000)
    assert course.total_ms == pytest.approx(10_000 + 60_000 + 10_000 + 60_000 + 20_000)
