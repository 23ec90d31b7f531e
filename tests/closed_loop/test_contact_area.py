"""The area of contact: bubbles that come and go, and an edge that dries."""

from itertools import pairwise

import pytest
from msgspec.structs import replace
from tests.closed_loop.sessions import by_time
from tests.support.trial import Trial

from ionto.core import codes
from iontobench.sim.contact import Contact
from iontobench.sim.load import SLOW_US, SkinState
from iontobench.sim.skin import load_skin

BUBBLING = replace(load_skin("palm", 60.0, 60.0), bubbles_per_min=2.0)
MINUTE_STEPS = 60_000_000 // SLOW_US


def shares(params, minutes, seed=1):
    contact = Contact(params, seed, "active")
    return [contact.step(SLOW_US) for _ in range(minutes * MINUTE_STEPS)]


def test_bubbles_take_5_to_30_percent_and_give_it_back_about_as_often_as_they_should():
    seen = shares(replace(BUBBLING, bubbles_per_min=1.0), 120)
    begins = sum(1 for one, after in pairwise(seen) if one == 1.0 > after)
    assert 120 / (1 + 10 / 60) * 0.7 < begins < 120 / (1 + 10 / 60) * 1.3
    lost = [1.0 - one for one in seen if one < 1.0]
    assert 0.05 <= min(lost) < max(lost) <= 0.3
    assert seen == shares(replace(BUBBLING, bubbles_per_min=1.0), 120)


def test_an_edge_dries_after_its_time_down_to_a_fifth():
    params = replace(load_skin("forearm"), edge_after_s=60.0, edge_per_min=0.1)
    seen = shares(params, 20)
    assert seen[MINUTE_STEPS - 1] == 1.0
    assert seen[6 * MINUTE_STEPS - 1] == pytest.approx(0.5, abs=0.001)
    assert seen[-1] == 0.2


def test_a_smaller_area_raises_resistance_and_density_and_takes_capacitance():
    params = replace(load_skin("forearm"), noise_sigma=0.0, edge_after_s=0.0, edge_per_min=1.0)
    state = SkinState(params, 1)
    whole = state.r1_kohm, state.c1_nf, state.series_kohm
    for _ in range(MINUTE_STEPS // 2):
        state.step(SLOW_US, 0.0, 0.0, 0.0, 0.0)
    assert state.r1_kohm == pytest.approx(2 * whole[0], rel=0.01)
    assert state.c1_nf == pytest.approx(whole[1] / 2, rel=0.01)
    assert state.series_kohm > whole[2]


def test_some_of_the_memory_lasts_for_hours_and_the_rest_does_not():
    state = SkinState(replace(load_skin("forearm"), noise_sigma=0.0), 1)
    rest_kohm = state.r1_kohm
    for _ in range(1200):
        state.step(1_000_000, 2e9, 2e9, 0.0, 0.0)
    low_kohm = state.r1_kohm
    for _ in range(6 * 3600):
        state.step(1_000_000, 0.0, 0.0, 0.0, 0.0)
    # 0.3 of a memory of 10, 6 h of 6 h later.
    assert state.r1_kohm == pytest.approx(rest_kohm / (1 + 0.3 * 10 / 2.718), rel=0.05)
    assert state.r1_kohm > 3 * low_kohm


def test_breakdown_multiplies_the_fall_above_30_v_and_hardly_below_20():
    skin = replace(load_skin("forearm"), noise_sigma=0.0)
    plain = replace(skin, breakdown_times=1.0)

    def at_kohm(params, volts):
        state = SkinState(params, 1)
        for _ in range(100):
            state.step(1000, 0.0, 0.0, volts * 1000.0, 0.0)
        return state.r1_kohm - params.r_min_kohm_cm2 / params.active_cm2

    assert at_kohm(plain, 60) / at_kohm(skin, 60) == pytest.approx(10, rel=0.01)
    assert at_kohm(plain, 30) / at_kohm(skin, 30) == pytest.approx(5.5, rel=0.01)
    assert at_kohm(plain, 18) / at_kohm(skin, 18) < 1.2


# A loss of area by a bubble counts as healthy: it may warn, it never trips.
@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(one, marks=pytest.mark.long) for one in range(2, 20))]
)
def test_a_bubbling_load_never_trips_and_may_warn(seed):
    trial = Trial(BUBBLING, "rp2040", seed)
    trial.run(by_time((2000, 60_000), slew_ua_s=200, time_s=120, charge_uc=200_000))
    assert (trial.last["outcome"], trial.last["fault"]) == ("complete", None)
    assert not trial.events(codes.EVENT_FAULT)


# A bubble on each electrode every two seconds: as many in 10 s as a treatment has in ten minutes.
SEETHING = replace(BUBBLING, bubbles_per_min=60.0, bubble_s=1.0)


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(
    "seed", [3, 4, 5, *(pytest.param(one, marks=pytest.mark.long) for one in range(6, 15))]
)
def test_many_bubbles_in_a_short_time_never_trip(seed):
    trial = Trial(SEETHING, "rp2040", seed)
    areas = []

    def look(plant):
        if plant.load.c1_nf not in areas[-1:]:
            areas.append(plant.load.c1_nf)

    trial.each = look
    trial.run(by_time((5000, 6000), slew_ua_s=2500, time_s=30, charge_uc=60_000))
    assert (trial.last["outcome"], trial.last["fault"]) == ("complete", None)
    assert len(areas) >= 4  # bubbles came and went
