"""A terminal at a board's prompt through an open port, byte by byte; Ctrl-X or Ctrl-] leaves it.

For ports that mpremote's own terminal cannot wait for: an emulated chip has no file of the system
behind it, and runs only while somebody reads. Nothing is sent but what is typed: Ctrl-C too goes
to the board. The keys are read with mpremote's console, which knows POSIX and Windows. Times in
s of the port's clock.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol

from iontobench.device.port import guarded

_LEAVE = b"\x18\x1d"  # Ctrl-X, Ctrl-]
_READ_S = 0.02
_ANSWER_S = 0.1  # what is typed is echoed sooner
_LAST_S = 1.0  # after the end of the input: until the board has said nothing for so long
_NAP_S = 0.2
_PROMPT = b">>> "


class Person(Protocol):
    """Whoever sits there."""

    def typed(self, wait_s: float) -> bytes | None:
        """What was typed, after `wait_s` at most; None once there is no more to come."""
        ...

    def show(self, data: bytes) -> None:
        """Show what the board printed."""


def talk(port: Any, person: Person) -> None:
    """Until the person leaves.

    Raises:
        LinkLostError: the port went away.
    """
    clock = port.monotonic
    tail, has_ended = b"", False
    heard_s = asked_s = clock()
    with guarded():
        port.timeout = _READ_S
        while not has_ended or clock() < heard_s + _LAST_S:
            # At its prompt a board does nothing: an emulated one need not run meanwhile.
            rests = tail == _PROMPT and clock() > asked_s + _ANSWER_S
            typed = None if has_ended else person.typed(_NAP_S if rests else 0.0)
            if typed is None:
                has_ended = True
            elif typed:
                kept, leaves = _until_leave(typed)
                port.write(kept)
                if leaves:
                    return
                heard_s = asked_s = clock()
            elif rests:
                continue
            data = port.read(max(1, port.in_waiting))
            if data:
                heard_s = clock()
                person.show(data)
                tail = (tail + data)[-len(_PROMPT) :]


def _until_leave(typed: bytes) -> tuple[bytes, bool]:
    at = next((at for at, key in enumerate(typed) if key in _LEAVE), None)
    return typed[:at], at is not None


@contextmanager
def screen() -> Iterator[Person]:
    """This process's terminal, raw while it lasts; or what is piped into it."""
    if not sys.stdin.isatty():
        yield Typed(sys.stdin.buffer)
        return
    from mpremote.console import Console

    console = Console()
    console.enter()
    try:
        yield _Keyboard(console)
    finally:
        console.exit()


class Typed:
    """Lines from a file or a pipe, each with an Enter: a newline alone is none at a prompt."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream

    def typed(self, wait_s: float) -> bytes | None:
        return self._stream.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r") or None

    def show(self, data: bytes) -> None:
        _write(data)


class _Keyboard:
    """A person at a terminal; mpremote's console knows POSIX and Windows."""

    def __init__(self, console: Any):
        self._console = console

    def typed(self, wait_s: float) -> bytes | None:
        if wait_s:
            self._wait(wait_s)
        keys = b""
        while (key := self._console.readchar()) is not None:
            if not key:
                return keys or None  # the terminal is gone
            keys += key
        return keys

    def show(self, data: bytes) -> None:
        self._console.write(data)

    def _wait(self, wait_s: float) -> None:
        """Until a key, or so long: only a POSIX terminal can be waited for."""
        import select
        import time

        try:
            select.select([sys.stdin], [], [], wait_s)
        except (OSError, ValueError):
            time.sleep(_READ_S)


def _write(data: bytes) -> None:
    sys.stdout.write(data.decode("utf-8", "replace"))
    sys.stdout.flush()
