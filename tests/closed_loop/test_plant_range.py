"""No load that is accepted, and no fault on it, takes the plant out of its range."""

from math import inf, isfinite, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace
from tests.closed_loop.plants import BOARD, bench_with, drive_ua, energised, ramp, run
from tests.closed_loop.sessions import by_time
from tests.support.tiers import examples
from tests.support.trial import Trial

from iontobench.sim.load import SLOW_US, SkinState, new_state
from iontobench.sim.plant import PlantError
from iontobench.sim.skin import SkinParams, load_skin

TEXTS = ("name", "label")


def bounds(field):
    """The least and the most that a skin file may say for one parameter."""
    [meta] = field.type.__metadata__
    return meta.ge, meta.le


RANGES = {field.name: bounds(field) for field in fields(SkinParams) if field.name not in TEXTS}


@st.composite
def accepted(draw):
    """Any skin that a file and a protocol's electrodes can make; its ends more often."""
    values = {
        name: draw(st.one_of(st.sampled_from((low, high)), st.floats(low, high)))
        for name, (low, high) in RANGES.items()
    }
    values["r_min_kohm_cm2"] = min(values["r_min_kohm_cm2"], values["r0_kohm_cm2"])
    return SkinParams(name="any", label="any", **values)


def restless(sigma, skin="forearm"):
    """A load whose motion is `sigma` of its r0."""
    return replace(load_skin(skin), noise_sigma=sigma, noise_tau_s=0.05)


@pytest.mark.parametrize("sigma", [0.3, 1.0])
def test_motion_never_takes_a_resistance_below_a_fifth_of_its_rest(sigma):
    state = new_state(restless(sigma), 1)
    rest_kohm = load_skin("forearm").r0_kohm_cm2 / load_skin("forearm").active_cm2
    seen = []
    for _ in range(20_000):
        state.step(SLOW_US, 0.0, 0.0, 0.0, 0.0)
        seen.append(state.r1_kohm)
    assert min(seen) == pytest.approx(0.2 * rest_kohm)
    assert max(seen) <= 5 * rest_kohm


@pytest.mark.parametrize("sigma", [0.3, 1.0])
@pytest.mark.short_cases("1.0")
def test_a_session_on_a_restless_load_shows_no_current_that_the_stage_cannot_make(sigma):
    trial = Trial(restless(sigma), "rp2040")
    trial.run(by_time((2000, 20_000), slew_ua_s=1000, time_s=60))
    assert trial.truth.peak_ua < BOARD.max_ua


@given(params=accepted(), seed=st.integers(0, 99))
@settings(max_examples=examples(10, 30), deadline=None)
def test_any_accepted_load_keeps_its_resistance_positive_and_the_plant_finite(params, seed):
    bench = energised(params, seed=seed, faults=["open@0.3:20", "low-compliance@0.8:0.5"])
    ramp(bench, 4000, 0.2, 0.8, lambda one: one.check())
    bench.set_gate(False)
    run(bench, 20)
    bench.set_polarity(-1)
    run(bench, 20)
    bench.set_probe(True)
    run(bench, 200)
    bench.check()
    load = bench.load
    assert 0 < load.r1_kohm < inf
    assert 0 < load.r2_kohm < inf
    assert isfinite(bench.truth.gross_uc)


@pytest.mark.parametrize(
    "specs",
    [
        pytest.param(["drying@0:1000000"], marks=pytest.mark.long),
        ["drying@0:1000000", "drying@0:1000000"],
        [f"part-lift@{at}:99" for at in (0.1, 0.2, 0.3, 0.4, 0.5)],
    ],
)
@pytest.mark.parametrize("skin", ["forearm", pytest.param("rc:5000:100", marks=pytest.mark.long)])
@pytest.mark.parametrize("times", [750, pytest.param(3000, marks=pytest.mark.long)])
def test_no_fault_of_the_leads_takes_the_load_beyond_any_number(specs, skin, times):
    bench = energised(skin, faults=specs)
    drive_ua(bench, 1000)
    for _ in range(times):
        run(bench, 1, 40_000)  # the dead-man starves in between: the load stands still, dry
    bench.check()
    assert bench.load.r1_kohm < 1e8
    assert bench.load.c1_nf > 0


def test_motion_as_small_as_the_shipped_loads_is_not_bent():
    # The same bits as r0 (1 + sigma x): their traces are what they were.
    state = new_state(load_skin("forearm"), 1)
    params = load_skin("forearm")
    straight = SkinState(params, 1)
    for _ in range(500):
        state.step(SLOW_US, 0.0, 0.0, 0.0, 0.0)
        share = params.noise_sigma * straight._active_motion.next()
    assert state._factor[0] == params.anode_factor * (1.0 + share)


@pytest.mark.parametrize(
    ("name", "value"),
    [("v1_mv", 1e9), ("node_mv", -1e9), ("load_ua", nan), ("v2_mv", inf), ("load_ua", 4e25)],
)
def test_a_plant_out_of_its_range_says_which_quantity_and_gives_no_result(name, value):
    bench = bench_with("forearm")
    run(bench, 3)
    bench.check()
    setattr(bench, name, value)
    with pytest.raises(PlantError, match=f"left its range after 3000 µs: {name} is"):
        bench.check()


def test_a_plant_that_diverges_stops_within_10_ms_of_its_own_time():
    bench = energised("forearm")
    ramp(bench, 2000, 0.5)
    bench.load.tau1_us = -2000.0
    bench.load.step = lambda *_: SLOW_US  # as it would stay without a bound
    bench.recompute()
    with pytest.raises(PlantError, match="left its range"):
        run(bench, 200)
