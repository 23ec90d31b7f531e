"""Ctrl-C, SIGTERM and a closed terminal during a session: off at once, at a safe point.

A signal that raised wherever it landed could tear a record's line in two. So it only leaves a
mark, and `check()`, called every 20 ms of board time, raises KeyboardInterrupt there. Another one
2 s later raises at once, for a session that hangs; before that an impatient second Ctrl-C changes
nothing.
"""

import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_PATIENCE_S = 2.0
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class StopSignal:
    """A context in which the stopping signals are marks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.seen: str | None = None
        self._clock = clock
        self._seen_s = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for name in _NAMES:
            number = getattr(signal, name, None)
            # What started this process may have silenced a signal (nohup does): leave it so.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._mark)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal has come."""
        if self.seen:
            raise KeyboardInterrupt(self.seen)

    def stop(self, reason: str) -> None:
        """Ask for the same from inside, with a reason in words."""
        self.seen = self.seen or reason

    def _mark(self, number: int, _frame: FrameType | None) -> None:
        if self.seen:
            if self._clock() - self._seen_s > _PATIENCE_S:
                raise KeyboardInterrupt(self.seen)
            return
        self._seen_s = self._clock()
        self.seen = {"SIGINT": "Ctrl-C"}.get(name := signal.Signals(number).name, name)
