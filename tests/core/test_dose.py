"""The dose: exact sums, by polarity, and no sense that reads backwards can unwind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core.dose import Dose

PER_UC = 16_000_000
TICKS = st.lists(
    st.tuples(st.integers(0, 600_000), st.integers(1, 20_000)), min_size=1, max_size=80
)


def test_2_ma_for_a_minute_is_120_mc():
    dose = Dose()
    dose.step(32_000, 0)
    for _ in range(60_000):
        dose.step(32_000, 1000)
    assert dose.gross_uc == 120_000


@given(TICKS)
def test_the_sum_is_that_of_the_trapezoids_and_nothing_is_lost(ticks):
    dose = Dose()
    exact = last_q4 = 0
    for current_q4, dt_us in ticks:
        dose.step(current_q4, dt_us)
        exact += (current_q4 + last_q4) // 2 * dt_us
        last_q4 = current_q4
    assert dose.gross_uc == exact // PER_UC


@pytest.mark.parametrize("slew_q4", [1, 7, 160])
def test_a_ramp_costs_no_error(slew_q4):
    dose = Dose()
    ticks = 10_000
    for tick in range(1, ticks + 1):
        dose.step(slew_q4 * tick, 1000)
    assert dose.gross_uc == pytest.approx(slew_q4 * ticks * ticks * 1000 / 2 / PER_UC, abs=1.01)


def test_noise_about_zero_adds_nothing():
    dose = Dose()
    for tick in range(60_000):
        dose.step(37 if tick % 2 else -37, 1000)
    assert abs(dose.gross_uc) <= 1


@given(st.lists(st.tuples(st.integers(-600_000, 600_000), st.integers(1, 20_000)), max_size=80))
def test_the_gross_dose_falls_by_at_most_5_uc_a_second_for_any_samples(ticks):
    dose = Dose()
    highest_uc = fell_us = 0
    for current_q4, dt_us in ticks:
        dose.step(current_q4, dt_us)
        fell_us += dt_us
        if dose.gross_uc >= highest_uc:
            highest_uc, fell_us = dose.gross_uc, 0
        assert highest_uc - dose.gross_uc <= 5 * fell_us / 1e6 + 1


def test_a_sense_stuck_at_minus_full_scale_cannot_unwind_the_dose():
    dose = Dose()
    for _ in range(10_000):
        dose.step(32_000, 1000)
    before_uc = dose.gross_uc
    for _ in range(10_000):
        dose.step(-600_000, 1000)
    assert before_uc - 51 <= dose.gross_uc < before_uc


@given(st.lists(st.tuples(st.sampled_from([1, -1]), st.integers(0, 600_000)), max_size=60))
def test_each_polarity_has_its_own_sum_and_gross_is_both(phases):
    dose = Dose()
    exact = {1: 0, -1: 0}
    for polarity, current_q4 in phases:
        dose.step(0, 0)
        dose.set_polarity(polarity)
        for _ in range(30):
            dose.step(current_q4, 1000)
        exact[polarity] += current_q4 * 29_000 + current_q4 // 2 * 1000
        dose.step(0, 0)
    assert dose.positive_uc() == exact[1] // PER_UC
    assert dose.negative_uc() == exact[-1] // PER_UC
    assert abs(dose.gross_uc - dose.positive_uc() - dose.negative_uc()) <= 1


@pytest.mark.parametrize("polarity", [1, -1])
def test_a_start_forgets_everything(polarity):
    dose = Dose()
    dose.step(600_000, 20_000)
    dose.reset(polarity)
    assert (dose.gross_uc, dose.positive_uc(), dose.negative_uc()) == (0, 0, 0)
    for _ in range(1000):
        dose.step(16_000, 1000)
    assert (dose.negative_uc() if polarity < 0 else dose.positive_uc()) == dose.gross_uc == 999


def test_an_interval_counts_up_to_20_ms_and_no_further():
    for dt_us in (20_000, 20_001, 10**8):
        dose = Dose()
        dose.step(32_000, 0)
        dose.step(32_000, dt_us)
        assert dose.gross_uc == 40
