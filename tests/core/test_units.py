"""The named converters: exact where they say so, and within 31 bits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core import units


@given(st.integers(-600_000, 600_000))
def test_a_microampere_is_sixteen_and_comes_back(current_ua):
    assert units.q4_to_ua(units.ua_to_q4(current_ua)) == current_ua


@given(st.integers(-600_000, 600_000))
def test_a_sixteenth_is_rounded_to_the_nearest_microampere(current_q4):
    assert abs(units.q4_to_ua(current_q4) * 16 - current_q4) <= 8


def test_a_milliampere_minute_is_60_millicoulomb():
    assert units.mamin_to_uc(1000) == units.UC_PER_MAMIN == 60_000
    assert units.mamin_to_uc(40_000) == 2_400_000


@pytest.mark.parametrize(
    ("load_mv", "current_q4", "ohm"),
    [
        *((10_000, 32_000, 5000), (0, 100, 0), (100, 0, 0), (9, -1, 0), (5, 1, 80_000)),
        *((67_000, 16_000, 67_000), (67_001, 16_000, 67_000), (75_000, 1, 1_072_000_000)),
    ],
)
def test_a_load_is_voltage_over_current_or_unknown(load_mv, current_q4, ohm):
    assert units.load_ohm(load_mv, current_q4) == ohm


@given(st.sampled_from([500, 1000, 5000, 30_000]), st.sampled_from([1023, 4095, 16_383, 65_535]))
def test_the_drive_scale_is_as_near_as_31_bits_allow(max_ua, counts):
    full_q4 = (max_ua + max_ua // 4) * 16
    mul, shift = units.drive_scale(full_q4, counts)
    assert full_q4 * mul <= units.INT_MAX
    for part in (1, 2, 3, 10):
        exact = counts / part
        assert abs(((full_q4 // part * mul) >> shift) - exact) <= exact / 890 + 1
    assert (full_q4 * mul) >> shift <= counts


@given(st.integers(0, 3000), st.integers(-30_000, 30_000))
def test_the_drop_over_the_shunts_is_right_to_a_millivolt_or_a_permille(inside_ohm, current_q4):
    mul = units.drop_scale(inside_ohm)
    assert abs(current_q4 * mul) <= units.INT_MAX
    exact_mv = current_q4 * inside_ohm / 16_000
    assert abs((current_q4 * mul >> 16) - exact_mv) <= 1 + abs(exact_mv) / 1000
