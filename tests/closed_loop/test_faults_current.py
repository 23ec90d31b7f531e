"""Too much current and too little load: over-current, ramp, short [docs/control.md,
Supervisor]."""

import pytest
from tests.closed_loop.cutting import (
    CutTrial,
    assert_dose_kept,
    assert_latched_off,
    assert_refuses_until_cleared,
)
from tests.closed_loop.sessions import by_time
from tests.support.tiers import thinned
from tests.support.trial import Trial

from ionto.core import codes

OVER_OFF_US = 2000
ENVELOPE_OFF_US = 7000
LIMITER_UA = 5250


@pytest.mark.parametrize(
    ("phase_us", "times", "load"),
    thinned(
        [0, 1, 333, 666, 999],
        [1.1, 1.5, 2.4],
        ["forearm", "resistor:500", "rc:15000:200"],
        part=3,
    ),
)
@pytest.mark.short_cases(
    "0-1.1-forearm",
    "1-1.5-resistor:500",
    "333-2.4-rc:15000:200",
    "666-1.1-forearm",
    "999-1.5-resistor:500",
)
def test_over_current_beyond_the_programs_peak_is_off_within_2_ms(phase_us, times, load):
    trial = CutTrial(load, f"overcurrent@{2 + phase_us / 1e6:.6f}:{times}")
    trial.run(by_time((2000, 4000)))
    assert_latched_off(trial, "overcurrent", OVER_OFF_US)
    assert_dose_kept(trial, 1e-3)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.short_cases("1")
def test_an_over_current_is_cut_with_the_rp2040_adc_and_at_the_boards_own_maximum(seed):
    for level_ua, times, fault in (
        (2000, 1.3, "overcurrent"),
        (4600, 1.085, "overcurrent"),
        (4600, 1.135, "over absolute limit"),
    ):
        trial = CutTrial("resistor:2000", f"overcurrent@2.0007:{times}", adc="rp2040", seed=seed)
        trial.run(by_time((level_ua, 4000)))
        assert_latched_off(trial, fault, OVER_OFF_US)


def test_above_the_limiters_threshold_the_hardware_was_first_and_the_firmware_says_so():
    words = by_time((2000, 4000))
    trial = CutTrial("forearm", "overcurrent@2.0004:6")
    trial.run(words)
    assert_latched_off(trial, "hardware limiter", OVER_OFF_US)
    assert trial.plant.limiter_tripped
    assert_dose_kept(trial)
    assert_refuses_until_cleared(trial, words)


@pytest.mark.parametrize(
    ("strike", "load"),
    thinned(
        [(1.5003, 1.5), (1.5003, 3), (2.5007, 2), (2.5, 2.9), (3.5, 1.5), (3.5, 2)],
        ["forearm", "rc:10000:47"],
        part=2,
    ),
)
def test_over_current_beyond_the_ramps_envelope_is_off_within_7_ms(strike, load):
    at_s, times = strike
    trial = CutTrial(load, f"overcurrent@{at_s}:{times}")
    trial.run(by_time((2000, 4000), slew_ua_s=300))
    assert trial.truth.peak_ua < 2100  # below what the program's peak would trip at
    assert_latched_off(trial, "above ramp envelope", ENVELOPE_OFF_US)
    assert_dose_kept(trial)


def test_over_current_on_the_way_down_is_beyond_the_envelope_too():
    trial = CutTrial("forearm", "overcurrent@7.2003:2")
    trial.run(by_time((1500, 2000), slew_ua_s=500))
    assert trial.first_ms(codes.STATE_RAMP_DOWN) < 7000
    assert_latched_off(trial, "above ramp envelope", ENVELOPE_OFF_US)


@pytest.mark.parametrize(
    ("times", "error_ua"), [(1.01, 0), (1.03, 0), (1.07, 1.07 * (2000 - 2000 / 34 - 30) - 2000)]
)
def test_a_gain_error_is_regulated_away_as_far_as_the_trim_reaches_and_no_further(times, error_ua):
    trial = Trial("forearm", faults=[f"overcurrent@2:{times}"])
    flowing = []
    trial.each = lambda plant: flowing.append((plant.now_us, plant.load_ua))
    trial.run(by_time((2000, 4000)))
    assert trial.last["outcome"] == "complete"
    held = [ua for now_us, ua in flowing if 2_150_000 < now_us < 4_000_000]
    leak_ua = 8  # the output resistance and the divider take it; the trim gives it back
    assert all(abs(ua - 2000 - error_ua) <= 2 + (leak_ua if error_ua else 0) for ua in held)


@pytest.mark.parametrize("at_s", [6.5, 8.0004])
@pytest.mark.parametrize("ohm", [10, 150])
@pytest.mark.short_cases("10-6.5", "150-8.0004")
def test_a_short_is_found_after_one_second(at_s, ohm):
    trial = CutTrial("forearm", f"short@{at_s}:{ohm}")
    trial.run(by_time((2000, 9000)))
    assert_latched_off(trial, "low impedance", 1_020_000)
    # For that second the dose is false: the bridge took it.
    assert 0 <= trial.last["dose_uc"] - trial.truth.gross_uc <= 2000 * 1.1


def test_a_short_in_the_first_five_seconds_waits_for_their_end():
    trial = CutTrial("forearm", "short@2")
    trial.run(by_time((2000, 9000)))
    assert_latched_off(
        trial, "low impedance", (trial.first_ms(codes.STATE_RAMP) + 5000 + 1020 - 2000) * 1000
    )


@pytest.mark.parametrize("load", ["resistor:210", "rc:250:10"])
def test_a_low_load_above_the_threshold_is_none(load):
    trial = Trial(load)
    trial.run(by_time((2000, 8000)))
    assert (trial.last["outcome"], trial.last["fault"]) == ("complete", None)
