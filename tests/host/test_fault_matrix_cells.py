"""The fault matrix: its table of requirements, its cells, its judge and its files."""

import json

import pytest

from ionto.core import codes
from ionto.core.program import Program
from iontobench.campaign.fault_result import (
    LATE,
    MISSED,
    NOT_OBSERVABLE,
    NUISANCE,
    OK,
    as_bytes,
    as_object,
    is_good,
    lines,
    markdown,
    summary,
)
from iontobench.campaign.matrix import (
    GAP,
    HOLD,
    LOADS,
    PHASES,
    PULSES,
    TURN,
    load_program,
    trials,
)
from iontobench.campaign.required import CASES, ELSEWHERE, Case
from iontobench.campaign.trial import onset_us, prepared, run_matrix, run_trial, spec_of
from iontobench.resources import load_board
from iontobench.sim.faults import KINDS, parse

BOARD = load_board("virtual").BOARD
SCENARIOS = range(1, 25)  # [docs/faults.md, Scenarios]


def cells(*subset):
    return list(trials(subset))


def row_of(fault, phase="hold", load="resistor:2000", **changes):
    """The row of one cell, its requirement changed."""
    (found,) = (cell for cell in cells(phase, load) if cell.case.fault == fault)
    return run_trial(found._replace(case=found.case._replace(**changes)))


def test_every_kind_of_fault_is_in_the_matrix():
    used = {part.partition(":")[0] for case in CASES for part in case.fault.split("+")}
    assert used == {*KINDS, "none"}


def test_every_scenario_has_a_kind_or_says_where_it_is_looked_after():
    covered = {kind.scenario for kind in KINDS.values()}
    assert set(SCENARIOS) - covered == set(ELSEWHERE)
    assert covered <= set(SCENARIOS)


def test_every_case_can_be_written_as_a_fault_and_names_its_source():
    for case in CASES:
        assert case.source
        for fault in case.fault.split("+"):
            if fault != "none":
                assert parse(spec_of(fault, 1_500_137)).onset_us == 1_500_137


def test_the_matrix_is_every_case_in_every_phase_on_seven_loads_at_least():
    assert len(LOADS) >= 7
    assert len(cells()) == len(CASES) * len(PHASES) * len(LOADS)
    assert [phase.name for phase in PHASES] == [
        *("probe", "proof", "ramp up", "hold", "pulses", "turning", "rest", "off"),
        *("pausing", "pause", "contact lost", "ramp down", "idle"),
    ]
    # By name: what is left of a proof, or of a lost contact, has the pins of the state it is in.
    struck = {codes.STATE_NAMES[phase.state] for phase in PHASES if phase.state is not None}
    assert struck == set(codes.STATE_NAMES.values()) - {"idle", "done", "fault"}


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_fault_strikes_while_its_phase_lasts(phase):
    plain = prepared(LOADS[1], phase, "virtual", "ideal")
    assert plain.seen.last["outcome"] == "complete"
    (cell,) = (one for one in cells(phase.name, "resistor:2000") if one.case.fault == "open")
    at_us = onset_us(cell, plain.begins)
    states = [item for item in plain.seen.host.events if item.code == codes.EVENT_STATE]
    begun = [item.a for item in states if item.t_ms * 1000 + plain.clock_us <= at_us]
    assert begun[-1] == (codes.STATE_DONE if phase.state is None else phase.state)


@pytest.mark.parametrize("shape", [HOLD, PULSES, TURN, GAP])
@pytest.mark.parametrize("load", LOADS, ids=lambda load: load.name)
def test_its_programs_are_short_and_pass_the_firmwares_walls(load, shape):
    made = Program(load_program(load, shape=shape), BOARD)
    assert made.time_s <= 60
    assert made.peak_ua == load.level_ua


def test_a_subset_narrows_by_kind_phase_and_load():
    found = cells("open", "short", "hold", "forearm")
    assert {cell.case.kind for cell in found} == {"open", "short"}
    assert {(cell.phase.name, cell.load.name) for cell in found} == {("hold", "forearm")}


def test_a_reaction_in_time_is_ok_and_one_after_its_time_is_late():
    row = row_of("open")
    assert (row.verdict, row.reaction) == (OK, "cut")
    assert 0 < row.detected_ms <= row.gate_off_ms + 1 <= 21
    assert row.stray_uc == 0
    assert row_of("open", required_ms=row.gate_off_ms - 0.5).verdict == LATE


def test_too_much_stray_charge_is_late_even_when_the_time_is_kept():
    row = row_of("a-scale:0.5")
    assert row.verdict == OK
    assert row.stray_uc > 5
    assert row_of("a-scale:0.5", stray_uc=row.stray_uc - 1).verdict == LATE


def test_what_nothing_answers_is_missed_and_only_a_reason_makes_it_unobservable():
    assert row_of("bridge-welded").verdict == NOT_OBSERVABLE
    assert row_of("bridge-welded").reason
    assert row_of("bridge-welded", blind=()).verdict == MISSED


def test_an_end_without_a_reason_is_a_nuisance():
    assert row_of("none").verdict == OK
    assert row_of("open", expect="ride").verdict == NUISANCE


def test_a_reset_counts_by_the_dead_mans_off_and_the_watchdogs_reset():
    row = row_of("hang")
    assert (row.verdict, row.reaction, row.outcome) == (OK, "reset", "reset")
    assert 0 < row.current_off_ms <= 10
    assert row_of("hang", required_ms=row.current_off_ms - 1.5).verdict == LATE


def test_the_hardware_limiters_own_time_is_shown_apart():
    row = row_of("stage-on:20000")
    assert 0 < row.limiter_ms < 1
    alone = row_of("stage-on:20000+limiter-dead")
    assert alone.limiter_ms is None
    assert alone.fault_code == "over absolute limit"
    assert alone.gate_off_ms <= 20


def test_in_idle_nothing_may_flow_and_the_next_start_is_told():
    row = row_of("stage-on:20000", "idle")
    assert (row.verdict, row.peak_ua) == (OK, pytest.approx(0, abs=5))
    assert row.next_start.startswith(("refused", "started"))


def test_a_current_that_flows_in_idle_is_missed_unless_the_next_start_is_refused():
    case = Case("stage-on:2000+dead-man-welded", "trip", 20, "a test")
    (cell, *_) = cells("open", "idle", "resistor:2000")
    row = run_trial(cell._replace(case=case))
    assert row.verdict == (OK if row.next_start.startswith("refused") else MISSED)
    assert row.peak_ua > 1000


def test_a_fault_that_shows_only_with_current_is_judged_from_then_on():
    row = row_of("b-dead", "pause")
    assert row.verdict == OK
    assert row.visible_ms is None or row.visible_ms > 1000


@pytest.mark.long
def test_the_same_matrix_is_the_same_bytes_on_any_number_of_processes():
    some = cells("open", "hold", "idle", "resistor:2000")
    one, two = (
        as_bytes(as_object(run_matrix(some, workers=count), "virtual", "ideal", 1))
        for count in (1, 2)
    )
    assert one == two
    found = json.loads(one)
    assert found["summary"]["injected"] == len(found["rows"]) == len(some)


def test_the_summary_adds_up_and_says_whether_all_is_good():
    rows = [row_of("open"), row_of("none"), row_of("bridge-welded"), row_of("host-deaf")]
    counts = summary(rows)
    assert counts == {
        **{"injected": 3, "detected": 1, "safe": 1, "late": 0, "missed": 0},
        **{"not_observable": 1, "nuisance": 0, "sessions_without_fault": 1},
    }
    assert is_good(counts)
    for bad in ("late", "missed", "nuisance"):
        assert not is_good(counts | {bad: 1})


def test_the_tables_show_the_worst_load_of_each_fault_and_phase():
    good, bad = row_of("open"), row_of("open", load="forearm", required_ms=0.1)
    matrix = as_object([good, bad], "virtual", "ideal", 1)
    ((verdict, shown),) = lines(matrix["rows"])
    assert (verdict, shown[4]) == (LATE, "1 of 2")
    assert "| open | 1 | hold | late | 1 of 2 |" in markdown(matrix)
    assert "Bench only" in markdown(matrix)
