"""Programs of several segments: each held for its own time or charge, whatever came between."""

from itertools import pairwise

import pytest
from tests.closed_loop.sessions import by_dose, by_time
from tests.support.programs import segment, words
from tests.support.trial import Trial

from ionto.core import codes, program

HOLDS = ((2000, 700), (500, 400), (1500, 150), (1500, 600))


def held_ms(trial):
    """How long each segment was held, all its holds together."""
    held = {}
    states = trial.states()
    for (from_ms, state, index), (to_ms, _, _) in pairwise(states):
        if state == codes.STATE_HOLD:
            held[index] = held.get(index, 0) + to_ms - from_ms
    return [held[index] for index in sorted(held)]


def assert_complete(trial):
    last = trial.last
    assert (last["outcome"], last["fault"]) == ("complete", None)
    near_uc = max(5, 0.001 * trial.truth.gross_uc)
    assert last["dose_uc"] == pytest.approx(trial.truth.gross_uc, abs=near_uc)


def assert_held(trial, holds=HOLDS):
    """Each segment for its own time, to two ticks a hold."""
    assert_complete(trial)
    assert held_ms(trial) == pytest.approx([hold_ms for _, hold_ms in holds], abs=4)


@pytest.mark.parametrize("load", ["forearm", "rc:5000:47"])
def test_each_segment_is_held_for_its_own_time_at_its_own_level(load):
    trial = Trial(load)
    trial.run(by_time(*HOLDS))
    assert_held(trial)
    for (level_ua, _), index in zip(HOLDS, range(4), strict=True):
        from_ms = next(t for t, s, i in trial.states() if (s, i) == (codes.STATE_HOLD, index))
        last = [s for s in trial.samples() if from_ms + 50 < s.t_ms < from_ms + HOLDS[index][1]]
        assert last
        assert all(sample.current_ua == pytest.approx(level_ua, abs=5) for sample in last)


@pytest.mark.parametrize("pause_s", [0.5, 0.9, 1.06, 1.2, 1.7, 2.05])
@pytest.mark.short_cases("0.5", "1.2", "2.05")
def test_a_pause_takes_nothing_from_any_segments_time(pause_s):
    trial = Trial("rc:5000:47")
    trial.say(pause_s, "pause").say(pause_s + 0.6, "resume")
    trial.run(by_time(*HOLDS))
    assert [state for _, state, _ in trial.states()].count(codes.STATE_PAUSED) == 1
    assert_held(trial)


def test_a_pause_in_every_segment_takes_nothing_either():
    trial = Trial("rc:5000:47")
    holds = ((2000, 1000), (500, 1000), (1500, 1000))
    for pause_s in (0.9, 4.3, 7.1):
        trial.say(pause_s, "pause").say(pause_s + 0.5, "resume")
    trial.run(by_time(*holds))
    paused = [index for _, state, index in trial.states() if state == codes.STATE_PAUSED]
    assert paused == [0, 1, 2]
    assert_held(trial, holds)


@pytest.mark.parametrize("lost_s", [0.8, 1.3, 1.6])
def test_a_lost_contact_takes_nothing_from_any_segments_time(lost_s):
    trial = Trial("rc:5000:47", faults=[f"open@{lost_s}:40"])
    trial.run(by_time(*HOLDS))
    assert len(trial.events(codes.EVENT_GLITCH)) == 1
    assert_held(trial)


def test_each_segment_ends_at_its_own_charge_and_the_ramp_down_completes_the_last():
    trial = Trial("forearm")
    doses = ((2000, 9000), (600, 4000), (1500, 12000))
    trial.run(by_dose(*doses))
    assert_complete(trial)
    assert trial.last["dose_uc"] == pytest.approx(25_000, abs=15)
    ends = [
        t for t, state, _ in trial.states() if state in (codes.STATE_RAMP, codes.STATE_RAMP_DOWN)
    ][1:]
    charges = []
    for end_ms in ends:
        sample = min(trial.samples(), key=lambda item: abs(item.t_ms - end_ms))
        slope_ua = sample.current_ua
        charges.append(sample.dose_uc + slope_ua * (end_ms - sample.t_ms) / 1000)
    down_uc = 1500**2 / (2 * 2000)
    assert charges == pytest.approx([9000, 13_000, 25_000 - down_uc], abs=15)


def test_charge_and_time_segments_mix():
    trial = Trial("forearm")
    made = [
        segment(program.HOLD_TIME, 1000, 5000, 0, 800),
        segment(program.HOLD_CHARGE, 2000, 5000, 3000),
        segment(program.HOLD_TIME, 500, 5000, 0, 300),
    ]
    trial.run(words(made, peak_ua=2000, slew_ua_s=5000))
    assert_complete(trial)
    held = held_ms(trial)
    assert (held[0], held[2]) == (pytest.approx(800, abs=4), pytest.approx(300, abs=4))
    ramp_uc = (2000**2 - 1000**2) / (2 * 5000)
    assert held[1] == pytest.approx((3000 - ramp_uc) / 2, abs=5)


def test_a_staircase_of_32_segments_is_climbed_without_overshoot():
    trial = Trial("rc:5000:47")
    trial.run(by_time(*[(60 * index, 300) for index in range(1, 33)]))
    assert_held(trial, [(0, 300)] * 32)
    assert trial.truth.peak_ua <= 1.01 * 1920 + 5
