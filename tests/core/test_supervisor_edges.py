"""The supervisor where two of its rules meet in one tick, and what it forgets and keeps.

On the 5 mA board with a program of 2 mA, in 1/16 uA: floor 1000, running limit 34 600.
Samples go to `check` directly where the slow checks are not to move the clock.
"""

import pytest
from tests.support.programs import SMALL, make_program, sample

from ionto.core import codes
from ionto.core.supervisor import BY_RAMP, Supervisor
from ionto.core.units import FLOW_EDGE, FLOW_OFF, FLOW_STEADY, FLOW_ZERO, INPUT_LIMITER

from .led_supervisor import LedSupervisor
from .slow_check_bench import ODD

OVER_Q4 = 34_600
FLOOR_Q4 = 1000
HIGH_MV = 38_000
ABOVE_1_MA_Q4 = 18_401
LOW = {"current_q4": 0, "load_mv": 40_000}


def give(supervisor, gate=FLOW_OFF, charge_uc=0, dt_us=1000, **given):
    """The verdict on one sample, with no round after it."""
    return supervisor.check(sample(**given), gate, charge_uc, dt_us)


def armed(**header):
    """A supervisor with the walls of a program, the gate low."""
    supervisor = Supervisor(SMALL)
    supervisor.arm(make_program(SMALL, **header))
    return supervisor


@pytest.mark.hazard("H-01")
def test_armed_by_nothing_it_allows_nothing():
    supervisor = Supervisor(SMALL)
    assert give(supervisor) == codes.FAULT_NONE
    assert give(supervisor, current_q4=1) == codes.VERDICT_RECHECK
    assert supervisor.clamp_drive(1, FLOW_STEADY) == 0
    assert give(supervisor, charge_uc=1) == codes.FAULT_CHARGE_WALL


@pytest.mark.hazard("H-01")
def test_after_a_clear_nothing_is_driven_before_the_next_program():
    supervisor = armed()
    assert supervisor.clamp_drive(1000, FLOW_STEADY) == 1000
    supervisor.clear()
    assert supervisor.clamp_drive(1000, FLOW_STEADY) == 0


@pytest.mark.hazard("H-01", "H-02")
def test_after_a_clear_no_target_is_followed_before_the_next_program():
    supervisor = armed()
    supervisor.clear()
    supervisor.follow(32_000, 10_000, 0, BY_RAMP)
    assert (supervisor.envelope.target_q4, supervisor.envelope.moving) == (0, False)


@pytest.mark.hazard("H-01", "H-08")
def test_a_clear_forgets_the_probes_current_and_the_trip_that_was_asked_for():
    supervisor = armed()
    supervisor.allow(5000, 1)
    assert give(supervisor, inputs=INPUT_LIMITER) == codes.FAULT_NONE
    supervisor.clear()
    for _ in range(8 + 4):
        assert give(supervisor, current_q4=FLOOR_Q4 + 1) in (
            codes.FAULT_NONE,
            codes.VERDICT_RECHECK,
        )
    assert give(supervisor, current_q4=FLOOR_Q4 + 1) == codes.FAULT_LEAK
    supervisor.clear()
    assert give(supervisor, inputs=INPUT_LIMITER) == codes.FAULT_LIMITER


def test_a_clear_leaves_no_warning_and_no_count_behind():
    judge = LedSupervisor().hold(1000)
    judge.ticks(4, **LOW)
    judge.tick(dt_us=2500)
    supervisor = judge.supervisor
    supervisor.recheck(OVER_Q4 + 1)
    assert (supervisor.warning, supervisor.late_us) == (codes.WARN_LATE | codes.WARN_DIP, 2500)
    supervisor.clear()
    kept = (supervisor.warning, supervisor.late_us, supervisor.resamples, supervisor.later)
    assert kept == (0, 0, 0, 0)


@pytest.mark.hazard("H-08")
@pytest.mark.parametrize(("first_us", "settling"), [(1000, 8), (999, 9), (1001, 8)])
def test_a_leak_is_not_judged_before_8000_us_are_over(first_us, settling):
    judge = LedSupervisor().hold(1000).leave()
    leak = {"current_q4": FLOOR_Q4 + 1}
    judge.tick(dt_us=first_us, **leak)
    assert judge.until(20, **leak) == (settling - 1 + 5, codes.FAULT_LEAK)


@pytest.mark.hazard("H-11")
@pytest.mark.parametrize(
    ("board", "back_q4", "verdict"),
    [
        (SMALL, -500, codes.FAULT_SENSES_APART),
        (SMALL, -501, codes.FAULT_NONE),
        (ODD, -501, codes.FAULT_SENSES_APART),
        (ODD, -502, codes.FAULT_NONE),
    ],
)
def test_with_the_gate_low_a_sense_below_half_a_floor_may_clip(board, back_q4, verdict):
    assert LedSupervisor(board).until(9, current_q4=back_q4, second_q4=-2000)[1] == verdict


@pytest.mark.hazard("H-11")
def test_a_sense_further_below_0_than_20_floors_is_not_believed_with_the_gate_low():
    at, over = ({"current_q4": -20 * FLOOR_Q4 - one, "second_q4": -40_000} for one in (0, 1))
    assert LedSupervisor().ticks(20, **at) == [codes.FAULT_NONE]
    assert LedSupervisor().until(9, **over) == (5, codes.FAULT_SENSES_APART)


@pytest.mark.hazard("H-26")
def test_a_fault_is_not_hidden_by_senses_that_are_apart_for_the_first_time():
    judge = LedSupervisor().hold(1000)
    assert judge.tick(second_q4=0, inputs=INPUT_LIMITER) == codes.FAULT_LIMITER


@pytest.mark.hazard("H-02", "H-06")
@pytest.mark.parametrize("gate", [FLOW_STEADY, FLOW_EDGE, FLOW_ZERO])
@pytest.mark.parametrize("load_mv", [5000, HIGH_MV])
def test_above_the_envelope_is_that_fault_at_any_voltage_and_in_any_part_of_a_pulse(gate, load_mv):
    judge = LedSupervisor().hold(1000)
    given = {"current_q4": ABOVE_1_MA_Q4, "load_mv": load_mv}
    found = [give(judge.supervisor, gate, **given) for _ in range(5)]
    assert found == [codes.FAULT_NONE] * 4 + [codes.FAULT_ENVELOPE]


@pytest.mark.parametrize(
    ("fault", "given"),
    [
        (codes.FAULT_ENVELOPE, {"current_q4": ABOVE_1_MA_Q4}),
        (codes.VERDICT_CUT, LOW),
        (codes.FAULT_SENSES_APART, {"second_q4": -16_000}),
    ],
)
def test_ticks_counted_before_the_output_was_off_do_not_count_after_it(fault, given):
    judge = LedSupervisor().hold(1000)
    assert judge.ticks(4, **given) == [codes.FAULT_NONE]
    judge.leave().hold(1000)
    assert judge.until(9, **given) == (5, fault)


@pytest.mark.hazard("H-08", "H-31")
@pytest.mark.parametrize(
    ("gate", "current_q4", "last"),
    [
        (FLOW_ZERO, FLOOR_Q4, codes.FAULT_NONE),
        (FLOW_ZERO, FLOOR_Q4 + 1, codes.FAULT_LEAK),
        (FLOW_EDGE, FLOOR_Q4 + 1, codes.FAULT_NONE),
    ],
)
def test_between_two_pulses_more_than_the_floor_is_a_leak(gate, current_q4, last):
    judge = LedSupervisor().hold(1000)
    found = [give(judge.supervisor, gate, current_q4=current_q4) for _ in range(5)]
    assert found == [codes.FAULT_NONE] * 4 + [last]


@pytest.mark.hazard("H-08")
def test_a_leak_counted_before_the_gate_closed_does_not_count_after_the_next_opening():
    judge = LedSupervisor()
    judge.ticks(20)
    assert judge.ticks(4, current_q4=FLOOR_Q4 + 1) == [codes.FAULT_NONE]
    judge.hold(1000).leave().ticks(8, current_q4=0)
    assert judge.until(9, current_q4=FLOOR_Q4 + 1) == (5, codes.FAULT_LEAK)


@pytest.mark.hazard("H-05")
def test_a_lost_contact_is_cut_and_does_not_latch():
    judge = LedSupervisor().hold(1000)
    assert judge.until(9, **LOW) == (5, codes.VERDICT_CUT)
    judge.leave()
    assert (judge.supervisor.tripped, judge.supervisor.clamp_drive(1000, FLOW_STEADY)) == (0, 1000)


@pytest.mark.parametrize("given", [LOW, {"current_q4": 1000, "load_mv": HIGH_MV}])
def test_an_open_gate_is_neither_limited_nor_low_nor_frozen(given):
    judge = LedSupervisor().hold(1000)
    judge.tick(**given)
    assert judge.supervisor.freeze == 1
    judge.leave()
    supervisor = judge.supervisor
    assert (supervisor.limited, supervisor.low, supervisor.freeze) == (0, 0, 0)


@pytest.mark.hazard("H-06")
def test_a_load_that_is_limited_and_was_never_low_has_not_dipped():
    judge = LedSupervisor().hold(1000)
    judge.ticks(4, current_q4=15_000, load_mv=HIGH_MV)
    judge.ticks(4)
    assert (judge.supervisor.warning & codes.WARN_DIP, judge.supervisor.dips.count) == (0, 0)


LIMITS = ("over_q4", "absolute_q4", "charge_wall_uc", "drive_max", "peak_q4", "slew_max_ua_s")
COPIES = [f"{sign}{limit}" for sign in ("_", "_not_") for limit in LIMITS]


@pytest.mark.hazard("H-24")
@pytest.mark.parametrize("bit", [0, 7, 29])
@pytest.mark.parametrize("copy", COPIES)
def test_a_bit_that_flips_in_any_limit_or_its_second_copy_is_found_in_one_turn(copy, bit):
    judge = LedSupervisor().hold(1000)
    supervisor = judge.supervisor
    setattr(supervisor, copy, getattr(supervisor, copy) ^ 1 << bit)
    assert judge.until(17)[1] == codes.FAULT_CORRUPT
