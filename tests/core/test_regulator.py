"""The regulator alone: its bound, its trim's bound, and that it settles a stage a little wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core.regulator import Regulator

FULL_Q4 = 100_000  # 6.25 mA
COUNTS = 65_535
SENSES = st.integers(-600_000, 600_000)
SAMPLES = st.lists(st.tuples(st.integers(0, FULL_Q4), SENSES, st.booleans()), max_size=60)


@given(SAMPLES, st.sampled_from([(10_000, 4095), (100_000, 65_535), (600_000, 65_535)]))
def test_the_drive_is_never_beyond_its_bound_for_any_samples(samples, scale):
    full_q4, counts = scale
    regulator = Regulator(full_q4, counts)
    for set_q4, measured_q4, frozen in samples:
        set_q4 = min(set_q4, full_q4)
        assert 0 <= regulator.step(set_q4, measured_q4, frozen) <= counts


@given(SAMPLES)
def test_the_trim_is_never_more_than_3_percent_and_30_ua(samples):
    regulator = Regulator(FULL_Q4, COUNTS)
    for set_q4, measured_q4, _ in samples:
        drive = regulator.step(set_q4, measured_q4, 0)
        bound_q4 = set_q4 * 3 / 100 + 30 * 16
        assert abs(regulator.trim_q4) <= bound_q4
        most = (set_q4 + bound_q4) * COUNTS / FULL_Q4
        assert drive <= most + 1


@pytest.mark.parametrize("sign", [-1, 1])
def test_an_error_that_stays_takes_the_trim_to_its_bound_either_way_and_no_further(sign):
    regulator = Regulator(FULL_Q4, COUNTS)
    trims_q4 = []
    for _ in range(2000):
        regulator.step(32_000, 32_000 - sign * 20_000, 0)
        trims_q4.append(sign * regulator.trim_q4)
    assert trims_q4 == sorted(trims_q4)
    assert trims_q4[-1] == max(trims_q4) == pytest.approx(32_000 * 3 / 100 + 30 * 16, abs=40)


@given(SAMPLES, st.integers(0, FULL_Q4))
def test_a_frozen_trim_stays_whatever_is_measured(samples, set_q4):
    regulator = Regulator(FULL_Q4, COUNTS)
    regulator.step(set_q4, set_q4 // 2, 0)
    before = regulator.trim_q4
    for _, measured_q4, _ in samples:
        regulator.step(set_q4, measured_q4, 1)
        assert regulator.trim_q4 == before


def test_a_reset_forgets_the_trim():
    regulator = Regulator(FULL_Q4, COUNTS)
    for _ in range(50):
        regulator.step(32_000, 31_000, 0)
    assert regulator.trim_q4 > 0
    regulator.reset()
    assert regulator.step(32_000, 32_000, 0) == Regulator(FULL_Q4, COUNTS).step(32_000, 32_000, 0)


@pytest.mark.parametrize("full_ua", [625, 6250, 37_500])
@pytest.mark.parametrize("counts", [4095, 65_535])
def test_the_feed_forward_alone_is_right_to_a_part_in_a_thousand(full_ua, counts):
    regulator = Regulator(full_ua * 16, counts)
    for part in (10, 4, 2, 1):
        set_q4 = full_ua * 16 // part
        drive = regulator.step(set_q4, set_q4, 1)
        assert drive == pytest.approx(counts / part, rel=0.001, abs=1.5)


@pytest.mark.parametrize("gain", [0.975, 0.99, 1.0, 1.01, 1.025])
@pytest.mark.parametrize("offset_q4", [-300, 0, 300])
@pytest.mark.parametrize("set_q4", [1_600, 32_000, 80_000])
def test_a_wrong_gain_and_offset_are_gone_after_50_ms_without_overshoot(gain, offset_q4, set_q4):
    regulator = Regulator(FULL_Q4, COUNTS)
    flows_q4 = 0
    worst_q4 = 0
    for tick in range(120):
        drive = regulator.step(set_q4, flows_q4, 0 if tick else 1)
        flows_q4 = max(0, int(drive * FULL_Q4 / COUNTS * gain) + offset_q4)
        if tick > 50:
            worst_q4 = max(worst_q4, abs(flows_q4 - set_q4))
    first_error_q4 = abs(set_q4 * (gain - 1) + offset_q4)
    assert worst_q4 <= max(32, 0.02 * first_error_q4)


@pytest.mark.parametrize("charge_ua", [-30, 150, 317, 5000])
def test_one_sample_of_a_charge_on_a_contact_moves_the_drive_by_a_fifth_of_the_trims_bound(
    charge_ua,
):
    set_q4 = 30 * 16
    regulator = Regulator(FULL_Q4, COUNTS)
    before = regulator.step(set_q4, set_q4, 0)
    regulator.step(set_q4, set_q4 + charge_ua * 16, 0)
    after = regulator.step(set_q4, set_q4, 0)
    bound_q4 = set_q4 // 34 + 30 * 16
    assert abs(after - before) * FULL_Q4 / COUNTS <= bound_q4 / 5
    assert after != before


def test_the_loop_is_as_fast_as_its_gains_say():
    regulator = Regulator(600_000, COUNTS)
    flows_q4 = 97_000
    ticks = 0
    while abs(flows_q4 - 100_000) > 3_000 / 2.718:
        flows_q4 = regulator.step(100_000, flows_q4, 0) * 600_000 / COUNTS * 0.97
        flows_q4 = int(flows_q4)
        ticks += 1
    assert 8 <= ticks <= 14  # 15 Hz is a time constant of 10.6 ms
