"""Whole sessions of the first protocol: it completes, on time, with its dose and no overshoot.

Its 20 minutes are for the long tier; the short one has it with ramps of 2 s and a hold of 10 s.
"""

import pytest
from tests.closed_loop.sessions import drier, shipped
from tests.support.trial import Trial
from tests.vm.short_programs import cut_short

from ionto.core import codes, program

TARGET_UC = 40 * 60_000
NEAR_UC = 6_000  # 0.1 mA min
PEAK_MAX_UA = 2030
IN_ORDER = [
    codes.STATE_PROBE,
    codes.STATE_PROOF,
    codes.STATE_RAMP,
    codes.STATE_HOLD,
    codes.STATE_RAMP_DOWN,
    codes.STATE_DONE,
]


SHORT = cut_short(shipped(), 2000, 10_000)
SHORT_UC = SHORT[program.HEADER_LEN + program.S_CHARGE_UC]


def whole(load, adc="ideal", seed=1, words=None):
    """dexamethasone-40 on a load, judged by what every whole session has to keep."""
    words = words or shipped()
    target_uc = words[program.HEADER_LEN + program.S_CHARGE_UC]
    trial = Trial(load, adc, seed)
    last = trial.run(words)
    assert (last["outcome"], last["fault"], last["later_faults"]) == ("complete", None, 0)
    assert last["dose_uc"] == pytest.approx(target_uc, abs=NEAR_UC * target_uc / TARGET_UC)
    assert (last["negative_uc"], last["positive_uc"]) == (last["dose_uc"], 0)
    assert trial.truth.peak_ua <= PEAK_MAX_UA
    assert [state for _, state, _ in trial.states()] == IN_ORDER
    assert trial.lost() == []
    assert last["dropped"] == 0
    return trial


def assert_dose_true(trial, share):
    """The firmware's dose against the charge that went through the load."""
    assert trial.last["dose_uc"] == pytest.approx(trial.truth.gross_uc, rel=share)
    assert trial.truth.positive_uc < 5  # the cathode is the active electrode


def test_a_shortened_dexamethasone_40_completes_with_its_dose_in_its_time():
    trial = whole("forearm", words=SHORT)
    assert_dose_true(trial, 0.001)
    assert trial.truth.gross_uc == pytest.approx(SHORT_UC, abs=NEAR_UC * SHORT_UC / TARGET_UC)
    # 2 s up, 10 s at 2 mA, 2 s down, and 0.4 s of probe and proof before.
    assert trial.last["t_ms"] == pytest.approx(14_400, abs=100)
    assert trial.events(codes.EVENT_LIMITED) == []
    assert len(trial.samples()) == pytest.approx(143, abs=15)  # 10 Hz


@pytest.mark.parametrize(
    ("load", "adc", "seed", "share"),
    [("forearm", "rp2040", 3, 0.01), ("forearm-dry", "ideal", 1, 0.001)],
    ids=["the RP2040's converter", "a dry start"],
)
def test_a_shortened_dexamethasone_40_completes_with_a_true_dose(load, adc, seed, share):
    trial = whole(load, adc, seed, SHORT)
    assert_dose_true(trial, share)
    assert trial.events(codes.EVENT_CONTACT) == []


@pytest.mark.long
def test_dexamethasone_40_completes_with_its_dose_in_its_time():
    trial = whole("forearm")
    assert_dose_true(trial, 0.001)
    assert trial.truth.gross_uc == pytest.approx(TARGET_UC, abs=NEAR_UC)
    # 20 s up, 1180 s at 2 mA, 20 s down, and 0.4 s of probe and proof before.
    assert trial.last["t_ms"] == pytest.approx(1_220_400, abs=1000)
    assert trial.events(codes.EVENT_LIMITED) == []
    assert len(trial.samples()) == pytest.approx(12_203, abs=15)  # 10 Hz


@pytest.mark.long
def test_dexamethasone_40_completes_on_the_calibrated_rp2040_adc():
    assert_dose_true(whole("forearm", "rp2040", 3), 0.01)


@pytest.mark.long
def test_a_dry_start_completes_without_a_trip():
    trial = whole("forearm-dry")
    assert_dose_true(trial, 0.001)
    assert trial.events(codes.EVENT_CONTACT) == []


@pytest.mark.long
@pytest.mark.parametrize("skin", ["forearm", "forearm-dry"])
@pytest.mark.parametrize("seed", range(10, 22))
def test_whole_sessions_complete_with_a_true_dose_over_many_seeds(skin, seed):
    assert_dose_true(whole(skin, "rp2040", seed), 0.01)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize("times", [9, 15])
def test_whole_sessions_on_a_much_drier_load_stretch_and_complete(times, seed):
    trial = whole(drier(times), "rp2040", seed)
    assert_dose_true(trial, 0.01)
    assert trial.events(codes.EVENT_LIMITED) != []
