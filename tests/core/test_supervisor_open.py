"""Open, limited, dips and recovery: what is a lost contact, and what must never be taken for one.

On the 5 mA board, in 1/16 uA: I_open floor 185, at most 640 with the load voltage at 95 % of
compliance (38 000 mV), a tenth of the set point otherwise.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.programs import BOARDS, LARGE, NAMES, SMALL

from ionto.core import codes
from ionto.core.limits import Board
from ionto.core.units import INPUT_LIMITER

from .led_supervisor import LedSupervisor, resistor

HIGH_MV = 38000
NEAR_MV = 34000
AT_HIGH_Q4 = 640


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize("level_ua", [200, 1000, 2000])
@pytest.mark.parametrize("load_mv", [-5000, 0, NEAR_MV - 1])
def test_open_is_a_tenth_of_the_set_point_for_five_ticks_whatever_the_voltage(level_ua, load_mv):
    judge = LedSupervisor().hold(level_ua)
    open_q4 = max(level_ua * 16 // 10, 185)
    assert judge.ticks(50, current_q4=open_q4, load_mv=load_mv) == [codes.FAULT_NONE]
    assert judge.ticks(4, current_q4=open_q4 - 1, load_mv=load_mv) == [codes.FAULT_NONE]
    assert judge.tick(current_q4=open_q4) == codes.FAULT_NONE
    assert judge.until(9, current_q4=open_q4 - 1, load_mv=load_mv) == (5, codes.VERDICT_CUT)


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize(("board", "at_q4"), [(SMALL, 640), (LARGE, 3840)], ids=["5 mA", "30 mA"])
def test_at_95_percent_of_compliance_only_less_than_the_cap_is_open(board, at_q4):
    judge = LedSupervisor(board, peak_ua=5000).hold(5000)
    high_mv = board.compliance_mv * 95 // 100
    assert judge.ticks(50, current_q4=at_q4, load_mv=high_mv) == [codes.FAULT_NONE]
    assert judge.supervisor.limited == 1
    assert judge.until(9, current_q4=at_q4 - 1, load_mv=high_mv) == (5, codes.VERDICT_CUT)
    assert judge.supervisor.limited == 0


@pytest.mark.hazard("H-06")
def test_limited_is_no_fault_for_as_long_as_it_lasts():
    judge = LedSupervisor().hold(2000)
    assert judge.ticks(35_000, current_q4=1000, load_mv=HIGH_MV) == [codes.FAULT_NONE]
    assert (judge.supervisor.limited, judge.supervisor.freeze) == (1, 1)
    assert judge.tick(current_q4=1000, load_mv=NEAR_MV - 1) == codes.FAULT_NONE
    assert (judge.supervisor.limited, judge.supervisor.freeze) == (0, 0)


SHORT_Q4 = 32_000 * 97 // 100 - 320  # at 2 mA


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize("load_mv", [NEAR_MV, HIGH_MV - 1])
@pytest.mark.parametrize(("current_q4", "limited"), [(SHORT_Q4 - 1, 1), (SHORT_Q4, 0)])
def test_a_stage_of_low_compliance_limits_where_the_ramp_as_programmed_is_not_reached(
    load_mv, current_q4, limited
):
    judge = LedSupervisor().hold(2000)
    supervisor = judge.supervisor
    assert judge.tick(current_q4=current_q4, load_mv=load_mv) == codes.FAULT_NONE
    assert (supervisor.limited, supervisor.freeze) == (limited, 1)
    assert judge.ticks(5000, current_q4=current_q4, load_mv=load_mv) == [codes.FAULT_NONE]
    assert judge.tick(current_q4=current_q4, load_mv=NEAR_MV - 1) == codes.FAULT_NONE
    assert (supervisor.limited, supervisor.freeze) == (0, 0)


@pytest.mark.hazard("H-06")
def test_from_95_percent_of_compliance_on_the_stage_is_limited_whatever_flows():
    judge = LedSupervisor().hold(2000)
    for load_mv, limited in ((HIGH_MV - 1, 0), (HIGH_MV, 1)):
        judge.tick(current_q4=32_000, load_mv=load_mv)
        assert judge.supervisor.limited == limited


OVER_Q4 = 34_600  # the running limit at 2 mA


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize(
    ("current_q4", "verdict", "limited"),
    [(OVER_Q4, codes.FAULT_NONE, 1), (OVER_Q4 + 1, codes.VERDICT_RECHECK, 0)],
)
def test_more_than_the_running_limit_is_sampled_again_and_never_limited(
    current_q4, verdict, limited
):
    judge = LedSupervisor().hold(2000)
    assert judge.tick(current_q4=current_q4, load_mv=HIGH_MV) == verdict
    assert (judge.supervisor.limited, judge.supervisor.freeze) == (limited, limited)


@pytest.mark.hazard("H-06")
def test_what_is_limited_below_95_percent_stays_so_until_nearly_all_flows():
    judge = LedSupervisor().hold(2000)
    judge.tick(current_q4=SHORT_Q4 - 1, load_mv=NEAR_MV)
    most_q4 = SHORT_Q4 + SHORT_Q4 // 64
    for current_q4, limited in ((most_q4 - 1, 1), (most_q4, 0), (most_q4 - 1, 0)):
        judge.tick(current_q4=current_q4, load_mv=NEAR_MV)
        assert judge.supervisor.limited == limited


@pytest.mark.hazard("H-03", "H-06")
def test_near_compliance_too_only_less_than_the_cap_is_open():
    judge = LedSupervisor(peak_ua=5000).hold(5000)
    assert judge.ticks(50, current_q4=AT_HIGH_Q4, load_mv=NEAR_MV) == [codes.FAULT_NONE]
    assert judge.supervisor.limited == 1
    assert judge.until(9, current_q4=AT_HIGH_Q4 - 1, load_mv=NEAR_MV) == (5, codes.VERDICT_CUT)


@pytest.mark.hazard("H-05")
def test_a_gap_that_closes_near_compliance_is_a_dip():
    judge = LedSupervisor().hold(2000)
    for count in (1, 2):
        judge.ticks(4, current_q4=0, load_mv=NEAR_MV)
        assert judge.tick(current_q4=32_000, load_mv=NEAR_MV) == codes.FAULT_NONE
        assert (judge.supervisor.dips.count, judge.supervisor.low) == (count, 0)
    judge.ticks(4, current_q4=0, load_mv=NEAR_MV)
    assert judge.tick(current_q4=32_000, load_mv=NEAR_MV) == codes.FAULT_INTERMITTENT


@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
def test_below_three_times_the_floor_nothing_is_open(board):
    judge = LedSupervisor(board, peak_ua=400)
    level_ua = 3 * 5 * board.sigma_q4 // 16
    judge.go(level_ua)
    found = judge.ticks(400, current_q4=0, load_mv=100)
    assert set(found) <= {codes.FAULT_NONE, codes.FAULT_STUCK}, (
        "that nothing follows is another rule's"
    )
    assert judge.supervisor.low == 0


@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
def test_just_above_three_times_the_floor_open_is_found(board):
    judge = LedSupervisor(board, peak_ua=400)
    judge.go(3 * 5 * board.sigma_q4 // 16 + 1)
    judge.ticks(200)
    assert judge.until(9, current_q4=0, load_mv=100) == (5, codes.VERDICT_CUT)


def test_after_a_retraction_open_is_a_quarter_of_the_reference():
    judge = LedSupervisor().hold(2000)
    judge.ticks(50, current_q4=2000, load_mv=HIGH_MV)
    reference_q4 = 2000 * 51 // 50 + 320  # it climbs by 160 a tick from here on
    quarter_q4 = reference_q4 // 4
    assert judge.tick(current_q4=quarter_q4 + 40) == codes.FAULT_NONE
    assert judge.supervisor.low == 0
    assert judge.tick(current_q4=quarter_q4 + 40) == codes.FAULT_NONE
    assert judge.supervisor.low == 1, "by now a quarter is 80 more"


@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
def test_a_lead_that_opens_before_the_ramp_is_armed_is_still_found(board):
    judge = LedSupervisor(board, peak_ua=400).go(400)
    judge.ticks(2)
    count, verdict = judge.until(200, current_q4=0, load_mv=board.compliance_mv)
    assert verdict == codes.VERDICT_CUT
    assert count <= 40


FINE = Board("16 bits", 5000, 40000, 16)


def lagging_start(judge, behind, level_ua):
    """A ramp from 0 whose current is `behind` ticks late; the verdicts but for none."""
    judge.go(level_ua)
    flows = [0] * behind
    found = set()
    for _ in range(level_ua // 10 + 20):
        flows.append(judge.ramp.set_q4)
        found.add(judge.tick(current_q4=flows.pop(0)))
    return found - {codes.FAULT_NONE}


@pytest.mark.parametrize("behind", [1, 2])
@pytest.mark.parametrize("board", [*BOARDS, FINE], ids=[*NAMES, "16 bits"])
def test_the_lag_of_a_ramp_that_begins_is_no_dip(board, behind):
    judge = LedSupervisor(board, peak_ua=400)
    for _ in range(4):
        assert lagging_start(judge, behind, 400) == set()
        judge.leave().ticks(60, current_q4=0, load_mv=0)
    assert judge.supervisor.dips.count == 0


def test_a_gap_soon_after_a_ramp_began_is_a_dip():
    judge = LedSupervisor(FINE, peak_ua=400).go(400)
    judge.ticks(9)
    judge.ticks(2, current_q4=0)
    judge.tick()
    assert judge.supervisor.dips.count == 1


def test_a_gap_once_a_small_level_is_reached_is_a_dip():
    judge = LedSupervisor(FINE, peak_ua=400).hold(30)
    judge.ticks(2, current_q4=0)
    judge.tick()
    assert judge.supervisor.dips.count == 1


def test_a_lead_that_opens_while_limited_is_found_in_five_ticks():
    judge = LedSupervisor().hold(2000)
    assert resistor(judge, 100_000, 1000) == set()
    assert judge.supervisor.limited == 1
    assert judge.until(9, current_q4=0, load_mv=40000) == (5, codes.VERDICT_CUT)


@pytest.mark.parametrize("ohm", [25_000, 50_000, 100_000, 300_000])
def test_a_load_that_dries_and_recovers_is_never_open(ohm):
    judge = LedSupervisor().hold(2000)
    for again in (10_000, ohm, 10_000):
        assert resistor(judge, again, 600) == set()


@pytest.mark.parametrize("ohm", [25_000, 50_000, 100_000, 300_000])
@pytest.mark.parametrize("recovers", [False, True])
def test_a_ramp_down_from_a_retracted_set_point_is_never_open(ohm, recovers):
    judge = LedSupervisor().hold(2000)
    assert resistor(judge, ohm, 300) == set()
    judge.go(0)
    assert resistor(judge, 10_000 if recovers else ohm, 400) == set()
    assert judge.ramp.set_q4 == 0


def test_a_lower_level_asked_for_while_limited_is_never_open():
    judge = LedSupervisor().hold(2000)
    assert resistor(judge, 100_000, 300) == set()
    judge.go(300)
    assert resistor(judge, 100_000, 300) == set()
    assert resistor(judge, 10_000, 300) == set()


def test_a_ramp_down_that_loses_its_lead_is_found():
    judge = LedSupervisor().hold(2000)
    judge.go(0)
    judge.ticks(50)
    assert judge.until(9, current_q4=0, load_mv=40000) == (5, codes.VERDICT_CUT)


def _dip(judge, after):
    """Four low ticks, then one as `after` says; return its verdict."""
    assert judge.ticks(4, current_q4=0, load_mv=40000) == [codes.FAULT_NONE]
    assert (judge.supervisor.low, judge.supervisor.freeze) == (1, 1)
    return judge.tick(**after)


@pytest.mark.parametrize(
    "after", [{}, {"current_q4": 2000, "load_mv": 39000}], ids=["recovered", "limited"]
)
@pytest.mark.parametrize(
    ("apart", "verdict"), [(100, codes.FAULT_INTERMITTENT), (5100, codes.FAULT_NONE)]
)
def test_three_dips_within_10_s_are_intermittent(after, apart, verdict):
    judge = LedSupervisor().hold(2000)
    for _ in range(2):
        assert _dip(judge, after) == codes.FAULT_NONE
        assert judge.supervisor.warning & codes.WARN_DIP
        assert judge.supervisor.low == 0
        judge.ticks(apart)
    assert _dip(judge, after) == verdict


@pytest.mark.parametrize("low_ticks", [1, 4])
def test_a_gap_shorter_than_five_ticks_is_not_cut(low_ticks):
    judge = LedSupervisor().hold(2000)
    assert judge.ticks(low_ticks, current_q4=0) == [codes.FAULT_NONE]
    assert judge.ticks(100) == [codes.FAULT_NONE]


@pytest.mark.parametrize(
    ("given_with", "fault"),
    [
        ({"inputs": INPUT_LIMITER}, codes.FAULT_LIMITER),
        ({"dt_us": 3001}, codes.FAULT_LATE),
        ({"charge_uc": 20_000_000}, codes.FAULT_CHARGE_WALL),
    ],
)
def test_a_fault_in_the_tick_that_loses_contact_is_not_hidden_by_the_cut(given_with, fault):
    judge = LedSupervisor().hold(2000)
    assert judge.ticks(4, current_q4=0) == [codes.FAULT_NONE]
    assert judge.tick(current_q4=0, **given_with) == fault
    assert judge.supervisor.tripped == fault


def test_counts_of_a_closed_gate_are_forgotten_when_it_opens():
    judge = LedSupervisor().hold(2000)
    judge.ticks(4, current_q4=0)
    judge.leave().ticks(50, current_q4=0)
    judge.hold(2000)
    assert judge.until(9, current_q4=0) == (5, codes.VERDICT_CUT)


@given(
    st.sampled_from([1500, 3000, 10_000, 30_000, 100_000, 250_000]),
    st.lists(st.sampled_from([1500, 10_000, 30_000, 100_000, 250_000]), max_size=4),
    st.lists(st.integers(100, 2000), max_size=3),
)
def test_no_sequence_of_connected_loads_and_levels_is_a_fault(first, loads, levels):
    judge = LedSupervisor().go(2000)
    found = resistor(judge, first, 250)
    for load, level_ua in zip(loads, [*levels, 2000, 2000, 2000, 2000], strict=False):
        judge.go(level_ua)
        found |= resistor(judge, load, 250)
    judge.go(0)
    found |= resistor(judge, first, 250)
    assert found == set()
