"""Keeps a session in step with the wall clock: board time may run `speed` times faster, no more.

Times in us of board time and s of the wall clock. It only ever waits; a slow machine or a view
that was held up is not caught up with. On a board with a clock of its own it has nothing to do.
`reached` tells how fast board time really runs: a bench may be slower than it was asked to be.
"""

import time
from collections.abc import Callable

SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, None)  # None is as fast as it goes
_SLICE_S = 0.05  # a longer wait would delay keys and Ctrl-C
_WORTH_S = 0.002
_LOST_S = 0.25
_MEASURED_S = 1.0
_NEAR = 0.9  # of the speed asked for: no news


class Pacer:
    """Waits in `keep(t_us)` until the wall clock allows that board time."""

    def __init__(
        self,
        speed: float | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._clock = clock
        self._sleep = sleep
        self._speed = speed
        self._from_us: int | None = None
        self._from_s = 0.0
        self._since: tuple[int, float] | None = None
        self.reached: float | None = None  # times real time, over the last second or so

    @property
    def speed(self) -> float | None:
        """How many times faster than real time, or None for no limit."""
        return self._speed

    @speed.setter
    def speed(self, speed: float | None) -> None:
        self._speed = speed
        self._from_us = None
        self._since = self.reached = None

    def keep(self, t_us: int, between: Callable[[], None] = lambda: None) -> None:
        """Wait until `t_us` is due; `between` runs at least every 50 ms of the wait."""
        now_s = self._clock()
        self._measure(t_us, now_s)
        if self._speed is None:
            return
        if self._from_us is None:
            self._from_us, self._from_s = t_us, now_s
            return
        due_s = self._from_s + (t_us - self._from_us) / 1e6 / self._speed
        if now_s - due_s > _LOST_S:
            self._from_us, self._from_s = t_us, now_s
            return
        while (left_s := due_s - self._clock()) > _WORTH_S:
            self._sleep(min(left_s, _SLICE_S))
            between()

    def _measure(self, t_us: int, now_s: float) -> None:
        if self._since is None:
            self._since = t_us, now_s
        elif now_s >= self._since[1] + _MEASURED_S:
            self.reached = (t_us - self._since[0]) / 1e6 / (now_s - self._since[1])
            self._since = t_us, now_s

    def faster(self) -> None:
        """The next greater of `SPEEDS`."""
        if self._speed is not None:
            self.speed = next((s for s in SPEEDS[:-1] if s and s > self._speed), None)

    def slower(self) -> None:
        """The next smaller of `SPEEDS`."""
        slower = [s for s in SPEEDS if s and (self._speed is None or s < self._speed)]
        if slower:
            self.speed = slower[-1]


def speed_text(speed: float | None, reached: float | None) -> str:
    """`60 x real time`, `as fast as it goes`, or how fast it is where it cannot keep up."""
    if speed is None:
        return "as fast as it goes"
    if reached is not None and reached < speed * _NEAR:
        return f"{reached:.2g} x real time (asked for {speed:g} x)"
    return f"{speed:g} x real time"
