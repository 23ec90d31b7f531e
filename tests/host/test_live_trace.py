"""The current over time: small, and true to the extremes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iontobench.sessions.progress import CurrentHistory


def trace_of(hours, dip_at_s=None):
    trace = CurrentHistory()
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
    trace = CurrentHistory()
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
    assert CurrentHistory().whole() == CurrentHistory().last(1000) == []
