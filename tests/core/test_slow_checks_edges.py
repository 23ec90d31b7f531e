"""The rounds by themselves: each rule at its border, in turns of four rounds of 4 ms.

On the 5 mA board, 1 mA into 5 kOhm unless told otherwise. In a turn the first round judges time
and load, the second supply and current, the third the sense, the fourth the program.
"""

import pytest
from tests.support.programs import SMALL, make_program, sample

from ionto.core import codes
from ionto.core.supervisor import BY_PULSES
from ionto.core.units import FLOW_EDGE, FLOW_OFF, FLOW_STEADY, FLOW_ZERO

from .slow_check_bench import CYCLE_MS, ODD, TIME_MS, SlowCheckBench

CYCLES_A_SECOND = 63  # the first whole number of turns that is a second long


@pytest.mark.hazard("H-16")
@pytest.mark.parametrize(("time_ms", "turn"), [(159, 10), (160, 11), (175, 11), (176, 12)])
def test_energised_time_passes_its_limit_by_four_slow_checks_at_most(time_ms, turn):
    slow = SlowCheckBench(time_ms=time_ms)
    assert slow.cycles(100, FLOW_OFF, current_q4=0) == (0, codes.FAULT_NONE)
    assert (slow.slow_checks.clock_ms, slow.slow_checks.energised_ms) == (100 * CYCLE_MS, 0)
    assert slow.cycles(20) == (turn, codes.FAULT_TIME_WALL)
    assert slow.slow_checks.energised_ms == turn * CYCLE_MS


@pytest.mark.hazard("H-16")
@pytest.mark.parametrize("gate", [FLOW_EDGE, FLOW_ZERO])
def test_energised_time_counts_in_every_part_of_a_pulse(gate):
    slow = SlowCheckBench(time_ms=160)
    assert slow.cycles(20, gate) == (11, codes.FAULT_TIME_WALL)


@pytest.mark.parametrize(
    ("gate", "load_mv", "warning"),
    [
        (FLOW_STEADY, 31_999, 0),
        (FLOW_STEADY, 32_000, codes.WARN_COMPLIANCE),
        (FLOW_STEADY, 39_000, codes.WARN_COMPLIANCE),
        (FLOW_EDGE, 40_000, 0),
        (FLOW_OFF, 40_000, 0),
    ],
)
@pytest.mark.parametrize("board", [SMALL, ODD])
def test_near_compliance_is_told_where_contact_is_judged(gate, load_mv, warning, board):
    slow = SlowCheckBench(board=board)
    assert slow.cycle(gate, load_mv=load_mv) == [codes.FAULT_NONE] * 4
    near_mv = load_mv if warning else 0
    assert (slow.slow_checks.warning, slow.slow_checks.near_mv) == (warning, near_mv)


def at_5_s():
    """The quiet time after the ramp's start ends with the first round from here."""
    slow = SlowCheckBench()
    slow.slow_checks.clock_ms = 4996
    return slow


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(("begun_ms", "turn"), [(0, 64), (-1, 63), (1, 64)])
def test_low_impedance_is_judged_after_5000_ms_and_for_a_second(begun_ms, turn):
    slow = SlowCheckBench()
    slow.slow_checks.clock_ms = begun_ms
    slow.slow_checks.begin_ramp()
    slow.slow_checks.clock_ms = 4996
    assert slow.cycles(90, load_mv=199) == (turn, codes.FAULT_LOW_IMPEDANCE)


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize("good", [{"load_mv": 200}, {"load_mv": 199, "current_q4": 15_999}])
def test_a_low_load_that_recovers_for_four_slow_checks_has_another_second(good):
    slow = at_5_s()
    slow.cycle()
    for _ in range(2):
        assert slow.cycles(CYCLES_A_SECOND - 1, load_mv=199) == (0, codes.FAULT_NONE)
        assert slow.cycle(**good) == [codes.FAULT_NONE] * 4
    assert slow.cycles(90, load_mv=199) == (CYCLES_A_SECOND, codes.FAULT_LOW_IMPEDANCE)


@pytest.mark.hazard("H-07")
def test_a_low_load_before_the_gate_opened_does_not_count_after_it():
    slow = at_5_s()
    slow.cycle()
    slow.cycles(CYCLES_A_SECOND - 1, load_mv=199)
    slow.slow_checks.output_off()
    slow.slow_checks.clock_ms += 5000
    assert slow.cycles(90, load_mv=199) == (CYCLES_A_SECOND, codes.FAULT_LOW_IMPEDANCE)


@pytest.mark.hazard("H-17")
def test_undercurrent_for_four_slow_checks_less_than_a_second_is_forgotten():
    low = {"current_q4": 13_919}  # 90 % of 16 000 less 480 is 13 920
    slow = SlowCheckBench()
    for _ in range(2):
        assert slow.cycles(CYCLES_A_SECOND - 1, **low) == (0, codes.FAULT_NONE)
        assert slow.cycle(current_q4=13_920) == [codes.FAULT_NONE] * 4
    assert slow.cycles(CYCLES_A_SECOND - 1, **low) == (0, codes.FAULT_NONE)
    assert slow.cycle(frozen=1, **low) == [codes.FAULT_NONE] * 4
    assert slow.cycles(CYCLES_A_SECOND - 1, **low) == (0, codes.FAULT_NONE)
    slow.slow_checks.output_off()
    assert slow.cycles(90, **low) == (CYCLES_A_SECOND, codes.FAULT_UNDERCURRENT)


@pytest.mark.hazard("H-18")
@pytest.mark.parametrize("gate", [FLOW_OFF, FLOW_STEADY, FLOW_EDGE])
def test_a_supply_too_low_in_two_checks_running_trips(gate):
    slow = SlowCheckBench()
    for _ in range(2):
        assert slow.cycle(gate, supply_mv=4299) == [codes.FAULT_NONE] * 4
        assert slow.cycle(gate, supply_mv=4300) == [codes.FAULT_NONE] * 4
    assert slow.cycle(gate, supply_mv=4299) == [codes.FAULT_NONE] * 4
    assert slow.cycle(gate, supply_mv=4299)[1] == codes.FAULT_SUPPLY


@pytest.mark.hazard("H-18")
def test_an_arm_forgets_a_supply_that_was_too_low():
    slow = SlowCheckBench()
    slow.cycle(supply_mv=4299)
    slow.slow_checks.arm(make_program(SMALL), TIME_MS)
    assert slow.cycle(supply_mv=4299) == [codes.FAULT_NONE] * 4


@pytest.mark.hazard("H-24")
@pytest.mark.parametrize("gate", [FLOW_OFF, FLOW_STEADY])
def test_limits_that_are_not_whole_are_found_in_the_third_slow_check(gate):
    slow = SlowCheckBench()
    slow.whole = False
    assert slow.cycle(gate) == [
        codes.FAULT_NONE,
        codes.FAULT_NONE,
        codes.FAULT_CORRUPT,
        codes.FAULT_NONE,
    ]


@pytest.mark.hazard("H-24")
@pytest.mark.parametrize("gate", [FLOW_OFF, FLOW_STEADY])
def test_a_changed_program_is_found_in_the_fourth_slow_check_once_its_checksum_is_complete(gate):
    slow = SlowCheckBench()
    slow.program.words[0] ^= 1 << 20
    assert slow.cycles(3, gate) == (0, codes.FAULT_NONE)
    assert slow.cycle(gate) == [
        codes.FAULT_NONE,
        codes.FAULT_NONE,
        codes.FAULT_NONE,
        codes.FAULT_CORRUPT,
    ]


@pytest.mark.hazard("H-26")
def test_the_second_before_a_fault_has_a_row_of_every_second_round():
    slow = SlowCheckBench()
    for number in range(4):
        slow.check(current_q4=16_000 + number, load_mv=5000 + number)
    slow.slow_checks.keep(sample(99, 9, 98))
    rows = [16_000, 16_000, 5000, 16_000, 16_002, 16_002, 5002, 16_000, 99, 98, 9, 16_000]
    assert slow.slow_checks.snapshot.listed() == rows


@pytest.mark.hazard("H-16")
def test_armed_by_nothing_no_energised_time_is_allowed():
    assert SlowCheckBench(armed=False).check() == codes.FAULT_TIME_WALL


def test_an_arm_begins_with_the_first_slow_check_and_with_nothing_seen():
    slow = SlowCheckBench()
    slow.cycles(17, load_mv=32_000)
    slow.cycle(load_mv=5000, current_q4=32_000)
    slow.check()
    slow.slow_checks.arm(make_program(SMALL), TIME_MS)
    checks = slow.slow_checks
    assert (checks.clock_ms, checks.energised_ms, checks.warning, checks.near_mv) == (0, 0, 0, 0)
    assert (checks.noise_q4, checks.steady.warning) == (0, 0)
    assert checks.snapshot.listed() == []
    slow.whole = False
    assert slow.cycle(FLOW_OFF) == [
        codes.FAULT_NONE,
        codes.FAULT_NONE,
        codes.FAULT_CORRUPT,
        codes.FAULT_NONE,
    ]


@pytest.mark.hazard("H-31")
def test_in_the_edges_of_pulses_nothing_is_too_little():
    slow = SlowCheckBench()
    slow.slow_checks.pulsing = BY_PULSES
    assert slow.cycles(90, FLOW_EDGE, current_q4=0) == (0, codes.FAULT_NONE)
