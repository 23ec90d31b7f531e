"""Serial ports: finding the board's, opening one, and MicroPython's REPL behind it.

One thin adapter over mpremote's transport, whose library changes from release to release: nothing
else here imports it. It never soft-resets a board, and interrupts one only where a `repl.Probe`
has found that nothing runs on it. Works on anything like a pyserial port; a port may bring its own
clock as `monotonic()`, else time is the host's. Times in s.
"""

import errno
import io
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport
from serial.tools import list_ports

from .repl import EMPTY_LINE, Found, Probe

PORT_VARIABLE = "IONTOBENCH_PORT"
_EMULATED = "emulated://"
_ADDRESSES = "iontobench.chip.urls"  # imported only by who asks for one: the emulator is an extra
MICROPYTHON_USB = (0x2E8A, 0x0005)  # vendor and product that MicroPython shows on an RP2040
_CTRL_C = b"\x03"
_READ_S = 0.02
_REPLY_S = 5.0  # mpremote waits without end for some of its answers
_ENTER_S = 10
_EXECUTE_S = 60  # a board that hashes its slots takes seconds


class PortError(Exception):
    """No link to a board; the text is one line that says why and what to do."""


class BoardError(Exception):
    """Code on the board raised; `last_line` is the end of its traceback."""

    def __init__(self, traceback: str):
        self.last_line = (traceback.strip().splitlines() or ["no reason given"])[-1].strip()
        super().__init__(self.last_line)


class LinkLostError(PortError):
    """The link broke while it was in use."""


def ports() -> list[str]:
    """Names of the serial ports with a MicroPython board on an RP2040, sorted."""
    found = list_ports.comports()
    return sorted(port.device for port in found if (port.vid, port.pid) == MICROPYTHON_USB)


def resolve(name: str) -> str:
    """The port that `auto` means: what IONTOBENCH_PORT says, else the only board there is.

    Any other name is itself.

    Raises:
        PortError: none, or more than one.
    """
    if name != "auto":
        return name
    if chosen := os.environ.get(PORT_VARIABLE):
        return chosen
    found = ports()
    if not found:
        raise PortError(
            "no board found on any USB port; plug one in that runs MicroPython (use a cable that "
            "carries data), or use --on virtual"
        )
    if len(found) > 1:
        line = f"more than one board; name one of {', '.join(found)}, or set {PORT_VARIABLE}"
        raise PortError(line)
    return found[0]


def is_emulated(name: str) -> bool:
    """Whether this process itself emulates what is at the port."""
    return name.startswith(_EMULATED)


def open_port(name: str) -> Any:
    """The port, for this program alone.

    Raises:
        PortError: it cannot be opened, and what to do about it.
    """
    if is_emulated(name) and _ADDRESSES not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(_ADDRESSES)
    try:
        port = serial.serial_for_url(name, do_not_open=True, baudrate=115200, exclusive=True)
        port.timeout = _READ_S
        port.write_timeout = _REPLY_S
        port.open()
    except ModuleNotFoundError as error:
        line = f"{name}: {error.name} is missing; pip install 'iontobench[chip]'"
        raise PortError(line) from error
    except (OSError, ValueError) as error:
        raise PortError(f"{name}: {_why_not(name, error)}") from error
    return port


def close_port(port: Any) -> None:
    """Close it, also where the board is gone: there is nothing to lose any more."""
    with suppress(OSError, ValueError, TypeError):
        port.close()


@contextmanager
def opened(name: str) -> Iterator[Any]:
    """`open_port`, and closed again whatever happens.

    Raises:
        PortError: as `open_port`.
    """
    port = open_port(name)
    try:
        yield port
    finally:
        close_port(port)


def _why_not(name: str, error: Exception) -> str:
    number = getattr(error, "errno", None)
    text = str(error)
    if number in (errno.EAGAIN, errno.EBUSY) or "exclusively lock" in text:
        return "busy, another program holds it; close that one (mpremote, Thonny, a monitor)"
    if "PermissionError" in text and os.name == "nt":
        return "busy or not allowed; close the program that holds it (mpremote, Thonny)"
    if number in (errno.EACCES, errno.EPERM):
        return "permission denied; on Linux: sudo usermod -aG dialout $USER, then log in again"
    if number == errno.ENOENT or "FileNotFoundError" in text:
        return "no such port; plug the board in (doctor lists ports), or use --on virtual"
    return f"cannot be opened ({' '.join(text.split())}); see doctor, or use --on virtual"


def clock_of(port: Any) -> Callable[[], float]:
    """The port's own clock, where it has one."""
    return getattr(port, "monotonic", time.monotonic)


def look(port: Any) -> Probe:
    """What is at the other end; disturbs nothing.

    Raises:
        LinkLostError: the port went away.
    """
    clock = clock_of(port)
    probe = Probe()
    with guarded():
        port.timeout = _READ_S
        while probe.found is None:
            data = port.read(max(1, port.in_waiting))
            if data:
                probe.on_bytes(data, clock())
            question = probe.on_time(clock())
            if question:
                port.write(question)
        if probe.found is Found.PROMPT:
            port.write(EMPTY_LINE)  # nobody's Enter may run the `?`
    return probe


class Repl(SerialTransport):
    """MicroPython's raw REPL on an open port on which nothing runs."""

    def __init__(self, port: Any, probe: Probe):
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
            self.serial.timeout = _REPLY_S
            # mpremote begins with Enter, which would run a block that somebody has begun to type.
            self.serial.write(_CTRL_C)
            try:
                self.enter_raw_repl(soft_reset=False, timeout_overall=_ENTER_S)
            except TransportError as error:
                raise PortError(
                    "no MicroPython answers there; is it the right port? Unplug the board and "
                    "plug it in again, or put MicroPython on it"
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
        """Back to the friendly prompt, for whoever comes next; a lost port is left as it is."""
        try:
            self.exit_raw_repl()
        except (OSError, ValueError):
            return


@contextmanager
def guarded() -> Iterator[None]:
    """A context in which whatever a vanished port raises is a `LinkLostError`."""
    try:
        yield
    except TransportExecError as error:
        raise BoardError(error.error_output) from error
    # A vanished device shows as any of these, by platform and by where it strikes.
    except (TransportError, OSError, struct.error, TypeError) as error:
        raise LinkLostError(
            f"the link to the board broke: {' '.join(str(error).split())}"
        ) from error
