"""Runs a matrix on every core: cells of one load and phase go together, results stay in order."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from multiprocessing import get_context

from .cell import run_cell
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
    workers = min(workers or os.cpu_count() or 1, max(1, len(groups)))
    rows: list[Row] = []
    if workers == 1:
        for group in groups:
            rows += run_group(group)
            on_rows(len(group[0]))
        return rows
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for found in pool.map(run_group, groups):
            rows += found
            on_rows(len(found))
    return rows


def run_group(group: tuple[Sequence[Trial], str, str]) -> list[Row]:
    """The rows of some trials, one after the other."""
    cells, board, adc = group
    return [run_cell(trial, board, adc) for trial in cells]
