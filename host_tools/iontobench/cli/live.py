"""The live view: a screen redrawn at most four times a second of the wall clock, and the keys.

Single-threaded: everything happens inside the session's ticks. The terminal is given back on the
way out, whatever happened, with the last screen gone; `summary` leaves what stays.
"""

import os
import time
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from .controls import Controls
from .keys import Keys, NoKeys, open_keys
from .model import Model
from .pace import Pacer, speed_text
from .screen import Screen
from .stopsignal import StopSignal
from .view import View

COLUMNS_MIN, ROWS_MIN = 40, 12
_DRAW_S = 0.25
_SHARE = 4  # a slow terminal may take a quarter of the time at most
_KEYS_S = 0.02


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


class LiveView(View):
    """Draws on `console`; reads keys from standard input where that is a terminal."""

    def __init__(
        self,
        model: Model,
        pacer: Pacer,
        stop: StopSignal,
        console: Console,
        keys: Keys | None = None,
    ):
        super().__init__(model, pacer, stop)
        self._console = console
        self._keys = keys if keys is not None else open_keys()
        self._controls = Controls(model, pacer)
        has_keys = type(self._keys) is not NoKeys
        ascii_only = not console.encoding.lower().startswith("utf")
        self._screen = Screen(model, self._controls, has_keys, ascii_only)
        self._live = Live(console=console, screen=True, auto_refresh=False)
        self._commands: list[str] = []
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

    def tick(self) -> list[str]:
        self.idle()
        commands, self._commands = self._commands, []
        return commands

    def idle(self) -> None:
        self.stop.check()
        now_s = time.monotonic()
        if now_s >= self._keys_due_s:
            self._keys_due_s = now_s + _KEYS_S
            for key in self._keys.poll():
                self._commands += self._controls.press(key)
                self._draw_due_s = min(self._draw_due_s, now_s + _KEYS_S)
        if now_s >= self._draw_due_s:
            self._draw()
            after_s = time.monotonic()
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
