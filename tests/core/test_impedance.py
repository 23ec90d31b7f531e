"""The probe: its current from the voltage it leaves, the mean of sixteen, and the load."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core.impedance import Probe


def probed(load_mv):
    probe = Probe(5000, 100_000)
    assert [probe.step(load_mv) for _ in range(16)] == [0] * 15 + [1]
    return probe


@pytest.mark.parametrize("ohm", [1000, 5000, 20_000, 100_000, 300_000])
def test_a_resistor_is_told_by_the_voltage_it_leaves(ohm):
    probe = probed(5000 * ohm // (100_000 + ohm))
    assert probe.load_ohm == pytest.approx(ohm, rel=0.03, abs=25)
    assert probe.current_q4 == pytest.approx(5_000_000 * 16 / (100_000 + ohm), rel=0.02)


@pytest.mark.parametrize("load_mv", [5000, 5001, 40_000, 75_000])
def test_at_the_sources_own_voltage_and_above_no_current_flows_into_the_load(load_mv):
    probe = probed(load_mv)
    assert probe.current_q4 <= 0
    assert probe.load_ohm == 0
    assert probe.now_q4(load_mv) <= 0


def test_a_short_takes_50_ua_and_has_no_resistance():
    assert (probed(0).current_q4, probed(0).load_ohm) == (800, 0)


@given(st.lists(st.integers(-5000, 5000), min_size=16, max_size=16))
def test_the_mean_is_that_of_sixteen_samples_and_the_next_begins_anew(samples):
    probe = Probe(5000, 100_000)
    for _ in range(2):
        for load_mv in samples:
            probe.step(load_mv)
        mean_mv = sum(samples) // 16
        assert probe.current_q4 == (5000 - mean_mv) * 16 // 100


def test_a_reset_begins_a_new_mean():
    probe = Probe(5000, 100_000)
    for _ in range(15):
        probe.step(5000)
    probe.reset()
    assert [probe.step(0) for _ in range(16)] == [0] * 15 + [1]
    assert probe.current_q4 == 800
