"""The walls and thresholds of `ionto.core.limits`, against the rules they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core import limits, units

SMALL = {"name": "small", "max_ua": 5000, "compliance_mv": 40000, "sigma_q4": 40}
LARGE = {"name": "large", "max_ua": 30000, "compliance_mv": 60000, "sigma_q4": 240}
RESEARCH = {"name": "research", "max_ua": 500, "compliance_mv": 40000, "sigma_q4": 4}


def board(**changes):
    return limits.Board(**{**SMALL, **changes})


@pytest.mark.parametrize(("max_ua", "scale_ua"), [(5000, 6250), (30000, 37500), (500, 625)])
def test_full_scale_is_a_quarter_above_the_board_maximum(max_ua, scale_ua):
    assert board(max_ua=max_ua).full_scale_ua == scale_ua


def test_a_board_keeps_its_data_and_has_the_probe_of_the_stage():
    made = board(drive_counts=4095, proof_scale=6, lim_test=False)
    assert (made.drive_counts, made.proof_scale, made.lim_test) == (4095, 6, False)
    assert (made.probe_mv, made.probe_ohm) == (5000, 100000)
    assert (made.name, made.compliance_mv, made.sigma_q4) == ("small", 40000, 40)
    usual = board()
    assert (usual.drive_counts, usual.proof_scale, usual.lim_test) == (65535, 1, True)
    assert (usual.supply_min_mv, usual.accuracy_ua) == (4300, 10)
    assert board(accuracy_ua=25).accuracy_ua == 25
    assert (usual.bridge, usual.limiter, usual.loads_ohm, usual.inside_ohm) == (True, True, (), 0)
    small = board(bridge=False, limiter=False, loads_ohm=(600, 1600), inside_ohm=3000)
    assert (small.bridge, small.limiter) == (False, False)
    assert (small.loads_ohm, small.inside_ohm) == ((600, 1600), 3000)


@pytest.mark.parametrize(
    ("data", "stuck_ua", "under_ua", "noise_ua", "zero_ua"),
    [(RESEARCH, 40, 3, 7.25, 20), (SMALL, 100, 30, 72.5, 20), (LARGE, 600, 180, 435, 37.5)],
    ids=["0.5", "5", "30"],
)
def test_the_slow_rules_scale_with_the_board(data, stuck_ua, under_ua, noise_ua, zero_ua):
    made = limits.Board(**data)
    found = [rule(made) for rule in (limits.stuck_q4, limits.under_q4, limits.noise_q4)]
    assert found == [stuck_ua * 16, under_ua * 16, noise_ua * 16]
    assert limits.zero_q4(made) == int(zero_ua * 16)


@pytest.mark.parametrize(("compliance_mv", "high_mv"), [(40000, 38000), (60000, 57000), (99, 94)])
def test_the_stage_stands_at_its_compliance_from_95_percent_of_it_on(compliance_mv, high_mv):
    assert limits.high_mv(board(compliance_mv=compliance_mv)) == high_mv


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize(("compliance_mv", "near_mv"), [(40000, 34000), (60000, 51000), (99, 84)])
def test_a_stage_of_low_compliance_may_stand_at_it_from_85_percent_on(compliance_mv, near_mv):
    found = limits.near_high_mv(board(compliance_mv=compliance_mv))
    assert (found, type(found)) == (near_mv, int)


def test_the_floor_of_a_noisy_range_is_8_sigma():
    assert limits.floor_q4(board(sigma_q4=126)) == 8 * 126
    assert limits.floor_q4(board(sigma_q4=124)) == 62.5 * 16


@pytest.mark.parametrize(
    ("data", "floor_ua"), [(RESEARCH, 6.25), (SMALL, 62.5), (LARGE, 375)], ids=["0.5", "5", "30"]
)
def test_the_floor_is_one_percent_of_full_scale(data, floor_ua):
    assert limits.floor_q4(limits.Board(**data)) == floor_ua * units.UA_Q4


def test_the_absolute_limit_is_3_percent_and_20_ua_above_the_board():
    assert limits.absolute_limit_q4(board()) == (5150 + 20) * 16
    assert limits.absolute_limit_q4(limits.Board(**LARGE)) == (30900 + 20) * 16


@pytest.mark.parametrize("peak_ua", [1, 20, 1999, 2000, 2001, 5000])
def test_the_running_limit_is_5_percent_and_the_floor_above_the_peak(peak_ua):
    exact_q4 = peak_ua * 1.05 * 16 + 62.5 * 16
    found = limits.running_limit_q4(board(), peak_ua)
    assert 0 <= exact_q4 - found < 1
    assert isinstance(found, int)


@given(st.integers(1, limits.PEAK_MAX_UA), st.integers(1, limits.PEAK_MAX_UA))
def test_no_limit_passes_31_bits_or_the_senses_full_scale(max_ua, peak_ua):
    made = board(max_ua=max_ua)
    peak_ua = min(peak_ua, max_ua)
    assert peak_ua * 105 * units.UA_Q4 <= units.INT_MAX
    assert peak_ua * units.UA_Q4 < limits.running_limit_q4(made, peak_ua)
    if max_ua >= 100:  # below that 20 uA alone is more than a quarter
        assert limits.absolute_limit_q4(made) < made.full_scale_ua * units.UA_Q4


def test_open_thresholds_follow_the_noise_and_the_range():
    assert limits.open_floor_q4(board()) == 5 * 40
    assert limits.open_cap_q4(board()) == 40 * 16
    assert limits.open_cap_q4(board(proof_scale=6)) == 240 * 16


@given(st.integers(0, limits.PEAK_MAX_UA), st.integers(limits.AREA_MIN_MM2, limits.AREA_MAX_MM2))
def test_density_is_rounded_up_and_by_less_than_one(current_ua, area_mm2):
    density = limits.density_ua_cm2(current_ua, area_mm2)
    assert density * area_mm2 >= current_ua * 100 > (density - 1) * area_mm2


def test_density_of_the_first_protocol_is_exact():
    assert limits.density_ua_cm2(2000, 1000) == 200
    assert [limits.density_ua_cm2(1, area_mm2) for area_mm2 in (99, 100, 101)] == [2, 1, 1]


RULES = [
    *(
        limits.floor_q4,
        limits.stuck_q4,
        limits.under_q4,
        limits.absolute_limit_q4,
        limits.noise_q4,
    ),
    *(limits.zero_q4, limits.open_floor_q4, limits.open_cap_q4, limits.high_mv),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_threshold_of_an_odd_board_is_an_integer(rule):
    for max_ua in (29_999, 4_999, 333):
        odd = board(max_ua=max_ua, compliance_mv=39_999, sigma_q4=3)
        assert type(odd.full_scale_ua) is int
        assert type(rule(odd)) is int


def test_the_fastest_ramp_of_the_longest_step_stays_in_31_bits():
    assert limits.SLEW_MAX_UA_S * 20000 + 62500 <= units.INT_MAX


def test_the_longest_session_in_milliseconds_stays_in_31_bits():
    assert limits.TIME_WALL_S * 1000 + 200000 <= units.INT_MAX
    assert limits.CHARGE_MAX_UC < units.INT_MAX


@given(st.integers(-9375000, 9375000))
def test_q4_to_microamperes_is_the_nearest(current_q4):
    assert abs(units.q4_to_ua(current_q4) * 16 - current_q4) <= 8
    assert units.q4_to_ua(units.ua_to_q4(current_q4)) == current_q4


def test_probe_current_is_the_drop_over_the_source_resistance():
    assert units.probe_current_q4(5000, 100000, 5000) == 0
    assert units.probe_current_q4(5000, 100000, 0) == 50 * 16
    assert units.probe_current_q4(5000, 100000, 2500) == 25 * 16


def test_load_resistance_is_volts_over_amperes_and_0_without_a_current():
    assert units.load_ohm(8000, 2000 * 16) == 4000
    assert units.load_ohm(8000, 0) == 0
    assert units.load_ohm(-20, 16) == 0
