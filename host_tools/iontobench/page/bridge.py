"""Takes the page's messages and answers them (messages.md): the rooms "simulation" and "record".

A session runs inside `receive`, which lets further messages in while it waits; these come to
`receive` too. Everything that a person can have wrong is `refused` in one line, whatever is our
own is `failed` with its traceback. Must not import what only a browser has.
"""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from iontobench import errors
from iontobench.records import RecordError
from iontobench.tomlfile.errors import FileError

from . import checks, words
from .browser import Browser
from .simulation import Simulation, drop_folder, new_folder
from .table import Table

_TO_SESSION = ("key", "set", "mark", "inject", "speed", "stop")
Answer = Callable[[dict[str, Any], bytes], dict[str, Any] | None]


class Bridge:
    """The worker's end of the messages."""

    def __init__(self, browser: Browser):
        self._browser = browser
        self._table = Table()
        self._running: Simulation | None = None
        self._folder: Path | None = None
        self._answers: dict[str, Answer] = {
            "check": lambda message, _: checks.checked(message),
            "protocol": lambda message, _: words.protocol_text(message),
            "start": self._start,
            "verify": self._table.verified,
            "export": lambda message, _: self._table.exported(message),
            "link": _linked,
            "linked_setup": _setup,
        }

    def begin(self) -> None:
        """Say what there is to choose from."""
        self._browser.post(words.catalogue())

    def receive(self, message: dict[str, Any], data: Any = None) -> None:
        """Act on one message; `data` are its bytes, as Python's or the browser's buffer."""
        kind = message.get("type")
        if kind in _TO_SESSION:
            if self._running is not None:
                self._running.view.take(message)
            return
        try:
            answer = self._answers[str(kind)](message, b"" if data is None else bytes(data))
        except (errors.UserError, FileError, RecordError) as error:
            answer = words.refused(error)
        except Exception as error:
            answer = words.failed(error)
        if answer is not None:
            self._browser.post({**answer, "id": message.get("id")})

    def _start(self, message: dict[str, Any], _: bytes) -> None:
        if self._running is not None:
            raise errors.UserError("a session runs; stop it first")
        drop_folder(self._folder)
        self._folder = new_folder()
        session = str(message.get("id"))
        self._running = Simulation(
            self._browser, session, message.get("setup") or {}, self._folder
        )
        try:
            self._table.keep(session, self._running.run())
        finally:
            self._running = None
            gc.collect()  # a VM of the session hangs on it, and its memory


def _linked(message: dict[str, Any], _: bytes) -> dict[str, Any]:
    return {"type": "linked", "fragment": checks.linked(message.get("setup") or {})}


def _setup(message: dict[str, Any], _: bytes) -> dict[str, Any]:
    return {"type": "setup", "setup": checks.setup_of(str(message.get("fragment", "")))}
