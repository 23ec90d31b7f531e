"""A board at its prompt, held by this program: what it is, and what it can be asked to do.

`connect` looks first and refuses a board that is in a session. Nothing here energises anything.
"""

import ast
from contextlib import suppress
from typing import Any, Self

import msgspec

from ionto.core.telemetry import LINK_VERSION
from iontobench import words

from .repl import Found, Probe
from .serial_port import BoardError, PortError, Repl, close_port, look, open_port

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
    bench = globals().get('bench')
    if bench is not None:
        told['info'] = bench.info()
        told['last'] = bench.last()
    return told
print(repr(_about()))
del _about
"""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a board says of itself; `info` is `bench.info()`, None without a firmware."""

    python: str
    version: str
    machine: str
    mpy: int = 0
    path: str = ""
    id: str = ""
    watchdog: bool = False
    info: dict[str, Any] | None = None
    last: dict[str, Any] | None = None

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
            return f"{self.python} runs there, not MicroPython; put MicroPython on the board"
        if self.info is None:
            return f"no firmware on the board; put it there: iontobench deploy {name}"
        version = self.info.get("link_version")
        if version != LINK_VERSION:
            return (
                f"its firmware speaks link version {version}, this program {LINK_VERSION}; "
                f"deploy the matching firmware: iontobench deploy {name}"
            )
        return None


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

    def about(self) -> About:
        """What the board says of itself.

        Raises:
            PortError: the link broke, or what came back is no answer.
        """
        try:
            return msgspec.convert(ast.literal_eval(self.repl.do(_ABOUT).decode()), About)
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


def connect(name: str) -> Connection:
    """The board on port `name`, at its prompt.

    Raises:
        BusyError: it must not be disturbed.
        PortError: no port, or no board.
    """
    port = open_port(name)
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


def seen(probe: Probe) -> str:
    """What a look has found, in a sentence with what to do."""
    if probe.found is Found.SESSION:
        sample = probe.sample
        state = "" if sample is None else f" ({words.brief(sample)})"
        return f"a session is running on this board{state}; it is left alone, wait for its end"
    if probe.found is Found.OTHER:
        return (
            "another program is running on this board and prints; it is left alone: "
            "stop it at its terminal, or unplug the board"
        )
    return str(probe.found.value if probe.found else "nothing is known")
