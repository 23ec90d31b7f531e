"""The dose against the charge that the load really received: ramps, pauses and trips included."""

import pytest
from tests.closed_loop.sessions import by_dose, by_time
from tests.support.trial import Trial

LONG = pytest.mark.long
LOADS = ("forearm", "forearm-dry", "resistor:500", "rc:15000:200", "rc:50000:1", "resistor:40000")
IDEAL_SHARE, RP2040_SHARE, LEAST_UC = 0.001, 0.01, 5.0


def error_uc(trial):
    """Firmware less truth."""
    return trial.last["dose_uc"] - trial.truth.gross_uc


def allowed_uc(trial, share):
    """A share of the charge, or 5 uC."""
    return max(LEAST_UC, share * trial.truth.gross_uc)


def session(load, level_ua, adc="ideal", seed=1, specs=(), said=(), hold_ms=None):
    """Seconds at a level between ramps of 1 s: of a small one, of which 5 uC are more, twelve."""
    trial = Trial(load, adc, seed, specs)
    for seconds, command in said:
        trial.say(seconds, command)
    if hold_ms is None:
        hold_ms = 12_000 if level_ua < 1500 else 6_000
    trial.run(by_time((level_ua, hold_ms), slew_ua_s=max(1, level_ua), time_s=20))
    return trial


@pytest.mark.parametrize(
    "level_ua", [10, 4000, *(pytest.param(n, marks=LONG) for n in (100, 499, 2000))]
)
@pytest.mark.parametrize("load", LOADS)
@pytest.mark.short_cases(
    "resistor:500-10", "forearm-4000", "rc:15000:200-4000", "resistor:40000-10", "forearm-dry-10"
)
def test_with_the_ideal_adc_the_dose_is_true_to_a_thousandth(load, level_ua):
    trial = session(load, level_ua)
    assert trial.last["fault"] is None
    assert abs(error_uc(trial)) <= allowed_uc(trial, IDEAL_SHARE)


@pytest.mark.parametrize("polarity", [1, -1])
def test_each_polarity_is_counted_as_its_own(polarity):
    trial = Trial("forearm")
    trial.run(by_time((2000, 3000), polarity=polarity))
    truth, last = trial.truth, trial.last
    assert last["positive_uc"] == pytest.approx(truth.positive_uc, abs=7)
    assert last["negative_uc"] == pytest.approx(truth.negative_uc, abs=7)
    assert max(last["positive_uc"], last["negative_uc"]) > 6000
    assert min(last["positive_uc"], last["negative_uc"]) == 0


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=LONG) for n in range(2, 7))])
@pytest.mark.parametrize("level_ua", [1500, 2000])
def test_with_the_calibrated_rp2040_adc_the_dose_is_true_to_a_hundredth(level_ua, seed):
    trial = session("forearm", level_ua, "rp2040", seed)
    assert trial.last["outcome"] == "complete"
    assert abs(error_uc(trial)) <= allowed_uc(trial, RP2040_SHARE)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20, 60))
@pytest.mark.parametrize("level_ua", [1500, 2000, 3000, 4000])
def test_the_dose_is_true_to_a_hundredth_on_many_boards_at_many_levels(level_ua, seed):
    trial = session("forearm", level_ua, "rp2040", seed, hold_ms=12_000)
    assert abs(error_uc(trial)) <= allowed_uc(trial, RP2040_SHARE)


@pytest.mark.parametrize("adc", ["ideal", "rp2040"])
@pytest.mark.parametrize("load", ["forearm", "rc:5000:47"])
@pytest.mark.short_cases("forearm-rp2040", "rc:5000:47-ideal")
def test_pauses_glitches_and_a_stop_are_counted(load, adc):
    said = ((3, "pause"), (4.5, "resume"), (11, "stop"))
    trial = session(load, 2000, adc, 2, ["open@8:40"], said)
    assert trial.last["outcome"] == "stopped"
    assert len([1 for event in trial.items if getattr(event, "code", 0) == 7]) == 1
    assert abs(error_uc(trial)) <= allowed_uc(trial, IDEAL_SHARE if adc == "ideal" else 0.01)


@pytest.mark.parametrize("at_s", [0.6, 1.9, 4.0, 7.6])
@pytest.mark.short_cases("0.6", "4.0")
def test_a_dose_cut_off_by_a_fault_is_kept_and_true(at_s):
    for spec in (f"open@{at_s}", f"overcurrent@{at_s}:3"):
        trial = session("forearm", 2000, specs=[spec])
        assert trial.last["outcome"] == "fault"
        assert abs(error_uc(trial)) <= LEAST_UC


@pytest.mark.parametrize(
    ("level_ua", "level_s"),
    [*((1, 25), (40, 25)), *(pytest.param(n, 100, marks=LONG) for n in (1, 20, 40))],
)
@pytest.mark.short_cases("1-25")
def test_a_small_dose_is_met_to_a_few_microcoulombs(level_ua, level_s):
    trial = Trial("forearm")
    dose = (level_ua, level_s * level_ua)
    trial.run(by_dose(dose, slew_ua_s=max(1, level_ua // 10), time_s=300))
    assert trial.last["outcome"] == "complete"
    assert abs(error_uc(trial)) <= allowed_uc(trial, IDEAL_SHARE)
