"""What the worker's Python has of the browser: posting, waiting, the MicroPython VM.

The only module that imports what Pyodide alone has, so that every other one runs anywhere.
"""

from collections.abc import Callable
from typing import Any, Protocol


class Browser(Protocol):
    """The browser as a session needs it."""

    def post(self, message: dict[str, Any]) -> None:
        """Send a message to the page; an `array` arrives as a typed array, bytes too."""

    def wait(self, seconds: float) -> None:
        """Let messages come in meanwhile; 0 lets in those that wait."""

    def load_vm(self) -> Any:
        """The MicroPython VM's script, loaded when it is first asked for."""


class WorkerBrowser:
    """The worker's own; `bench` is its object of functions."""

    def __init__(self, bench: Any):
        from js import Object  # pyright: ignore[reportMissingImports]
        from pyodide.ffi import run_sync, to_js  # pyright: ignore[reportMissingImports]

        self._bench = bench
        self._wait_for: Callable[[Any], Any] = run_sync
        self._to_js = lambda value: to_js(value, dict_converter=Object.fromEntries)

    def post(self, message: dict[str, Any]) -> None:
        self._bench.post(self._to_js(message))

    def wait(self, seconds: float) -> None:
        self._wait_for(self._bench.wait(seconds * 1000.0))

    def load_vm(self) -> Any:
        return self._wait_for(self._bench.load_vm())


def bridge_of(bench: Any) -> Any:
    """The bridge of a worker; called by its script."""
    from .bridge import Bridge

    return Bridge(WorkerBrowser(bench))
