"""The true dose is within what is told with it in 95 of 100 sessions, and a wrong budget is found.

The 10,000 are `python -m iontobench.campaign.dose_coverage`; here four of each board, and 300 in
the long tier.
"""

from functools import partial

import pytest

from iontobench.campaign import dose_coverage
from iontobench.campaign.dose_coverage import (
    BOARDS,
    NOMINAL,
    SEEDED,
    ZEROS,
    CoverageRun,
    coverage_run,
    is_covered,
    main,
    report,
)
from iontobench.campaign.parallel import over_seeds

SEEDS = range(101, 105)


@pytest.fixture(scope="module")
def runs():
    """Four sessions of each board, calibrated by a person."""
    return {
        board: [coverage_run(board, dose_coverage.FITTED, seed) for seed in SEEDS]
        for board in BOARDS
    }


@pytest.mark.parametrize("board", BOARDS)
def test_the_true_dose_is_within_what_is_told_as_often_as_it_should_be(runs, board):
    found = runs[board]
    assert all(one.is_counted for one in found)
    assert is_covered(found), report(board, dose_coverage.FITTED, found)
    assert len({one.level_ua for one in found}) == len(SEEDS)


def test_a_budget_that_is_a_tenth_of_the_true_one_is_found_by_these_few(runs):
    found = [one for board in BOARDS for one in runs[board]]
    assert is_covered(found)
    assert not is_covered([one._replace(expanded_uc=one.expanded_uc / 10) for one in found])


def test_a_budget_that_is_too_wide_is_found_by_a_thousand(runs):
    found = runs["pico_dac"]
    wide = [one._replace(expanded_uc=one.expanded_uc * 10) for one in found] * 300
    assert not is_covered(wide)


def made(inside, outside):
    good = CoverageRun(1, "complete", 1000, 100.0, 100.0, 1.0, 1.96)
    return [good] * inside + [good._replace(true_uc=110.0)] * outside


def test_a_coverage_is_judged_by_one_percent_and_where_runs_are_few_by_their_standard_error():
    assert is_covered(made(9500, 500))
    assert is_covered(made(9410, 590))
    assert not is_covered(made(9390, 610))
    assert not is_covered(made(9610, 390))
    assert is_covered(made(19, 1))
    assert not is_covered(made(14, 6))
    assert not is_covered([])
    refused = CoverageRun(2, "no load")
    assert not is_covered([refused])
    said = report("pico_dac", "fitted", [*made(19, 1), refused])
    assert "95.00% of 20 sessions" in said
    assert "not counted, 1: no load; seeds 2" in said


@pytest.mark.parametrize("how", [pytest.param(SEEDED, marks=pytest.mark.long), ZEROS, NOMINAL])
def test_other_calibrations_have_budgets_of_their_own(runs, how):
    fine = runs["pico_dac"][0]
    coarse = coverage_run("pico_dac", how, fine.seed)
    assert coarse.is_counted
    assert coarse.is_inside
    assert (coarse.expanded_uc > 1.5 * fine.expanded_uc) == (how != SEEDED)


def test_the_command_takes_runs_and_workers(capsys):
    words = ["--runs", "1", "--workers", "1", "--board", "pico_dac", "--calibration", NOMINAL]
    assert main(words) in (0, 1)
    assert "pico_dac, nominal: " in capsys.readouterr().out


@pytest.mark.long
@pytest.mark.parametrize("how", [dose_coverage.FITTED, SEEDED, ZEROS])
@pytest.mark.parametrize("board", BOARDS)
def test_three_hundred_sessions_of_each_kind_are_covered(board, how):
    found = over_seeds(partial(coverage_run, board, how), range(1, 301), 2)
    assert is_covered(found), report(board, how, found)
