"""The load models: their anchors, their memory, and how they are named."""

import pytest
from msgspec.structs import replace
from tests.closed_loop.plants import bench_with, energised, ramp

from iontobench.sim.load import SLOW_US, SkinState
from iontobench.sim.skin import RcParams, load_skin, skin_names

QUIET = replace(load_skin("forearm"), noise_sigma=0.0)


def peak_mv(skin, ramp_s=20.0):
    """The largest voltage of a ramp to 2 mA and the 5 s after it."""
    seen = []
    ramp(energised(skin), 2000, ramp_s, 5.0, lambda bench: seen.append(bench.node_mv))
    return max(seen)


@pytest.mark.parametrize(("skin", "volts"), [("forearm", 10.9), ("forearm-dry", 18.3)])
def test_the_forearm_peaks_where_the_load_model_says(skin, volts):
    assert peak_mv(skin) / 1000 == pytest.approx(volts, rel=0.03)


def test_the_dry_forearm_is_three_times_the_nominal_one():
    nominal, dry = load_skin("forearm"), load_skin("forearm-dry")
    assert dry.r0_kohm_cm2 == 3 * nominal.r0_kohm_cm2
    assert replace(dry, name="", label="", r0_kohm_cm2=0.0) == replace(
        nominal, name="", label="", r0_kohm_cm2=0.0
    )


def settled(params, seconds):
    """A skin after `seconds` at 2 mA, stepped as the plant does."""
    state = SkinState(params, 1)
    for _ in range(round(seconds * 100)):
        v1, v2 = 2000 * state.r1_kohm, 2000 * state.r2_kohm
        state.step(SLOW_US, 2000.0 * SLOW_US, 2000.0 * SLOW_US, v1, v2)
    return state


@pytest.mark.parametrize("minutes", [1, pytest.param(30, marks=pytest.mark.long)])
def test_resistance_comes_back_slowly_after_the_current(minutes):
    state = settled(QUIET, 1200)
    end_kohm = state.r1_kohm + state.r2_kohm
    after = {}
    for minute in range(1, minutes + 1):
        for _ in range(6000):
            state.step(SLOW_US, 0.0, 0.0, 0.0, 0.0)
        after[minute] = (state.r1_kohm + state.r2_kohm) / end_kohm
    assert 1.0 < after[1] < 1.3
    if minutes == 30:
        # 2.6 in the model's notes, about 3 measured in vivo [F60]; this forearm lies between.
        assert 2.6 <= after[30] <= 3.0


@pytest.mark.long
def test_the_steady_state_is_that_of_the_table():
    state = settled(QUIET, 3000)
    relative = 2000 * state.r1_kohm / QUIET.field_mv
    fall = (1 + 200 / QUIET.j50_ua_cm2) * (1 + relative**2)
    r_kohm = (QUIET.r_min_kohm_cm2 + (QUIET.r0_kohm_cm2 - QUIET.r_min_kohm_cm2) / fall) / 10
    assert state.r1_kohm == pytest.approx(r_kohm, rel=1e-3)


def test_resistance_falls_fast_with_the_field_and_slowly_with_the_current():
    state = SkinState(QUIET, 1)
    rest_kohm = state.r1_kohm
    for _ in range(5):
        state.step(1000, 0.0, 0.0, QUIET.field_mv, 0.0)
    assert state.r1_kohm < 0.75 * rest_kohm  # one time constant of 5 ms towards half


def test_electrodes_polarise_to_e0_and_forget():
    state = SkinState(QUIET, 1)
    for _ in range(100):
        state.step(SLOW_US, 2e7, 2e7, 0.0, 0.0)
    assert state.emf_mv == pytest.approx(QUIET.electrode_mv, rel=0.01)
    for _ in range(100):
        state.step(SLOW_US, 2e7, -2e7, 0.0, 0.0)
    assert state.emf_mv == pytest.approx(-QUIET.electrode_mv, rel=0.01)
    for _ in range(6000):
        state.step(SLOW_US, 0.0, 0.0, 0.0, 0.0)
    assert state.emf_mv == pytest.approx(-QUIET.electrode_mv / 2.718, rel=0.01)


def test_the_anode_alone_takes_the_anode_factor_and_reversal_moves_it():
    params = replace(QUIET, anode_factor=1.2)
    state = SkinState(params, 1)
    assert state.r1_kohm == pytest.approx(18.0, rel=1e-6)
    assert state.r2_kohm == pytest.approx(7.5, rel=1e-6)
    state.reverse()
    state.step(SLOW_US, 0.0, 0.0, 0.0, 0.0)
    assert state.r1_kohm == pytest.approx(15.0, rel=1e-6)
    assert state.r2_kohm == pytest.approx(9.0, rel=1e-6)


def test_motion_noise_is_seeded_and_as_large_as_it_says():
    def trace(seed):
        state = SkinState(replace(QUIET, noise_sigma=0.02, noise_tau_s=0.1), seed)
        values = []
        for _ in range(20000):
            state.step(SLOW_US, 0.0, 0.0, 0.0, 0.0)
            values.append(state.r1_kohm / 15.0 - 1.0)
        return values

    first = trace(1)
    assert first == trace(1)
    assert first != trace(2)
    mean = sum(first) / len(first)
    sigma = (sum((x - mean) ** 2 for x in first) / len(first)) ** 0.5
    assert sigma == pytest.approx(0.02, rel=0.1)


def test_every_skin_of_the_package_loads_under_its_own_name():
    assert {"forearm", "forearm-dry"} <= set(skin_names())
    for name in skin_names():
        assert load_skin(name).name == name


@pytest.mark.parametrize(
    ("name", "r_ohm", "c_nf"),
    [
        ("resistor-1k", 1000, 0),
        ("resistor:4700", 4700, 0),
        ("rc:10000:47", 10000, 47),
        ("resistor:1M", 1e6, 0),
    ],
)
def test_resistor_loads_are_named_by_their_values(name, r_ohm, c_nf):
    load = load_skin(name)
    assert isinstance(load, RcParams)
    assert (load.r_ohm, load.c_nf) == (r_ohm, c_nf)


@pytest.mark.parametrize(
    "name", ["", "elbow", "resistor:", "resistor:0", "rc:1000", "rc:1000:-1", "resistor:1:2"]
)
def test_an_unknown_load_is_one_clear_line(name):
    with pytest.raises(ValueError, match="load") as caught:
        bench_with(name)
    assert "\n" not in str(caught.value)
