"""Carries one session between a bench's bytes and its listeners, on every rung.

The rung's runner calls `received` with what the board wrote and `poll` with the time (us, the
board's own), and passes on the bytes that `poll` returns. It owns no clock and opens nothing.
"""

from collections.abc import Sequence
from typing import Protocol

from .events import Item
from .session import HostSession

POLL_PERIOD_US = 20_000


class Listener(Protocol):
    """A view or a record: sees every item, and may ask for something every 20 ms."""

    def on_item(self, item: Item) -> None:
        """Take one item, in the order of arrival."""

    def on_tick(self, t_us: int) -> list[str]:
        """Let board time pass; return the operator's commands, if any."""
        ...


class HostLink:
    """One `HostSession` and its listeners."""

    def __init__(self, listeners: Sequence[Listener]):
        self.session = HostSession()
        self._listeners = listeners

    def received(self, data: bytes, t_us: int) -> None:
        """Pass on what the board wrote at `t_us`."""
        for item in self.session.on_bytes(data, t_us):
            for listener in self._listeners:
                listener.on_item(item)

    def poll(self, t_us: int) -> bytes:
        """Let time pass; return the bytes to send to the board."""
        for listener in self._listeners:
            for command in listener.on_tick(t_us):
                self.session.send(command)
        self.session.on_time(t_us)
        return self.session.outgoing()
