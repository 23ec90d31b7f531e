"""Runs a matrix on every core: cells of one load and phase go together, results stay in order."""

from collections.abc import Callable, Sequence
from itertools import groupby

from .cell import run_cell
from .many import in_order
from .matrix import Trial
from .row import Row


def run_matrix(
    trials: Sequence[Trial],
    board: str = "virtual",
    adc: str = "ideal",
    workers: int | None = None,
    on_rows: Callable[[int], None] = lambda count: None,
) -> list[Row]:
    """Run every trial; the order of the rows is the order of the trials.

    Args:
        workers: processes; by default one a core, and 1 stays in this one.
        on_rows: told how many rows have become known.
    """
    groups = [
        (list(cells), board, adc)
        for _, cells in groupby(trials, key=lambda trial: (trial.load, trial.phase))
    ]
    rows: list[Row] = []
    for found in in_order(run_group, groups, workers):
        rows += found
        on_rows(len(found))
    return rows


def run_group(group: tuple[Sequence[Trial], str, str]) -> list[Row]:
    """The rows of some trials, one after the other."""
    cells, board, adc = group
    return [run_cell(trial, board, adc) for trial in cells]
