"""The rung `--on PORT|auto`: a board at a serial port, looked at before anything is asked of it.

Everything that can be wrong with the board is found here, before a session starts: exit 4 with
what was seen and what to do. Times in s.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from iontobench import signs, words
from iontobench.device.connection import About, Connection, connect, seen
from iontobench.device.link import Listener
from iontobench.device.repl import Found
from iontobench.device.runner import Job, Result
from iontobench.device.serial_port import BoardError, PortError, is_emulated, look, opened, resolve
from iontobench.device.serial_runner import SerialRunner

from . import errors
from .latch import Latched
from .rungs import Rung

RUNG = "serial"
_BACK_S = 20.0
_TURN_S = 0.5


class BoardLatch:
    """The latched fault that the board itself keeps."""

    def __init__(self, connection: Connection, info: dict[str, Any]):
        self._connection = connection
        self._info = info

    def read(self) -> Latched | None:
        """The board's fault, or None."""
        fault = self._info.get("fault", "none")
        if fault == "none":
            return None
        return Latched(self._info["board"], fault, "on the board since its last session", "")

    def set(self, fault: str, at: str, record: str) -> None:
        """The board has latched it already."""

    def clear(self) -> None:
        """Leave it, on the board."""
        self._connection.repl.do("bench.clear()")


def reach(name: str) -> Connection:
    """The board at port `name` or `auto`, at its prompt.

    Raises:
        CliError: exit 4.
    """
    try:
        return connect(resolve(name))
    except PortError as error:
        raise errors.CliError(str(error), errors.NO_DEVICE) from error


def serial_rung(on: str) -> Rung:
    """The board at port `on`, ready for a session.

    Raises:
        CliError: exit 4: no board, one that is busy, or one without the matching firmware.
    """
    connection = reach(on)
    try:
        about = connection.about()
        trouble = about.trouble(connection.name)
        if trouble is not None:
            raise errors.CliError(f"{connection.name}: {trouble}", errors.NO_DEVICE)
    except PortError as error:
        connection.close()
        raise errors.CliError(str(error), errors.NO_DEVICE) from error
    except BaseException:
        connection.close()
        raise
    info = about.info or {}
    runner = SerialRunner(connection)

    def run(job: Job, listeners: Sequence[Listener]) -> Result:
        try:
            return runner(job, listeners)
        except BoardError as error:
            line = f"{connection.name}: the board refuses: {error}"
            raise errors.CliError(line, errors.ENDED_EARLY) from error
        except PortError as error:
            line = f"{connection.name}: {error}; nothing was started"
            raise errors.CliError(line, errors.NO_DEVICE) from error

    return Rung(
        run=run,
        board=str(info["board"]),
        adc=None,
        is_real=True,
        is_simulated=is_emulated(connection.name),
        name=RUNG,
        header={"board_id": about.id, "python": about.version, "firmware": _firmware(about)},
        latch=BoardLatch(connection, info),
        close=connection.close,
        after=lambda say: meanwhile(connection.name, say) if runner.lost else None,
    )


def meanwhile(name: str, say: Callable[[str], None]) -> None:
    """After a lost link: wait for the board, and say what it did meanwhile."""
    say(f"waiting {_BACK_S:g} s for {name} to come back; Ctrl-C ends the waiting")
    until_s = time.monotonic() + _BACK_S
    told = ""
    while time.monotonic() < until_s:
        line, is_over = _try(name)
        if line != told and line:
            say(line)
        told = line
        if is_over:
            return
        time.sleep(_TURN_S)
    say(f"not back within {_BACK_S:g} s; plug it in and type: iontobench doctor {name}")


def _try(name: str) -> tuple[str, bool]:
    """One look: a line to say, and whether there is no more to come."""
    try:
        with opened(name) as port:
            probe = look(port)
        if probe.found is Found.SESSION:
            return "the board is back, and its session goes on: " + seen(probe), False
        if not probe.may_interrupt:
            return seen(probe), True
        with connect(name) as connection:
            return "the board is back: " + last_line(connection.about()), True
    except PortError:
        return "", False


def last_line(about: About) -> str:
    """How the board's last session ended, as it tells it."""
    if about.info is None:
        return "it has no firmware"
    last = about.last
    if last is None:
        how = "by its watchdog " if about.watchdog else ""
        return f"it was reset {how}or has run nothing since; it remembers no session, output off"
    outcome = words.OUTCOMES.get(last["outcome"], last["outcome"])
    fault = f" ({last['fault']})" if last.get("fault") else ""
    dose = f"{words.mamin(last['dose_uc'])} {signs.MAMIN}"
    return f"its last session: {outcome}{fault}; dose {dose} in {words.clock(last['t_ms'])}"


def _firmware(about: About) -> dict[str, Any]:
    info = about.info or {}
    return {"version": info.get("firmware"), "link_version": info.get("link_version")}
