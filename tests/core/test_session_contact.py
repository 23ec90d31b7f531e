"""A session that loses its contact, or never had it: glitches, rests, open, intermittent."""

import pytest

from ionto.core import faults
from ionto.core.transitions import ASK_STOP

from .build import make_program, segment
from .led_session import LOADED_MV, OPEN_MV, Led
from .loops import PROOF_STEPS


def test_a_start_without_a_load_is_refused_after_the_settling_and_16_ticks():
    led = Led().load(OPEN_MV)
    assert led.to(faults.FAULT) == pytest.approx(216, abs=1)
    assert (led.session.outcome, led.session.fault) == (faults.REFUSED, faults.NO_LOAD)


@pytest.mark.parametrize(("load_mv", "refused"), [(4750, False), (4751, True)])
def test_the_probe_refuses_just_below_the_programs_least_current(load_mv, refused):
    led = Led().load(load_mv)  # 250 mV over 100 kOhm is 2.5 uA, the program's 40 _q4
    led.to(faults.FAULT if refused else faults.PROOF, 300)


@pytest.mark.hazard("H-04")
def test_a_gap_ends_in_rest_probe_and_a_ramp_from_zero():
    led = Led().in_state(faults.HOLD)
    led.load(OPEN_MV)
    assert led.tick(fault=faults.CUT) == 0
    for _ in range(30):
        led.tick()
    led.load(LOADED_MV)
    assert led.to(faults.REST) == 3
    assert led.to(faults.PROBE) == pytest.approx(1000 + 64, abs=1), "rest, then zero is proven"
    assert led.to(faults.RAMP) == pytest.approx(216 + PROOF_STEPS, abs=1)
    assert led.ramp.set_q4 <= 160
    assert led.session.glitches == 1


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize(("back_tick", "fault"), [(90, 0), (91, 0), (94, faults.OPEN)])
def test_contact_not_back_100_ms_after_its_onset_is_a_latched_open(back_tick, fault):
    led = Led().in_state(faults.HOLD)
    led.load(OPEN_MV).tick(fault=faults.CUT)
    for _ in range(back_tick):
        led.tick()
    led.load(LOADED_MV)
    led.to(faults.FAULT if fault else faults.REST, 8)
    assert led.session.fault == fault


def test_contact_lost_again_at_the_probe_is_open():
    led = Led().in_state(faults.REST)
    led.load(OPEN_MV).to(faults.FAULT)
    assert led.session.fault == faults.OPEN


@pytest.mark.hazard("H-04")
@pytest.mark.parametrize(("apart_ms", "fault"), [(5_000, faults.INTERMITTENT), (31_000, 0)])
def test_three_glitches_within_60_s_are_intermittent(apart_ms, fault):
    parts = [segment(time_ms=600_000, slew_ua_s=10_000)]
    led = Led(make_program(segments=parts, slew_ua_s=10_000, time_s=600, charge_uc=10_000_000))
    for glitch in range(3):
        led.to(faults.HOLD)
        for _ in range(apart_ms if glitch else 1):
            led.tick()
        led.tick(fault=faults.CUT)
        led.to(faults.FAULT if fault and glitch == 2 else faults.REST, 4)
    assert led.session.fault == fault


def test_contact_lost_on_the_last_way_down_makes_a_whole_session_short_and_a_stopped_one_not():
    for ask, outcome in ((0, faults.SHORT), (ASK_STOP, faults.STOPPED)):
        led = Led().in_state(faults.HOLD)
        led.tick(ask=ask)
        led.to(faults.RAMP_DOWN)
        led.tick(fault=faults.CUT)
        led.to(faults.DONE, 4)
        assert led.session.outcome == outcome


def test_contact_lost_on_the_way_to_a_pause_comes_back_paused_and_on_the_way_down_done():
    led = Led().in_state(faults.PAUSING)
    led.tick(fault=faults.CUT)
    assert led.to(faults.PAUSED) == 3
    led = Led().in_state(faults.RAMP_DOWN)
    led.tick(fault=faults.CUT)
    assert led.to(faults.DONE) == 3


def test_contact_that_is_lost_leaves_the_set_point_it_was_lost_at():
    made = Led().in_state(faults.HOLD)
    made.tick(fault=faults.CUT)
    assert (made.session.lost_q4, made.ramp.set_q4) == (2000 * 16, 0)


@pytest.mark.hazard("H-04")
@pytest.mark.parametrize(("apart_ms", "fault"), [(60_000, faults.INTERMITTENT), (60_001, 0)])
def test_the_third_glitch_counts_for_60_s_after_the_first(apart_ms, fault):
    parts = [segment(time_ms=600_000, slew_ua_s=10_000)]
    made = Led(make_program(segments=parts, slew_ua_s=10_000, time_s=600))
    back_ms = []
    for glitch in range(3):
        made.to(faults.HOLD)
        if glitch == 2:
            idle_ms = back_ms[0] + apart_ms - made.session.t_ms - 4
            made.tick(dt_us=idle_ms * 1000)
        made.load(OPEN_MV).tick(fault=faults.CUT)
        made.load(LOADED_MV)
        made.to(faults.FAULT if fault and glitch == 2 else faults.REST, 4)
        back_ms.append(made.session.t_ms)
    assert back_ms[2] - back_ms[0] == apart_ms
    assert (made.session.fault, made.session.glitches) == (fault, 3)
