"""The listener of a session that the page watches: what it tells the page, and how keys come in.

For both kinds of board. Every 20 ms of board time `on_tick` lets the page's messages in, when it
is time for that, and hands on what was asked for. The page hears of news 25 times a second at
most. Times in s of the wall clock, but for `t_us` of the board's.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from iontobench.errors import UserError
from iontobench.link.events import Event, Item, Mark, Sample
from iontobench.link.listener import Ask
from iontobench.sessions.controls import Controls
from iontobench.sessions.progress import Progress
from iontobench.sessions.real_time_pacer import Pacer, speed_text

from . import told
from .browser import Browser
from .series import Series
from .words import refused, speed_of

_BREATH_S = 0.025
_NEWS_S = 0.04
_UA_PER_MA = 1000


class PageView:
    """A view of one session.

    Args:
        session: the `id` of its messages.
        progress: what is known of it.
        speed: times real time, None for as fast as it goes.
        inject: injects a fault now; None for a real board.
    """

    def __init__(
        self,
        browser: Browser,
        session: str,
        progress: Progress,
        speed: float | None,
        inject: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.progress = progress
        self._browser = browser
        self._session = session
        self._inject = inject
        self._clock = clock
        self._pacer = Pacer(speed, clock, browser.wait)
        self._controls = Controls(progress, self._pacer)
        self._series = Series()
        self._events: list[dict[str, str]] = []
        self._proof = ""
        self._asks: list[Ask] = []
        self._waiting: deque[dict[str, Any]] = deque()
        self._is_off = False
        self._breath_due_s = self._news_due_s = -math.inf

    @property
    def is_off(self) -> bool:
        """Whether the page has asked for off at once."""
        return self._is_off

    def on_item(self, item: Item) -> None:
        """Take one item of the session."""
        line = self.progress.add(item)
        if isinstance(item, Sample):
            self._series.add(item)
        elif line is not None:
            row = told.event(item, line)
            self._events.append(row)
            if isinstance(item, Event) and told.is_proof(item):
                self._proof = row["text"]

    def on_tick(self, t_us: int) -> list[Ask]:
        """Let the page in where it is time; return what was asked for.

        Raises:
            KeyboardInterrupt: off at once.
        """
        self._pacer.keep(t_us, self._act)
        now_s = self._clock()
        if now_s >= self._breath_due_s:
            self._browser.wait(0.0)
            self._breath_due_s = self._clock() + _BREATH_S
            self._act()
            if now_s >= self._news_due_s:
                self.tell()
        if self._is_off:
            raise KeyboardInterrupt("off")
        asks, self._asks = self._asks, []
        return asks

    def take(self, message: dict[str, Any]) -> None:
        """A message of the page, to be acted on between two ticks."""
        self._waiting.append(message)

    def tell(self) -> None:
        """Post what is new."""
        self._news_due_s = self._clock() + _NEWS_S
        events, self._events = self._events, []
        progress = self.progress
        self._browser.post(
            {
                "type": "progress",
                "id": self._session,
                "columns": self._series.take(),
                "state": told.state(progress),
                "readouts": told.readouts(progress, self._speed()),
                "done_share": told.done_share(progress),
                "events": events,
                "proof": self._proof,
                "note": self._controls.note,
                "typing": self._controls.is_typing,
                "can": told.can(progress, self._inject is not None),
            }
        )

    def _speed(self) -> str | None:
        """In words; None for a board, whose time is not ours."""
        if self._inject is None:
            return None
        return speed_text(self._pacer.speed, self._pacer.reached)

    def _act(self) -> None:
        """Act on the messages that have come; told at once, for somebody waits for it."""
        while self._waiting:
            message = self._waiting.popleft()
            try:
                self._do(message)
            except (UserError, ValueError) as error:
                self._browser.post({**refused(error), "id": self._session})
            self._news_due_s = -math.inf
        if self._news_due_s == -math.inf:
            self.tell()

    def _do(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "key":
            self._asks += self._controls.press(str(message["key"])[:1])
        elif kind == "set":
            self._set(str(message["current_ma"]))
        elif kind == "mark":
            self._mark(str(message["text"]))
        elif kind == "inject":
            if self._inject is None:
                raise UserError("faults are injected into simulated benches; this is a board")
            self._inject(str(message["fault"]))
        elif kind == "speed":
            self._pacer.speed = speed_of(message["speed"])
        elif kind == "stop" and message.get("now"):
            self._is_off = True
        elif kind == "stop":
            self._asks += self._controls.stop()

    def _set(self, current_ma: str) -> None:
        try:
            current_ua = round(float(current_ma) * _UA_PER_MA)
        except (ValueError, OverflowError):
            current_ua = 0
        peak_ua = self.progress.about.timeline.peak_ua
        if not 1 <= current_ua <= peak_ua:
            top = peak_ua / _UA_PER_MA
            raise UserError(f"a set point of {current_ma[:20]!r} mA: it is above 0, up to {top:g}")
        self._asks.append(f"set {current_ua}")

    def _mark(self, text: str) -> None:
        if not text.strip():
            raise UserError("a mark is without text; say what happened")
        sample = self.progress.sample
        self._asks.append(Mark(sample.t_ms if sample else 0, text.strip()))
