"""The set point: exact, never faster than its slew, and back to what flows while limited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core.ramp import Ramp

SLEWS = st.integers(1, 10_000)
TICKS = st.lists(st.integers(1, 20_000), min_size=1, max_size=60)
PA_PER_Q4 = 62_500
DT_MAX_US = 20_000


def test_a_ramp_of_20_s_takes_20_s():
    ramp = Ramp()
    ticks = 0
    while ramp.step(32_000, 100, 1000) < 32_000:
        ticks += 1
    assert ticks + 1 == 20_000


@given(SLEWS, TICKS, st.integers(0, 600_000), st.integers(0, 600_000))
def test_a_set_point_is_never_faster_than_its_slew_over_any_stretch(slew, ticks, start, target):
    ramp = Ramp()
    ramp.set_q4 = start
    for first in range(len(ticks)):
        before = ramp.set_q4
        allowed_pa = 0
        for dt_us in ticks[first:]:
            ramp.step(target, slew, dt_us)
            allowed_pa += slew * dt_us
            # The remainder carried in is less than one sixteenth of a microampere.
            assert abs(ramp.set_q4 - before) * PA_PER_Q4 < allowed_pa + PA_PER_Q4
            assert min(start, target) <= ramp.set_q4 <= max(start, target)


@given(SLEWS, TICKS)
def test_a_ramp_from_rest_is_exact_to_one_sixteenth(slew, ticks):
    ramp = Ramp()
    for dt_us in ticks:
        ramp.step(2**29, slew, dt_us)
    assert ramp.set_q4 == slew * sum(ticks) // PA_PER_Q4


@given(st.lists(st.tuples(st.integers(0, 600_000), SLEWS, st.integers(1, 20_000)), max_size=40))
def test_no_change_of_target_makes_a_jump(steps):
    ramp = Ramp()
    for target, slew, dt_us in steps:
        before = ramp.set_q4
        after = ramp.step(target, slew, dt_us)
        assert abs(after - before) * PA_PER_Q4 < slew * dt_us + PA_PER_Q4
        assert after == ramp.set_q4 >= 0


@pytest.mark.parametrize("dt_us", [DT_MAX_US, DT_MAX_US + 1, 2**29])
def test_a_late_tick_moves_no_further_than_20_ms_would(dt_us):
    ramp = Ramp()
    assert ramp.step(600_000, 10_000, dt_us) == 10_000 * DT_MAX_US // PA_PER_Q4


@pytest.mark.parametrize(
    ("measured_q4", "ceiling_q4"),
    [(0, 320), (-320, 0), (-600_000, 0), (1000, 1340), (16_000, 16_640), (600_000, 600_000)],
)
def test_a_limited_set_point_stays_2_percent_and_20_ua_above_what_flows(measured_q4, ceiling_q4):
    ramp = Ramp()
    ramp.set_q4 = 600_000
    assert ramp.retract(measured_q4) == ceiling_q4


@given(st.integers(0, 600_000), st.integers(-600_000, 600_000))
def test_retracting_never_raises_the_set_point(set_q4, measured_q4):
    ramp = Ramp()
    ramp.set_q4 = set_q4
    assert 0 <= ramp.retract(measured_q4) <= set_q4


def test_a_reset_forgets_the_remainder():
    ramp = Ramp()
    ramp.step(1000, 31, 2000)
    ramp.reset()
    assert ramp.set_q4 == 0
    assert ramp.step(1000, 31, 1000) == 0
