"""A board at its prompt, held by this program: what it is, and what it can be asked to do.

`connect` looks first and refuses a board that is in a session. The raw REPL is mpremote's, whose
library changes from release to release: only `Repl` uses it, and `port.guarded` knows its errors.
It never soft-resets a board, and interrupts one only where a `BoardProbe` has found that nothing
runs on it. Times in s. Nothing here energises anything.
"""

import ast
import io
from contextlib import redirect_stdout, suppress
from typing import Any, NamedTuple, Self

import msgspec
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from ionto.core.telemetry import LINK_VERSION
from iontobench import text

from .board_probe import BoardProbe, Found
from .calibration_file import NOMINAL, ZEROS_ONLY, SenseUncertainty, told_of
from .port import (
    HOST_PORTS,
    REPLY_S,
    BoardError,
    HostPorts,
    LinkLostError,
    PortError,
    close_port,
    guarded,
    look,
)

BACK_S = 20.0  # how long to wait for a board that has gone away
LOOK_S = 0.5  # between two looks for it
_CTRL_C = b"\x03"
_ENTER_S = 10
_EXECUTE_S = 60  # a board that hashes its slots takes seconds

# Runs on the board, whatever is on it: one dict of plain values.
_ABOUT = """
import sys
def _about():
    told = {'python': sys.implementation.name, 'mpy': getattr(sys.implementation, '_mpy', 0) & 255}
    told['version'] = '.'.join(str(n) for n in sys.implementation.version[:3])
    told['machine'] = getattr(sys.implementation, '_machine', sys.platform)
    told['path'] = sys.path[0] if sys.path else ''
    try:
        import machine
        told['id'] = ''.join('%02x' % b for b in machine.unique_id())
        told['watchdog'] = machine.reset_cause() == machine.WDT_RESET
    except (ImportError, AttributeError):
        pass
    try:
        from ionto.rp2 import calibration as found
        told['calibration'] = (found.told, found.used, found.designed)
    except (ImportError, AttributeError):
        pass
    bench = globals().get('bench')
    if bench is not None:
        told['info'] = bench.info()
        told['last'] = bench.last()
    return told
print(repr(_about()))
del _about
"""


class Scales(NamedTuple):
    """The scales of a board's senses, twelve integers: those in use, and those of its design.

    `told` is `BOARD DATE` of its calibration and how sure that is, or `nominal: ` and why it has
    none.
    """

    told: str
    used: tuple[int, ...]
    designed: tuple[int, ...]

    def rows(self, scales: tuple[int, ...] | None = None) -> list[tuple[int, int, int]]:
        """Four rows of (zero_counts, mul, shift), of the scales in use unless told otherwise."""
        flat = scales or self.used
        return [(flat[at], flat[at + 1], flat[at + 2]) for at in range(0, len(flat), 3)]

    @property
    def dated(self) -> str:
        """`BOARD DATE`, or why there is none."""
        return told_of(self.told)[0]

    @property
    def sure(self) -> SenseUncertainty | None:
        """How sure sense A is; None where its file does not say so."""
        return told_of(self.told)[1]

    @property
    def trouble(self) -> str | None:
        """Why the board's currents are not calibrated, in words; None: they are."""
        if self.told.startswith(NOMINAL):
            return f"not calibrated: its scales are nominal, {self.told.removeprefix(NOMINAL)}"
        if ZEROS_ONLY in self.told:
            return "not calibrated: only its zeros are"
        return None


class BoardInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a board says of itself; `info` is `bench.info()`, None without a firmware.

    `calibration` is None where its port has none, or an older firmware does not tell.
    """

    python: str
    version: str
    machine: str
    mpy: int = 0
    path: str = ""
    id: str = ""
    watchdog: bool = False
    info: dict[str, Any] | None = None
    last: dict[str, Any] | None = None
    calibration: tuple[str, tuple[int, ...], tuple[int, ...]] | None = None

    @property
    def scales(self) -> Scales | None:
        """Its scales, where it tells them."""
        is_told = self.info is not None and self.calibration is not None and self.calibration[0]
        return Scales(*self.calibration) if self.calibration and is_told else None

    @property
    def slot(self) -> str | None:
        """The slot its firmware runs from."""
        return self.path[1] if self.info and self.path in ("/a", "/b") else None

    @property
    def board(self) -> str | None:
        """The board that its firmware is for."""
        return None if self.info is None else str(self.info.get("board"))

    def trouble(self, name: str) -> str | None:
        """Why the board at port `name` cannot run a session, with the remedy, or None."""
        if self.python != "micropython":
            return f"{self.python} runs there, not MicroPython; put it there: iontobench flash"
        if self.info is None:
            return f"no firmware on the board; put it there: iontobench deploy {name}"
        version = self.info.get("link_version")
        if version != LINK_VERSION:
            return (
                f"its firmware speaks link version {version}, this program {LINK_VERSION}; "
                f"deploy the matching firmware: iontobench deploy {name}"
            )
        return None


class Repl(SerialTransport):
    """MicroPython's raw REPL on an open port on which nothing runs."""

    def __init__(self, port: Any, probe: BoardProbe):
        # Not super().__init__(): it opens by name, and says "failed to access" whatever is wrong.
        if not probe.may_interrupt:
            raise PortError(f"the board is not to be interrupted: {probe.found}")
        self.serial = port
        self.device_name = getattr(port, "name", None) or "port"
        self.in_raw_repl = False
        self.use_raw_paste = True
        self.mounted = False
        self.is_pty = False
        self._silent = probe.found is Found.SILENCE

    def enter(self) -> None:
        """Interrupt and enter the raw REPL; never a soft reset.

        Raises:
            PortError: whatever answers is no MicroPython.
        """
        with guarded(), redirect_stdout(io.StringIO()):  # mpremote prints what it could not read
            self.serial.timeout = REPLY_S
            # mpremote begins with Enter, which would run a block that somebody has begun to type.
            self.serial.write(_CTRL_C)
            try:
                self.enter_raw_repl(soft_reset=False, timeout_overall=_ENTER_S)
            except TransportError as error:
                raise PortError(
                    "no MicroPython answers there; is it the right port? Unplug the board and "
                    "plug it in again, or put MicroPython on it: iontobench flash"
                ) from error

    def do(self, code: str | bytes) -> bytes:
        """Run `code`; return what it printed.

        Raises:
            BoardError: it raised.
            LinkLostError: the port went away, or it did not end within a minute.
        """
        with guarded(), redirect_stdout(io.StringIO()):
            printed, traceback = self.exec_raw(code, timeout=_EXECUTE_S)
        if traceback:
            raise BoardError(traceback.decode("utf-8", "replace"))
        return printed

    def begin(self, code: str) -> None:
        """Start `code` and leave what it prints to the caller."""
        with guarded():
            self.exec_raw_no_follow(code)

    def leave(self) -> None:
        """Back to the friendly prompt, for the next program; a lost port is left as it is."""
        try:
            self.exit_raw_repl()
        except (OSError, ValueError):
            return


class BusyError(PortError):
    """The board is in a session, or runs another program: it was left alone."""


class Connection:
    """A board at its raw REPL. A context manager that leaves it at its friendly prompt, closed."""

    def __init__(self, name: str, port: Any, repl: Repl):
        self.name = name
        self.port = port
        self.repl = repl

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def about(self) -> BoardInfo:
        """What the board says of itself.

        Raises:
            PortError: the link broke, or what came back is no answer.
        """
        try:
            return msgspec.convert(ast.literal_eval(self.repl.do(_ABOUT).decode()), BoardInfo)
        except LinkLostError as error:
            raise LinkLostError(f"{self.name}: {error}") from error
        except BoardError as error:
            raise PortError(f"{self.name}: the board cannot say what it is ({error})") from error
        except (ValueError, SyntaxError, TypeError) as error:  # msgspec's are ValueErrors
            raise PortError(f"{self.name}: the board's answer makes no sense") from error

    def value(self, expression: str) -> Any:
        """A plain value computed on the board."""
        return ast.literal_eval(self.repl.do(f"print(repr({expression}))").decode())

    def restart(self) -> None:
        """Reset the chip, so that `boot.py` and `main.py` run; the port goes away meanwhile."""
        with suppress(PortError):
            self.repl.begin("import machine\nmachine.reset()")
        close_port(self.port)

    def close(self) -> None:
        """Leave the board at its friendly prompt and the port to others."""
        self.repl.leave()
        close_port(self.port)


def connect(name: str, ports: HostPorts = HOST_PORTS) -> Connection:
    """The board on port `name` or `auto`, at its prompt.

    Raises:
        BusyError: it must not be disturbed.
        PortError: no port, or no board.
    """
    name = ports.resolve(name)
    port = ports.open(name)
    try:
        probe = look(port)
        if not probe.may_interrupt:
            raise BusyError(f"{name}: {seen(probe)}")
        repl = Repl(port, probe)
        repl.enter()
    except BaseException as error:
        close_port(port)
        if isinstance(error, PortError) and not str(error).startswith(name):
            raise PortError(f"{name}: {error}") from error
        raise
    return Connection(name, port, repl)


def info_after_reset(name: str, ports: HostPorts = HOST_PORTS) -> BoardInfo:
    """What the board on port `name` says of itself, once it is back from its reset.

    Raises:
        PortError: it does not come back within 20 s.
    """
    until_s = ports.clock() + BACK_S
    while True:
        ports.sleep(LOOK_S)
        try:
            with connect(name, ports) as connection:
                return connection.about()
        except PortError as error:
            if ports.clock() > until_s:
                line = f"the board does not come back after its reset ({error}); unplug it and "
                raise PortError(line + "plug it in again, then see iontobench doctor") from error


def seen(probe: BoardProbe) -> str:
    """What a look has found, in a sentence with what to do."""
    if probe.found is Found.SESSION:
        sample = probe.sample
        state = "" if sample is None else f" ({text.brief(sample)})"
        return f"a session is running on this board{state}; it is left alone, wait for its end"
    if probe.found is Found.OTHER:
        return (
            "another program is running on this board and prints; it is left alone: "
            "stop it at its terminal, or unplug the board"
        )
    return str(probe.found.value if probe.found else "nothing is known")
