"""One session on the simulated bench, started by the page: the project's own run and record.

The request goes through `sessions.start`, the session through `sessions.recording`: its record has
the bytes of `iontobench run`. Each session has a bench and a folder of its own, so a fault that
one has latched refuses none after it.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from iontobench.errors import UserError
from iontobench.sessions.job import Job, Result, plant_of
from iontobench.sessions.recording import run_session
from iontobench.sessions.start import ReadySession, RunRequest, prepare
from iontobench.sessions.targets import target_for
from iontobench.sessions.virtual import run_virtual

from . import session_told
from .browser import Browser
from .checks import protocol_of
from .view import PageView
from .words import MICROPYTHON, speed_of

_FAULTS_MAX = 50


class Simulation:
    """A session from its set-up to its record.

    Args:
        session: the `id` of its messages.

    Raises:
        UserError, FileError: a set-up that cannot be run.
    """

    def __init__(self, browser: Browser, session: str, setup: dict[str, Any], folder: Path):
        self._browser = browser
        self._session = session
        self._folder = folder
        self._in_vm = setup.get("engine") == MICROPYTHON
        ready = _ready(setup, folder)
        speed = speed_of(setup.get("speed"))
        self._job = ready.job()
        self._plant = plant_of(self._job)
        self._latch = ready.latch
        progress = session_told.progress_of(self._job, ready.compiled)
        self.view = PageView(browser, session, progress, speed, self._plant.inject)
        self._post_started(ready)

    def run(self) -> Path:
        """Run it to its end; returns its record."""
        result, record = run_session(self._runner, self._job, self._folder, self.view, self._latch)
        self.view.tell()
        self._browser.post(
            session_told.ended(self._session, result, record, self.view.is_off, is_simulated=True)
        )
        return record

    def _runner(self, job: Job, listeners) -> Result:
        if self._in_vm:
            from .vm import run_in_vm

            return run_in_vm(self._browser.boot_vm, job, listeners, self._plant)
        return run_virtual(job, listeners, lambda _: self._plant)

    def _post_started(self, ready: ReadySession) -> None:
        job = self._job
        rows = [
            *([("", ready.board.note)] if ready.board.note else []),
            ("load", job.skin),
            ("converter", job.adc),
            ("seed", str(job.seed)),
            ("faults", ", ".join(job.faults) or "none from the start"),
        ]
        self._browser.post(session_told.started(self._session, job, ready.compiled, rows))


def new_folder() -> Path:
    """The data folder of one session; the page's are in memory."""
    return Path(tempfile.mkdtemp(prefix="iontobench-"))


def drop_folder(folder: Path | None) -> None:
    """An earlier session's goes when the next one begins."""
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _ready(setup: dict[str, Any], folder: Path) -> ReadySession:
    protocol = protocol_of(setup)
    faults = str(setup.get("faults", "")).split()
    if len(faults) > _FAULTS_MAX:
        raise UserError(f"{len(faults)} faults: at most {_FAULTS_MAX} from the start")
    request = RunRequest(
        protocol=protocol.name,
        board=str(setup.get("board") or "") or None,
        skin=str(setup.get("skin") or "") or None,
        adc=str(setup.get("adc") or "") or None,
        profile=str(setup.get("profile")),
        seed=_seed(str(setup.get("seed", ""))),
        faults=tuple(faults),
    )
    return prepare(request, target_for("virtual"), folder, protocol)


def _seed(words: str) -> int:
    if not words.strip().isdecimal() or len(words) > 20:
        raise UserError(f"seed {words[:20]!r}: it is a whole number")
    return int(words)
