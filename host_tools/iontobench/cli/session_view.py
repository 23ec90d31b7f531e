"""What a person sees of a session that runs: the live view or plain lines, and what stops it.

The live view is a screen redrawn at most four times a second of the wall clock, with keys; it is
single-threaded: everything happens inside the session's ticks. The plain view is a line for every
event and a status line now and then, without cursor and colour, for screen readers, logs and
pipes: every second, of board time at real time and of the wall clock when board time runs faster;
at full speed every minute of board time. The terminal is given back on the way out, whatever
happened; `summary` says what stays.
"""

import math
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import FrameType, TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from iontobench import signs, text
from iontobench.link.events import Item, Sample
from iontobench.link.listener import Ask
from iontobench.sessions.controls import Controls
from iontobench.sessions.progress import Progress
from iontobench.sessions.real_time_pacer import Pacer, speed_text

from .console import Out
from .keys import Keys, NoKeys, open_keys
from .screen import Screen

TERMINAL_SPEED = 60.0
COLUMNS_MIN, ROWS_MIN = 40, 12
_DRAW_S = 0.25
_SHARE = 4  # a slow terminal may take a quarter of the time at most
_KEYS_S = 0.02
_FULL_SPEED_MS = 60_000
_PATIENCE_S = 2.0
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class StopSignal:
    """Ctrl-C, SIGTERM and a closed terminal in a session: off at once, at a safe point.

    A signal that raised wherever it landed could tear a record's line in two. So it only leaves a
    mark, and `check()`, called every 20 ms of board time, raises KeyboardInterrupt there. Another
    one 2 s later raises at once, for a session that hangs; before that an impatient second Ctrl-C
    changes nothing. Neither click nor rich defers a signal.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.seen: str | None = None
        self._clock = clock
        self._seen_s = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for name in _SIGNALS:
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


class SessionView:
    """A listener of a session; as a context it owns its part of the terminal."""

    def __init__(self, progress: Progress, pacer: Pacer, stop: StopSignal):
        self.progress = progress
        self.pacer = pacer
        self.stop = stop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def on_item(self, item: Item) -> None:
        """One item of the session, in its order."""
        self.show(item, self.progress.add(item))

    def on_tick(self, t_us: int) -> list[Ask]:
        """Every 20 ms of board time; returns the operator's commands and remarks.

        Raises:
            KeyboardInterrupt: a stopping signal has come: off at once.
        """
        self.stop.check()
        self.pacer.keep(t_us, self.idle)
        return self.tick()

    def show(self, item: Item, line: str | None) -> None:
        """Show one item; `line` is its text, if it has one."""

    def tick(self) -> list[Ask]:
        """Do what is due; return the operator's commands and remarks."""
        return []

    def idle(self) -> None:
        """Called while the session waits for the wall clock."""
        self.stop.check()


class PlainView(SessionView):
    """Writes lines through `out`."""

    def __init__(self, progress: Progress, pacer: Pacer, stop: StopSignal, out: Out):
        super().__init__(progress, pacer, stop)
        self._out = out
        self._due_ms = 0.0

    def show(self, item: Item, line: str | None) -> None:
        if line is not None:
            self._out.say(line)
        elif isinstance(item, Sample) and item.t_ms >= self._due_ms:
            self._out.say(status_line(self.progress))
            self._due_ms = item.t_ms - item.t_ms % self._every_ms + self._every_ms
        if self._out.gone:
            self.stop.stop("nobody reads the output any more")

    @property
    def _every_ms(self) -> float:
        speed = self.pacer.speed
        return _FULL_SPEED_MS if speed is None else max(1.0, speed) * 1000


def status_line(progress: Progress) -> str:
    """The latest sample in one line."""
    sample = progress.sample
    if sample is None:
        return "no sample yet"
    parts = [
        f"{text.state(sample, brief=True)}: current {text.milliamps(sample.current_ua)}"
        f" (set {sample.set_ua / 1000:.3f})",
        text.volts(sample.load_mv),
        text.kilohms(sample.load_ohm),
        f"dose {text.mamin(sample.dose_uc)} {signs.MAMIN}",
    ]
    left_ms = progress.left_ms
    if left_ms is not None:
        parts.append(f"{text.clock(left_ms)} left")
    return f"{text.stamp(sample.t_ms)}  {', '.join(parts)}"


def can_show(console: Console) -> bool:
    """Whether this is a terminal on which a screen can be drawn."""
    size = console.size
    able = console.is_terminal and not console.is_dumb_terminal
    return (
        able
        and bool(os.environ.get("TERM", "x"))
        and size.width >= COLUMNS_MIN
        and size.height >= ROWS_MIN
    )


class LiveView(SessionView):
    """Draws on `console`; reads keys from standard input where that is a terminal."""

    def __init__(
        self,
        progress: Progress,
        pacer: Pacer,
        stop: StopSignal,
        console: Console,
        keys: Keys | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__(progress, pacer, stop)
        self._console = console
        self._clock = clock
        self._keys = keys if keys is not None else open_keys()
        self._controls = Controls(progress, pacer)
        has_keys = type(self._keys) is not NoKeys
        ascii_only = not console.encoding.lower().startswith("utf")
        self._screen = Screen(progress, self._controls, has_keys, ascii_only)
        self._live = Live(console=console, screen=True, auto_refresh=False)
        self._commands: list[Ask] = []
        self._draw_due_s = 0.0
        self._keys_due_s = 0.0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._keys)
            stack.enter_context(self._live)
            self._stack = stack.pop_all()
        return super().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        with suppress(OSError):  # the terminal itself may be gone
            self._stack.close()

    def tick(self) -> list[Ask]:
        self.idle()
        commands, self._commands = self._commands, []
        return commands

    def idle(self) -> None:
        self.stop.check()
        now_s = self._clock()
        if now_s >= self._keys_due_s:
            self._keys_due_s = now_s + _KEYS_S
            for key in self._keys.poll():
                self._commands += self._controls.press(key)
                self._draw_due_s = min(self._draw_due_s, now_s + _KEYS_S)
        if now_s >= self._draw_due_s:
            self._draw()
            after_s = self._clock()
            self._draw_due_s = after_s + max(_DRAW_S, _SHARE * (after_s - now_s))

    def last_plot(self) -> Text:
        """The plot of the whole session, to stay on the screen."""
        return self._screen.final(self._console.size.width)

    def _draw(self) -> None:
        width, height = self._console.size
        screen = self._screen.draw(width, height, speed_text(self.pacer.speed, self.pacer.reached))
        try:
            self._live.update(screen, refresh=True)
        except OSError:
            self.stop.stop("the terminal is gone")


def choose_view(
    out: Out, plain: bool, speed: float | None, progress: Progress, stop: StopSignal
) -> SessionView:
    """The live view where it can be shown and is wanted, else lines.

    Args:
        out: with `json` there is a program at the other end: lines, and no waiting.
        plain: lines are wanted.
        speed: times real time, infinity for as fast as it goes, None for the default: 60 on a
            terminal.
    """
    console = out.console()
    live = can_show(console) and not plain and not out.json
    default = TERMINAL_SPEED if console.is_terminal and not out.json else math.inf
    asked = default if speed is None else speed
    pacer = Pacer(None if math.isinf(asked) else asked)
    return (
        LiveView(progress, pacer, stop, console) if live else PlainView(progress, pacer, stop, out)
    )
