"""Processes that do a campaign's work, and end with the process that started them.

`as_known` gives each result as soon as it is there. It asks for few things at a time, so that
memory does not grow with their number, and what a worker that died had in hand is done again.
Must not know what is run.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import TypeVar

from iontobench.errors import EndedEarlyError

_T = TypeVar("_T")
_U = TypeVar("_U")
IN_FLIGHT = 2  # things a worker: one in work, one that waits for it
DEATHS_MAX = 3  # of workers, with nothing done in between


@contextmanager
def worker_pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes; after an exception, Ctrl-C too, nobody waits for their work."""
    others = set(active_children())
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_begin_worker
    ) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(active_children()) - others:
                worker.terminate()
            raise


def as_known(act: Callable[[_U], _T], things: Iterable[_U], jobs: int = 1) -> Iterator[_T]:
    """Yield the result of `act` for each thing as it becomes known, in any order.

    Args:
        act: a function of a module, so that another process can find it.
        jobs: processes; 1 stays in this one.

    Raises:
        EndedEarlyError: workers die again and again, and nothing is done in between.
    """
    waiting = iter(things)
    if jobs == 1:
        yield from map(act, waiting)
        return
    lost: list[_U] = []
    deaths = 0
    while True:
        try:
            with worker_pool(jobs) as pool:
                for found in _refilled(pool, act, waiting, lost, jobs * IN_FLIGHT):
                    deaths = 0
                    yield found
                return
        except BrokenProcessPool as error:
            deaths += 1
            if deaths >= DEATHS_MAX:
                line = f"{deaths} times a worker died before anything was done: out of memory?"
                raise EndedEarlyError(f"{line} take fewer --jobs") from error


def _refilled(
    pool: ProcessPoolExecutor,
    act: Callable[[_U], _T],
    waiting: Iterator[_U],
    lost: list[_U],
    most: int,
) -> Iterator[_T]:
    """Keep `most` things in flight until none is left; those of a pool that died go to `lost`."""
    flying: dict[Future[_T], _U] = {}
    try:
        while True:
            while len(flying) < most and (found := _next(lost, waiting)):
                [thing] = found
                lost.append(thing)  # until the pool has taken it
                future = pool.submit(act, thing)
                flying[future] = lost.pop()
            if not flying:
                return
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                result = future.result()
                del flying[future]
                yield result
    except BrokenProcessPool:
        lost += flying.values()
        raise


def _next(lost: list[_U], waiting: Iterator[_U]) -> list[_U]:
    """One thing more, of those that were lost first; none where there is none."""
    return [lost.pop()] if lost else list(islice(waiting, 1))


def _begin_worker() -> None:
    """Ctrl-C is the business of the process that started this one; without it, this one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
