"""What runs in a worker and nowhere else: the browser by Pyodide's own functions.

The only module that imports what Pyodide alone has, when it is asked for something. Scripts of
workers begin here: `bridge_of`, `room_of`.
"""

import sys
import types
from array import array
from collections.abc import Callable
from typing import Any


class WorkerBrowser:
    """The worker's own; `bench` is its object of functions."""

    def __init__(self, bench: Any):
        from js import Object  # pyright: ignore[reportMissingImports]
        from pyodide.ffi import create_proxy, run_sync, to_js  # pyright: ignore[reportMissingImports]

        self._bench = bench
        self._proxy = create_proxy
        self._kept: tuple[Any, ...] = ()  # what the last VM has of ours
        self._wait_for: Callable[[Any], Any] = run_sync
        self._to_js = lambda value: to_js(value, dict_converter=Object.fromEntries)

    def post(self, message: dict[str, Any]) -> None:
        self._bench.post(self._to_js(message))

    def wait(self, seconds: float) -> None:
        self._wait_for(self._bench.wait(seconds * 1000.0))

    def boot_vm(
        self,
        files: dict[str, str],
        source: str,
        words: "array[int]",
        incoming: int,
        ask: Callable[[int, int], int],
    ) -> Any:
        kept = self._proxy(words), self._proxy(ask)
        started = self._bench.boot_vm(self._to_js(files), source, kept[0], incoming, kept[1])
        for proxy in self._kept:
            proxy.destroy()
        self._kept = kept
        return self._wait_for(started)


class JsCable:
    """The ports of the room "a board": `js` is its worker's object of functions.

    A call that waits suspends this Python until its promise is kept.
    """

    def __init__(self, js: Any):
        from pyodide.ffi import run_sync  # pyright: ignore[reportMissingImports]

        self._js = js
        self._wait: Callable[[Any], Any] = run_sync

    def ports(self) -> list[tuple[int | None, int | None]]:
        """As `web_port.BrowserCable` says."""
        told = self._wait(self._js.ports()).to_py()
        return [(vendor, product) for vendor, product in told]

    def open(self, place: int) -> "JsOpening | str":
        """As `web_port.BrowserCable` says."""
        found = self._wait(self._js.open(place))
        return found if isinstance(found, str) else JsOpening(found)

    def pause(self, wait_ms: float) -> None:
        """As `web_port.BrowserCable` says."""
        self._wait(self._js.pause(wait_ms))


class JsOpening:
    """One opening of a port; `js` is the worker's object of it."""

    def __init__(self, js: Any):
        from pyodide.ffi import run_sync, to_js  # pyright: ignore[reportMissingImports]

        self._js = js
        self._wait: Callable[[Any], Any] = run_sync
        self._to_js: Callable[[Any], Any] = to_js

    def take(self) -> bytes:
        """As `web_port.PortOpening` says."""
        return self._js.take().to_bytes()

    def lost(self) -> str:
        """As `web_port.PortOpening` says."""
        return str(self._js.lost)

    def arrived(self, wait_ms: float) -> None:
        """As `web_port.PortOpening` says."""
        self._wait(self._js.arrived(wait_ms))

    def write(self, data: bytes, wait_ms: float) -> str:
        """As `web_port.PortOpening` says."""
        return str(self._wait(self._js.write(self._to_js(data), wait_ms)))

    def close(self) -> None:
        """As `web_port.PortOpening` says."""
        self._wait(self._js.close())


def bridge_of(bench: Any) -> Any:
    """The bridge of a worker; called by its script."""
    from .bridge import Bridge

    return Bridge(WorkerBrowser(bench))


def room_of(js: Any) -> Any:
    """The room "a board" of its worker; called by its script."""
    _stub_listing()
    from .board import BoardRoom
    from .web_port import web_ports

    cable = JsCable(js)
    return BoardRoom(WorkerBrowser(js), lambda stay: web_ports(cable, stay))


def _stub_listing() -> None:
    """Give mpremote the module that it imports unasked, and that pyserial refuses in a browser."""
    name = "serial.tools.list_ports"
    sys.modules.setdefault(name, types.ModuleType(name, "The page asks the browser instead."))
