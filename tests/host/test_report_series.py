"""Lines for plots: short, and no spike or gap is lost."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from ionto.core import codes
from iontobench.link.events import Sample
from iontobench.report import series


def samples(values_ua, step_ms=100, first_ms=0):
    return [
        Sample(at, first_ms + at * step_ms, codes.STATE_HOLD, 2, 2000.0, value, 0.0, 10000, at)
        for at, value in enumerate(values_ua)
    ]


def test_a_long_session_is_drawn_with_few_points():
    noise = random.Random(3)
    times, values = series.line(
        samples([2000 + noise.gauss(0, 1) for _ in range(144_000)]), series.current_ma
    )
    assert len(times) == len(values) <= 2 * series.STRETCHES + 2


@given(
    count=st.integers(min_value=1, max_value=3000),
    at=st.integers(min_value=0),
    spike=st.sampled_from([0.0, 5000.0]),
)
def test_one_odd_sample_survives_wherever_it_is(count, at, spike):
    currents = [2000.0] * count
    currents[at % count] = spike
    times, values = series.line(samples(currents), series.current_ma)
    assert spike / 1000 in values
    assert times[values.index(spike / 1000)] == (at % count) / 10
    assert times == sorted(times)
    assert times[-1] == (count - 1) / 10


def test_a_line_breaks_where_frames_are_missing_and_where_there_is_no_value():
    before, after = samples([2000.0] * 20), samples([2000.0] * 20, first_ms=10_000)
    times, values = series.line(before + after, series.current_ma)
    assert sum(map(math.isnan, values)) == 1
    assert times[-1] == 11.9
    _, values = series.line(samples([100.0] * 5 + [1.0] * 5 + [100.0] * 5), series.load_kohm)
    assert sum(map(math.isnan, values)) == 1


def test_no_sample_and_no_value_are_an_empty_line():
    assert series.line([], series.current_ma) == ([], [])
    assert series.line(samples([0.0] * 9), series.load_kohm) == ([], [])


def test_phases_follow_each_other_without_a_hole():
    states = [codes.STATE_PROBE] * 3 + [codes.STATE_RAMP] * 4 + [codes.STATE_HOLD] * 2
    given_samples = [
        Sample(at, at * 100, state, 0, 0.0, 0.0, 0.0, 0, 0) for at, state in enumerate(states)
    ]
    assert series.state_spans(given_samples) == [
        (codes.STATE_PROBE, 0.0, 0.3),
        (codes.STATE_RAMP, 0.3, 0.7),
        (codes.STATE_HOLD, 0.7, 0.8),
    ]
