"""Watches the session on a board from outside: a look a second, which acknowledges nothing.

Times in s of the port's clock.
"""

from collections.abc import Callable, Iterator
from typing import Any

from iontobench import text

from .board_probe import BoardProbe, Found
from .connection import seen
from .port import HostPorts, LinkLostError, PortError, guarded, look

NO_SESSION = "no session is running on this board"
_EVERY_S = 1.0


def watch(name: str, ports: HostPorts, goes_on: Callable[[], bool]) -> Iterator[str]:
    """A line for each look at the session on the board at port `name`, until it has ended.

    Args:
        name: the port.
        ports: the serial ports.
        goes_on: asked before each look, and while the next one is waited for.

    Raises:
        PortError: another program runs there, or the link broke.
    """
    with ports.opened(name) as port:
        while goes_on():
            probe = _looked(name, port)
            if probe.found is Found.OTHER:
                raise PortError(f"{name}: {seen(probe)}")
            if probe.found is not Found.SESSION or probe.sample is None:
                break
            yield f"{text.stamp(probe.sample.t_ms)}  {text.brief(probe.sample)}"
            _wait(port, goes_on)


def _looked(name: str, port: Any) -> BoardProbe:
    """One look; a link that breaks is told with its port."""
    try:
        return look(port)
    except LinkLostError as error:
        raise LinkLostError(f"{name}: {error}") from error


def _wait(port: Any, goes_on: Callable[[], bool]) -> None:
    """Wait a second, and read meanwhile: bytes that wait would be old at the next look."""
    until_s = port.monotonic() + _EVERY_S
    with guarded():
        while port.monotonic() < until_s and goes_on():
            port.read(max(1, port.in_waiting))
