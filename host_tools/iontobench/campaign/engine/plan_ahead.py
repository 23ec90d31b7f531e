"""What a campaign will take: time and disk, before it is run.

The speed is measured on one short session now, on this computer, so it is an estimate: loads,
faults and other work change it. Times in s.
"""

import time
from collections.abc import Callable

from msgspec import Struct

from iontobench.sessions.start import PROFILE

from .cells import CampaignPlan, RunCell
from .folder import part_bytes
from .schema import OWN_LOAD
from .session_row import ready_for, run_cell

_TRIAL = "demo"  # 12 s of board time
_TRIALS = 2  # the first one also loads what it needs


class CampaignAhead(Struct, frozen=True, kw_only=True):
    """What is still to be run, and what it takes. `board_s` is the sessions' own time in all."""

    runs: int
    runs_left: int
    parts_left: int
    board_s: float
    speed: float
    workers: int
    time_s: float
    size_bytes: int


def look_ahead(
    plan: CampaignPlan,
    parts_left: list[int],
    workers: int,
    clock: Callable[[], float] = time.perf_counter,
) -> CampaignAhead:
    """Estimate what the parts that are left take.

    Args:
        workers: processes at once, here or on a cluster.
        clock: s.
    """
    cell = RunCell(0, _TRIAL, None, OWN_LOAD, None, None, "ideal", PROFILE, (), 1)
    row, board_s, took_s = {}, 0.0, 1.0
    for _ in range(_TRIALS):
        began_s = clock()
        row = run_cell(cell)
        took_s = max(clock() - began_s, 1e-6)
        board_s = row["duration_s"]
    speed = board_s / took_s
    runs_left = sum(len(plan.runs_of(part)) for part in parts_left)
    board_s = runs_left * _mean_board_s(plan)
    size = len(part_bytes([row] * min(plan.file.part_runs, plan.runs)))
    return CampaignAhead(
        runs=plan.runs,
        runs_left=runs_left,
        parts_left=len(parts_left),
        board_s=board_s,
        speed=speed,
        workers=workers,
        time_s=board_s / speed / max(1, min(workers, len(parts_left))),
        size_bytes=size * len(parts_left),
    )


def _mean_board_s(plan: CampaignPlan) -> float:
    """The mean planned time of a run."""
    file = plan.file
    times = [
        float(
            ready_for(
                plan.path_of(name), None if board == "auto" else board, adc, file.profile
            ).compiled.timeline.total_s
        )
        for name in file.protocols
        for board in file.boards
        for adc in file.converters
    ]
    return sum(times) / len(times)
