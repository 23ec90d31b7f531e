"""What a room needs of the browser: posting, waiting, the MicroPython VM.

In words only; `in_worker` has the browser's own, and tests have one without a browser.
"""

from array import array
from collections.abc import Callable
from typing import Any, Protocol


class Browser(Protocol):
    """The browser as a session needs it."""

    def post(self, message: dict[str, Any]) -> None:
        """Send a message to the page; an `array` arrives as a typed array, bytes too."""

    def wait(self, seconds: float) -> None:
        """Let messages come in meanwhile; 0 lets in those that wait."""

    def boot_vm(
        self,
        files: dict[str, str],
        source: str,
        words: "array[int]",
        incoming: int,
        ask: Callable[[int, int], int],
    ) -> Any:
        """A MicroPython VM with these files, in which `source` has run (`micropython.js`)."""
