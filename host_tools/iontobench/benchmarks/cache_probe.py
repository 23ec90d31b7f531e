"""Asks a real RP2040 how its flash cache works; runs on the chip, by itself, with nothing wired.

`mpremote run host_tools/iontobench/benchmarks/cache_probe.py` prints one line: the cycles that one
uncached read of 4 bytes takes more than a cached one, the bytes that a miss fills, and of 64 sets
how many keep a line that was read again before a third came: 64 = the least recently used goes,
0 = the oldest, about half = a random one. The loops are machine code in RAM, so that nothing else
reads the flash meanwhile [docs/platform.md, Flash cache]. It writes nothing.
"""

# ruff: noqa: F821
# ptr32 is a word of MicroPython's viper code.

from array import array

import machine
import micropython

_CACHED = 0x10000000
_UNCACHED = 0x13000000
_WAY = 8192  # two addresses that are this far apart share a set
_SETS = 64
_READS = 1000


@micropython.viper
def _time_us(address: int) -> int:
    """1000 reads of one place."""
    timer = ptr32(0x40054000)
    word = ptr32(address)
    left = 1000
    begun_us = timer[10]
    while left:
        word[0]
        left -= 1
    return timer[10] - begun_us


@micropython.viper
def _hits(places, count: int) -> int:
    """Empty the cache and read `count` places: did the last one hit?"""
    control = ptr32(0x14000000)
    address = ptr32(places)
    control[1] = 1
    control[1]  # waits until it is empty
    at = 0
    while at < count - 1:
        word = ptr32(address[at])
        word[0]
        at += 1
    word = ptr32(address[at])
    control[3] = 0
    word[0]
    return control[3]


def _last_hits(*offsets):
    places = array("I", [_CACHED + offset for offset in offsets])
    irq = machine.disable_irq()
    hits = _hits(places, len(offsets))
    machine.enable_irq(irq)
    return hits


def run():
    """Print what was found."""
    irq = machine.disable_irq()
    _time_us(_CACHED)
    more_us = _time_us(_UNCACHED) - _time_us(_CACHED)
    machine.enable_irq(irq)
    mhz = machine.freq() // 1_000_000
    fill = 8 if _last_hits(0, 4) else 4
    kept = sum(_last_hits(at, at + _WAY, at, at + 2 * _WAY, at) for at in range(0, 8 * _SETS, 8))
    ways = sum(_last_hits(at, at + _WAY, at) for at in range(0, 8 * _SETS, 8))
    miss_clk = (more_us * mhz + _READS // 2) // _READS
    print(
        f"miss {miss_clk} clk, fill {fill} bytes, two lines stay in {ways} of {_SETS} sets,",
        end="",
    )
    print(f" the line that was read again stays in {kept}")


run()
