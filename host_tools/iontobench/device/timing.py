"""Ticks of a board with nothing energised: how long each takes, and how its flash cache does.

The board runs parts of its tick in its own loop, at 1 kHz: gate low, drive 0, ENABLE still, probe
off. A script of this file reads the chip's timer and the counters of the flash cache around each
tick. The firmware is not changed, and the script is gone with the next reset. RP2040 datasheet:
TIMERAWL 4.6.5; XIP 2.6.3, CTR_HIT +0x0C, CTR_ACC +0x10. Times in us.
"""

from collections.abc import Callable, Sequence

import msgspec

from iontobench import signs

from .connection import Connection
from .port import BoardError

TICKS = 10_000  # 10 s
_BATCH = 500  # a second of nothing but USB in between would be no loop
_FIRST = 8  # ticks from a cold cache, in each batch
_FRACTIONS = (0.5, 0.99, 0.999, 1.0)

SCRIPT = """
import micropython
from array import array
from ionto.core.dose import whole_uc
from ionto.core.regulator import Regulator, drive
from ionto.core.supervisor import Supervisor
@micropython.viper
def _mark(marks, costs, at: int):
    timer = ptr32(0x40054000)
    xip = ptr32(0x14000000)
    last = ptr32(marks)
    cost = ptr32(costs)
    place = at  # viper shifts an index that is in a register for good [micropython#18800]
    if at >= 0:
        accesses = xip[4] - last[2]
        cost[place] = timer[10] - last[0]
        cost[place + 1] = accesses - (xip[3] - last[1])
        cost[place + 2] = accesses
    else:
        last[1] = xip[3]
        last[2] = xip[4]
        last[0] = timer[10]
def _rehearse(ticks):
    port = bench._port
    supervisor = Supervisor(bench._board)
    supervisor._over_q4 = 1 << 20  # no program: else noise decides how long a tick takes
    table = Regulator(bench._board.full_scale_ua * 16, bench._board.drive_counts).table
    buf, charge = array('i', [0] * 5), array('i', [0] * 2)
    marks, costs = array('i', [0] * 3), array('i', [0] * (3 * ticks))
    wait, sample, check, clamp = port.wait, port.sample, supervisor.check, supervisor.clamp_drive
    actuate, feed, mark = port.actuate, port.feed, _mark
    try:
        port.begin()
        for at in range(0, 3 * ticks, 3):
            wait()
            mark(marks, costs, -1)
            sample(buf)
            check(buf, 0, 0, 1000)
            drive(table, 0, buf[0], 1)
            actuate(0, clamp(0, 0))
            feed()
            whole_uc(charge, buf[0], 1000)
            mark(marks, costs, at)
    finally:
        port.off()
        port.end()
    return list(costs)
"""


class Model(msgspec.Struct, frozen=True):
    """What an emulated chip says of these ticks: a name, lengths at `_FRACTIONS`, hits."""

    name: str
    lengths_us: tuple[int, int, int, int]
    hits: str


# 600 ticks of the emulated chip by this same script; the cache is a model
# [docs/platform.md, Flash cache].
MODELS = (
    Model("model: no cache", (124, 130, 137, 137), "-"),
    Model("model: central, 50 clk", (134, 140, 146, 146), "99.5 %"),
    Model("model: worst, 60, prefetch", (140, 145, 153, 153), "99.6 %"),
)


class Ticks(msgspec.Struct, frozen=True):
    """One number a tick, in order: its length, misses of the flash cache, and accesses to it."""

    lengths_us: list[int]
    misses: list[int]
    accesses: list[int]

    @property
    def quantiles_us(self) -> tuple[int, ...]:
        """Median, 99 %, 99.9 % and longest."""
        return tuple(_quantile(self.lengths_us, fraction) for fraction in _FRACTIONS)

    @property
    def counts_cache(self) -> bool:
        """Whether the counters of the flash cache move."""
        return any(self.accesses)


def measure(
    connection: Connection, ticks: int | None = None, say: Callable[[int], None] = lambda _: None
) -> Ticks:
    """Run `ticks` on the board with nothing energised.

    Args:
        connection: a board at its prompt, with this firmware.
        ticks: how many, TICKS by default, in batches of 500; the first of each are from a cold
            cache and dropped.
        say: called with the ticks so far.

    Raises:
        BoardError: the board's firmware has no such ticks, or one was not run.
    """
    ticks = TICKS if ticks is None else ticks
    connection.repl.do(SCRIPT)
    found: list[int] = []
    while len(found) < 3 * ticks:
        batch = connection.value(f"_rehearse({_BATCH + _FIRST})")
        if len(batch) != 3 * (_BATCH + _FIRST):
            raise BoardError("the board has not run its ticks")
        found += batch[3 * _FIRST :]
        say(len(found) // 3)
    del found[3 * ticks :]
    return Ticks(found[::3], found[1::3], found[2::3])


def lines(ticks: Ticks) -> list[str]:
    """The distribution, beside that of the models, for people."""
    hits = "-"
    if ticks.counts_cache:
        hits = f"{100 - 100 * sum(ticks.misses) / sum(ticks.accesses):.1f} %"
    rows = [("this board", ticks.quantiles_us, hits)]
    rows += [(one.name, one.lengths_us, one.hits) for one in MODELS]
    told = [
        f"{len(ticks.lengths_us)} ticks with nothing energised, {signs.US}; hits of the cache",
        f"{'':<27}  median    99 %  99.9 % longest    hits",
    ]
    for name, lengths_us, hit in rows:
        cells = "".join(f"{length:>8}" for length in lengths_us)
        told.append(f"{name:<27}{cells}{hit:>8}")
    if not ticks.counts_cache:
        told.append("flash cache: its counters stand still; an emulated chip has none")
    return told


def _quantile(values: Sequence[int], fraction: float) -> int:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]
