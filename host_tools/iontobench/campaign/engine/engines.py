"""Runs parts of a campaign: on processes of this computer, or on a cluster of dask's.

Every engine gives the same parts, to the byte. Few parts are asked for at a time, so that memory
does not grow with the number of runs; a worker that dies costs only its time. A cluster of dask's
has no protection of its own: whoever reaches it can run any code there, so it belongs into a
trusted network. Needs the packages of the extra `cluster` for that engine alone.
"""

import importlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from iontobench.campaign.worker_pool import IN_FLIGHT, as_known
from iontobench.errors import EndedEarlyError, MissingExtraError, NoDeviceError, UserError

from .cells import CampaignPlan
from .folder import part_bytes
from .loader import model_sha256
from .session_row import run_cell

LOCAL, DASK = "local", "dask"
EXTRA = "cluster"
_CONNECT_S = 20
_DEATHS_MAX = 10  # of workers that had the same part in hand


class PartTask(NamedTuple):
    """One part of a campaign."""

    plan: CampaignPlan
    part: int


class DonePart(NamedTuple):
    """A part's file."""

    part: int
    runs: int
    data: bytes


def run_part(task: PartTask) -> DonePart:
    """Run every session of a part, in this process.

    Raises:
        UserError: this process has other sources than the one that asks.
    """
    plan = task.plan
    if model_sha256() != plan.model:
        line = "a worker has another firmware or simulation; install the same version everywhere"
        raise UserError(line)
    runs = plan.runs_of(task.part)
    return DonePart(task.part, len(runs), part_bytes([run_cell(plan.cell(run)) for run in runs]))


def run_local(plan: CampaignPlan, parts: list[int], jobs: int) -> Iterator[DonePart]:
    """Run parts on processes of this computer; yield each when it is done."""
    tasks = (PartTask(plan, part) for part in parts)
    yield from as_known(run_part, tasks, min(jobs, max(1, len(parts))))


def run_dask(
    plan: CampaignPlan, parts: list[int], jobs: int, scheduler: str | None
) -> Iterator[DonePart]:
    """Run parts on a cluster; yield each when it is done.

    Args:
        jobs: workers of a cluster on this computer.
        scheduler: a cluster's address; None: a cluster on this computer.

    Raises:
        MissingExtraError: dask is not installed.
        NoDeviceError: no scheduler answers there, or it has no workers.
        EndedEarlyError: a part cannot be done: its workers die.
    """
    distributed = _distributed()
    with _client(distributed, jobs, scheduler) as client:
        waiting = iter(parts)
        pool = distributed.as_completed(loop=client.loop, with_results=True, raise_errors=True)
        flying = 0
        try:
            while True:
                most = IN_FLIGHT * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
                while flying < most and (part := next(waiting, None)) is not None:
                    pool.add(client.submit(run_part, PartTask(plan, part), pure=False))
                    flying += 1
                if not flying:
                    return
                _, done = next(pool)
                flying -= 1
                yield done
        except distributed.KilledWorker as error:
            line = f"{error.task}: its workers died {_DEATHS_MAX} times: out of memory?"
            raise EndedEarlyError(line) from error


def _client(distributed: Any, jobs: int, scheduler: str | None) -> Any:
    if scheduler is None:
        settings = {"distributed.scheduler.allowed-failures": _DEATHS_MAX}
        importlib.import_module("dask").config.set(settings)
        return distributed.Client(
            n_workers=jobs, threads_per_worker=1, dashboard_address=None, set_as_default=False
        )
    try:
        client = distributed.Client(scheduler, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())
        raise NoDeviceError(f"--scheduler {scheduler}: no answer: {why}") from error
    if not client.scheduler_info(n_workers=-1)["workers"]:
        client.close()
        line = f"--scheduler {scheduler}: it has no workers; start `dask worker {scheduler}`"
        raise NoDeviceError(line)
    return client


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        raise MissingExtraError("--engine dask", error, EXTRA) from error
