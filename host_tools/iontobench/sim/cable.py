"""The cable between a virtual board and its host, and what can happen on it.

`bench.host` holds the faults in force, by name: `gone`, `deaf`, `garbage`, `cut`, `flood`. Bytes
and lines; times in us. Must not know what the bytes mean.
"""

from .faults_board import BOARD
from .noise import seeded

_RUBBISH = b"!#%<>@VWXYZ0123456789abcdef*~\n"
_ASK = b"?\n"


class NoConsole:
    """A link with nobody at the other end."""

    def poll(self, t_us: int) -> None:
        """Nothing happens."""

    def read(self) -> int:
        """No byte."""
        return -1

    def write(self, data: bytes) -> None:
        """Nobody listens."""


class Cable:
    """A console with faults between it and the board.

    Args:
        console: what the board's port would talk to.
        bench: whose `host` says what is wrong.
    """

    def __init__(self, console, bench) -> None:
        self._console = console
        self._host = bench.host
        self._random = seeded(bench.seed, "garbage")
        self._line = bytearray()
        self._waiting = bytearray()

    @classmethod
    def around(cls, console, bench):
        """The console itself, unless the bench was told of a fault on the link."""
        return cls(console, bench) if bench.fault_kinds & set(BOARD) else console

    def poll(self, t_us: int) -> None:
        """Every 20 ms of virtual time: lines from the host, as they come through."""
        host = self._host
        if "gone" in host:
            return
        self._console.poll(t_us)
        if "garbage" in host:
            self._waiting += bytes(self._random.choices(_RUBBISH, k=round(host["garbage"])))
        self._waiting += _ASK * round(host.get("flood", 0))
        while (byte := self._console.read()) >= 0:
            self._line.append(byte)
            if byte == _RUBBISH[-1]:
                self._waiting += self._line[: -1 - round(host.get("cut", 0))] + b"\n"
                self._line.clear()

    def read(self) -> int:
        """The next byte, or -1."""
        return self._waiting.pop(0) if self._waiting and "gone" not in self._host else -1

    def write(self, data: bytes) -> None:
        """What the board wrote, if anybody reads it."""
        if "gone" not in self._host and "deaf" not in self._host:
            self._console.write(data)
