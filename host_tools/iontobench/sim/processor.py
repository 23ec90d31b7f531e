"""The virtual processor: its clock, its pace of 1 kHz, its watchdog, its link, and their faults.

Board time is true time until a fault says otherwise. The link is the host's console itself until
its first fault: from then on a `Cable` is between them. Units: us. Must not look at what the board
measures, nor know what the link's bytes mean.
"""

from ionto.core.units import (
    LATE_FROM_US,
    TICK_US,
    TIMING_LATE,
    TIMING_LEAST,
    TIMING_LEN,
    TIMING_LONGEST,
    TIMING_MOST,
    WRAP_US,
)

from .faults_board import BROWN_OUT, CLOCK_JUMP, CLOCK_RATE, HANG, LINK
from .noise import seeded
from .plant_state import NEVER_US

POLL_US = 20000
WATCHDOG_US = 100000
_RUBBISH = b"!#%<>@VWXYZ0123456789abcdef*~\n"
_ASK = b"?\n"


class PowerCut(Exception):
    """The processor was reset or lost its power: its pins are low and nothing more runs."""


class NoConsole:
    """A link with nobody at the other end."""

    def poll(self, t_us: int) -> None:
        """Nothing happens."""

    def read(self) -> int:
        """No byte."""
        return -1

    def write(self, data: bytes) -> None:
        """Nobody listens."""


class Cable:
    """A console with faults between it and the board, from the first of them on.

    `bench.host` holds the faults in force, by name: `gone`, `deaf`, `garbage`, `cut`, `flood`.

    Args:
        console: what the board's port talked to; the bytes that it has ready are under way.
        bench: whose `host` says what is wrong.
    """

    def __init__(self, console, bench) -> None:
        self._console = console
        self._host = bench.host
        self._random = seeded(bench.seed, "garbage")
        self._line = bytearray()
        self._waiting = bytearray()
        while (byte := console.read()) >= 0:
            self._waiting.append(byte)

    def poll(self, t_us: int) -> None:
        """Every 20 ms of virtual time: lines from the host, as they come through."""
        host = self._host
        if "gone" in host:
            return
        self._console.poll(t_us)
        if "garbage" in host:
            self._waiting += bytes(self._random.choices(_RUBBISH, k=round(host["garbage"])))
        self._waiting += _ASK * round(host.get("flood", 0))
        while (byte := self._console.read()) >= 0:
            self._line.append(byte)
            if byte == _RUBBISH[-1]:
                self._waiting += self._line[: -1 - round(host.get("cut", 0))] + b"\n"
                self._line.clear()

    def read(self) -> int:
        """The next byte, or -1."""
        return self._waiting.pop(0) if self._waiting and "gone" not in self._host else -1

    def write(self, data: bytes) -> None:
        """What the board wrote, if anybody reads it."""
        if "gone" not in self._host and "deaf" not in self._host:
            self._console.write(data)


class Processor:
    """Time, watchdog and console of a board; `VirtualPort` adds its pins.

    Args:
        bench: the plant, whose time is the true one.
        console: `poll(t_us)` every 20 ms of true time, `read()` a byte or -1, `write(bytes)`.
    """

    __slots__ = (
        *(
            "bench",
            "watchdog_bit",
            "_console",
            "_read",
            "_tick_us",
            "_poll_us",
            "_fed_us",
            "_armed",
        ),
        *("_period_us", "_shift_us", "_look_us", "_timing"),
    )

    def __init__(self, bench, console) -> None:
        self.bench = bench
        self.watchdog_bit = False
        bench.has_processor = True
        self._connect(Cable(console, bench) if bench.host else console)
        self._tick_us = bench.now_us
        self._poll_us = bench.now_us + POLL_US
        self._fed_us = bench.now_us
        self._armed = False
        self._period_us = TICK_US  # of true time; another one while the clock is wrong
        self._shift_us = 0  # board time less true time
        self._look_us = 0  # when there may be more to do than a tick
        self._timing = [0] * TIMING_LEN

    def _connect(self, console) -> None:
        self._console = console
        self._read = console.read

    def end(self) -> None:
        """Off, and the watchdog asleep: the pins' part."""
        raise NotImplementedError

    def _read_supply(self) -> None:
        raise NotImplementedError

    def _wake(self) -> None:
        """A run begins: the first tick is the next whole ms, the watchdog is armed."""
        now_us = self.bench.now_us
        self.watchdog_bit = False
        self._tick_us = self._fed_us = now_us - now_us % TICK_US
        self._armed = True
        self._look_us = 0
        timing = self._timing
        timing[TIMING_LATE] = 0
        timing[TIMING_LONGEST] = TICK_US  # exact, unless a fault makes the processor late
        timing[TIMING_LEAST] = timing[TIMING_MOST] = -1  # nothing wakes it

    def timing(self, which: int) -> int:
        """One of `TIMING_*`, by the board's own clock."""
        return self._timing[which]

    def now_us(self) -> int:
        """Board time modulo 2^30 us."""
        return self.bench.now_us + self._shift_us & WRAP_US

    def wait(self) -> None:
        """Sleep until the next 1 ms tick; the console is polled every 20 ms.

        Raises:
            PowerCut: a fault of the bench stopped the processor.
        """
        self._tick_us = tick_us = self._tick_us + self._period_us
        self.bench.advance(tick_us)
        if tick_us - self._fed_us >= WATCHDOG_US and self._armed:
            self._bite()
        if tick_us >= self._look_us:
            self._look()

    def _look(self) -> None:
        """Every 20 ms the console; with a fault of the board more often."""
        bench = self.bench
        due_us = self._tick_us + self._shift_us
        while bench.mishaps:
            self._befall(*bench.mishaps.pop(0))
        self._note_interval(TICK_US + self._tick_us + self._shift_us - due_us)
        period_us = self._period_us
        self._shift_us += TICK_US - period_us
        if self._tick_us >= self._poll_us:
            self._poll_us += POLL_US
            self._read_supply()
            self._console.poll(self._tick_us)
        soon = bench.mishaps or period_us != TICK_US  # a poll may have injected a fault
        self._look_us = 0 if soon else min(self._poll_us, bench.fault_due_us)

    def _note_interval(self, interval_us: int) -> None:
        timing = self._timing
        timing[TIMING_LONGEST] = max(timing[TIMING_LONGEST], interval_us)
        if interval_us > LATE_FROM_US:
            timing[TIMING_LATE] += 1

    def _befall(self, what: int, value: float) -> None:
        if what == CLOCK_RATE:
            self._period_us = round(TICK_US / (1.0 + value / 100.0))
        elif what == CLOCK_JUMP:
            self._shift_us += round(value * 1000.0)
        elif what == BROWN_OUT:
            self.end()
            raise PowerCut("brown-out")
        elif what == LINK:
            if not isinstance(self._console, Cable):
                self._connect(Cable(self._console, self.bench))
        elif what == HANG:
            self._stand_still(NEVER_US)
        else:
            self._stand_still(self._tick_us + round(value * 1000.0))

    def _stand_still(self, to_us: int) -> None:
        """The processor does nothing up to `to_us`; the watchdog may bite before."""
        if self._armed and to_us - self._fed_us >= WATCHDOG_US:
            self.bench.advance(max(self._fed_us + WATCHDOG_US, self.bench.now_us))
            self._bite()
            raise PowerCut("watchdog reset")
        self._tick_us = to_us
        self.bench.advance(to_us)

    def _bite(self) -> None:
        """The watchdog was not fed: the chip resets and every pin goes low."""
        self.end()
        self.watchdog_bit = True

    def feed(self) -> None:
        """Feed the watchdog."""
        self._fed_us = self._tick_us
