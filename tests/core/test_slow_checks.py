"""What the slow checks leave alone, what they warn of, and the second that they keep.

The trips themselves are under the contract of `test_trips`. Figures for the 5 mA board.
"""

import pytest
from tests.support.programs import BOARDS, NAMES, make_program, sample, segment

from ionto.core import codes
from ionto.core.snapshot import COLUMNS, ROWS, Snapshot
from ionto.core.supervisor import BY_PULSES, BY_PULSES_AT_ONCE
from ionto.core.units import FLOW_EDGE

from .led_supervisor import LedSupervisor
from .loop_bench import HOLDING, QUICK, LoopBench, quick

NOISE_Q4 = 4 * 37 + 1000


def in_pulses(how=BY_PULSES_AT_ONCE, level_ua=2000):
    """A supervisor of a train of pulses, long enough after its start."""
    judge = LedSupervisor()
    judge.gate = FLOW_EDGE
    judge.ramp.set_q4 = judge.target_q4 = level_ua * 16
    judge.supervisor.follow(level_ua * 16, 10_000, 0, how)
    judge.ticks(6000, current_q4=0)
    assert judge.supervisor.tripped == 0
    return judge


@pytest.mark.hazard("H-31")
@pytest.mark.parametrize("how", [BY_PULSES, BY_PULSES_AT_ONCE])
@pytest.mark.parametrize(
    "given",
    [{"current_q4": 0}, {"current_q4": 16_000, "load_mv": 0}, {"current_q4": 400, "load_mv": 5}],
)
def test_between_pulses_neither_too_little_nor_a_still_sense_nor_a_short_is_judged(how, given):
    assert in_pulses(how).ticks(3000, **given) == [codes.FAULT_NONE]


@pytest.mark.hazard("H-01", "H-31")
def test_in_pulses_every_bound_from_above_stays():
    judge = in_pulses()
    assert judge.tick(current_q4=34_601) == codes.VERDICT_RECHECK
    judge = in_pulses(level_ua=1000)
    assert judge.until(9, current_q4=18_401) == (5, codes.FAULT_ENVELOPE)
    judge = in_pulses()
    assert judge.until(9, current_q4=0, second_q4=2000) == (5, codes.FAULT_SENSES_APART)


@pytest.mark.hazard("H-31")
def test_an_amplitude_by_ramp_has_its_envelope_from_0():
    judge = LedSupervisor()
    judge.gate = FLOW_EDGE
    judge.supervisor.follow(32_000, 10_000, 0, BY_PULSES)
    assert judge.until(9, current_q4=3000) == (5, codes.FAULT_ENVELOPE)


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize("load_mv", [38_000, 40_000])
def test_a_limited_load_has_no_undercurrent_and_no_still_sense(load_mv):
    judge = LedSupervisor().hold(1000)
    judge.go(2000)
    assert judge.ticks(6000, current_q4=8000, load_mv=load_mv) == [codes.FAULT_NONE]
    assert judge.supervisor.limited == 1


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize("slew_ua_s", [300, 1000, 10_000])
def test_a_dead_sense_is_found_within_66_ms_of_100_ua(slew_ua_s):
    judge = LedSupervisor()
    judge.gate = 1
    judge.supervisor.follow(32_000, slew_ua_s, 0, 0)
    to_100_ua_ms = 100_000 // slew_ua_s
    count, verdict = judge.until(3000, current_q4=0, load_mv=100)
    assert verdict in (codes.FAULT_STUCK, codes.VERDICT_CUT)
    assert verdict == codes.VERDICT_CUT or to_100_ua_ms <= count <= to_100_ua_ms + 2 + 66


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize("up_ticks", [8, 12, 20, 30, 45, 60])
def test_a_ramp_that_turns_round_is_followed_by_a_sense_that_works(up_ticks):
    judge = LedSupervisor()
    judge.go(2000)
    assert judge.ticks(up_ticks) == [codes.FAULT_NONE]
    judge.go(0)
    assert judge.ticks(200) == [codes.FAULT_NONE]
    judge.go(1000)
    assert judge.ticks(300) == [codes.FAULT_NONE]


@pytest.mark.parametrize(("step_q4", "warns"), [(NOISE_Q4, False), (NOISE_Q4 + 1, True)])
def test_noise_above_its_threshold_warns_and_is_no_fault(step_q4, warns):
    judge = LedSupervisor().hold(1000)
    checks = judge.supervisor.slow_checks
    # Readings 8 ms apart of 0, a, 0, b have a mean second difference of a + b.
    levels = [16_000, 16_000 + step_q4 // 2, 16_000, 16_000 + step_q4 - step_q4 // 2]
    for tick in range(800):
        at = levels[tick // 8 % 4]
        assert judge.tick(current_q4=at, load_mv=5000) == codes.FAULT_NONE
    assert bool(checks.warning & codes.WARN_NOISE) == warns
    assert not warns or checks.noise_q4 > NOISE_Q4


def test_a_ramp_is_no_noise():
    judge = LedSupervisor()
    judge.hold(2000)
    judge.go(0)
    judge.ticks(300)
    assert judge.supervisor.slow_checks.warning == 0


@pytest.mark.hazard("H-26")
def test_a_snapshot_keeps_the_last_second_and_the_oldest_row_first():
    ring = Snapshot()
    assert ring.listed() == []
    for row in range(3):
        ring.keep(sample(row, 10 * row, -row), 100 + row)
    assert ring.listed() == [0, 0, 0, 100, 1, -1, 10, 101, 2, -2, 20, 102]
    for row in range(3, 2 * ROWS + 7):
        ring.keep(sample(row), 0)
    kept = ring.listed()
    assert len(kept) == ROWS * COLUMNS
    assert kept[::COLUMNS] == list(range(ROWS + 7, 2 * ROWS + 7))
    assert ring.rows == ROWS
    ring.reset()
    assert ring.listed() == []


@pytest.mark.hazard("H-26")
def test_a_fault_leaves_the_second_before_it_to_be_read_afterwards():
    bed = LoopBench().at(HOLDING + 1000, lambda port: setattr(port, "offset_q4", 40_000))
    assert bed.run(quick(time_ms=2000)) == codes.OUTCOME_FAULTED
    kept = bed.parts.supervisor.slow_checks.snapshot.listed()
    rows = [kept[at : at + COLUMNS] for at in range(0, len(kept), COLUMNS)]
    assert len(rows) == ROWS
    assert rows[-1][0] > 60_000, "the sample that tripped is the last"
    for row in rows[:-1]:
        assert row == [pytest.approx(32_000, rel=0.01)] * 2 + [pytest.approx(10_000, rel=0.01)] + [
            32_000
        ]


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize("hold_ms", range(60, 76))
@pytest.mark.short_cases(
    "60-large",
    "61-small",
    "62-research",
    "63-large",
    "63-small",
    "63-research",
    "64-large",
    "64-small",
    "64-research",
    "67-small",
    "70-research",
    "75-large",
    "75-small",
)
def test_a_sense_ahead_of_the_supervisors_own_ramp_is_not_stuck(board, hold_ms):
    """At the fastest slew that ramp lags: a staircase meets it in every phase of the checks."""
    top_ua = board.max_ua * 7 // 10
    stairs = [
        segment(level_ua=top_ua * number // 11, slew_ua_s=10_000, time_ms=hold_ms)
        for number in range(1, 12)
    ]
    program = make_program(board, stairs, peak_ua=board.max_ua, charge_uc=1_000_000, **QUICK)
    assert LoopBench(board, load_ohm=500).run(program) == codes.OUTCOME_COMPLETE
