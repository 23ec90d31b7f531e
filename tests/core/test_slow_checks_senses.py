"""A sense that stands still: what the slow checks make of it, at each border.

On the 5 mA board, 1 mA into 5 kOhm, in 1/16 uA: a change of 1600 has to be followed by 400.
"""

import pytest

from ionto.core import codes
from ionto.core.supervisor import BY_PULSES
from ionto.core.units import FLOW_EDGE, FLOW_OFF

from .slow_check_bench import ODD, SlowCheckBench

CHANGE_Q4 = 1600
MOVED_Q4 = 400


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("change_q4", "moved_q4", "found"),
    [
        (CHANGE_Q4, 0, (3, codes.FAULT_STUCK)),
        (CHANGE_Q4, MOVED_Q4 - 1, (3, codes.FAULT_STUCK)),
        (CHANGE_Q4, 1 - MOVED_Q4, (3, codes.FAULT_STUCK)),
        (CHANGE_Q4, MOVED_Q4, (0, codes.FAULT_NONE)),
        (CHANGE_Q4 - 1, 0, (0, codes.FAULT_NONE)),
    ],
)
def test_a_sense_stands_still_below_400_of_a_change_of_1600(sign, change_q4, moved_q4, found):
    slow = SlowCheckBench()
    slow.cycle()
    slow.expect(16_000 + sign * change_q4)
    assert slow.cycles(20, current_q4=16_000 + sign * moved_q4) == found


@pytest.mark.hazard("H-12")
def test_a_quarter_of_the_change_is_a_whole_number():
    slow = SlowCheckBench(board=ODD)  # 1603 and 400 there
    slow.cycle()
    slow.expect(16_000 + 1603)
    assert slow.cycles(20, current_q4=16_000 + 400) == (0, codes.FAULT_NONE)


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize(("shown_q4", "turn"), [(MOVED_Q4 - 1, 3), (MOVED_Q4, 0)])
def test_from_an_open_gate_a_sense_has_to_move_as_far(shown_q4, turn):
    slow = SlowCheckBench(level_ua=100)
    assert slow.cycles(20, current_q4=shown_q4)[0] == turn


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize(
    ("after_ms", "verdict"),
    [(31, codes.FAULT_NONE), (32, codes.FAULT_STUCK), (33, codes.FAULT_STUCK)],
)
def test_a_sense_that_stands_still_has_32_ms_from_when_it_is_noticed(after_ms, verdict):
    slow = SlowCheckBench()
    slow.cycle()
    slow.expect(16_000 + CHANGE_Q4)
    slow.cycle()
    noticed_ms = slow.slow_checks.clock_ms - 4
    slow.check()
    slow.check()
    slow.slow_checks.clock_ms = noticed_ms + after_ms - 4
    assert slow.check() == verdict


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize("event", ["moves", "limited", "opens"])
def test_after_a_change_a_limit_or_gate_off_a_stuck_sense_is_looked_for_anew(event):
    slow = SlowCheckBench()
    slow.cycle()
    slow.expect(16_000 + CHANGE_Q4)
    assert slow.cycles(2) == (0, codes.FAULT_NONE)
    if event == "opens":
        slow.slow_checks.output_off()
    at_q4 = 16_000 + MOVED_Q4 * (event == "moves")
    slow.cycle(frozen=event == "limited", current_q4=at_q4)
    assert slow.cycles(20, current_q4=at_q4) == (0, codes.FAULT_NONE)
    slow.expect(16_000 + 2 * CHANGE_Q4)
    assert slow.cycles(20, current_q4=at_q4) == (3, codes.FAULT_STUCK)


@pytest.mark.hazard("H-12", "H-31")
def test_neither_with_the_gate_low_nor_in_pulses_a_sense_has_to_move():
    slow = SlowCheckBench()
    assert slow.cycles(20, FLOW_OFF, current_q4=0) == (0, codes.FAULT_NONE)
    slow.slow_checks.pulsing = BY_PULSES
    assert slow.cycles(20, FLOW_EDGE, current_q4=0) == (0, codes.FAULT_NONE)
    assert slow.cycles(20, FLOW_OFF, current_q4=0) == (0, codes.FAULT_NONE)
