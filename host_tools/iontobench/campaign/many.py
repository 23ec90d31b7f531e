"""Runs one function over many things on every core, results in order; over seeds with a bar."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from rich.console import Console
from rich.progress import track

_T = TypeVar("_T")
_U = TypeVar("_U")
_CHUNK = 10


def in_order(
    act: Callable[[_U], _T], things: Sequence[_U], jobs: int | None = None, chunk: int = 1
) -> Iterator[_T]:
    """What `act` returns for each thing, in their order, as it becomes known.

    Args:
        act: a function of a module, so that another process can find it.
        jobs: processes; by default one a core, and 1 stays in this one.
        chunk: how many things go to a process at once.
    """
    jobs = min(jobs or os.cpu_count() or 1, max(1, len(things)))
    if jobs == 1:
        yield from map(act, things)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(act, things, chunksize=chunk)


def over_seeds(
    act: Callable[[int], _T], seeds: Sequence[int], jobs: int | None = None, what: str = "seeds"
) -> list[_T]:
    """What `act` returns for each seed, with a bar where somebody looks."""
    console = Console(stderr=True)
    found = in_order(act, seeds, jobs, _CHUNK)
    hidden = not console.is_terminal
    return list(track(found, what, len(seeds), console=console, disable=hidden))
