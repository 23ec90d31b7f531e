"""What an operator asks at awkward times: in the proof, while contact is lost, twice."""

import pytest
from tests.support.programs import make_program, pulses, segment

from ionto.core import codes

from .led_session import LOADED_MV, OPEN_MV, LedSession
from .short_parts import away

ONGOING = [
    codes.STATE_RAMP,
    codes.STATE_HOLD,
    codes.STATE_PULSE,
    codes.STATE_TURNING,
    codes.STATE_PAUSING,
]


def lost(state, ask=0):
    """A session that has just lost its contact in `state`, asked for `ask` in that tick."""
    led = LedSession().in_state(state)
    led.load(OPEN_MV)
    assert led.tick(fault=codes.VERDICT_CUT, ask=ask) == 0
    return led


def back(led):
    """What a session comes to when its contact is there again."""
    away(led.load(LOADED_MV))
    return led.session.state


@pytest.mark.parametrize("state", ONGOING, ids=codes.STATE_NAMES.get)
@pytest.mark.parametrize("in_the_tick", [True, False])
def test_a_pause_asked_while_contact_is_lost_is_kept(state, in_the_tick):
    led = lost(state, codes.ASK_PAUSE if in_the_tick else 0)
    led.tick()
    if not in_the_tick:
        led.tick(ask=codes.ASK_PAUSE)
    assert back(led) == codes.STATE_PAUSED


@pytest.mark.parametrize("ask", [0, codes.ASK_RESUME, codes.ASK_SET])
def test_a_resume_or_a_set_while_contact_is_lost_is_ignored(ask):
    led = lost(codes.STATE_HOLD)
    led.tick(ask=ask)
    assert back(led) == codes.STATE_REST


@pytest.mark.parametrize("state", [codes.STATE_HOLD, codes.STATE_RAMP_DOWN])
def test_a_stop_while_contact_is_lost_ends_at_once(state):
    led = lost(state)
    led.tick(ask=codes.ASK_STOP)
    assert led.session.state == codes.STATE_DONE
    led.load(LOADED_MV).tick()
    assert led.session.state == codes.STATE_DONE


def test_a_pause_asked_when_the_last_way_down_has_lost_contact_makes_no_pause():
    led = lost(codes.STATE_RAMP_DOWN)
    led.tick(ask=codes.ASK_PAUSE)
    assert back(led) == codes.STATE_DONE


@pytest.mark.parametrize("before", [codes.STATE_PAUSED, codes.STATE_PAUSING, codes.STATE_RAMP])
def test_a_pause_of_long_ago_says_nothing_of_contact_that_is_lost_now(before):
    led = LedSession().in_state(before)
    led.tick(ask=codes.ASK_PAUSE)
    led.to(codes.STATE_PAUSED)
    led.tick(ask=codes.ASK_RESUME)
    led.to(codes.STATE_HOLD)
    led.load(OPEN_MV).tick(fault=codes.VERDICT_CUT)
    assert back(led) == codes.STATE_REST


@pytest.mark.hazard("H-16")
@pytest.mark.parametrize(("short_us", "state"), [(1, codes.STATE_PAUSED), (0, codes.STATE_DONE)])
def test_a_pause_that_nobody_ends_is_a_stop_after_half_an_hour_to_the_ms(short_us, state):
    led = LedSession().in_state(codes.STATE_PAUSED)
    for dt_us in (900_000_000, 899_999_000, 1000 - short_us):
        assert led.session.state == codes.STATE_PAUSED
        led.session.step(0, 0, dt_us)
    assert led.session.state == state
    assert led.session.outcome == (codes.OUTCOME_RUNNING if short_us else codes.OUTCOME_STOPPED)


@pytest.mark.parametrize(
    ("asks", "state"),
    [
        ([codes.ASK_STOP], codes.STATE_DONE),
        ([codes.ASK_PAUSE], codes.STATE_PAUSED),
        ([codes.ASK_STOP, codes.ASK_PAUSE], codes.STATE_DONE),
        ([codes.ASK_PAUSE, codes.ASK_STOP], codes.STATE_DONE),
        ([codes.ASK_PAUSE, codes.ASK_RESUME], codes.STATE_PAUSED),
        ([codes.ASK_SET], codes.STATE_RAMP),
        ([codes.ASK_RESUME], codes.STATE_RAMP),
    ],
)
def test_a_pause_or_stop_in_the_proof_is_obeyed_once_the_limiter_is_armed_again(asks, state):
    led = LedSession().in_state(codes.STATE_PROOF)
    led.tick()
    leaving = asks[0] in (codes.ASK_STOP, codes.ASK_PAUSE)
    for ask in asks:
        led.tick(ask=ask)
        assert codes.STATE_NAMES[led.session.state] == "proof"
        assert led.proof.pump == (not leaving)  # the stage unwinds first
        assert led.proof.rearm == 0
    away(led)
    assert led.proof.rearm == 1
    assert led.session.state == state
    assert led.session.starts == (state == codes.STATE_RAMP)


def test_a_proof_that_was_left_for_a_pause_leads_to_the_ramp_the_next_time():
    led = LedSession().in_state(codes.STATE_PROOF)
    led.tick(ask=codes.ASK_PAUSE)
    led.to(codes.STATE_PAUSED)
    led.tick(ask=codes.ASK_RESUME)
    led.to(codes.STATE_PROOF)
    away(led)
    assert led.session.state == codes.STATE_RAMP


@pytest.mark.hazard("H-30")
@pytest.mark.parametrize("state", [codes.STATE_RAMP, codes.STATE_HOLD], ids=codes.STATE_NAMES.get)
def test_a_set_is_a_ramp_to_the_new_level_at_the_segments_slew(state):
    parts = [segment(slew_ua_s=4000)]
    led = LedSession(make_program(segments=parts, slew_ua_s=10_000, down_slew_ua_s=1000))
    led.in_state(state)
    led.session.value = 1500
    led.session.entered = 0
    led.tick(ask=codes.ASK_SET)
    session = led.session
    assert (session.state, session.target_q4, session.slew_ua_s) == (
        codes.STATE_RAMP,
        24_000,
        4000,
    )
    assert session.entered == 1


@pytest.mark.hazard("H-30")
@pytest.mark.parametrize(("asked_ua", "hold_ms"), [(2000, 900), (1500, 400), (500, 600)])
def test_a_set_in_a_ramp_is_a_hold_when_the_set_point_is_there_and_not_before(asked_ua, hold_ms):
    """1.1 mA are reached when 1.0 to 2.0 mA are asked for: the ramp goes on from there."""
    parts = [segment(slew_ua_s=1000, time_ms=5000)]
    led = LedSession(make_program(segments=parts, slew_ua_s=10_000, down_slew_ua_s=1000))
    led.in_state(codes.STATE_RAMP)
    while led.ramp.set_q4 < 1100 * 16:
        led.tick()
    led.session.value = asked_ua
    led.tick(ask=codes.ASK_SET)
    assert led.to(codes.STATE_HOLD) == pytest.approx(hold_ms, abs=2)
    assert led.ramp.set_q4 == asked_ua * 16


@pytest.mark.hazard("H-30")
def test_a_hold_that_was_set_anew_holds_the_new_level_for_the_time_that_is_left():
    led = LedSession(
        make_program(segments=[segment(time_ms=500, slew_ua_s=10_000)], slew_ua_s=10_000)
    )
    led.to(codes.STATE_HOLD)
    for _ in range(199):
        led.tick()
    led.session.value = 1000
    led.tick(ask=codes.ASK_SET)
    assert led.to(codes.STATE_HOLD) == 100
    assert led.to(codes.STATE_RAMP_DOWN) == 200, "a ramp to a new level is a part of the hold"


@pytest.mark.hazard("H-30", "H-31")
@pytest.mark.parametrize("asked_ua", [500, 99_999])
def test_a_set_in_a_train_moves_its_amplitude_by_ramp_even_if_it_began_at_once(asked_ua):
    parts = [pulses(50, 50, 1, 3, level_ua=1000)]
    led = LedSession(make_program(segments=parts, slew_ua_s=8000, down_slew_ua_s=1000))
    led.to(codes.STATE_PULSE)
    session = led.session
    assert (session.jump, session.target_q4, led.ramp.set_q4) == (1, 16_000, 16_000)
    session.value = asked_ua
    session.entered = 0
    led.tick(ask=codes.ASK_SET)
    assert (session.state, session.jump, session.entered) == (codes.STATE_PULSE, 0, 1)
    assert (session.target_q4, session.slew_ua_s) == (min(asked_ua, 2000) * 16, 8000)


@pytest.mark.parametrize("ask", [codes.ASK_STOP, codes.ASK_PAUSE])
@pytest.mark.parametrize(("ticks", "part_q10"), [(10, 1024), (54, 0)])
def test_a_train_that_is_left_ramps_down_from_what_its_pulse_has_made_of_the_amplitude(
    ask, ticks, part_q10
):
    led = LedSession(make_program(segments=[pulses(50, 50, 1, 3)], slew_ua_s=8000))
    led.to(codes.STATE_PULSE)
    for _ in range(ticks):
        led.tick()
    assert led.pulses.gain_q10 == part_q10
    led.session.step(0, ask, 1000)
    assert led.ramp.set_q4 == 32_000 * part_q10 >> 10
    assert led.session.target_q4 == 0


@pytest.mark.hazard("H-14")
def test_a_pause_on_the_way_to_a_reversal_resumes_with_the_reversal():
    parts = [segment(time_ms=50, slew_ua_s=10_000) for _ in range(2)]
    parts[1][5] = -1
    led = LedSession(make_program(segments=parts, slew_ua_s=10_000))
    led.to(codes.STATE_TURNING)
    led.tick(ask=codes.ASK_PAUSE)
    led.to(codes.STATE_PAUSED)
    assert led.session.polarity == 1
    led.tick(ask=codes.ASK_RESUME)
    led.to(codes.STATE_HOLD)
    assert (led.session.polarity, led.session.segment, led.session.starts) == (-1, 1, 2)


@pytest.mark.hazard("H-31")
def test_a_train_that_is_paused_goes_on_with_the_pulse_after_the_one_that_had_begun():
    led = LedSession(make_program(segments=[pulses(50, 50, 1, 4, slew_ua_s=3000)], slew_ua_s=8000))
    for left in (4, 3, 2):
        led.to(codes.STATE_PULSE)
        assert (led.pulses.left, led.session.jump, led.session.slew_ua_s) == (left, 0, 3000)
        led.tick()
        led.tick(ask=codes.ASK_PAUSE)
        led.to(codes.STATE_PAUSED)
        led.tick(ask=codes.ASK_RESUME)
