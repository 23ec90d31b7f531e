"""Regulation over all loads: true current against set point [docs/control.md, Required figures].

Ramps at the fastest slew there is and load steps between R and R / 2, both within 80 % of
compliance; the set point is min(2 mA, 0.8 compliance / R). The steps strike between ticks.
"""

from itertools import product

import pytest
from tests.closed_loop.plants import BOARD
from tests.closed_loop.regulating import SETTLE_US, LoadCurrents, overshoot_max_ua
from tests.closed_loop.sessions import FASTEST_UA_S, by_time

from ionto.core import codes

LOADS_KOHM = (0.5, 0.51, 1, 5, 15.9, 16, 16.1, 30, 49, 50)
LOADS_NF = (1, 1.1, 10, 50, 199, 200)
# In the short tier: both ends, where the set point leaves 2 mA, and one between.
SHORT_KOHM = (0.5, 5, 16, 50)
SHORT_NF = (1, 10, 200)
SHORT_BOARDS = ((0.5, 1, 5), (0.5, 200, 1), (5, 200, 2), (16, 1, 1), (32, 200, 5), (50, 1, 2))
STEPS_S = (0.9003, 1.1997)
END_S = 1.45
FASTEST_FAMILY_UA_S = 2000  # of all protocols [protocols/limits]


def set_point_ua(r_kohm):
    """2 mA, or what takes 80 % of compliance."""
    return min(2000, int(0.8 * BOARD.compliance_mv / r_kohm))


def stepped(r_kohm, c_nf, adc="ideal", seed=1, slew_ua_s=FASTEST_UA_S):
    """A session with the load halved, then doubled, while the set point stands."""
    course = LoadCurrents(r_kohm, c_nf, adc, seed)
    late_s = set_point_ua(r_kohm) / slew_ua_s - 0.2
    course.steps_us = [round((step_s + late_s) * 1e6) for step_s in STEPS_S]
    course.change(course.steps_us[0] / 1e6, r_kohm / 2).change(course.steps_us[1] / 1e6, r_kohm)
    course.end_us = round((END_S + late_s) * 1e6)
    words = by_time((set_point_ua(r_kohm), 1300), slew_ua_s=slew_ua_s)
    last = course.trial.run(words)
    assert (last["outcome"], last["fault"]) == ("complete", None)
    assert course.trial.events(codes.EVENT_LIMITED) == []
    return course


def settled_errors_ua(course, set_ua):
    """The largest error from 50 ms after the ramp and each step on, until the next."""
    ramp_us = course.trial.first_ms(codes.STATE_HOLD) * 1000
    starts_us = [ramp_us, *course.steps_us]
    ends_us = [*course.steps_us, course.end_us]
    return [
        course.error_ua(set_ua, start_us + SETTLE_US, end_us)
        for start_us, end_us in zip(starts_us, ends_us, strict=True)
    ]


def tiers(every, short):
    """Each of `every`, as long unless it is in `short`."""
    return [one if one in short else pytest.param(*one, marks=pytest.mark.long) for one in every]


@pytest.mark.parametrize(
    ("r_kohm", "c_nf"),
    tiers(product(LOADS_KOHM, LOADS_NF), set(product(SHORT_KOHM, SHORT_NF))),
)
@pytest.mark.short_cases("0.5-1", "5-10", "16-200", "50-1", "50-200")
def test_ramps_and_load_steps_neither_overshoot_nor_last_with_the_ideal_adc(r_kohm, c_nf):
    set_ua = set_point_ua(r_kohm)
    course = stepped(r_kohm, c_nf)
    assert course.overshoot_ua(set_ua) <= overshoot_max_ua(set_ua)
    assert max(settled_errors_ua(course, set_ua)) <= max(0.002 * set_ua, 2.0)


@pytest.mark.parametrize(
    ("r_kohm", "c_nf", "seed"),
    tiers(product((0.5, 5, 16, 32, 42, 50), (1, 200), (1, 2, 5)), SHORT_BOARDS),
)
@pytest.mark.short_cases("0.5-200-1", "16-1-1", "50-1-2", "32-200-5")
def test_a_step_settles_with_the_calibrated_rp2040_adc_to_a_hundredth(r_kohm, c_nf, seed):
    set_ua = set_point_ua(r_kohm)
    course = stepped(r_kohm, c_nf, "rp2040", seed, FASTEST_FAMILY_UA_S)
    assert max(settled_errors_ua(course, set_ua)) <= max(0.01 * set_ua, 12.0)
    assert course.overshoot_ua(set_ua) <= overshoot_max_ua(set_ua)


@pytest.mark.parametrize(
    ("r_kohm", "c_nf"),
    tiers(product(SHORT_KOHM, (1, 50, 200)), ((0.5, 1), (0.5, 200), (16, 1), (16, 50), (50, 200))),
)
@pytest.mark.short_cases("16-50", "50-200", "0.5-1")
def test_a_load_that_halves_over_20_ms_never_sees_more_than_the_figure(r_kohm, c_nf):
    set_ua = set_point_ua(r_kohm)
    course = LoadCurrents(r_kohm, c_nf)
    for part in range(1, 401):
        course.trial.at(0.9 + part * 50e-6, slide_to(r_kohm * (1 - part / 800)))
    course.trial.run(by_time((set_ua, 1300)))
    assert course.trial.truth.peak_ua - set_ua <= overshoot_max_ua(set_ua)


def slide_to(r_kohm):
    """An act: a resistance that moves a little."""

    def act(plant):
        plant.load.r1_kohm = r_kohm
        plant.recompute()

    return act


@pytest.mark.xfail(
    strict=True,
    reason="0.47 nF of the stage's output empty themselves through a load that halves within one"
    " microsecond: +537 uA for some us at 16 kOhm and 1 nF. No drive can prevent it.",
)
def test_a_load_that_halves_at_once_never_sees_more_than_the_figure_at_any_instant():
    course = stepped(16, 1)
    assert course.trial.truth.peak_ua - 2000 <= overshoot_max_ua(2000)
