"""Contacts that come and go: glitches, dips, and too many [docs/control.md, Contact lost].

A gap of five ticks or more cuts in its fifth; one that ends within 100 ms is a glitch; shorter
ones are dips, which are counted and re-close as a step.
"""

import pytest
from tests.closed_loop.cutting import (
    OPEN_OFF_US,
    CutTrial,
    assert_dose_kept,
    assert_refuses_until_cleared,
)
from tests.closed_loop.regulating import overshoot_max_ua
from tests.closed_loop.sessions import GONE_UA, by_dose, by_time
from tests.support.tiers import thinned
from tests.support.trial import Trial

from ionto.core import codes

TWO_MA = by_time((2000, 9000))
AGAIN = [
    codes.STATE_CONTACT,
    codes.STATE_REST,
    codes.STATE_PROBE,
    codes.STATE_PROOF,
    codes.STATE_RAMP,
    codes.STATE_HOLD,
]


def gaps(load, starts_s, gap_ms, adc="ideal"):
    """A trial with a gap at each of `starts_s`."""
    return CutTrial(load, *[f"open@{start_s:.4f}:{gap_ms}" for start_s in starts_s], adc=adc)


@pytest.mark.parametrize(
    ("gap_ms", "load", "adc"),
    thinned(
        *([7, 30, 90], ["forearm", "rc:10000:1", "rc:15000:200"], ["ideal", "rp2040"]),
        part=2,
    ),
)
@pytest.mark.short_cases("90-forearm-ideal", "30-rc:15000:200-rp2040", "7-rc:10000:1-rp2040")
def test_a_single_gap_rests_probes_ramps_from_zero_and_completes(gap_ms, load, adc):
    trial = CutTrial(load, f"open@3.0003:{gap_ms}", adc=adc)
    trial.run(by_dose((2000, 16_000), probe_min_q4=80))
    assert (trial.last["outcome"], trial.last["fault"]) == ("complete", None)
    assert trial.truth.gate_off_us <= OPEN_OFF_US
    assert [event.a for event in trial.events(codes.EVENT_GLITCH)] == [1]
    assert trial.last["dose_uc"] == pytest.approx(16_000, abs=40)
    assert_dose_kept(trial, 1e-3 if adc == "ideal" else 0.01)
    assert trial.truth.peak_ua <= 2000 + overshoot_max_ua(2000)


def test_a_gap_of_30_ms_rests_one_second_with_the_gate_low_and_starts_at_zero():
    trial = CutTrial("forearm", "open@3:30")
    gate = []
    trial.each = lambda plant: gate.append((plant.now_us, plant.gate, plant.load_ua))
    trial.run(TWO_MA)
    low = [row for row in gate if not row[1] and 3_000_000 < row[0] < 6_000_000]
    assert low[0][0] <= 3_000_000 + OPEN_OFF_US
    rest_us = low[-1][0] - low[0][0]
    lost_ms, rested_ms, probed_ms, proven_ms, up_ms, _ = [t for t, _, _ in trial.states()][4:10]
    assert rested_ms - lost_ms == pytest.approx(30, abs=10)
    assert 1062 <= probed_ms - rested_ms <= 1100, "zero is proven by 64 samples, one a turn"
    assert rest_us == pytest.approx((up_ms - lost_ms) * 1000, abs=10_000)
    assert proven_ms - probed_ms >= 215
    while_probing_ua = max(abs(ua) for _, _, ua in low)
    assert while_probing_ua <= 50
    assert next(ua for now_us, _, ua in gate if now_us > low[-1][0]) < GONE_UA
    states = [state for _, state, _ in trial.states()]
    assert states[4 : 4 + len(AGAIN)] == AGAIN


@pytest.mark.parametrize("gap_ms", [7, 30, 90])
@pytest.mark.short_cases("30")
def test_three_glitches_within_a_minute_are_an_intermittent_contact(gap_ms):
    trial = Trial("forearm", faults=[f"reopen@3:{gap_ms}"])
    trial.run(TWO_MA)
    assert (trial.last["outcome"], trial.last["fault"]) == ("fault", "intermittent contact")
    assert [event.a for event in trial.events(codes.EVENT_GLITCH)] == [1, 2, 3]
    assert_dose_kept(trial, 1e-3)  # four probes and proofs are in it
    after = []
    trial.each = lambda plant: after.append((plant.gate, plant.load_ua))
    trial.wait_s(5)  # the lead goes on wobbling
    assert not any(gate for gate, _ in after)
    assert max(ua for _, ua in after) < GONE_UA
    assert_refuses_until_cleared(trial, TWO_MA)


def test_three_glitches_in_more_than_a_minute_are_none():
    trial = gaps("forearm", [3, 34, 65], 30)
    trial.run(by_dose((2000, 140_000), time_s=140))
    assert trial.last["outcome"] == "complete"
    assert [event.a for event in trial.events(codes.EVENT_GLITCH)] == [1, 2, 3]


@pytest.mark.parametrize("gap_ms", [1.2, 2.5, 3.4])
def test_a_gap_shorter_than_the_debounce_is_a_dip_that_costs_no_cut(gap_ms):
    trial = CutTrial("forearm", f"open@3.0003:{gap_ms}")
    trial.run(TWO_MA)
    assert trial.last["outcome"] == "complete"
    assert trial.events(codes.EVENT_CONTACT) == []
    assert len(trial.events(codes.EVENT_DIP)) == 1
    assert_dose_kept(trial, 1e-3)


@pytest.mark.parametrize("load", ["forearm", "rc:10000:47", "rc:1000:200"])
@pytest.mark.short_cases("rc:1000:200")
def test_after_a_dip_the_current_comes_back_without_an_overshoot(load):
    trial = CutTrial(load, "open@3.0003:3.4")
    after = []
    trial.each = lambda plant: after.append((plant.now_us, plant.load_ua))
    trial.run(TWO_MA)
    peak_ua = max(ua for now_us, ua in after if 3_003_700 < now_us < 9_000_000)
    assert peak_ua <= 2000 + overshoot_max_ua(2000)


def test_three_dips_in_ten_seconds_are_an_intermittent_contact():
    trial = gaps("forearm", [3, 5, 7], 2.5)
    trial.run(TWO_MA)
    assert (trial.last["outcome"], trial.last["fault"]) == ("fault", "intermittent contact")
    assert trial.plant.now_us < 7_300_000
    assert_dose_kept(trial)


def test_three_dips_in_more_than_ten_seconds_are_none():
    trial = gaps("forearm", [1, 6.1, 11.2], 2.5)
    trial.run(by_time((2000, 14_000)))
    assert trial.last["outcome"] == "complete"


def test_a_glitch_while_limited_starts_again_and_on_the_last_way_down_it_is_the_end():
    for at_s, ramps, outcome in ((2.2, 2, "complete"), (5, 1, "short")):
        trial = CutTrial("resistor:30000", f"open@{at_s}:30")
        trial.run(by_time((1600, 2000), slew_ua_s=1000, time_s=9, down_slew_ua_s=500))
        assert (trial.last["outcome"], trial.last["fault"]) == (outcome, None)
        assert len(trial.events(codes.EVENT_LIMITED)) >= 1
        assert len(trial.events(codes.EVENT_GLITCH)) == 1
        assert [state for _, state, _ in trial.states()].count(codes.STATE_RAMP) == ramps
        assert_dose_kept(trial, 1e-3)


def test_a_glitch_on_the_way_to_a_pause_ends_in_the_pause():
    trial = CutTrial("forearm", "open@3.5:30")
    trial.say(3, "pause").say(6, "resume")
    trial.run(by_time((2000, 5000), slew_ua_s=1000))
    assert trial.last["outcome"] == "complete"
    assert trial.first_ms(codes.STATE_CONTACT_PAUSING) < trial.first_ms(codes.STATE_PAUSED)
    assert_dose_kept(trial, 1e-3)
