"""The supervisor's walls: just under, at and just over each, and one tick before each debounce.

Figures for the 5 mA board with a program of 2 mA, in 1/16 uA: floor 1000, running limit 34 600,
absolute 82 720.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.programs import BOARDS, LARGE, NAMES, RESEARCH, SMALL, make_program

from ionto.core import codes, limits
from ionto.core.supervisor import BY_RAMP, Supervisor
from ionto.core.units import INPUT_LIMITER, drive_scale

from .led_supervisor import LedSupervisor

OVER_Q4 = 34600
ABSOLUTE_Q4 = 82720
FLOOR_Q4 = 1000
LOW_MA_Q4 = 16000


def test_a_sample_at_the_running_limit_passes_and_one_above_is_sampled_again():
    judge = LedSupervisor().hold(2000)
    assert judge.tick(current_q4=OVER_Q4) == codes.FAULT_NONE
    assert judge.tick(current_q4=OVER_Q4 + 1) == codes.VERDICT_RECHECK


def test_only_three_samples_above_in_one_tick_are_an_overcurrent():
    judge = LedSupervisor().hold(2000)
    check = judge.supervisor.recheck
    assert judge.tick(current_q4=OVER_Q4 + 1) == codes.VERDICT_RECHECK
    assert check(OVER_Q4) == codes.FAULT_NONE
    assert judge.tick(current_q4=OVER_Q4 + 1) == codes.VERDICT_RECHECK
    assert check(OVER_Q4 + 1) == codes.VERDICT_RECHECK
    assert check(OVER_Q4) == codes.FAULT_NONE
    assert judge.tick(current_q4=OVER_Q4 + 1) == codes.VERDICT_RECHECK
    assert check(OVER_Q4 + 1) == codes.VERDICT_RECHECK
    assert check(OVER_Q4 + 1) == codes.FAULT_OVERCURRENT
    assert judge.supervisor.tripped == codes.FAULT_OVERCURRENT


@pytest.mark.hazard("H-01")
def test_the_probe_of_a_program_smaller_than_it_has_a_limit_of_its_own():
    judge = LedSupervisor(RESEARCH, peak_ua=20)
    supervisor = judge.supervisor
    over_q4 = 20 * 16 * 105 // 100 + 100
    assert judge.tick(current_q4=over_q4 + 1) == codes.VERDICT_RECHECK
    for allowed_q4 in (50 * 16, 60 * 16):
        supervisor.allow(allowed_q4, 0)
        assert judge.tick(current_q4=allowed_q4 + 100) == codes.FAULT_NONE
        assert judge.tick(current_q4=allowed_q4 + 101) == codes.VERDICT_RECHECK
        assert supervisor.recheck(allowed_q4 + 100) == codes.FAULT_NONE
        assert judge.tick(current_q4=allowed_q4 + 101) == codes.VERDICT_RECHECK
        assert supervisor.recheck(allowed_q4 + 101) == codes.VERDICT_RECHECK
        assert supervisor.recheck(allowed_q4 + 100) == codes.FAULT_NONE
    supervisor.allow(0, 0)
    assert judge.tick(current_q4=over_q4) == codes.FAULT_NONE
    assert judge.tick(current_q4=over_q4 + 1) == codes.VERDICT_RECHECK
    supervisor.recheck(over_q4 + 1)
    assert supervisor.recheck(over_q4 + 1) == codes.FAULT_OVERCURRENT


@pytest.mark.hazard("H-01")
def test_the_probe_of_a_larger_program_keeps_the_programs_limit():
    judge = LedSupervisor(peak_ua=2000)
    judge.supervisor.allow(50 * 16, 0)
    assert judge.tick(current_q4=OVER_Q4) == codes.FAULT_NONE
    assert judge.tick(current_q4=OVER_Q4 + 1) == codes.VERDICT_RECHECK


def test_the_absolute_limit_holds_below_a_program_that_would_allow_more():
    judge = LedSupervisor(peak_ua=5000).hold(5000)
    assert judge.tick(current_q4=ABSOLUTE_Q4) == codes.FAULT_NONE
    assert judge.tick(current_q4=ABSOLUTE_Q4 + 1) == codes.VERDICT_RECHECK
    assert judge.supervisor.recheck(ABSOLUTE_Q4 + 1) == codes.VERDICT_RECHECK
    assert judge.supervisor.recheck(ABSOLUTE_Q4 + 1) == codes.FAULT_OVER_ABSOLUTE


def test_an_overcurrent_is_found_with_the_gate_low_too():
    assert LedSupervisor().tick(current_q4=OVER_Q4 + 1) == codes.VERDICT_RECHECK


@pytest.mark.parametrize("level_ua", [200, 1000, 1900])
def test_the_ramps_own_envelope_trips_at_the_fifth_tick_above_it(level_ua):
    judge = LedSupervisor(peak_ua=2500).hold(level_ua)
    most_q4 = level_ua * 16 * 11 // 10 + 50 * 16
    assert judge.ticks(50, current_q4=most_q4) == [codes.FAULT_NONE]
    assert judge.ticks(4, current_q4=most_q4 + 1) == [codes.FAULT_NONE]
    assert judge.tick(current_q4=most_q4) == codes.FAULT_NONE
    assert judge.until(9, current_q4=most_q4 + 1) == (5, codes.FAULT_ENVELOPE)


def test_the_envelope_moves_with_the_ramp_and_no_faster():
    judge = LedSupervisor().go(2000)
    ahead_q4 = 160 * 30  # 30 ms ahead of a ramp of 10 mA/s: 300 uA
    for tick in range(1, 200):
        verdict = judge.tick(current_q4=tick * 160 + ahead_q4, load_mv=5000)
        if verdict != codes.FAULT_NONE:
            break
    assert (tick, verdict) == (5, codes.FAULT_ENVELOPE)


def test_a_target_above_the_programs_peak_is_not_followed():
    judge = LedSupervisor().go(2000)
    judge.supervisor.follow(80000, 60000, 0, BY_RAMP)
    assert judge.supervisor.envelope.target_q4 == 32000
    assert judge.until(30, current_q4=6000, load_mv=2000) == (5, codes.FAULT_ENVELOPE)


@pytest.mark.parametrize("polarity", [1, -1])
def test_senses_apart_by_more_than_5_percent_and_the_floor_for_five_ticks_trip(polarity):
    judge = LedSupervisor(polarity=polarity).hold(1000)
    apart_q4 = 16000 // 20 + FLOOR_Q4
    for sign in (1, -1):
        at = (16000 + sign * apart_q4) * polarity
        over = (16000 + sign * (apart_q4 + 1)) * polarity
        assert judge.ticks(20, current_q4=16000, second_q4=at) == [codes.FAULT_NONE]
        assert judge.ticks(4, current_q4=16000, second_q4=over) == [codes.FAULT_NONE]
        assert judge.tick(current_q4=16000, second_q4=at) == codes.FAULT_NONE
    assert judge.until(9, current_q4=16000, second_q4=over) == (5, codes.FAULT_SENSES_APART)


def test_a_second_sense_of_the_wrong_sign_trips():
    judge = LedSupervisor().hold(1000)
    assert judge.until(9, second_q4=-16000) == (5, codes.FAULT_SENSES_APART)


def test_a_leak_is_judged_8_ms_after_the_gate_and_trips_at_the_fifth_tick():
    judge = LedSupervisor().hold(1000).leave()
    assert judge.until(99, current_q4=FLOOR_Q4 + 1) == (8 + 5, codes.FAULT_LEAK)


def test_a_current_at_the_floor_is_no_leak_and_a_gap_starts_the_count_again():
    judge = LedSupervisor()
    assert judge.ticks(50, current_q4=FLOOR_Q4) == [codes.FAULT_NONE]
    assert judge.ticks(4, current_q4=FLOOR_Q4 + 1) == [codes.FAULT_NONE]
    assert judge.tick(current_q4=FLOOR_Q4) == codes.FAULT_NONE
    assert judge.until(9, current_q4=FLOOR_Q4 + 1) == (5, codes.FAULT_LEAK)


@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
def test_the_probes_own_current_is_no_leak_while_it_is_on(board):
    judge = LedSupervisor(board, peak_ua=400)
    most_q4 = limits.floor_q4(board) + 50 * 16
    judge.supervisor.allow(50 * 16, 0)
    assert judge.ticks(50, current_q4=most_q4) == [codes.FAULT_NONE]
    assert judge.until(9, current_q4=most_q4 + 1) == (5, codes.FAULT_LEAK)


@pytest.mark.parametrize(("ohm", "most_q4"), [(100_000, 800), (3000, 26_666)])
def test_the_probe_passes_its_voltage_over_its_own_resistance_at_most(ohm, most_q4):
    assert Supervisor(limits.Board("b", 5000, 40_000, 37, probe_ohm=ohm)).probe_q4 == most_q4


def test_the_hardware_limiter_trips_at_once_whatever_the_gate():
    assert LedSupervisor().tick(inputs=INPUT_LIMITER) == codes.FAULT_LIMITER
    assert LedSupervisor().hold(1000).tick(inputs=INPUT_LIMITER) == codes.FAULT_LIMITER


def test_the_first_cause_is_kept_and_later_ones_are_counted():
    judge = LedSupervisor(charge_uc=5000).hold(1000)
    assert judge.tick(charge_uc=5001) == codes.FAULT_CHARGE_WALL
    assert judge.tick(inputs=INPUT_LIMITER) == codes.FAULT_CHARGE_WALL
    assert (judge.supervisor.tripped, judge.supervisor.later) == (codes.FAULT_CHARGE_WALL, 1)


@pytest.mark.hazard("H-26")
def test_each_cause_after_the_first_is_counted():
    supervisor = LedSupervisor().supervisor
    causes = (codes.FAULT_SUPPLY, codes.FAULT_CORRUPT, codes.FAULT_LATE, codes.FAULT_SUPPLY)
    assert [supervisor.trip(cause) for cause in causes] == [codes.FAULT_SUPPLY] * 4
    assert (supervisor.tripped, supervisor.later) == (codes.FAULT_SUPPLY, 3)


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize(
    ("current_q4", "fault"),
    [(ABSOLUTE_Q4, codes.FAULT_OVERCURRENT), (ABSOLUTE_Q4 + 1, codes.FAULT_OVER_ABSOLUTE)],
)
def test_an_overcurrent_is_over_absolute_only_above_the_boards_own_limit(current_q4, fault):
    judge = LedSupervisor()
    assert judge.tick(current_q4=current_q4) == codes.VERDICT_RECHECK
    assert judge.supervisor.recheck(current_q4) == codes.VERDICT_RECHECK
    assert judge.supervisor.recheck(current_q4) == fault


@pytest.mark.hazard("H-01")
def test_the_drive_passes_up_to_its_bound_and_none_with_the_gate_low():
    supervisor = LedSupervisor().supervisor
    mul, shift = drive_scale(100_000, SMALL.drive_counts)
    most = supervisor.clamp_drive(SMALL.drive_counts, 1)
    assert most == OVER_Q4 * mul >> shift
    given = (-1, 0, 1, most, most + 1)
    assert [supervisor.clamp_drive(drive, 1) for drive in given] == [0, 0, 1, most, most]
    assert [supervisor.clamp_drive(drive, 0) for drive in given] == [0] * 5


@given(st.sampled_from(BOARDS), st.integers(-(2**29), 2**29), st.integers(1, 500))
def test_no_drive_passes_its_bound_and_none_passes_after_a_trip(board, drive, peak_ua):
    supervisor = Supervisor(board)
    assert supervisor.clamp_drive(drive, 1) == 0, "armed by nothing"
    supervisor.arm(make_program(board, peak_ua=peak_ua))
    allowed = supervisor.clamp_drive(drive, 1)
    most_q4 = min(limits.running_limit_q4(board, peak_ua), limits.absolute_limit_q4(board))
    assert 0 <= allowed <= board.drive_counts
    assert allowed * board.full_scale_ua * 16 <= most_q4 * board.drive_counts * 1.001
    assert supervisor.clamp_drive(drive, 0) == 0
    supervisor.recheck(2**29)
    supervisor.check([2**29, 0, 0, 0, INPUT_LIMITER], 1, 0, 1000)
    assert supervisor.clamp_drive(drive, 1) == 0
    supervisor.clear()
    assert supervisor.tripped == 0


def test_the_walls_of_the_30_ma_board_scale_with_it():
    judge = LedSupervisor(LARGE, peak_ua=30000).hold(30000)
    assert judge.tick(current_q4=30920 * 16) == codes.FAULT_NONE
    assert judge.tick(current_q4=30920 * 16 + 1) == codes.VERDICT_RECHECK
    assert SMALL.proof_scale * 6 == LARGE.proof_scale


@pytest.mark.hazard("H-11")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
def test_with_the_gate_low_only_what_flows_forwards_sets_the_senses_apart(board):
    """After a cut near compliance a capacitive load empties backwards, where A clips."""
    floor_q4 = limits.floor_q4(board)
    judge = LedSupervisor(board, peak_ua=400)
    judge.ticks(20)
    assert judge.ticks(200, current_q4=-floor_q4, second_q4=-4 * floor_q4) == [codes.FAULT_NONE]
    assert judge.until(9, current_q4=-floor_q4, second_q4=floor_q4) == (
        5,
        codes.FAULT_SENSES_APART,
    )
