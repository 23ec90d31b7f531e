"""A board on a cable, driven from the page: the project's own link, doctor, deploy and run.

Nothing of the link is here: the room hands serial ports of the browser to the code that the
command line gives a computer's, and passes its words on. One act at a time has the port; while one
runs, its messages come in at its waits. Whatever a person can have wrong is `refused` in one line,
whatever is our own is `failed` with its traceback. Must not import what only a browser has.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from iontobench import errors
from iontobench.device.doctor import ALL_WELL, examine
from iontobench.device.installation import BuiltFirmware, install
from iontobench.device.port import HostPorts
from iontobench.device.watching import NO_SESSION, watch
from iontobench.findings import Finding, verdict
from iontobench.records import RecordError
from iontobench.sessions.job import Target
from iontobench.sessions.recording import run_session
from iontobench.sessions.serial import serial_target
from iontobench.sessions.start import ReadySession, RunRequest, prepare
from iontobench.tomlfile.errors import FileError

from . import session_told, slots, words
from .browser import Browser
from .checks import protocol_of
from .simulation import drop_folder, new_folder
from .table import Table
from .view import PageView

_TO_SESSION = ("key", "set", "mark", "stop")
_REAL_TIME = 1.0

Message = Mapping[str, Any]


class BoardRoom:
    """The worker's end of the room.

    Args:
        browser: posts to the page.
        ports_for: the serial ports that the page may open; they are to call what they are given
            after each of their waits.
        firmware: the compiled firmware of a board, by its name.
    """

    def __init__(
        self,
        browser: Browser,
        ports_for: Callable[[Callable[[], None]], HostPorts],
        firmware: Callable[[str], BuiltFirmware] = slots.unpacked,
    ):
        self._browser = browser
        self._ports = ports_for(self._stay)
        self._firmware = firmware
        self._view: PageView | None = None
        self._doing = ""  # what has the port, in words
        self._is_left = False
        self._folder: Path | None = None
        self._table = Table()
        self._answers = {"protocol": words.protocol_text, "export": self._table.exported}
        self._acts = {
            "ports": (self._list, "looking for ports"),
            "doctor": (self._doctor, "examining the board"),
            "deploy": (self._deploy, "putting the firmware on the board"),
            "watch": (self._watch, "watching the board"),
            "run": (self._run, "running a session"),
        }

    def begin(self) -> None:
        """Say what there is to choose from."""
        self._browser.post(catalogue())

    def receive(self, message: dict[str, Any]) -> None:
        """Act on one message."""
        kind = str(message.get("type"))
        if kind == "leave":
            self._is_left = True
        elif kind in _TO_SESSION:
            if self._view is not None:
                self._view.take(message)
        else:
            self._answer(kind, message)

    def _answer(self, kind: str, message: dict[str, Any]) -> None:
        answer: dict[str, Any] | None
        try:
            if kind in self._answers:
                answer = self._answers[kind](message)
            else:
                answer = self._do(kind, message)
        except (errors.UserError, FileError, RecordError) as error:
            answer = words.refused(error)
            answer |= {"is_over": True, "latched": isinstance(error, errors.LatchedError)}
        except Exception as error:
            answer = words.failed(error)
        if answer is not None:
            self._browser.post({**answer, "id": message.get("id")})

    def _do(self, kind: str, message: Message) -> dict[str, Any] | None:
        """One act at the port; nobody else has it meanwhile."""
        act, doing = self._acts[kind]
        if self._doing:
            raise errors.UserError(f"this page is {self._doing}; wait for its end")
        self._doing, self._is_left = doing, False
        try:
            return act(message)
        finally:
            self._doing = ""

    def _stay(self) -> None:
        """After a wait for a board that has gone away: whether somebody still waits.

        Raises:
            KeyboardInterrupt: nobody does.
        """
        if self._is_left:
            raise KeyboardInterrupt("left")

    def _list(self, message: Message) -> dict[str, Any]:
        """The ports that may be opened; those that look like a board say so."""
        boards, names = self._ports.boards(), self._ports.names()
        rows = [
            {"value": name, "label": f"{name}, MicroPython" if name in boards else name}
            for name in names
        ]
        return {"type": "ports", "ports": rows}

    def _doctor(self, message: Message) -> dict[str, Any]:
        found: list[Finding] = []
        for one in examine(str(message["port"]), self._ports):
            found.append(one)
            told = {"what": one.what, "answer": one.answer, "remedy": one.remedy or ""}
            self._browser.post({"type": "finding", "id": message.get("id"), **told})
        is_well, line = verdict(found, ALL_WELL)
        return {"type": "done", "ok": is_well, "line": line}

    def _deploy(self, message: Message) -> dict[str, Any]:
        say = self._sayer(message)
        asked = str(message.get("board") or "") or None
        done = install(str(message["port"]), self._ports, asked, self._firmware, say, say)
        return {"type": "done", "ok": True, "line": done.lines()[0]}

    def _watch(self, message: Message) -> dict[str, Any]:
        say, count = self._sayer(message), 0
        for line in watch(str(message["port"]), self._ports, lambda: not self._is_left):
            count += 1
            say(line)
        line = "left" if self._is_left else "the session has ended" if count else NO_SESSION
        return {"type": "done", "ok": count > 0, "line": line}

    def _run(self, message: Message) -> dict[str, Any]:
        port = str(message["port"])
        target = serial_target(port, self._ports)
        try:
            self._session(message, target, self._ready(message, target, port))
        finally:
            target.close()
            self._view = None
        return {"type": "done", "ok": True, "line": ""}  # its end has been told

    def _ready(self, message: Message, target: Target, port: str) -> ReadySession:
        """The session, with nothing against it.

        Raises:
            UserError, FileError: a protocol that cannot run, or a latched fault.
        """
        drop_folder(self._folder)
        self._folder = new_folder()
        protocol = protocol_of(dict(message))
        profile = str(message.get("profile"))
        request = RunRequest(protocol=protocol.name, rung=port, profile=profile)
        ready = prepare(request, target, self._folder, protocol)
        latched = ready.latch.read()
        if latched and not message.get("clear"):
            raise errors.LatchedError(latched.sentence())
        if latched:
            ready.latch.clear()
            self._sayer(message)(f"cleared: {latched.fault} ({latched.at})")
        return ready

    def _session(self, message: Message, target: Target, ready: ReadySession) -> None:
        """Run it, tell its end, and of a lost board what it did meanwhile."""
        session, job = str(message.get("id")), ready.job()
        progress = session_told.progress_of(job, ready.compiled)
        view = self._view = PageView(
            self._browser, session, progress, _REAL_TIME, clock=self._ports.clock
        )
        rows = [("port", ready.request.rung), ("firmware", _firmware(target))]
        self._browser.post(session_told.started(session, job, ready.compiled, rows))
        result, record = run_session(
            target.run, job, self._folder or new_folder(), view, ready.latch, target.header
        )
        view.tell()
        self._table.keep(session, record)
        self._view = None
        self._browser.post(
            session_told.ended(session, result, record, view.is_off, target.is_simulated)
        )
        if target.after is not None:
            with suppress(KeyboardInterrupt):
                target.after(self._sayer(message, "after"))

    def _sayer(self, message: Message, kind: str = "line") -> Callable[[str], None]:
        """Posts one line of an act."""

        def say(line: str) -> None:
            self._browser.post({"type": kind, "id": message.get("id"), "line": line})

        return say


def catalogue() -> dict[str, Any]:
    """The message `ready` of this room: what a board takes, and nothing of a simulated bench."""
    whole = words.catalogue()
    kept = ("type", "version", "warning", "protocols", "profiles", "exports", "protocol_bytes_max")
    return {
        **{name: whole[name] for name in kept},
        "keys": [row for row in whole["keys"] if row["control"] != "speed"],  # it has a clock
        "boards": [row for row in whole["boards"] if row["name"] in slots.board_names()],
        "setup": {name: whole["setup"][name] for name in ("protocol", "name", "profile")},
    }


def _firmware(target: Target) -> str:
    """The version of what runs on the board, and of MicroPython below it."""
    header = target.header or {}
    version = (header.get("firmware") or {}).get("version")
    return f"{version} on MicroPython {header.get('python')}"
