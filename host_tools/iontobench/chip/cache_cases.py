"""The cases of the flash cache's model: one is in the middle, the others are corners.

What is known and what is assumed: [docs/platform.md, Flash cache]. Penalties in cycles of the
system clock. At 125 MHz and below MicroPython divides the flash's clock by 2, above by 4.
"""

from dataclasses import dataclass

from rp2040py.rp2040 import RP2040

from .flash_cache import FlashCache
from .machine import Chip
from .patches import follow_system_clock

_MHZ = 125


@dataclass(frozen=True)
class CacheCase:
    """One set of assumptions; `penalty_clk` 0 = no model."""

    name: str
    penalty_clk: int
    fills_line: bool = False
    is_random: bool = False
    prefetches: bool = False
    clock_mhz: int = _MHZ

    @property
    def told(self) -> str:
        """The assumptions in words."""
        if not self.penalty_clk:
            return "no model of the flash cache"
        words = [f"{8 if self.fills_line else 4}-byte fill", f"{self.penalty_clk} clk a miss"]
        words.append("random replacement" if self.is_random else "least recently used goes first")
        if self.prefetches:
            words.append("next 4 bytes prefetched")
        if self.clock_mhz != _MHZ:
            words.append(f"{self.clock_mhz} MHz")
        return ", ".join(words)


CENTRAL = "central"
WORST = "60-prefetch"

# 20 clocks of the flash a fill of 4 bytes, 8 more for 8: 40 or 80 cycles by the divider, 10 for
# the rest [docs/platform.md, Flash cache].
CASES = (
    CacheCase("none", 0),
    CacheCase("42", 42),
    CacheCase(CENTRAL, 50),
    CacheCase("60", 60),
    CacheCase(WORST, 60, prefetches=True),
    CacheCase("random", 50, is_random=True),
    CacheCase("8-byte-50", 50, fills_line=True),
    CacheCase("8-byte-70", 70, fills_line=True),
    CacheCase("8-byte-100", 100, fills_line=True),
)
FAST_CASES = (
    CacheCase("200-mhz", 90, clock_mhz=200),
    CacheCase("200-mhz-divider-2", 50, clock_mhz=200),
)


def cache_of(mcu: RP2040) -> FlashCache:
    """The chip's model of its flash cache.

    Raises:
        RuntimeError: this emulator has none.
    """
    cache = getattr(mcu, "flash_cache", None)
    if cache is None:
        raise RuntimeError("this build of the emulator has no model of the flash cache")
    return cache


def apply(case: CacheCase, chip: Chip) -> None:
    """Give a chip at its prompt the case's clock and a cache, empty, with all counts at 0.

    The clock is set by `machine.freq`, as a board would; case `none` leaves the cache off.

    Raises:
        RuntimeError: this emulator has no model.
    """
    cache, clock_hz = cache_of(chip.mcu), case.clock_mhz * 1_000_000
    if clock_hz != chip.mcu.clk_sys:
        chip.exec(f"import machine\nmachine.freq({clock_hz})")
        follow_system_clock(chip.mcu, clock_hz)
    cycle_ns = 1e9 / clock_hz
    cache.configure(case.penalty_clk, case.fills_line, case.is_random, case.prefetches, cycle_ns)
    cache.is_on = case.penalty_clk > 0
