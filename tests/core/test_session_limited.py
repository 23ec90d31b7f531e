"""A hold by time on a load that limits: its clock follows the ramp as programmed, not the current.

`held_back` is what a limited stage does to the set point: the ramp never gets above it.
"""

import pytest
from tests.support.programs import make_program, pulses, segment

from ionto.core import codes

from .led_session import LedSession
from .short_parts import away, by_charge, hold, led


def held_back(made, most_ua, state, ask=0):
    """Tick to `state` with the set point never above `most_ua`; return how many ms it took."""
    from_ms = made.session.t_ms
    for _ in range(20_000):
        if made.session.state == state:
            return made.session.t_ms - from_ms
        made.tick(ask=ask)
        ask = 0
        made.ramp.set_q4 = min(made.ramp.set_q4, most_ua * 16)
    raise AssertionError(f"still {codes.STATE_NAMES[made.session.state]}")


@pytest.mark.hazard("H-06", "H-15")
@pytest.mark.parametrize("most_ua", [1, 900, 1999, 2000])
def test_a_hold_by_time_begins_when_its_programmed_ramp_ends_limited_or_not(most_ua):
    made = led(hold(2000, 500, slew_ua_s=4000))
    made.to(codes.STATE_RAMP)
    assert held_back(made, most_ua, codes.STATE_HOLD) == 500
    assert held_back(made, most_ua, codes.STATE_RAMP_DOWN) == 500


@pytest.mark.hazard("H-06", "H-15")
@pytest.mark.parametrize("most_ua", [900, 2000])
@pytest.mark.parametrize(("second_ua", "ramp_ms"), [(500, 375), (1000, 250)])
def test_a_ramp_from_level_to_level_takes_its_programmed_time_from_the_old_level(
    most_ua, second_ua, ramp_ms
):
    made = led(hold(2000, 200, slew_ua_s=4000), hold(second_ua, 300, slew_ua_s=4000))
    made.to(codes.STATE_RAMP)
    held_back(made, most_ua, codes.STATE_HOLD)
    assert held_back(made, most_ua, codes.STATE_RAMP) == 200
    assert made.session.segment == 1
    assert held_back(made, most_ua, codes.STATE_RAMP_DOWN) == ramp_ms + 300


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize("most_ua", [1, 700, 1000])
def test_a_ramp_up_from_a_level_that_limits_ends_in_its_programmed_time(most_ua):
    made = led(hold(1000, 200, slew_ua_s=4000), hold(2000, 300, slew_ua_s=4000))
    made.to(codes.STATE_RAMP)
    held_back(made, most_ua, codes.STATE_HOLD)
    assert held_back(made, most_ua, codes.STATE_RAMP) == 200
    assert held_back(made, most_ua, codes.STATE_HOLD) == 250


@pytest.mark.hazard("H-06", "H-30")
@pytest.mark.parametrize("after_ms", [0, 1, 250, 499, 501, 700, 999])
@pytest.mark.parametrize("value_ua", [1, 1000, 2000])
@pytest.mark.parametrize("most_ua", [700, 2000])
def test_no_set_moves_the_end_of_a_hold_by_time(after_ms, value_ua, most_ua):
    made = led(hold(2000, 500, slew_ua_s=4000))
    made.to(codes.STATE_RAMP)
    made.session.value = value_ua
    from_ms = made.session.t_ms
    for number in range(2000):
        made.tick(ask=codes.ASK_SET if number == after_ms else 0)
        made.ramp.set_q4 = min(made.ramp.set_q4, most_ua * 16)
        if made.session.state == codes.STATE_RAMP_DOWN:
            break
    assert made.session.t_ms - from_ms == 1000


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize("paused_ms", [100, 499, 500, 501, 700])
def test_a_pause_stops_the_clock_of_a_hold_until_the_next_ramp_has_ended(paused_ms):
    made = led(hold(2000, 500, slew_ua_s=4000))
    made.to(codes.STATE_RAMP)
    for _ in range(paused_ms):
        made.tick()
    made.tick(ask=codes.ASK_PAUSE)
    made.to(codes.STATE_PAUSED)
    made.tick(ask=codes.ASK_RESUME)
    made.to(codes.STATE_RAMP)
    left_ms = 500 - max(0, paused_ms + 1 - 500)
    assert held_back(made, 900, codes.STATE_RAMP_DOWN) == 500 + left_ms


@pytest.mark.hazard("H-06")
def test_lost_contact_stops_the_clock_of_a_hold_too():
    made = led(hold(2000, 500, slew_ua_s=4000))
    made.to(codes.STATE_HOLD)
    for _ in range(200):
        made.tick()
    made.tick(fault=codes.VERDICT_CUT)
    made.to(codes.STATE_RAMP)
    assert held_back(made, 900, codes.STATE_RAMP_DOWN) == 500 + 299


@pytest.mark.hazard("H-06")
def test_a_hold_by_charge_is_stretched_by_a_limit_as_ever():
    times_ms = []
    for most_ua in (2000, 1000):
        made = led(by_charge(1200, 2000))
        made.to(codes.STATE_RAMP)
        assert 199 <= held_back(made, most_ua, codes.STATE_HOLD) <= 201
        times_ms.append(held_back(made, most_ua, codes.STATE_RAMP_DOWN))
        made.to(codes.STATE_DONE)
        assert made.session.outcome == codes.OUTCOME_COMPLETE
        assert made.dose.gross_uc == pytest.approx(1200, abs=10)
    assert times_ms[0] + 450 < times_ms[1]


WALL_UC = 3000


@pytest.mark.hazard("H-15")
@pytest.mark.parametrize("down_slew_ua_s", [4000, 10_000])
def test_a_session_whose_charge_comes_near_the_wall_ends_short_and_in_order(down_slew_ua_s):
    parts = [segment(time_ms=9000, slew_ua_s=10_000)]
    program = make_program(
        segments=parts, slew_ua_s=10_000, down_slew_ua_s=down_slew_ua_s, charge_uc=WALL_UC
    )
    made = LedSession(program)
    made.to(codes.STATE_HOLD)
    made.to(codes.STATE_RAMP_DOWN)
    most_uc = WALL_UC - 80  # two of the longest ticks at the peak
    down_uc = 2000 * 2000 // (2 * down_slew_ua_s)
    assert 0 <= made.dose.gross_uc + down_uc - most_uc <= 2
    made.to(codes.STATE_DONE)
    assert (made.session.outcome, made.session.fault) == (codes.OUTCOME_SHORT, 0)
    assert made.dose.gross_uc <= WALL_UC - 70


@pytest.mark.hazard("H-15")
@pytest.mark.parametrize(("peak_ua", "unseen_uc"), [(500, 20), (510, 20), (524, 20), (525, 21)])
def test_a_session_ends_two_of_the_longest_ticks_at_peak_before_its_charge_limit_to_the_uc(
    peak_ua, unseen_uc
):
    parts = [segment(level_ua=peak_ua, time_ms=9000, slew_ua_s=10_000)]
    made = LedSession(
        make_program(segments=parts, peak_ua=peak_ua, slew_ua_s=10_000, charge_uc=600)
    )
    made.to(codes.STATE_HOLD)
    made.to(codes.STATE_RAMP_DOWN)
    down_uc = peak_ua * peak_ua // 20_000
    assert made.dose.gross_uc + down_uc == 600 - unseen_uc


@pytest.mark.hazard("H-15")
@pytest.mark.parametrize("wall_uc", [600, 601, 602, 603])
def test_a_ramp_ends_in_the_first_tick_in_which_its_way_down_comes_near_the_wall(wall_uc):
    made = LedSession(make_program(segments=[segment(time_ms=9000)], charge_uc=wall_uc))
    made.to(codes.STATE_RAMP)
    foreseen_uc = 0
    while made.session.state == codes.STATE_RAMP:
        assert foreseen_uc < wall_uc - 80
        level_ua = made.ramp.set_q4 >> 4
        foreseen_uc = made.dose.gross_uc + level_ua * level_ua // 2000
        made.tick()
    assert made.session.state == codes.STATE_RAMP_DOWN
    assert foreseen_uc >= wall_uc - 80


@pytest.mark.hazard("H-15")
@pytest.mark.parametrize(("left_uc", "state"), [(30, codes.STATE_DONE), (31, codes.STATE_PROBE)])
def test_after_a_rest_30_uc_have_to_be_left_for_another_start(left_uc, state):
    made = led(hold(500, 50), hold(500, 50, polarity=-1), peak_ua=500, charge_uc=1000)
    made.to(codes.STATE_REST)
    made.dose.gross_uc = 1000 - 20 - left_uc
    assert away(made) > 0
    assert made.session.state == state
    if state == codes.STATE_DONE:
        assert (made.session.outcome, made.session.fault) == (codes.OUTCOME_SHORT, 0)


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize(("slew_ua_s", "ramp_ms"), [(999, 1002), (1000, 1000)])
def test_the_clock_of_a_hold_begins_with_the_ms_in_which_its_ramp_has_ended(slew_ua_s, ramp_ms):
    made = led(hold(1000, 500, slew_ua_s=slew_ua_s))
    made.to(codes.STATE_RAMP)
    assert held_back(made, 900, codes.STATE_HOLD) == ramp_ms
    assert held_back(made, 900, codes.STATE_RAMP_DOWN) == 500


@pytest.mark.hazard("H-15")
def test_a_charge_that_is_delivered_by_ramps_alone_has_no_hold():
    made = led(by_charge(300, 2000))
    made.to(codes.STATE_RAMP)
    assert away(made) == 174  # 1732 uA: half up, half down
    assert made.session.state == codes.STATE_RAMP_DOWN


@pytest.mark.hazard("H-15")
def test_pauses_again_and_again_end_short_before_the_wall_on_the_charge():
    program = make_program(
        segments=[segment(time_ms=500, slew_ua_s=10_000)], slew_ua_s=10_000, charge_uc=WALL_UC
    )
    made = LedSession(program)
    while made.session.state != codes.STATE_DONE:
        if made.session.state == codes.STATE_HOLD:
            made.tick(ask=codes.ASK_PAUSE)
            made.to(codes.STATE_PAUSED)
            made.tick(ask=codes.ASK_RESUME)
        made.tick()
    assert (made.session.outcome, made.session.fault) == (codes.OUTCOME_SHORT, 0)
    assert WALL_UC - 600 <= made.dose.gross_uc <= WALL_UC - 70


@pytest.mark.hazard("H-15", "H-30")
@pytest.mark.parametrize("asked_ua", [None, 2000])
def test_a_set_in_a_train_leaves_room_for_the_longer_way_down_below_the_charge_wall(asked_ua):
    train = pulses(400, 10, 1, 400, level_ua=500, slew_ua_s=8000)
    wall_uc = 60_000
    walls = {"slew_ua_s": 8000, "down_slew_ua_s": 100, "charge_uc": wall_uc, "peak_ua": 2000}
    made = LedSession(make_program(segments=[train], time_s=300, **walls))
    made.to(codes.STATE_PULSE)
    if asked_ua:
        made.session.value = asked_ua
        made.tick(ask=codes.ASK_SET)
    made.to(codes.STATE_DONE, 200_000)
    assert made.session.outcome == codes.OUTCOME_SHORT
    assert wall_uc * 0.9 < made.dose.gross_uc <= wall_uc
