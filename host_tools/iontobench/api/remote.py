"""A board on a serial port, held open: what it is, and sessions on it one after the other.

What exists in `sessions.serial` and `device` is used as it is. It never interrupts a session that
somebody else runs. Nothing flows outside a session.
"""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from iontobench import resources
from iontobench.errors import NoDeviceError
from iontobench.sessions.start import PROFILE
from iontobench.sessions.targets import target_for

from .live_session import LiveSession
from .results import SessionResult

if TYPE_CHECKING:
    from iontobench.device.port import HostPorts


class RemoteBoard:
    """The board at a port; a context manager that leaves it at its prompt, the port closed.

    Attributes:
        port: the port, as it was asked for.
        board: the name of the board that its firmware is for.
        about: what the board says of itself: `board_id`, `python`, `firmware`.
    """

    def __init__(self, port: str, ports: "HostPorts | None" = None, board: str | None = None):
        asked = None if board is None else resources.board_of(board).name
        self._target = target_for(port, ports=ports)
        if asked not in (None, self._target.board):
            self._target.close()
            raise NoDeviceError(f"{port}: it is a {self._target.board}, not a {asked}")
        self._asked_board = board
        self.port = port
        self.board = self._target.board
        self.about: dict[str, Any] = dict(self._target.header or {})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def latched_fault(self) -> str | None:
        """The fault that the board had latched when it was connected, or None."""
        latched = self._target.latch.read() if self._target.latch else None
        return None if latched is None else latched.fault

    def session(
        self,
        protocol: str | Path,
        *,
        profile: str = PROFILE,
        clear: bool = False,
        data_dir: str | Path | None = None,
    ) -> LiveSession:
        """A session on this board, to be entered; see `iontobench.Session`."""
        return LiveSession(
            protocol,
            on=self.port,
            board=self._asked_board,
            profile=profile,
            clear=clear,
            data_dir=data_dir,
            target=self._target,
        )

    def run(
        self,
        protocol: str | Path,
        *,
        profile: str = PROFILE,
        clear: bool = False,
        data_dir: str | Path | None = None,
    ) -> SessionResult:
        """Run a session on this board to its end; errors are those of `iontobench.run`."""
        with self.session(protocol, profile=profile, clear=clear, data_dir=data_dir) as session:
            return session.finish()

    def close(self) -> None:
        """Leave the board at its prompt and the port to others."""
        self._target.close()
