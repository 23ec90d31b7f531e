"""A session that loses its contact, or never had it: glitches, rests, open, intermittent."""

import pytest
from tests.support.programs import make_program, segment

from ionto.core import codes

from .led_session import LOADED_MV, OPEN_MV, LedSession
from .loop_bench import PROOF_STEPS


def test_a_start_without_a_load_is_refused_after_the_settling_and_16_ticks():
    led = LedSession().load(OPEN_MV)
    assert led.to(codes.STATE_FAULT) == pytest.approx(216, abs=1)
    assert (led.session.outcome, led.session.fault) == (codes.OUTCOME_REFUSED, codes.FAULT_NO_LOAD)


@pytest.mark.parametrize(("load_mv", "refused"), [(4750, False), (4751, True)])
def test_the_probe_refuses_just_below_the_programs_least_current(load_mv, refused):
    led = LedSession().load(load_mv)  # 250 mV over 100 kOhm is 2.5 uA, the program's 40 _q4
    led.to(codes.STATE_FAULT if refused else codes.STATE_PROOF, 300)


@pytest.mark.hazard("H-04")
def test_a_gap_ends_in_rest_probe_and_a_ramp_from_zero():
    led = LedSession().in_state(codes.STATE_HOLD)
    led.load(OPEN_MV)
    assert led.tick(fault=codes.VERDICT_CUT) == 0
    for _ in range(30):
        led.tick()
    led.load(LOADED_MV)
    assert led.to(codes.STATE_REST) == 3
    assert led.to(codes.STATE_PROBE) == pytest.approx(1000 + 64, abs=1), (
        "rest, then zero is proven"
    )
    assert led.to(codes.STATE_RAMP) == pytest.approx(216 + PROOF_STEPS, abs=1)
    assert led.ramp.set_q4 <= 160
    assert led.session.glitches == 1


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize(("back_tick", "fault"), [(90, 0), (91, 0), (94, codes.FAULT_OPEN)])
def test_contact_not_back_100_ms_after_its_onset_is_a_latched_open(back_tick, fault):
    led = LedSession().in_state(codes.STATE_HOLD)
    led.load(OPEN_MV).tick(fault=codes.VERDICT_CUT)
    for _ in range(back_tick):
        led.tick()
    led.load(LOADED_MV)
    led.to(codes.STATE_FAULT if fault else codes.STATE_REST, 8)
    assert led.session.fault == fault


def test_contact_lost_again_at_the_probe_is_open():
    led = LedSession().in_state(codes.STATE_REST)
    led.load(OPEN_MV).to(codes.STATE_FAULT)
    assert led.session.fault == codes.FAULT_OPEN


@pytest.mark.hazard("H-04")
@pytest.mark.parametrize(("apart_ms", "fault"), [(5_000, codes.FAULT_INTERMITTENT), (31_000, 0)])
def test_three_glitches_within_60_s_are_intermittent(apart_ms, fault):
    parts = [segment(time_ms=600_000, slew_ua_s=10_000)]
    led = LedSession(
        make_program(segments=parts, slew_ua_s=10_000, time_s=600, charge_uc=10_000_000)
    )
    for glitch in range(3):
        led.to(codes.STATE_HOLD)
        for _ in range(apart_ms if glitch else 1):
            led.tick()
        led.tick(fault=codes.VERDICT_CUT)
        led.to(codes.STATE_FAULT if fault and glitch == 2 else codes.STATE_REST, 4)
    assert led.session.fault == fault


def test_contact_lost_on_the_last_way_down_makes_a_whole_session_short_and_a_stopped_one_not():
    for ask, outcome in ((0, codes.OUTCOME_SHORT), (codes.ASK_STOP, codes.OUTCOME_STOPPED)):
        led = LedSession().in_state(codes.STATE_HOLD)
        led.tick(ask=ask)
        led.to(codes.STATE_RAMP_DOWN)
        led.tick(fault=codes.VERDICT_CUT)
        led.to(codes.STATE_DONE, 4)
        assert led.session.outcome == outcome


def test_contact_lost_on_the_way_to_a_pause_comes_back_paused_and_on_the_way_down_done():
    led = LedSession().in_state(codes.STATE_PAUSING)
    led.tick(fault=codes.VERDICT_CUT)
    assert led.to(codes.STATE_PAUSED) == 3
    led = LedSession().in_state(codes.STATE_RAMP_DOWN)
    led.tick(fault=codes.VERDICT_CUT)
    assert led.to(codes.STATE_DONE) == 3


def test_contact_that_is_lost_leaves_the_set_point_it_was_lost_at():
    made = LedSession().in_state(codes.STATE_HOLD)
    made.tick(fault=codes.VERDICT_CUT)
    assert (made.session.lost_q4, made.ramp.set_q4) == (2000 * 16, 0)


@pytest.mark.hazard("H-04")
@pytest.mark.parametrize(("apart_ms", "fault"), [(60_000, codes.FAULT_INTERMITTENT), (60_001, 0)])
def test_the_third_glitch_counts_for_60_s_after_the_first(apart_ms, fault):
    parts = [segment(time_ms=600_000, slew_ua_s=10_000)]
    made = LedSession(make_program(segments=parts, slew_ua_s=10_000, time_s=600))
    back_ms = []
    for glitch in range(3):
        made.to(codes.STATE_HOLD)
        if glitch == 2:
            idle_ms = back_ms[0] + apart_ms - made.session.t_ms - 4
            made.tick(dt_us=idle_ms * 1000)
        made.load(OPEN_MV).tick(fault=codes.VERDICT_CUT)
        made.load(LOADED_MV)
        made.to(codes.STATE_FAULT if fault and glitch == 2 else codes.STATE_REST, 4)
        back_ms.append(made.session.t_ms)
    assert back_ms[2] - back_ms[0] == apart_ms
    assert (made.session.fault, made.session.glitches) == (fault, 3)
