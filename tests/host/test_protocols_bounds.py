"""The proven bounds hold against the firmware's own session, whatever happens to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.protocol_sessions import BOARD, STEP_US, run
from tests.support.programs import hold_charge, hold_time, off, protocol_words, train

from ionto.core import codes, limits, program, supervisor
from iontobench.protocols.bounds import START_UC, bounds, trips


def holds(made, watched):
    """Every bound of the words, against what was seen."""
    proven = bounds(made)
    assert watched.peak_q4 <= proven.peak_ua * 16
    assert watched.led.dose.gross_uc <= proven.charge_uc
    assert watched.energised_us <= proven.longest_s * 1000000
    assert watched.turned_q4 == 0
    # A step of the ramp carries the remainder of the one before: less than one 1/16 uA.
    assert (watched.steepest_q4 - 1) * 1000000 < proven.slew_ua_s * 16 * STEP_US


LEVEL = st.integers(1, 2000)
SIGN = st.sampled_from([1, -1])
# At most a minute each: at 1 uA a charge could take half a day.
BY_CHARGE = st.builds(
    lambda level_ua, hold_s, slew_ua_s, sign: hold_charge(
        level_ua, min(level_ua * hold_s, 40000), slew_ua_s, sign
    ),
    *(LEVEL, st.integers(1, 60), st.integers(50, 100), SIGN),
)
BY_TIME = st.builds(hold_time, LEVEL, st.integers(1, 15000), st.integers(50, 100), SIGN)
TRAIN = st.builds(
    train,
    *(LEVEL, st.integers(10, 400), st.integers(10, 400), st.integers(1, 30)),
    *(st.integers(1, 200), st.sampled_from([0, 100]), SIGN),
)
GAP = st.builds(off, st.integers(1, 3000), SIGN)


def program_of(first, others):
    """Any of `first`, then up to three of `others`."""
    return st.builds(lambda one, more: [one, *more], first, st.lists(others, max_size=3))


WHAT = st.sampled_from(["go", "go", "pause", "resume", "set", "lose", "limit"])
SCRIPT = st.lists(st.tuples(WHAT, st.integers(1, 5000), st.integers(1, 300)), max_size=8)


@given(
    program_of(st.one_of(BY_CHARGE, BY_TIME, TRAIN), st.one_of(BY_CHARGE, BY_TIME, TRAIN, GAP)),
    *(SCRIPT, st.integers(100, 3000), st.integers(100, 1000), st.integers(5, 60)),
)
def test_no_session_passes_the_bounds_of_its_words(segments, script, slew, down, time_s):
    made = protocol_words(
        segments, slew_ua_s=slew, down_slew_ua_s=min(down, slew), time_s=time_s, charge_uc=60000
    )
    holds(made, run(made, script))


@given(
    program_of(st.one_of(BY_CHARGE, TRAIN), st.one_of(BY_CHARGE, TRAIN, GAP)),
    *(SCRIPT, st.integers(100, 10000), st.integers(100, 1000)),
)
def test_doses_and_pulses_alone_bound_the_charge_without_any_wall(segments, script, slew, down):
    made = protocol_words(
        segments, slew_ua_s=slew, down_slew_ua_s=min(down, slew), charge_uc=10**8, time_s=14000
    )
    assert bounds(made).charge_uc < 2000 * 14000
    holds(made, run(made, script))


def test_the_bound_of_a_dose_is_near_to_what_is_delivered():
    made = protocol_words([hold_charge(2000, 40000)])
    watched = run(made, [])
    assert watched.led.session.outcome == codes.OUTCOME_COMPLETE
    assert 0 <= bounds(made).charge_uc - watched.led.dose.gross_uc < 300 + START_UC


def test_a_dose_before_a_reversal_is_bounded_as_the_last_one():
    made = protocol_words([hold_charge(2000, 20000), hold_charge(2000, 20000, polarity=-1)])
    watched = run(made, [])
    assert watched.led.dose.positive_uc() >= 19980
    assert watched.led.dose.negative_uc() >= 19980
    assert 0 <= bounds(made).charge_uc - watched.led.dose.gross_uc < 2 * (300 + START_UC)


def test_a_pause_at_the_end_of_a_phase_needs_its_ramp_in_the_bound():
    made = protocol_words([hold_charge(2000, 20000), hold_charge(2000, 20000)])
    alone = run(made, []).led.dose.gross_uc
    worst = max(
        (run(made, [("go", 0, steps), ("pause", 0, 1)]) for steps in range(600, 760, 5)),
        key=lambda watched: watched.led.dose.gross_uc,
    )
    assert worst.led.dose.gross_uc > alone + 2000
    holds(made, worst)


def test_a_pause_at_the_end_of_a_pulse_needs_its_ramp_in_the_bound():
    made = protocol_words([train(2000, 400, 100, 4)])
    alone = run(made, []).led.dose.gross_uc
    assert 3 * 810 <= alone <= bounds(made).charge_uc
    worst = max(
        (run(made, [("go", 0, steps), ("pause", 0, 1)]) for steps in range(150, 270, 2)),
        key=lambda watched: watched.led.dose.gross_uc,
    )
    assert worst.led.dose.gross_uc > alone + 3000
    holds(made, worst)


def test_a_raise_in_a_pulse_train_stays_below_the_bound_of_the_peak():
    made = protocol_words([train(500, 400, 100, 10)], peak_ua=2000)
    raised = run(made, [("go", 0, 200), ("set", 5000, 1)])
    assert 500 * 16 < raised.peak_q4 <= 2000 * 16
    holds(made, raised)


@pytest.mark.long
def test_a_rise_at_the_end_of_the_dose_needs_its_slew_in_the_bound():
    made = protocol_words([hold_charge(1000, 40000)], slew_ua_s=10000, down_slew_ua_s=100)
    made[program.HEADER_LEN + program.S_SLEW_UA_S] = 10000
    worst = max(
        (run(made, [("go", 0, steps), ("set", 2000, 1)]) for steps in range(1600, 1900, 3)),
        key=lambda watched: watched.led.dose.gross_uc,
    )
    assert worst.led.dose.gross_uc > 40000 + 1000
    holds(made, worst)


def test_the_time_limit_and_one_ramp_down_bound_the_energised_time():
    made = protocol_words([hold_time(2000, 50000)], time_s=20)
    watched = run(made, [])
    assert watched.led.session.outcome == codes.OUTCOME_SHORT
    longest_us = bounds(made).longest_s * 1000000
    assert 24 * 1000000 <= watched.energised_us <= longest_us == 26 * 1000000


def test_a_hold_by_time_is_bounded_by_its_wall_or_by_its_time():
    held = [hold_time(2000, 10000)]
    assert bounds(protocol_words(held, charge_uc=30000)).charge_uc == 30000 + 80
    assert bounds(protocol_words(held, time_s=10, charge_uc=10**7)).charge_uc == 2000 * (10 + 6)


def test_the_time_off_is_counted_apart_and_carries_nothing():
    alone, waits = [hold_charge(2000, 20000)], [hold_charge(2000, 20000), off(2500)]
    assert bounds(protocol_words(waits)).off_s == 3
    assert bounds(protocol_words(waits)).longest_s == bounds(protocol_words(alone)).longest_s
    assert bounds(protocol_words(waits)).charge_uc == bounds(protocol_words(alone)).charge_uc


def test_the_supervisor_cuts_where_the_trip_bound_says():
    made = protocol_words([hold_charge(2000, 40000)])
    over = trips(made, BOARD)
    assert over.peak_ua * 16 - limits.running_limit_q4(BOARD, 2000) < 16
    watch = supervisor.Supervisor(BOARD)
    watch.arm(program.Program(made, BOARD))
    assert watch.recheck((over.peak_ua - 1) * 16) == codes.FAULT_NONE
    assert watch.recheck((over.peak_ua + 1) * 16) != codes.FAULT_NONE


def test_near_the_board_maximum_its_absolute_limit_cuts_first():
    made = protocol_words([hold_charge(5000, 400000)], peak_ua=5000)
    assert trips(made, BOARD).peak_ua == 5170
    assert trips(made, BOARD).density_ua_cm2 == 517


def test_density_and_charge_density_are_over_the_smaller_area_and_rounded_up():
    made = protocol_words([hold_charge(1999, 40000)], peak_ua=1999)
    made[program.H_AREA_MM2] = 333
    assert bounds(made).density_ua_cm2 == 601
    charge_uc = bounds(made).charge_uc
    assert bounds(made).charge_uc_cm2 == -(-charge_uc * 100 // 333)
