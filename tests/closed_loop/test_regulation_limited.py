"""Loads that the stage cannot feed: no fault, and no overshoot after [docs/control.md, Limited].

The limit is 40 V at 2 mA: every load above 20 kOhm. Compliance is judged from 95 % of it on.
"""

import pytest
from tests.closed_loop.regulating import SETTLE_US, LoadCurrents, overshoot_max_ua
from tests.closed_loop.sessions import FASTEST_UA_S, by_time
from tests.support.tiers import thinned

from ionto.core import codes
from ionto.core.fields import FLAG_LIMITED

LONG = pytest.mark.long
SET_UA = 2000
LIMITED_S, BACK_S = 0.8003, 1.2997
# What a saturated stage has wound up comes out on recovery, whatever the drive does [S-07].
WOUND_UP_US, WOUND_UP_NC = 500, 30


def limited(first_kohm, then_kohm, back_kohm, c_nf, adc="ideal", slew_ua_s=FASTEST_UA_S):
    """A session at 2 mA whose load rises beyond compliance for half a second."""
    course = LoadCurrents(first_kohm, c_nf, adc)
    late_s = SET_UA / slew_ua_s - 0.2
    course.limited_us = round((LIMITED_S + late_s) * 1e6)
    course.back_us = round((BACK_S + late_s) * 1e6)
    course.change(LIMITED_S + late_s, then_kohm).change(BACK_S + late_s, back_kohm)
    climb_s = SET_UA / slew_ua_s
    course.trial.run(by_time((SET_UA, round(1000 * (1.1 + climb_s))), slew_ua_s=slew_ua_s))
    course.settled_us = course.back_us + round(climb_s * 1e6) + SETTLE_US
    return course


@pytest.mark.parametrize(
    ("c_nf", "adc"),
    [
        *((0, "ideal"), (200, "rp2040")),
        *(
            pytest.param(c_nf, adc, marks=LONG)
            for c_nf in (0, 1, 47, 200)
            for adc in ("ideal", "rp2040")
            if (c_nf, adc) not in ((0, "ideal"), (200, "rp2040"))
        ),
    ],
)
@pytest.mark.parametrize(
    ("first_kohm", "then_kohm", "back_kohm"),
    [(10, 40, 10), (10, 21, 10), (16, 32, 16), (1, 50, 0.5), (15, 25, 18.5), (18.5, 20.5, 18.5)],
)
@pytest.mark.short_cases(
    "10-40-10-0-ideal",
    "18.5-20.5-18.5-200-rp2040",
    "1-50-0.5-0-ideal",
    "15-25-18.5-200-rp2040",
    "16-32-16-0-ideal",
)
def test_a_load_beyond_compliance_is_limited_and_its_recovery_no_overshoot(
    first_kohm, then_kohm, back_kohm, c_nf, adc
):
    course = limited(first_kohm, then_kohm, back_kohm, c_nf, adc)
    last = course.trial.last
    assert (last["outcome"], last["fault"], last["later_faults"]) == ("complete", None, 0)
    again_us = course.back_us + WOUND_UP_US
    assert course.overshoot_ua(SET_UA, to_us=course.back_us) <= overshoot_max_ua(SET_UA)
    assert course.above_nc(SET_UA, course.back_us, again_us) <= WOUND_UP_NC
    assert course.overshoot_ua(SET_UA, from_us=again_us) <= overshoot_max_ua(SET_UA)
    [event] = course.trial.events(codes.EVENT_LIMITED)
    assert course.limited_us <= event.t_ms * 1000 <= course.limited_us + 150_000
    assert event.b >= 0.95 * 40_000


@pytest.mark.parametrize(("then_kohm", "c_nf"), thinned([21.5, 32, 40, 50], [1, 200], part=2))
@pytest.mark.short_cases("40-1", "50-200")
def test_while_limited_the_set_point_stays_just_above_what_flows(then_kohm, c_nf):
    course = limited(10, then_kohm, 10, c_nf)
    flows_ua = course.most_ua(then_kohm)
    ceiling_ua = min(SET_UA, 1.02 * flows_ua + 20)
    settled_ms = course.limited_us / 1000 + 10
    seen = [
        item
        for item in course.trial.samples()
        if item.flags & FLAG_LIMITED and item.t_ms > settled_ms
    ]
    assert len(seen) >= 4
    for sample in seen:
        assert sample.current_ua == pytest.approx(flows_ua, abs=1)
        assert flows_ua <= sample.set_ua <= ceiling_ua + 1


@pytest.mark.parametrize("then_kohm", [21.5, 40, 50])
@pytest.mark.short_cases("40")
def test_after_recovery_the_set_point_is_back_and_the_end_of_being_limited_told(then_kohm):
    course = limited(10, then_kohm, 10, 47)
    assert course.error_ua(SET_UA, course.settled_us, course.settled_us + 100_000) <= 4
    [event] = course.trial.events(codes.EVENT_LIMITED_END)
    assert event.a == pytest.approx(500, abs=100)


@pytest.mark.parametrize(
    ("c_nf", "adc"),
    [
        *((10, "rp2040"), (200, "ideal")),
        *(
            pytest.param(*one, marks=LONG)
            for one in ((10, "ideal"), (47, "ideal"), (47, "rp2040"), (200, "rp2040"))
        ),
    ],
)
@pytest.mark.short_cases("10-rp2040")
@pytest.mark.long
def test_10_to_40_to_10_kohm_at_the_slew_of_a_protocol_stays_below_2005_ua(c_nf, adc):
    course = limited(10, 40, 10, c_nf, adc, slew_ua_s=500)
    assert max(ua for _, ua in course.between(course.back_us, 1 << 60)) < 2005


@pytest.mark.parametrize(("r_kohm", "c_nf"), thinned([21, 25, 40, 50], [1, 200], part=2))
@pytest.mark.short_cases("40-1", "25-200")
def test_a_load_that_never_takes_2_ma_is_limited_for_the_hold_as_programmed(r_kohm, c_nf):
    course = LoadCurrents(r_kohm, c_nf)
    last = course.trial.run(by_time((SET_UA, 1800), time_s=9))
    assert (last["outcome"], last["fault"]) == ("complete", None)
    assert last["t_ms"] - course.trial.first_ms(codes.STATE_RAMP) == pytest.approx(2200, abs=210)
    assert course.error_ua(course.most_ua(r_kohm), 1_000_000, 2_000_000) <= 1
    assert course.overshoot_ua(SET_UA) <= 0
    assert len(course.trial.events(codes.EVENT_LIMITED)) == 1
