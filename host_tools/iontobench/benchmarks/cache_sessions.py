"""Sessions on the emulated chip with the model of its flash cache, a case at a time.

A model, not hardware [docs/platform.md, Flash cache]. Importing this needs the extra `chip`;
running it needs the emulator of `chip.cache_build` and the image. Times in us, misses a tick.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any

from iontobench.chip.cache_cases import CacheCase, apply, cache_of
from iontobench.chip.code_names import (
    FLASH_START,
    RAM_START,
    firmware_functions,
    runtime_functions,
)
from iontobench.chip.machine import Chip
from iontobench.chip.pico import BOARD

from .chip_sessions import MeteredSession, metered

LATE_US = 1400  # an interval that is longer counts
_EDGE_US = 1_000_000  # the first and the last second are apart: changes of state take longer
_RAMPS_S = 4
_HEAP_FROM = 0x20003000  # the firmware's code is above the runtime's own in RAM
_SENSE_A = 0


class MissMeter:
    """What the cache has missed at each conversion of sense A, and by whom in the session.

    Args:
        chip: one at its prompt, whose cache is configured.
    """

    def __init__(self, chip: Chip):
        self._cache = cache_of(chip.mcu)
        self._cache.code_start = _HEAP_FROM
        self._so_far: list[int] = []
        chip.on_conversion.append(self._on_conversion)
        self._counts: tuple[int, int] = (0, 0)
        self.by_caller: dict[str, float] = {}
        self.by_function: dict[str, float] = {}

    @property
    def misses(self) -> list[int]:
        """From each conversion of sense A to the next."""
        return [later - earlier for earlier, later in pairwise(self._so_far)]

    @property
    def hit_share(self) -> float:
        """Of all accesses."""
        hits, accesses = self._counts
        return hits / accesses if accesses else 1.0

    def name(self, chip: Chip) -> None:
        """Tell the misses by caller and by function, a tick; `chip` is at its prompt again."""
        cache, ticks = self._cache, max(1, len(self._so_far))
        cache.is_on = False  # what is asked of the chip now is no part of the session
        by_caller = firmware_functions(chip).tally(cache.missed_by(), RAM_START, 2)
        by_caller["in interrupts"] = cache.missed_in_interrupts
        by_function = runtime_functions(chip).tally(cache.missed_at(), FLASH_START, 4)
        self.by_caller = _a_tick(by_caller, ticks)
        self.by_function = _a_tick(by_function, ticks)

    def _on_conversion(self, channel: int) -> None:
        if channel == _SENSE_A:
            cache = self._cache
            if not self._so_far:
                cache.clear_counts()
            self._so_far.append(cache.misses)
            self._counts = cache.hits, cache.accesses


def measure(
    case: CacheCase, seconds: int, folder: Path, board_name: str = BOARD
) -> dict[str, Any]:
    """One session of about `seconds` s, at least 5, under one case; plain values for JSON."""
    meters: list[MissMeter] = []

    def begin(chip: Chip) -> None:
        apply(case, chip)
        meters.append(MissMeter(chip))

    hold_s = max(1, seconds - _RAMPS_S)
    session = metered(hold_s, folder, begin, lambda chip: meters[0].name(chip), board_name)
    return (
        {"case": case.name, "assumed": case.told, "board": board_name}
        | _of_ticks(session)
        | _of_misses(meters[0])
    )


def _of_ticks(session: MeteredSession) -> dict[str, Any]:
    del session.lengths_us[:1]  # it begins with the REPL's own work, where the chip never slept
    return {
        "outcome": session.outcome,
        "ticks": len(session.lengths_us),
        "tick_us": [session.quantile_us(share) for share in (0.5, 0.99, 0.999, 1.0)],
        "longest_interval_us": max(session.gaps_us),
        "late_intervals": late_intervals(session.samples_us),
        "after_due_us": [min(session.after_us), max(session.after_us)],
    }


def _of_misses(meter: MissMeter) -> dict[str, Any]:
    misses = sorted(meter.misses)
    return {
        "misses_a_tick": round(sum(misses) / len(misses), 1),
        "misses_median": misses[len(misses) // 2],
        "hit_percent": round(100 * meter.hit_share, 2),
        "by_caller": meter.by_caller,
        "by_function": meter.by_function,
    }


def late_intervals(samples_us: list[int]) -> int:
    """How many intervals between the first and the last second are longer than 1.4 ms."""
    first_us, last_us = samples_us[0] + _EDGE_US, samples_us[-1] - _EDGE_US
    return sum(
        later - earlier > LATE_US
        for earlier, later in pairwise(samples_us)
        if earlier >= first_us and later <= last_us
    )


def _a_tick(counts: dict[str, int], ticks: int) -> dict[str, float]:
    return {
        name: round(count / ticks, 2)
        for name, count in sorted(counts.items(), key=lambda item: -item[1])
    }
