"""An operator's keys: steps within the peak, pause, resume, stop; and that no wall is lifted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.host.protocol_bench import Run, board_of
from tests.support.programs import hold_charge, hold_time, protocol_words, train
from tests.support.tiers import examples

from ionto.core import codes, command
from ionto.core.fields import FLAG_LIMITED
from iontobench.link.events import Sample
from iontobench.protocols.bounds import bounds
from iontobench.protocols.timeline import Timeline
from iontobench.sessions.controls import KEYS, Controls, step_of
from iontobench.sessions.progress import Progress, SessionFacts
from iontobench.sessions.real_time_pacer import Pacer


def model_of(made, state, set_ua, t_ms=60_000, flags=0, dose_uc=0):
    """A view's model of a session in `state`."""
    model = Progress(SessionFacts("virtual", "mine", "us", Timeline(made)))
    model.add(Sample(1, t_ms, state, flags, set_ua, set_ua, 0.0, 6000, dose_uc))
    return model


def controls(*args, **options):
    """Keys in front of such a session."""
    return Controls(model_of(*args, **options), Pacer(60.0))


@pytest.mark.parametrize(
    ("level_ua", "peak_ua", "step_ua"),
    [(2000, 2000, 100), (4000, 4000, 200), (15000, 20000, 750), (530, 530, 53), (100, 100, 10)],
)
def test_a_step_is_5_percent_or_a_tenth_of_a_milliampere_but_small_where_little_flows(
    level_ua, peak_ua, step_ua
):
    assert step_of(level_ua, peak_ua) == step_ua


def test_a_step_up_may_pass_the_level_up_to_the_highest_current():
    made = protocol_words([hold_time(1500, 10000)], peak_ua=1700)
    held = controls(made, codes.STATE_HOLD, 1500.0)
    sent = [held.press("+") for _ in range(4)]
    assert sent == [["set 1600"], ["set 1700"], [], []]
    assert "stays within 0.1 .. 1.7 mA" in held.note


def test_the_next_hold_is_adjusted_from_its_own_level():
    made = protocol_words([hold_charge(1500, 9000), hold_charge(500, 60000)])
    model = model_of(made, codes.STATE_HOLD, 1500.0)
    held = Controls(model, Pacer(60.0))
    assert held.press("-") == ["set 1400"]
    model.add(Sample(2, 90_000, codes.STATE_HOLD, 0, 500.0, 500.0, 0.0, 6000, 15_000))
    assert held.press("-") == ["set 400"]


def test_while_the_load_limits_the_level_asked_for_counts_and_not_what_flows():
    made = protocol_words([hold_time(1500, 10000)])
    assert controls(made, codes.STATE_HOLD, 700.0, flags=FLAG_LIMITED).press("-") == ["set 1400"]


def test_pulses_are_adjusted_from_their_level():
    made = protocol_words([train(1000, 100, 100, 50)])
    assert controls(made, codes.STATE_PULSE, 0.0).press("+") == ["set 1100"]


@pytest.mark.parametrize(
    ("key", "state", "sent"),
    [
        ("p", codes.STATE_PULSE, ["pause"]),
        ("p", codes.STATE_PAUSED, ["resume"]),
        ("r", codes.STATE_PAUSED, ["resume"]),
        ("r", codes.STATE_HOLD, []),
        ("s", codes.STATE_PULSE, ["stop"]),
    ],
)
def test_pause_resume_and_stop(key, state, sent):
    held = controls(protocol_words([hold_time(1500, 10000)]), state, 1000.0)
    assert held.press(key) == sent
    assert held.note


def test_the_help_of_the_keys_says_the_step():
    labels = {key.shown: key.label for key in KEYS}
    assert labels["-"] == "current by 5 % or 0.1 mA"
    assert (labels["p"], labels["r"], labels["s q"]) == ("pause", "resume", "stop by a ramp")


def test_every_act_is_an_event_of_the_record():
    acts = [(3.0, "set 1500"), (4.0, "pause"), (6.0, "resume"), (9.0, "stop")]
    run = Run(
        protocol_words([hold_time(1000, 9000, 1000)], slew_ua_s=1000),
        board_of("virtual"),
        "resistor:5000",
        acts,
    )
    told = [(one.a, one.b) for one in run.events if one.code == codes.EVENT_COMMAND]
    names = [command.COMMAND_NAMES[code] for code, _ in told]
    assert names == ["set", "pause", "resume", "stop"]
    assert told[0][1] == 1500
    assert run.last["outcome"] == "stopped"


ACT = st.one_of(
    st.builds("set {}".format, st.integers(0, 1_000_000)),
    st.sampled_from(["pause", "resume", "set -5", "set 99999999999", "set 1e9"]),
)


@settings(max_examples=examples(6, 15))
@given(st.lists(st.tuples(st.integers(5, 120), ACT), max_size=12))
def test_no_adjustment_lifts_a_limit_of_the_program(acts):
    made = protocol_words(
        [hold_charge(800, 2000, 1000), train(800, 50, 50, 20, slew_ua_s=1000)],
        **{"slew_ua_s": 1000, "down_slew_ua_s": 1000, "charge_uc": 6000},
        time_s=12,
        peak_ua=1000,
    )
    said = [(tenths / 10, text) for tenths, text in acts]
    run = Run(
        made, board_of("virtual"), "resistor:5000", [*said, (13.0, "resume"), (16.0, "stop")]
    )
    proven = bounds(made)
    assert run.truth.peak_ua <= 1000 * 1.01 + 5
    assert run.last["dose_uc"] <= proven.charge_uc + 56 * len(acts)
