"""Carries one session between a bench's bytes and its listeners.

The code that runs a session calls `received` with the bytes that the board wrote and `poll` with
the time (us, the board's own), and sends the bytes that `poll` returns. Nothing here has a clock,
opens a port or sleeps.
"""

from collections.abc import Sequence
from typing import Protocol

from .events import Item, Mark
from .host_session import HostSession

POLL_PERIOD_US = 20_000
Ask = str | Mark  # a command for the board, or a remark for every listener


class Listener(Protocol):
    """A view or a record: sees every item, and may ask for something every 20 ms."""

    def on_item(self, item: Item) -> None:
        """Take one item, in the order of arrival."""

    def on_tick(self, t_us: int) -> Sequence[Ask]:
        """Let board time pass; return the operator's commands and remarks, if any."""
        ...


class HostLink:
    """One `HostSession` and its listeners."""

    def __init__(self, listeners: Sequence[Listener]):
        self.session = HostSession()
        self._listeners = listeners

    def received(self, data: bytes, t_us: int) -> None:
        """Pass on what the board wrote at `t_us`."""
        for item in self.session.on_bytes(data, t_us):
            self._tell(item)

    def poll(self, t_us: int) -> bytes:
        """Let time pass; return the bytes to send to the board."""
        for listener in self._listeners:
            for ask in listener.on_tick(t_us):
                if isinstance(ask, Mark):
                    self._tell(ask)
                else:
                    self.session.send(ask)
        self.session.on_time(t_us)
        return self.session.outgoing()

    def _tell(self, item: Item) -> None:
        for listener in self._listeners:
            listener.on_item(item)


class LinkConsole:
    """A simulated board's serial port: bytes to and from a `HostLink`, in the board's time."""

    def __init__(self, link: HostLink):
        self._link = link
        self._waiting = bytearray()
        self._t_us = 0

    def poll(self, t_us: int) -> None:
        """Every 20 ms of the board's time."""
        self._t_us = t_us
        self._waiting += self._link.poll(t_us)

    def read(self) -> int:
        """The next byte, or -1."""
        return self._waiting.pop(0) if self._waiting else -1

    def write(self, data: bytes) -> None:
        """What the board wrote."""
        self._link.received(data, self._t_us)
