"""Runs one function over many seeds on every core, in order, with a bar where somebody looks."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from rich.console import Console
from rich.progress import track

_T = TypeVar("_T")
_CHUNK = 10


def over_seeds(
    act: Callable[[int], _T], seeds: Sequence[int], jobs: int | None = None, what: str = "seeds"
) -> list[_T]:
    """What `act` returns for each seed.

    Args:
        act: a function of a module, so that another process can find it.
        jobs: processes; by default one a core, and 1 stays in this one.
    """
    jobs = jobs or os.cpu_count() or 1
    console = Console(stderr=True)
    hidden = not console.is_terminal
    if jobs == 1:
        return [act(seed) for seed in track(seeds, what, console=console, disable=hidden)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        found = pool.map(act, seeds, chunksize=_CHUNK)
        return list(track(found, what, len(seeds), console=console, disable=hidden))
