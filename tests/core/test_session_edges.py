"""How a session begins and counts: its clock, its states, the time of each hold and wait."""

import pytest
from tests.support.programs import make_program, off, pulses

from ionto.core import codes

from .led_session import LedSession
from .short_parts import FAST, away, hold, led


def shown(session):
    """What a session says of itself."""
    names = "state outcome fault t_ms segment polarity gate probe_on target_q4 slew_ua_s jump"
    more = "starts glitches lost_q4 value entered"
    return {name: getattr(session, name) for name in f"{names} {more}".split()}


NOTHING = dict.fromkeys(shown(LedSession().session), 0)


def test_a_start_after_a_train_that_was_broken_off_has_all_its_pulses():
    made = led(pulses(50, 50, 1, 3))
    made.to(codes.STATE_PULSE)
    made.tick()
    made.ramp.reset()
    made.session.start(make_program(segments=[pulses(50, 50, 1, 7)], **FAST))
    made.to(codes.STATE_PULSE)
    assert made.pulses.left == 7


def test_a_session_that_was_not_started_asks_for_nothing():
    made = LedSession()
    session = type(made.session)(made.buf, made.ramp, made.dose, None, made.proof, made.pulses, 0)
    expected = {**NOTHING, "polarity": 1, "slew_ua_s": 1}
    for ask in (0, codes.ASK_RESUME, codes.ASK_PAUSE, codes.ASK_SET):
        assert session.step(0, ask, 0) == 0
        assert shown(session) == expected
    assert session.energised_ms() == 0


@pytest.mark.parametrize("end", [{"fault": codes.FAULT_LEAK}, {"ask": codes.ASK_STOP}])
def test_a_start_forgets_the_session_before(end):
    made = led(hold(), pulses(20, 20, 1, 2), down_slew_ua_s=4000)
    made.in_state(codes.STATE_REST)
    made.to(codes.STATE_HOLD)
    made.session.value = 700
    made.tick(dt_us=1900, ask=codes.ASK_SET)
    made.to(codes.STATE_PULSE)
    made.tick(**end)
    made.to(codes.STATE_FAULT if "fault" in end else codes.STATE_DONE)
    made.session.start(led(hold(), polarity=-1, down_slew_ua_s=3000).program)
    begun = {
        "state": codes.STATE_PROBE,
        "polarity": -1,
        "probe_on": 1,
        "slew_ua_s": 3000,
        "entered": 1,
    }
    assert shown(made.session) == {**NOTHING, **begun}
    assert made.session.energised_ms() == 0
    made.tick(dt_us=999)
    assert made.session.t_ms == 0


def test_the_clock_counts_whole_ms_and_keeps_the_rest():
    made = led(hold())
    found = []
    for dt_us in (999, 1, 1000, 2500, 499, 1, 20_000):
        made.tick(dt_us=dt_us)
        found.append(made.session.t_ms)
    assert found == [0, 1, 2, 4, 4, 5, 25]


def test_every_new_state_says_that_it_has_moved():
    made = led(hold(), off(30), hold())
    state = None
    for _ in range(10_000):
        assert made.session.entered == (made.session.state != state)
        state = made.session.state
        if state == codes.STATE_DONE:
            break
        made.session.entered = 0
        made.tick()
    assert state == codes.STATE_DONE


def test_a_wait_begins_as_soon_as_the_set_point_is_at_0_and_the_last_one_ends_it_all():
    made = led(hold(), off(30), off(40))
    made.to(codes.STATE_TURNING)
    assert away(made) == 100
    assert made.session.state == codes.STATE_OFF
    assert away(made) == 30
    made.to(codes.STATE_OFF)
    assert away(made) == 40
    assert made.session.state == codes.STATE_DONE


@pytest.mark.parametrize("time_ms", [1, 50, 51])
def test_a_hold_ends_after_its_time_to_the_ms(time_ms):
    made = led(hold(time_ms=time_ms), hold(time_ms=time_ms, level_ua=500))
    for number in range(2):
        made.to(codes.STATE_HOLD)
        assert made.session.segment == number
        assert away(made) == time_ms


def test_a_hold_after_a_wait_that_was_paused_has_its_whole_time():
    made = led(hold(), off(300), hold(time_ms=200))
    made.to(codes.STATE_OFF)
    for _ in range(100):
        made.tick()
    made.tick(ask=codes.ASK_PAUSE)
    made.tick(ask=codes.ASK_RESUME)
    made.to(codes.STATE_REST)
    made.to(codes.STATE_OFF)
    assert made.to(codes.STATE_REST) == 300 - 101
    made.to(codes.STATE_HOLD)
    assert made.to(codes.STATE_RAMP_DOWN) == 200


def test_the_energised_time_is_that_of_every_closed_gate():
    made = led(hold(time_ms=300))
    closed_ms = held_ms = 0
    pauses = [codes.STATE_RAMP, codes.STATE_HOLD, codes.STATE_HOLD]
    for _ in range(10_000):
        ask = 0
        if pauses and made.session.state == pauses[0]:
            del pauses[0]
            ask = codes.ASK_PAUSE
        elif made.session.state == codes.STATE_PAUSED:
            ask = codes.ASK_RESUME
        closed_ms += made.tick(ask=ask)
        assert made.session.energised_ms() == closed_ms - made.session.gate
        held_ms += made.session.state == codes.STATE_HOLD
        if made.session.state == codes.STATE_DONE:
            break
    assert (made.session.starts, made.session.energised_ms()) == (4, closed_ms)
    assert held_ms == 300, "and the hold's is that of all its parts"


def test_what_the_proof_found_stays_to_be_read_and_its_pins_are_low_to_the_end():
    made = led(hold())
    made.to(codes.STATE_RAMP)
    for _ in range(500):
        proof = made.proof
        assert (proof.proven, proof.on_q4, proof.gate, proof.drive) == (31, 480, 0, 0)
        made.tick()
    assert made.session.state == codes.STATE_DONE
