"""Where a session's time and charge end, to the ms and the uC."""

import pytest
from tests.support.programs import off, pulses

from ionto.core import codes, program

from .short_parts import away, by_charge, hold, led


@pytest.mark.hazard("H-16")
@pytest.mark.parametrize(
    "parts",
    [
        [hold(time_ms=9000)],
        [by_charge(90_000)],
        [pulses(50, 50, 1, 900)],
        [hold(2000, 9000, slew_ua_s=500)],
    ],
)
def test_the_energised_time_is_up_to_the_ms(parts):
    made = led(*parts, time_s=2)
    made.to(codes.STATE_PULSE if parts[0][0] == program.PULSES else codes.STATE_RAMP)
    made.tick(ask=codes.ASK_PAUSE)
    made.to(codes.STATE_PAUSED)
    made.tick(ask=codes.ASK_RESUME)
    made.to(codes.STATE_RAMP_DOWN)
    assert made.session.energised_ms() == 2000
    made.to(codes.STATE_DONE)
    assert made.session.outcome == codes.OUTCOME_SHORT


@pytest.mark.hazard("H-16")
@pytest.mark.parametrize(
    ("spent_ms", "state"), [(999, codes.STATE_PROBE), (1000, codes.STATE_DONE)]
)
def test_a_time_that_is_just_up_when_the_gate_opens_is_up_after_the_rest(spent_ms, state):
    made = led(hold(time_ms=spent_ms - 200), hold(polarity=-1), time_s=1)
    made.to(codes.STATE_REST)
    assert made.session.energised_ms() == spent_ms
    away(made)
    assert made.session.state == state
    assert made.session.polarity == (-1 if state == codes.STATE_PROBE else 1)


@pytest.mark.hazard("H-15")
@pytest.mark.parametrize("charge_uc", [1, 60, 199, 200, 201, 600, 601])
@pytest.mark.parametrize("down_slew_ua_s", [5000, 10_000])
def test_a_charge_turns_to_its_ramp_down_in_the_first_tick_in_which_that_completes_it(
    charge_uc, down_slew_ua_s
):
    made = led(by_charge(charge_uc, 2000), down_slew_ua_s=down_slew_ua_s)
    made.to(codes.STATE_RAMP)
    for _ in range(1000):
        level_ua = made.ramp.set_q4 >> 4
        foreseen_uc = made.dose.gross_uc + level_ua * level_ua // (2 * down_slew_ua_s)
        made.tick()
        assert (made.session.state == codes.STATE_RAMP_DOWN) == (foreseen_uc >= charge_uc)
        if made.session.state == codes.STATE_RAMP_DOWN:
            break
    assert made.session.state == codes.STATE_RAMP_DOWN


@pytest.mark.hazard("H-15")
@pytest.mark.parametrize(
    ("before", "turning_uc"),
    [([], 0), ([hold()], 50), ([hold(), off(20)], 0), ([hold(polarity=1), hold(polarity=-1)], 0)],
)
def test_a_charge_after_a_reversal_or_a_wait_is_whole_although_it_is_paused(before, turning_uc):
    made = led(*before, by_charge(500, polarity=-1), polarity=1 if before else -1)
    before_uc = 0
    for _ in range(5000):
        if made.session.segment < len(before):
            before_uc = made.dose.gross_uc
        elif made.session.state == codes.STATE_HOLD:
            break
        made.tick()
    for _ in range(100):
        made.tick()
    made.tick(ask=codes.ASK_PAUSE)
    made.to(codes.STATE_PAUSED)
    made.tick(ask=codes.ASK_RESUME)
    made.to(codes.STATE_DONE)
    assert made.session.outcome == codes.OUTCOME_COMPLETE
    assert made.dose.gross_uc - before_uc == pytest.approx(turning_uc + 500, abs=5)


@pytest.mark.hazard("H-15")
def test_a_stop_whose_ramp_down_passes_the_segments_charge_is_still_a_stop():
    made = led(by_charge(4000, 2000), down_slew_ua_s=1000)
    made.to(codes.STATE_HOLD)
    made.tick(ask=codes.ASK_STOP)
    made.flow_q4 = 2500 * 16  # more than was foreseen
    made.to(codes.STATE_DONE)
    assert made.dose.gross_uc > 4000
    assert made.session.outcome == codes.OUTCOME_STOPPED


@pytest.mark.parametrize("part", [hold(2000, 500), by_charge(1200, 2000), pulses(50, 50, 1, 5)])
def test_the_end_is_looked_at_when_it_is_near_and_not_in_every_tick(part):
    made = led(part)
    looked_ms = []
    look = made.session._judge_end

    def judge_end():
        looked_ms.append(made.session.t_ms)
        look()

    made.session._judge_end = judge_end
    made.to(codes.STATE_RAMP_DOWN)
    assert len(looked_ms) <= 2


@pytest.mark.hazard("H-16")
def test_a_wait_that_is_paused_twice_is_as_long_in_all():
    made = led(hold(), off(500), hold())
    made.to(codes.STATE_OFF)
    for _ in range(2):
        for _ in range(99):
            made.tick()
        made.tick(ask=codes.ASK_PAUSE)
        made.to(codes.STATE_PAUSED)
        made.tick(ask=codes.ASK_RESUME)
        made.to(codes.STATE_OFF)
    assert away(made) == 300
