"""What an operator asks for while a session runs: pause, resume, set, stop; and the time limit."""

import pytest
from tests.closed_loop.sessions import GONE_UA, by_dose, by_time
from tests.support.trial import Trial

from ionto.core import codes

DOSE_UC = 16_000  # 7 s of hold
LONGER_UC = 30_000
SLEW_UA_S = 2000
PROBED_S = 0.25


def near_truth(trial):
    """The firmware's dose against the load's charge."""
    true_uc = trial.truth.gross_uc
    return trial.last["dose_uc"] == pytest.approx(true_uc, abs=max(5.0, 0.001 * true_uc))


def asked(*said, load="forearm", compliance_share=None, dose_uc=DOSE_UC, **header):
    """A session at 2 mA to its dose with (seconds, command) said to it."""
    trial = Trial(load, compliance_share=compliance_share)
    for seconds, command in said:
        trial.say(seconds, command)
    trial.run(by_dose((2000, dose_uc), slew_ua_s=SLEW_UA_S, **header))
    assert trial.last["fault"] is None
    assert near_truth(trial)
    return trial


def currents_between(trial, from_ms, to_ms):
    """What the board reported in an interval."""
    return [item.current_ua for item in trial.samples() if from_ms < item.t_ms < to_ms]


@pytest.mark.parametrize("pause_s", [0.1, 0.3, 0.8, 1.3, 4, 8.05, 8.9])
@pytest.mark.short_cases("0.1", "0.3", "4", "8.9")
def test_a_pause_anywhere_leaves_the_dose_whole(pause_s):
    trial = asked((pause_s, "pause"), (pause_s + 3, "resume"))
    assert trial.last["outcome"] == "complete"
    assert trial.last["dose_uc"] == pytest.approx(DOSE_UC, abs=0.0025 * DOSE_UC)


@pytest.mark.long
def test_five_pauses_leave_the_dose_whole():
    said = [(2 + 6 * index, "pause") for index in range(5)]
    resumed = [(seconds + 2.5, "resume") for seconds, _ in said]
    trial = asked(*said, *resumed, dose_uc=LONGER_UC)
    assert trial.last["outcome"] == "complete"
    assert trial.last["dose_uc"] == pytest.approx(LONGER_UC, abs=0.0025 * LONGER_UC)
    assert len([1 for _, state, _ in trial.states() if state == codes.STATE_PAUSED]) == 5


def test_a_pause_ramps_down_and_back_up_from_zero_with_a_rest_and_a_probe_between():
    trial = asked((6, "pause"), (12, "resume"))
    states = [state for _, state, _ in trial.states()]
    again = [
        codes.STATE_PAUSING,
        codes.STATE_PAUSED,
        codes.STATE_REST,
        codes.STATE_PROBE,
        codes.STATE_PROOF,
    ]
    again += [codes.STATE_RAMP, codes.STATE_HOLD]
    assert states[4:11] == again
    paused_ms, rest_ms = trial.first_ms(codes.STATE_PAUSED), trial.first_ms(codes.STATE_REST)
    flowing = currents_between(trial, paused_ms + 10, rest_ms + 900)
    assert len(flowing) > 50
    assert max(flowing) < GONE_UA
    assert trial.truth.peak_ua <= 2025


def test_a_stop_in_the_proof_arms_the_limiter_again_with_the_gate_low_and_ends():
    """A poll of 20 ms, ten bytes two in 4 ms, the turn to decide; then 37 ticks in 50 ms."""
    trial = asked((0.24, "stop"))
    assert (trial.last["outcome"], trial.last["state"]) == ("stopped", "done")
    assert trial.last["t_ms"] <= 240 + 50 + 50
    assert trial.truth.peak_ua < 50


@pytest.mark.parametrize("stop_s", [0.1, 0.5, 1.2, 1.3, 7.9])
def test_a_stop_ramps_down_and_ends(stop_s):
    trial = asked((stop_s, "stop"))
    assert (trial.last["outcome"], trial.last["state"]) == ("stopped", "done")
    ramp_s = min(1.0, max(0.0, stop_s - PROBED_S + 0.04))
    assert trial.last["t_ms"] <= (stop_s + ramp_s + 0.05) * 1000
    trial.wait_s(5)
    assert (
        trial.truth.last_above_us is None or trial.truth.last_above_us < trial.plant.now_us - 5e6
    )


@pytest.mark.parametrize("after_s", [0.02, 0.5, 1.1])
@pytest.mark.short_cases("0.5")
def test_a_stop_while_paused_or_resting_ends_without_another_ramp(after_s):
    trial = asked((6, "pause"), (9, "resume"), (9 + after_s, "stop"))
    assert trial.last["outcome"] == "stopped"
    ends_ms = trial.last["t_ms"]
    assert max(currents_between(trial, 7100, ends_ms + 100), default=0) < 50 + GONE_UA


def test_the_stop_input_is_a_stop():
    trial = Trial("forearm")
    trial.at(4, lambda plant: setattr(plant, "stop_pressed", True))
    trial.run(by_dose((2000, DOSE_UC)))
    assert (trial.last["outcome"], trial.last["fault"]) == ("stopped", None)
    assert trial.last["t_ms"] == pytest.approx(5000, abs=10)


def test_a_set_moves_the_level_by_the_slew_and_never_above_the_programs_peak():
    said = ((4, "set 700"), (8, "set 2500"), (11, "set 0"), (12, "set 1500"))
    trial = asked(*said, dose_uc=LONGER_UC)
    assert trial.last["outcome"] == "complete"
    for level_ua, from_ms, to_ms in ((700, 5000, 8000), (2000, 9500, 11_000)):
        flowing = currents_between(trial, from_ms, to_ms)
        assert flowing == pytest.approx([level_ua] * len(flowing), abs=4)
    assert trial.truth.peak_ua <= 2025
    assert trial.last["dose_uc"] == pytest.approx(LONGER_UC, abs=0.0025 * LONGER_UC)


@pytest.mark.long
def test_a_load_that_takes_half_the_current_ends_short_at_the_time_limit():
    # A stage that makes just 1 mA into 40 kOhm.
    trial = asked(load="resistor:40000", compliance_share=0.901, dose_uc=LONGER_UC, time_s=17)
    assert trial.last["outcome"] == "short"
    energised_ms = trial.first_ms(codes.STATE_RAMP_DOWN) - trial.first_ms(codes.STATE_RAMP)
    assert energised_ms == pytest.approx(17_000, abs=5)
    assert trial.last["dose_uc"] == pytest.approx(17_000, rel=0.01)


def test_pauses_cost_nothing_of_the_time_limit():
    said = ((3, "pause"), (13, "resume"), (18, "pause"), (28, "resume"))
    assert asked(*said, time_s=12).last["outcome"] == "complete"


def test_unattended_the_same_session_runs_without_a_host():
    trial = Trial("forearm")
    trial.console.gone_us = 0
    trial.run(by_time((2000, 5000)), supervised=False)
    assert (trial.last["outcome"], trial.last["fault"]) == ("complete", None)
    assert near_truth(trial)
