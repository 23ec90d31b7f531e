"""Keeps a session in step with the wall clock: board time may run `speed` times faster, no more.

Times in us of board time and s of the wall clock. It only ever waits; a slow machine or a view
that was held up is not caught up with. On a board with a clock of its own it has nothing to do.
"""

import time
from collections.abc import Callable

SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, None)  # None is as fast as it goes
_SLICE_S = 0.05  # a longer wait would delay keys and Ctrl-C
_WORTH_S = 0.002
_LOST_S = 0.25


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

    @property
    def speed(self) -> float | None:
        """How many times faster than real time, or None for no limit."""
        return self._speed

    @speed.setter
    def speed(self, speed: float | None) -> None:
        self._speed = speed
        self._from_us = None

    def keep(self, t_us: int, between: Callable[[], None] = lambda: None) -> None:
        """Wait until `t_us` is due; `between` runs at least every 50 ms of the wait."""
        if self._speed is None:
            return
        now_s = self._clock()
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

    def faster(self) -> None:
        """The next greater of `SPEEDS`."""
        if self._speed is not None:
            self.speed = next((s for s in SPEEDS[:-1] if s and s > self._speed), None)

    def slower(self) -> None:
        """The next smaller of `SPEEDS`."""
        slower = [s for s in SPEEDS if s and (self._speed is None or s < self._speed)]
        if slower:
            self.speed = slower[-1]


def speed_text(speed: float | None) -> str:
    """`60 x`, or `as fast as it goes`."""
    return "as fast as it goes" if speed is None else f"{speed:g} x real time"
