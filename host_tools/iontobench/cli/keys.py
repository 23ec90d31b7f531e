"""How the keys of the live view are read from a terminal or a console.

What they do is `sessions.controls`. They are read by hand: rich reads none, and click waits for
one. On POSIX the terminal is in cbreak mode; Ctrl-C stays a signal, and Ctrl-Z is off, since a
bench must not run on while nobody can see it. On Windows the console has functions for it. The
terminal is put back on the way out, whatever happened.
"""

import os
import select
import sys
from typing import Any, Protocol, Self


class Keys(Protocol):
    """A source of keys: a context, and `poll`."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *what: object) -> None: ...
    def poll(self) -> str:
        """The characters typed since the last call, or an empty string."""
        ...


class NoKeys:
    """Standard input is no terminal: there are no keys."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *what: object) -> None:
        return None

    def poll(self) -> str:
        return ""


class PosixKeys:
    """Keys of a POSIX terminal, by termios and select."""

    def __init__(self, fd: int):
        import termios

        self._termios = termios
        self._fd = fd
        self._before: list[Any] = []
        self._open = True

    def __enter__(self) -> Self:
        tty = self._termios
        self._before = tty.tcgetattr(self._fd)
        mode = tty.tcgetattr(self._fd)
        mode[3] &= ~(tty.ECHO | tty.ICANON)
        mode[6][tty.VMIN], mode[6][tty.VTIME] = 1, 0
        mode[6][tty.VSUSP] = os.fpathconf(self._fd, "PC_VDISABLE").to_bytes(1, "big")
        tty.tcsetattr(self._fd, tty.TCSAFLUSH, mode)
        return self

    def __exit__(self, *what: object) -> None:
        try:
            self._termios.tcsetattr(self._fd, self._termios.TCSAFLUSH, self._before)
        except (OSError, self._termios.error):
            self._open = False  # the terminal itself is gone

    def poll(self) -> str:
        if not self._open or not select.select([self._fd], [], [], 0)[0]:
            return ""
        try:
            typed = os.read(self._fd, 64)
        except OSError:
            typed = b""
        self._open = bool(typed)
        return plain_keys(typed.decode("utf-8", "ignore"))


class WindowsKeys(NoKeys):
    """Keys of a Windows console, by msvcrt."""

    def poll(self) -> str:
        import msvcrt

        typed = ""
        console: Any = msvcrt  # its functions exist on Windows only
        while console.kbhit():
            key = console.getwch()
            if key == "\x03":
                raise KeyboardInterrupt("Ctrl-C")
            if key in "\x00\xe0":
                console.getwch()  # the second half of an arrow or a function key
            else:
                typed += key
        return typed


def plain_keys(typed: str) -> str:
    """What was typed without escape sequences: an arrow key must not act as its letters.

    Esc itself comes alone, with nothing behind it.
    """
    keys, rest = "", typed
    while rest:
        head, escape, rest = rest.partition("\x1b")
        keys += head
        if escape and not rest:
            return keys + escape
        if escape and rest[:1] in ("[", "O"):
            end = next((at for at, c in enumerate(rest[1:], 1) if "@" <= c <= "~"), len(rest))
            rest = rest[end + 1 :]
        elif escape:
            rest = rest[1:]  # Alt and a key
    return keys


def open_keys() -> Keys:
    """The keys of this process: a terminal's, a console's, or none."""
    try:
        if not sys.stdin.isatty():
            return NoKeys()
        fd = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return NoKeys()
    return WindowsKeys() if os.name == "nt" else PosixKeys(fd)
