"""The serial ports of a computer: finding the board's, opening one, and what goes wrong there.

Works on anything like a pyserial port. Every open port has a clock, `monotonic()`: its own, as an
emulated chip's has, or its computer's. Times in s. Must not interrupt what runs on a board: see
`connection`.
"""

import errno
import os
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import serial
from mpremote.transport import TransportError, TransportExecError

from iontobench.errors import NoDeviceError

from .board_probe import EMPTY_LINE, BoardProbe, Found

PORT_VARIABLE = "IONTOBENCH_PORT"
MICROPYTHON_USB = (0x2E8A, 0x0005)  # vendor and product that MicroPython shows on an RP2040
REPLY_S = 5.0
_EMULATED = "emulated://"
_ADDRESSES = "iontobench.chip.urls"  # imported only by who asks for one: the emulator is an extra
_READ_S = 0.02


class PortError(NoDeviceError):
    """No link to a board; the text is one line that says why and what to do."""


class LinkLostError(PortError):
    """The link broke while it was in use."""


class BoardError(Exception):
    """Code on the board raised; `last_line` is the end of its traceback."""

    def __init__(self, traceback: str):
        self.last_line = (traceback.strip().splitlines() or ["no reason given"])[-1].strip()
        super().__init__(self.last_line)


def _attached() -> Iterable[Any]:
    """What is attached, as pyserial tells it; its module has none for a browser."""
    from serial.tools import list_ports

    return list_ports.comports()


class HostPorts:
    """The serial ports of a computer, and the time by which to wait for a board.

    Args:
        opener: makes a port from its name, as `serial.serial_for_url` does.
        listing: the ports that there are, as pyserial's `comports` tells them.
        clock: s, only goes up; the clock of every port that has none of its own.
        sleep: waits that many s.
    """

    def __init__(
        self,
        opener: Callable[..., Any] = serial.serial_for_url,
        listing: Callable[[], Iterable[Any]] = _attached,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.clock = clock
        self.sleep = sleep
        self._opener = opener
        self._listing = listing

    def names(self) -> list[str]:
        """Names of all ports."""
        return [str(port.device) for port in self._listing()]

    def boards(self) -> list[str]:
        """Names of the ports with a MicroPython board on an RP2040, sorted."""
        found = self._listing()
        return sorted(port.device for port in found if (port.vid, port.pid) == MICROPYTHON_USB)

    def resolve(self, name: str) -> str:
        """The port that `auto` means: what IONTOBENCH_PORT says, else the only board there is.

        Any other name is itself.

        Raises:
            PortError: none, or more than one.
        """
        if name != "auto":
            return name
        if chosen := os.environ.get(PORT_VARIABLE):
            return chosen
        found = self.boards()
        if not found:
            raise PortError(
                "no board found on any USB port; plug one in that runs MicroPython (iontobench "
                "flash puts it there; use a cable that carries data), or use --on virtual"
            )
        if len(found) > 1:
            line = f"more than one board; name one of {', '.join(found)}, or set {PORT_VARIABLE}"
            raise PortError(line)
        return found[0]

    def open(self, name: str) -> Any:
        """The port, for this program alone.

        Raises:
            PortError: it cannot be opened, and what to do about it.
        """
        if is_emulated(name) and _ADDRESSES not in serial.protocol_handler_packages:
            serial.protocol_handler_packages.append(_ADDRESSES)
        try:
            port = self._opener(name, do_not_open=True, baudrate=115200, exclusive=True)
            port.timeout = _READ_S
            port.write_timeout = REPLY_S
            port.open()
        except ModuleNotFoundError as error:
            line = f"{name}: {error.name} is missing; pip install 'iontobench[chip]'"
            raise PortError(line) from error
        except (OSError, ValueError) as error:
            raise PortError(f"{name}: {_why_not(name, error)}") from error
        if not hasattr(port, "monotonic"):
            port.monotonic = self.clock
        return port

    @contextmanager
    def opened(self, name: str) -> Iterator[Any]:
        """`open`, and closed again whatever happens.

        Raises:
            PortError: as `open`.
        """
        port = self.open(name)
        try:
            yield port
        finally:
            close_port(port)


HOST_PORTS = HostPorts()  # this computer's


def is_emulated(name: str) -> bool:
    """Whether this process itself emulates what is at the port."""
    return name.startswith(_EMULATED)


def close_port(port: Any) -> None:
    """Close it, also where the board is gone: there is nothing to lose any more."""
    with suppress(OSError, ValueError, TypeError):
        port.close()


def look(port: Any) -> BoardProbe:
    """What is at the other end of an open port; disturbs nothing.

    Raises:
        LinkLostError: the port went away.
    """
    probe = BoardProbe()
    with guarded():
        port.timeout = _READ_S
        while probe.found is None:
            data = port.read(max(1, port.in_waiting))
            if data:
                probe.on_bytes(data, port.monotonic())
            question = probe.on_time(port.monotonic())
            if question:
                port.write(question)
        if probe.found is Found.PROMPT:
            port.write(EMPTY_LINE)  # nobody's Enter may run the `?`
    return probe


@contextmanager
def guarded() -> Iterator[None]:
    """A context in which whatever a vanished port raises is a `LinkLostError`."""
    try:
        yield
    except TransportExecError as error:
        raise BoardError(error.error_output) from error
    # A vanished device shows as any of these, by platform and by where it strikes.
    except (TransportError, OSError, struct.error, TypeError) as error:
        why = " ".join(str(error).split())
        raise LinkLostError(f"the link to the board broke ({why}); plug it in again") from error


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
