"""The transition table, and what operator, load and time do to a session."""

import pytest

from ionto.core import faults, program, transitions
from ionto.core.transitions import ASK_PAUSE, ASK_RESUME, ASK_SET, ASK_STOP, TRANSITIONS, TRIP

from .build import make_program, segment
from .led_session import Led

LIVE = [state for state in faults.STATE_NAMES if faults.PROBE <= state < faults.DONE]
CLOSED = {state for state in LIVE if faults.RAMP <= state <= faults.PAUSING}


def test_every_state_is_reached_from_the_probe_and_only_done_and_fault_have_no_way_out():
    reached = {faults.PROBE, faults.PULSE}  # PULSE is entered where the table says RAMP
    while True:
        more = {to for source, _, to in TRANSITIONS if source in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(LIVE) | {faults.DONE, faults.FAULT}
    assert {source for source, _, _ in TRANSITIONS} == set(LIVE)


def test_the_table_is_unambiguous_and_a_trip_leads_to_fault_from_everywhere():
    pairs = [(source, event) for source, event, _ in TRANSITIONS]
    assert len(pairs) == len(set(pairs))
    assert all((source, TRIP, faults.FAULT) in TRANSITIONS for source in LIVE)
    assert all(event == TRIP for _, event, to in TRANSITIONS if to == faults.FAULT)


def test_the_gate_closes_only_after_a_probe_that_found_a_load_and_a_whole_proof():
    for source, event, to in TRANSITIONS:
        if to in CLOSED and source not in CLOSED:
            assert (source, event) == (faults.PROOF, transitions.PROVEN)
        if to == faults.PROOF:
            assert (source, event) == (faults.PROBE, transitions.HAS_LOAD)


@pytest.mark.parametrize("state", [*LIVE, faults.DONE, faults.FAULT], ids=faults.STATE_NAMES.get)
def test_gate_and_probe_follow_from_the_state(state):
    led = Led().in_state(state)
    assert led.session.gate == (state in CLOSED)
    assert led.session.probe_on == (state in (faults.PROBE, faults.CONTACT))
    if not led.session.gate:
        assert (led.ramp.set_q4, led.session.target_q4) == (0, 0)


@pytest.mark.parametrize("state", LIVE, ids=faults.STATE_NAMES.get)
def test_a_trip_opens_the_gate_in_its_tick_and_nothing_closes_it_again(state):
    led = Led().in_state(state)
    assert led.tick(fault=faults.LEAK) == 0
    assert (led.session.state, led.session.fault) == (faults.FAULT, faults.LEAK)
    for ask in (ASK_STOP, ASK_PAUSE, ASK_RESUME, ASK_SET, 0) * 400:
        assert led.tick(ask=ask) == 0
    assert led.tick(fault=faults.LATE) == 0
    refused = state in (faults.PROBE, faults.PROOF)
    assert led.session.fault == faults.LEAK
    assert led.session.outcome == (faults.REFUSED if refused else faults.FAULTED)


@pytest.mark.parametrize(
    ("state", "ask", "following"),
    [
        (faults.PROBE, ASK_STOP, faults.DONE),
        (faults.RAMP, ASK_STOP, faults.RAMP_DOWN),
        (faults.HOLD, ASK_STOP, faults.RAMP_DOWN),
        (faults.RAMP_DOWN, ASK_STOP, faults.RAMP_DOWN),
        (faults.PAUSING, ASK_STOP, faults.RAMP_DOWN),
        (faults.PAUSED, ASK_STOP, faults.DONE),
        (faults.CONTACT, ASK_STOP, faults.DONE),
        (faults.REST, ASK_STOP, faults.DONE),
        (faults.DONE, ASK_STOP, faults.DONE),
        (faults.PROBE, ASK_PAUSE, faults.PAUSED),
        (faults.PROOF, ASK_SET, faults.PROOF),
        (faults.PULSE, ASK_STOP, faults.RAMP_DOWN),
        (faults.PULSE, ASK_PAUSE, faults.PAUSING),
        (faults.PULSE, ASK_SET, faults.PULSE),
        (faults.TURNING, ASK_STOP, faults.RAMP_DOWN),
        (faults.TURNING, ASK_PAUSE, faults.PAUSING),
        (faults.TURNING, ASK_SET, faults.TURNING),
        (faults.OFF, ASK_STOP, faults.DONE),
        (faults.OFF, ASK_PAUSE, faults.PAUSED),
        (faults.OFF, ASK_RESUME, faults.OFF),
        (faults.REST, ASK_PAUSE, faults.PAUSED),
        (faults.RAMP, ASK_PAUSE, faults.PAUSING),
        (faults.HOLD, ASK_PAUSE, faults.PAUSING),
        (faults.RAMP_DOWN, ASK_PAUSE, faults.RAMP_DOWN),
        (faults.PAUSED, ASK_PAUSE, faults.PAUSED),
        (faults.PAUSED, ASK_RESUME, faults.REST),
        (faults.PAUSING, ASK_RESUME, faults.PAUSING),
        (faults.HOLD, ASK_RESUME, faults.HOLD),
        (faults.HOLD, ASK_SET, faults.RAMP),
        (faults.RAMP, ASK_SET, faults.RAMP),
        (faults.RAMP_DOWN, ASK_SET, faults.RAMP_DOWN),
        (faults.PAUSING, ASK_SET, faults.PAUSING),
        (faults.PAUSED, ASK_SET, faults.PAUSED),
        (faults.CONTACT, ASK_SET, faults.CONTACT),
    ],
    ids=lambda value: str(value),
)
def test_what_is_asked_leads_where_the_table_says(state, ask, following):
    led = Led().in_state(state)
    led.tick(ask=ask)
    assert led.session.state == following


@pytest.mark.parametrize("state", LIVE, ids=faults.STATE_NAMES.get)
def test_a_stop_that_is_held_ends_the_session_without_closing_the_gate_again(state):
    led = Led().in_state(state)
    expected = faults.COMPLETE if state == faults.RAMP_DOWN else faults.STOPPED
    assert led.to(faults.DONE, 300, ask=ASK_STOP) <= 210
    assert led.session.outcome == expected


@pytest.mark.parametrize("state", sorted(CLOSED - {faults.RAMP_DOWN}), ids=faults.STATE_NAMES.get)
def test_a_stop_in_the_tick_of_a_cut_is_kept(state):
    led = Led().in_state(state)
    assert led.tick(fault=faults.CUT, ask=ASK_STOP) == 0
    led.to(faults.DONE, 2)
    assert led.session.outcome == faults.STOPPED


def test_the_time_of_a_hold_counts_from_the_level():
    led = Led().in_state(faults.HOLD)
    assert led.to(faults.RAMP_DOWN) == pytest.approx(1000, abs=2)
    led.to(faults.DONE)
    assert led.session.outcome == faults.COMPLETE


def _charge(charge_uc, **header):
    one = segment(program.HOLD_CHARGE, 2000, 1000, charge_uc, 0)
    return make_program(segments=[one], charge_uc=10_000_000, time_s=60, **header)


@pytest.mark.parametrize("charge_uc", [500, 4000, 10_000, 30_000])
@pytest.mark.parametrize("down_slew_ua_s", [100, 1000])
def test_the_ramp_down_completes_the_dose(charge_uc, down_slew_ua_s):
    led = Led(_charge(charge_uc, down_slew_ua_s=down_slew_ua_s))
    led.to(faults.DONE, 60_000)
    assert led.session.outcome == faults.COMPLETE
    assert led.dose.gross_uc == pytest.approx(charge_uc, abs=max(5, charge_uc // 1000))


def test_a_limited_load_ends_short_at_the_time_limit():
    led = Led(_charge(1_000_000, peak_ua=2000))
    led.flow_q4 = 1600
    led.to(faults.RAMP_DOWN, 61_000)
    assert led.session.energised_ms() == pytest.approx(60_000, abs=2)
    led.flow_q4 = None
    led.to(faults.DONE)
    assert (led.session.outcome, led.session.fault) == (faults.SHORT, 0)


def test_segments_follow_each_other_at_their_own_levels():
    parts = [segment(level_ua=level, slew_ua_s=10_000) for level in (500, 2000, 100)]
    led = Led(make_program(segments=parts, slew_ua_s=10_000))
    levels = []
    while led.session.state != faults.DONE:
        led.tick()
        if led.session.state == faults.HOLD and led.session.segment == len(levels):
            levels.append(led.ramp.set_q4 >> 4)
    assert levels == [500, 2000, 100]


@pytest.mark.parametrize(
    ("asked_ua", "level_ua"), [(0, 1), (1500, 1500), (2000, 2000), (99999, 2000)]
)
def test_a_set_is_held_within_1_ua_and_the_programs_peak(asked_ua, level_ua):
    led = Led().in_state(faults.HOLD)
    led.session.value = asked_ua
    led.tick(ask=ASK_SET)
    led.to(faults.HOLD)
    assert led.ramp.set_q4 == level_ua * 16
