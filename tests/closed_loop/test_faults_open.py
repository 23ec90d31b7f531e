"""A lead that opens: gate off within 20 ms, latched, never back, the dose so far kept.

Onsets lie between ticks and between samples; the plant's truth is followed past the end.
"""

import pytest
from tests.closed_loop.cutting import (
    OPEN_OFF_US,
    CutTrial,
    assert_dose_kept,
    assert_latched_off,
    assert_refuses_until_cleared,
)
from tests.closed_loop.sessions import GONE_UA, by_dose, by_time, change_load, shipped
from tests.support.tiers import thinned
from tests.support.trial import Trial

from ionto.core import codes

SHARES = {"ideal": 1e-5, "rp2040": 0.01}  # of the dose [docs/control.md, Required figures]


def assert_cut(trial, within_us=OPEN_OFF_US, share=1e-5):
    """As every open lead has to end."""
    assert_latched_off(trial, "open", within_us)
    assert_dose_kept(trial, share)


@pytest.mark.parametrize(
    "at_s", [8, 21.3, *(pytest.param(at_s, marks=pytest.mark.long) for at_s in (300, 1150))]
)
@pytest.mark.short_cases("8")
def test_in_a_whole_session_an_open_lead_cuts_and_latches(at_s):
    trial = CutTrial("forearm", f"open@{at_s}")
    trial.run(shipped())
    assert_cut(trial)
    assert trial.events(codes.EVENT_FAULT)[0].t_ms == pytest.approx(at_s * 1000 + 100, abs=25)
    assert_refuses_until_cleared(trial, shipped())


@pytest.mark.parametrize(
    ("at_s", "load", "adc"),
    thinned(
        [0.6004, 1.1, 1.50099, 2.0, 2.7503],
        ["forearm", "resistor:500", "rc:15000:200", "resistor:50000"],
        ["ideal", "rp2040"],
        part=2,
    ),
)
@pytest.mark.short_cases(
    "0.6004-forearm-ideal",
    "1.1-rc:15000:200-rp2040",
    "1.50099-resistor:500-rp2040",
    "2.0-resistor:50000-ideal",
    "2.7503-rc:15000:200-ideal",
)
def test_whenever_it_opens_on_whatever_load(at_s, load, adc):
    trial = CutTrial(load, f"open@{at_s}", adc=adc)
    trial.run(by_time((600, 1500), slew_ua_s=600))
    assert_cut(trial, share=SHARES[adc])


@pytest.mark.parametrize("phase_us", range(0, 1000, 125))
@pytest.mark.short_cases("0", "375", "875")
def test_at_every_phase_of_the_tick(phase_us):
    trial = CutTrial("forearm", f"open@{2 + phase_us / 1e6:.6f}")
    trial.run(by_time((2000, 3000)))
    assert_cut(trial, within_us=7000)  # five ticks, and what the load's capacitors still carry


@pytest.mark.parametrize("back_ms", [101, 104, 110, 130, 500])
def test_a_lead_that_comes_back_too_late_finds_nothing(back_ms):
    trial = CutTrial("forearm", f"open@3:{back_ms}")
    words = by_time((2000, 3000))
    trial.run(words)
    assert_cut(trial)
    assert_refuses_until_cleared(trial, words)


def test_after_a_clear_the_same_bench_completes_again():
    trial = CutTrial("forearm", "open@3:500")
    words = by_time((2000, 3000))
    trial.run(words)
    trial.bench.clear()
    trial.wait_s(1)
    assert trial.run(words)["outcome"] == "complete"


@pytest.mark.parametrize("adc", ["ideal", "rp2040"])
@pytest.mark.short_cases("rp2040")
def test_opening_while_the_stage_is_limited_cuts(adc):
    for load in ("resistor:25000", "resistor:50000", "rc:40000:200"):
        trial = CutTrial(load, "open@2.0003", adc=adc, compliance_share=1.0)
        trial.run(by_time((2000, 3000)))
        assert len(trial.events(codes.EVENT_LIMITED)) == 1
        assert_cut(trial, share=SHARES[adc])


@pytest.mark.parametrize("at_s", [4.5001, 5.2, 5.9007, 6.1])
@pytest.mark.short_cases("4.5001", "6.1")
def test_opening_on_the_way_down_cuts(at_s):
    trial = CutTrial("forearm", f"open@{at_s}")
    trial.run(by_time((2000, 2000), slew_ua_s=1000))
    assert trial.first_ms(codes.STATE_RAMP_DOWN) < at_s * 1000
    assert_cut(trial)


@pytest.mark.parametrize("at_s", [3.1, 3.6004, 4.2, 4.8])
def test_opening_on_the_way_to_a_pause_cuts(at_s):
    trial = CutTrial("forearm", f"open@{at_s}")
    trial.say(3, "pause")
    trial.run(by_time((2000, 4000), slew_ua_s=1000))
    assert trial.first_ms(codes.STATE_PAUSING) < at_s * 1000
    assert_cut(trial)


@pytest.mark.parametrize("load", ["resistor:40000", "rc:30000:100"])
def test_opening_while_limited_on_the_way_down_cuts(load):
    trial = CutTrial(load, "open@4.5003")
    trial.run(by_time((2000, 2000), slew_ua_s=1000, time_s=9))
    assert trial.first_ms(codes.STATE_RAMP_DOWN) < 4500
    assert_cut(trial)


def test_opening_while_paused_is_found_before_the_next_start():
    trial = CutTrial("forearm", "open@5")
    trial.say(2, "pause").say(7, "resume")
    trial.run(by_time((2000, 4000)))
    assert (trial.last["outcome"], trial.last["fault"]) == ("fault", "open")
    assert trial.truth.last_above_us < 5_000_000
    assert_dose_kept(trial)


def test_a_lead_that_is_off_before_the_start_is_refused_and_needs_no_clear():
    trial = CutTrial("forearm", "open@0")
    trial.run(by_time((2000, 1000)))
    assert (trial.last["outcome"], trial.last["fault"]) == ("refused", "no load")
    assert trial.truth.peak_ua == 0
    assert trial.bench.info()["fault"] == "none"


@pytest.mark.parametrize("film_ua", [12, 25, 35])
@pytest.mark.parametrize("adc", ["ideal", "rp2040"])
@pytest.mark.short_cases("rp2040-35", "ideal-12")
def test_a_wet_film_that_still_carries_a_little_is_cut_like_an_open_lead(film_ua, adc):
    trial = Trial("rc:10000:47", adc)
    onset_us = 3_000_400
    trial.at(onset_us / 1e6, wet_film(45_000 / film_ua))
    seen = []
    trial.each = lambda plant: seen.append((plant.now_us, plant.gate, plant.load_ua))
    trial.run(by_dose((2000, 20_000), probe_min_q4=80))
    assert (trial.last["outcome"], trial.last["fault"]) == ("fault", "open")
    after = [row for row in seen if row[0] >= onset_us]
    off_us = next(now_us for now_us, gate, _ in after if not gate)
    assert off_us - onset_us <= OPEN_OFF_US
    assert all(not gate for now_us, gate, _ in after if now_us >= off_us)
    assert max(ua for now_us, _, ua in after if now_us > off_us + 5000) < GONE_UA


def wet_film(kohm):
    """An act: all that is left between electrode and load is a film of this resistance."""
    return change_load(kohm, "series_kohm")
