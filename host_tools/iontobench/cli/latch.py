"""A fault stays latched on the host: a small file a board, until `run --clear`.

The firmware latches too, but a virtual board is made anew for every run. The file is written
whole or not at all; one that cannot be read counts as latched. Wall-clock times are for people.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_FOLDER = "latched"


@dataclass(frozen=True)
class Latched:
    """What ended the last session on a board, when (ISO 8601, UTC), and in which record."""

    board: str
    fault: str
    at: str
    record: str

    def sentence(self, again: str | None = None) -> str:
        """What and when, and what to do about it; `again` is the command on a simulated bench."""
        where = f", record {self.record}" if self.record else ""
        told = f"refused: {self.board} is latched by a fault: {self.fault} ({self.at}{where}); "
        if again is None:
            return told + "look into it, then use run --clear"
        return told + f"this bench is simulated: look into it, go on with --clear: {again}"


class Latch:
    """The latch of one board under a data folder."""

    def __init__(self, data_dir: Path, board: str):
        self._board = board
        self._path = data_dir / _FOLDER / f"{board}.json"

    def read(self) -> Latched | None:
        """The latched fault, or None."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            return Latched(self._board, str(kept["fault"]), str(kept["at"]), str(kept["record"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return Latched(self._board, "unknown, its file is damaged", "at an unknown time", "")

    def set(self, fault: str, at: str, record: str) -> None:
        """Latch, unless an earlier cause is there: the first is kept."""
        if self.read() is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        latched = Latched(self._board, fault, at, record)
        fresh.write_text(json.dumps(asdict(latched), indent=1) + "\n", encoding="utf-8")
        os.replace(fresh, self._path)

    def clear(self) -> None:
        """Leave the latched fault."""
        self._path.unlink(missing_ok=True)
