"""A serial port of the browser, as this project's link takes one: pyserial's calls that are used.

JavaScript moves the bytes and knows nothing of them. `BrowserCable` is what is needed of it: its
calls may take time, in which bytes and messages come in. Times in s, but for those handed to a
cable, in ms. Must not decide anything about a board.
"""

import errno
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import serial

from iontobench.device.port import HostPorts

_GLANCE_S = 0.01  # mpremote sleeps as long between two looks, and nothing arrives while it sleeps
_ENDLESS_S = 3600.0  # a wait without a timeout, in pieces
_BUSY = "InvalidStateError"  # the browser's name for a port that this page has open already

Ids = tuple[int | None, int | None]  # vendor and product; None for what is no USB device


class PortOpening(Protocol):
    """The browser's end of one opening of a port; it stays that one's when the port is opened
    anew."""

    def take(self) -> bytes:
        """What has arrived since the last call."""
        ...

    def lost(self) -> str:
        """Why no more bytes will come; "" while they may."""
        ...

    def arrived(self, wait_ms: float) -> None:
        """Until bytes are there, the port is lost, or the time is up."""

    def write(self, data: bytes, wait_ms: float) -> str:
        """Write all of it; "" or why it could not be written."""
        ...

    def close(self) -> None:
        """Close it, also where it is gone."""


class BrowserCable(Protocol):
    """The ports that the person allowed, by their places."""

    def ports(self) -> Sequence[Ids]:
        """Every allowed port."""
        ...

    def open(self, place: int) -> PortOpening | str:
        """Open it; or why it cannot be opened."""
        ...

    def pause(self, wait_ms: float) -> None:
        """Until the time is up."""


class Attached(NamedTuple):
    """One port that the person has allowed, in the words of pyserial's `comports`."""

    device: str
    vid: int | None
    pid: int | None
    place: int


def attached(cable: BrowserCable) -> list[Attached]:
    """The ports that this page may open; equal ones are numbered in the browser's order."""
    found: list[Attached] = []
    for place, (vendor, product) in enumerate(cable.ports()):
        name = "serial://port" if vendor is None else f"usb://{vendor:04x}:{product or 0:04x}"
        same = sum(one.device.partition("#")[0] == name for one in found)
        found.append(Attached(f"{name}#{same + 1}" if same else name, vendor, product, place))
    return found


class WebPort:
    """One opening of a port."""

    def __init__(self, cable: BrowserCable, name: str, **options: object):
        unknown = options.keys() - {"do_not_open", "baudrate", "exclusive"}
        if unknown:
            raise TypeError(f"a port has no {unknown}")
        self.port = self.name = name
        self.timeout: float | None = None
        self.write_timeout: float | None = None
        self._cable = cable
        self._opening: PortOpening | None = None
        self._waiting = bytearray()
        self._is_polled = False  # nothing was there, and nothing was done since

    @property
    def is_open(self) -> bool:
        """Whether it is this program's; also of one that was pulled, until it is closed."""
        return self._opening is not None

    def open(self) -> None:
        """Open it; it is found anew by its name, since a board that was reset is another device.

        Raises:
            SerialException: it is not there, or cannot be opened.
        """
        places = {one.device: one.place for one in attached(self._cable)}
        if self.name not in places:
            raise serial.SerialException(errno.ENOENT, "FileNotFoundError")
        opening = self._cable.open(places[self.name])
        if isinstance(opening, str):
            number = errno.EBUSY if opening.startswith(_BUSY) else errno.EIO
            raise serial.SerialException(number, opening)
        self._waiting.clear()
        self._opening = opening

    def close(self) -> None:
        """Leave it to others."""
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.close()

    def monotonic(self) -> float:
        """The browser's time, s."""
        return time.monotonic()

    @property
    def in_waiting(self) -> int:
        """How many bytes a `read` returns at once."""
        opening = self._opened()
        self._waiting += opening.take()
        if not self._waiting and opening.lost():  # once all that came before has been read
            raise serial.SerialException(opening.lost())
        return len(self._waiting)

    def inWaiting(self) -> int:  # pyserial's old name, which mpremote polls
        """As `in_waiting`; who polls, and sleeps in between, waits here for a glance."""
        if self._is_polled and not self.in_waiting:
            self._opened().arrived(_GLANCE_S * 1000)
        self._is_polled = self.in_waiting == 0
        return self.in_waiting

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes; fewer once `timeout` is over.

        Raises:
            SerialException: the port is gone, and what came before has been read.
        """
        self._is_polled = False
        timeout_s = _ENDLESS_S if self.timeout is None else self.timeout
        until_s = self.monotonic() + timeout_s
        while self.in_waiting < size:
            left_s = until_s - self.monotonic()
            if left_s <= 0 and self.timeout is not None:
                break
            self._opened().arrived(max(left_s, _GLANCE_S) * 1000)
        data = bytes(self._waiting[:size])
        del self._waiting[:size]
        return data

    def write(self, data: bytes) -> int:
        """All of `data`.

        Raises:
            SerialException: the port is gone, or takes nothing within `write_timeout`.
        """
        opening = self._opened()
        self._is_polled = False
        seconds = _ENDLESS_S if self.write_timeout is None else self.write_timeout
        why = opening.write(bytes(data), seconds * 1000)
        if why:
            raise serial.SerialException(why)
        return len(data)

    def _opened(self) -> PortOpening:
        if self._opening is None:
            raise serial.PortNotOpenError()
        return self._opening


def web_ports(cable: BrowserCable, rested: Callable[[], None] = lambda: None) -> HostPorts:
    """The serial ports of this browser, for all of this project that takes a computer's.

    Args:
        cable: the browser's end.
        rested: called after each wait for a board that has gone away; what it raises ends that.
    """

    def sleep(seconds: float) -> None:
        cable.pause(seconds * 1000)
        rested()

    return HostPorts(
        lambda name, **options: WebPort(cable, name, **options),
        lambda: attached(cable),
        time.monotonic,
        sleep,
    )
