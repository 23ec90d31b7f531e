"""What operator, load and time do to a session, state by state."""

import pytest
from tests.support.programs import make_program, segment

from ionto.core import codes, program

from .led_session import LedSession
from .transition_table import ENERGISED, LIVE, STATES

PROVING = (codes.STATE_PROOF, codes.STATE_PROOF_STOPPING, codes.STATE_PROOF_PAUSING)
WATCHING = (codes.STATE_CONTACT, codes.STATE_CONTACT_PAUSING, codes.STATE_CONTACT_ENDING)


@pytest.mark.parametrize("state", [*LIVE, codes.STATE_DONE, codes.STATE_FAULT], ids=STATES.get)
def test_gate_and_probe_follow_from_the_state(state):
    led = LedSession().in_state(state)
    assert led.session.gate == (state in ENERGISED)
    assert led.session.probe_on == (state in (codes.STATE_PROBE, *WATCHING))
    if not led.session.gate:
        assert (led.ramp.set_q4, led.session.target_q4) == (0, 0)


@pytest.mark.parametrize("state", LIVE, ids=STATES.get)
def test_a_trip_opens_the_gate_in_its_tick_and_nothing_closes_it_again(state):
    led = LedSession().in_state(state)
    assert led.tick(fault=codes.FAULT_LEAK) == 0
    assert (led.session.state, led.session.fault) == (codes.STATE_FAULT, codes.FAULT_LEAK)
    for ask in (codes.ASK_STOP, codes.ASK_PAUSE, codes.ASK_RESUME, codes.ASK_SET, 0) * 400:
        assert led.tick(ask=ask) == 0
    assert led.tick(fault=codes.FAULT_LATE) == 0
    refused = state in (codes.STATE_PROBE, *PROVING)
    assert led.session.fault == codes.FAULT_LEAK
    assert led.session.outcome == (codes.OUTCOME_REFUSED if refused else codes.OUTCOME_FAULTED)


@pytest.mark.parametrize(
    ("state", "ask", "following"),
    [
        (codes.STATE_PROBE, codes.ASK_STOP, codes.STATE_DONE),
        (codes.STATE_RAMP, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
        (codes.STATE_HOLD, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
        (codes.STATE_RAMP_DOWN, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
        (codes.STATE_PAUSING, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
        (codes.STATE_PAUSED, codes.ASK_STOP, codes.STATE_DONE),
        (codes.STATE_CONTACT, codes.ASK_STOP, codes.STATE_DONE),
        (codes.STATE_REST, codes.ASK_STOP, codes.STATE_DONE),
        (codes.STATE_DONE, codes.ASK_STOP, codes.STATE_DONE),
        (codes.STATE_PROBE, codes.ASK_PAUSE, codes.STATE_PAUSED),
        (codes.STATE_PROOF, codes.ASK_SET, codes.STATE_PROOF),
        (codes.STATE_PULSE, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
        (codes.STATE_PULSE, codes.ASK_PAUSE, codes.STATE_PAUSING),
        (codes.STATE_PULSE, codes.ASK_SET, codes.STATE_PULSE),
        (codes.STATE_TURNING, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
        (codes.STATE_TURNING, codes.ASK_PAUSE, codes.STATE_PAUSING),
        (codes.STATE_TURNING, codes.ASK_SET, codes.STATE_TURNING),
        (codes.STATE_OFF, codes.ASK_STOP, codes.STATE_DONE),
        (codes.STATE_OFF, codes.ASK_PAUSE, codes.STATE_PAUSED),
        (codes.STATE_OFF, codes.ASK_RESUME, codes.STATE_OFF),
        (codes.STATE_REST, codes.ASK_PAUSE, codes.STATE_PAUSED),
        (codes.STATE_RAMP, codes.ASK_PAUSE, codes.STATE_PAUSING),
        (codes.STATE_HOLD, codes.ASK_PAUSE, codes.STATE_PAUSING),
        (codes.STATE_RAMP_DOWN, codes.ASK_PAUSE, codes.STATE_RAMP_DOWN),
        (codes.STATE_PAUSED, codes.ASK_PAUSE, codes.STATE_PAUSED),
        (codes.STATE_PAUSED, codes.ASK_RESUME, codes.STATE_REST),
        (codes.STATE_PAUSING, codes.ASK_RESUME, codes.STATE_PAUSING),
        (codes.STATE_HOLD, codes.ASK_RESUME, codes.STATE_HOLD),
        (codes.STATE_HOLD, codes.ASK_SET, codes.STATE_RAMP),
        (codes.STATE_RAMP, codes.ASK_SET, codes.STATE_RAMP),
        (codes.STATE_RAMP_DOWN, codes.ASK_SET, codes.STATE_RAMP_DOWN),
        (codes.STATE_PAUSING, codes.ASK_SET, codes.STATE_PAUSING),
        (codes.STATE_PAUSED, codes.ASK_SET, codes.STATE_PAUSED),
        (codes.STATE_CONTACT, codes.ASK_SET, codes.STATE_CONTACT),
    ],
    ids=lambda value: str(value),
)
def test_each_ask_leads_from_each_state_to_the_state_of_the_table(state, ask, following):
    led = LedSession().in_state(state)
    led.tick(ask=ask)
    assert led.session.state == following


@pytest.mark.parametrize("state", LIVE, ids=STATES.get)
def test_a_stop_that_is_held_ends_the_session_without_closing_the_gate_again(state):
    led = LedSession().in_state(state)
    ending = {
        codes.STATE_RAMP_DOWN: codes.OUTCOME_COMPLETE,
        codes.STATE_CONTACT_ENDING: codes.OUTCOME_SHORT,
    }
    expected = ending.get(state, codes.OUTCOME_STOPPED)
    assert led.to(codes.STATE_DONE, 300, ask=codes.ASK_STOP) <= 210
    assert led.session.outcome == expected


@pytest.mark.parametrize("state", sorted(ENERGISED - {codes.STATE_RAMP_DOWN}), ids=STATES.get)
def test_a_stop_in_the_tick_of_a_cut_is_kept(state):
    led = LedSession().in_state(state)
    assert led.tick(fault=codes.VERDICT_CUT, ask=codes.ASK_STOP) == 0
    led.to(codes.STATE_DONE, 2)
    assert led.session.outcome == codes.OUTCOME_STOPPED


def test_the_time_of_a_hold_counts_from_the_level():
    led = LedSession().in_state(codes.STATE_HOLD)
    assert led.to(codes.STATE_RAMP_DOWN) == pytest.approx(1000, abs=2)
    led.to(codes.STATE_DONE)
    assert led.session.outcome == codes.OUTCOME_COMPLETE


def _charge(charge_uc, **header):
    one = segment(program.HOLD_CHARGE, 2000, 1000, charge_uc, 0)
    return make_program(segments=[one], charge_uc=10_000_000, time_s=60, **header)


@pytest.mark.parametrize("charge_uc", [500, 4000, 10_000, 30_000])
@pytest.mark.parametrize("down_slew_ua_s", [100, 1000])
def test_the_ramp_down_completes_the_dose(charge_uc, down_slew_ua_s):
    led = LedSession(_charge(charge_uc, down_slew_ua_s=down_slew_ua_s))
    led.to(codes.STATE_DONE, 60_000)
    assert led.session.outcome == codes.OUTCOME_COMPLETE
    assert led.dose.gross_uc == pytest.approx(charge_uc, abs=max(5, charge_uc // 1000))


def test_a_limited_load_ends_short_at_the_time_limit():
    led = LedSession(_charge(1_000_000, peak_ua=2000))
    led.flow_q4 = 1600
    led.to(codes.STATE_RAMP_DOWN, 61_000)
    assert led.session.energised_ms() == pytest.approx(60_000, abs=2)
    led.flow_q4 = None
    led.to(codes.STATE_DONE)
    assert (led.session.outcome, led.session.fault) == (codes.OUTCOME_SHORT, 0)


def test_segments_follow_each_other_at_their_own_levels():
    parts = [segment(level_ua=level, slew_ua_s=10_000) for level in (500, 2000, 100)]
    led = LedSession(make_program(segments=parts, slew_ua_s=10_000))
    levels = []
    while led.session.state != codes.STATE_DONE:
        led.tick()
        if led.session.state == codes.STATE_HOLD and led.session.segment == len(levels):
            levels.append(led.ramp.set_q4 >> 4)
    assert levels == [500, 2000, 100]


@pytest.mark.parametrize(
    ("asked_ua", "level_ua"), [(0, 1), (1500, 1500), (2000, 2000), (99999, 2000)]
)
def test_a_set_is_held_within_1_ua_and_the_programs_peak(asked_ua, level_ua):
    led = LedSession().in_state(codes.STATE_HOLD)
    led.session.value = asked_ua
    led.tick(ask=codes.ASK_SET)
    led.to(codes.STATE_HOLD)
    assert led.ramp.set_q4 == level_ua * 16
