"""A fault stays latched until it is cleared: on the board, or for a simulated one on the host.

The firmware latches too, but a virtual board is made anew for every run: the host keeps a small
file a board. A file that cannot be read counts as latched. Wall-clock times are for people.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from iontobench.disk import write_whole

_FOLDER = "latched"


@dataclass(frozen=True)
class LatchedFault:
    """What ended the last session on a board, when (ISO 8601, UTC), and in which record."""

    board: str
    fault: str
    at: str
    record: str

    def told(self) -> str:
        """What and when, the beginning of a sentence."""
        where = f", record {self.record}" if self.record else ""
        return f"refused: {self.board} is latched by a fault: {self.fault} ({self.at}{where}); "

    def sentence(self, again: str | None = None) -> str:
        """What and when, and what to do about it; `again` is the command on a simulated bench."""
        told = self.told()
        if again is None:
            return told + "look into it, then use run --clear"
        return told + f"this bench is simulated: look into it, go on with --clear: {again}"


class FaultLatch(Protocol):
    """Where a bench keeps its latched fault."""

    def read(self) -> LatchedFault | None:
        """The latched fault, or None."""
        ...

    def set(self, fault: str, at: str, record: str) -> None:
        """Latch, unless an earlier cause is there: the first is kept."""

    def clear(self) -> None:
        """Leave the latched fault."""


class HostLatch:
    """The latch of one simulated board: a file under a data folder."""

    def __init__(self, data_dir: Path, board: str):
        self._board = board
        self._path = data_dir / _FOLDER / f"{board}.json"

    def read(self) -> LatchedFault | None:
        """The latched fault, or None."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            told = [str(kept[name]) for name in ("fault", "at", "record")]
            return LatchedFault(self._board, *told)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            fault = "unknown, its file is damaged"
            return LatchedFault(self._board, fault, "at an unknown time", "")

    def set(self, fault: str, at: str, record: str) -> None:
        """Latch, unless an earlier cause is there: the first is kept."""
        if self.read() is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        latched = LatchedFault(self._board, fault, at, record)
        write_whole(self._path, (json.dumps(asdict(latched), indent=1) + "\n").encode())

    def clear(self) -> None:
        """Leave the latched fault."""
        self._path.unlink(missing_ok=True)
