"""The result of the checks on a board, as a file that its owner can send.

No port, no path, no name of a person or a computer, and no serial number of the chip: versions,
the kind of board, and what was measured. Knows no board.
"""

import json
import platform
from pathlib import Path

import msgspec

from iontobench.bringup.steps import FAIL, PASS, SKIPPED
from iontobench.disk import slug, write_whole
from iontobench.errors import UserError

KIND = "iontobench hil 1"
_MOST = 40


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check: what was found beside what is allowed, or why it was not shown."""

    name: str
    verdict: str
    found: str
    allowed: str = ""

    @property
    def line(self) -> str:
        """For a person."""
        mark = {PASS: "ok  ", FAIL: "NO  ", SKIPPED: "--  "}[self.verdict]
        allowed = f" (allowed: {self.allowed})" if self.allowed else ""
        return f"{mark}{self.name}: {self.found}{allowed}"


class HilResult(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; `load_ohm` is the dummy load, `system` the kind of computer."""

    kind: str = KIND
    date: str
    program: str
    firmware: str
    firmware_sha256: str
    micropython: str
    machine: str
    board: str
    is_emulated: bool
    calibration: str
    load_ohm: float
    system: str = platform.system()
    checks: list[Check] = []

    def of(self, verdict: str) -> list[str]:
        """The names of the checks with that verdict."""
        return [one.name for one in self.checks if one.verdict == verdict]


def write(folder: Path, result: HilResult) -> Path:
    """Write it, whole, under a name that says board and date.

    Raises:
        UserError: the disk does not take it.
    """
    path = folder / f"hil-{slug(result.board, _MOST)}-{slug(result.date, _MOST)}.json"
    text = json.dumps(msgspec.to_builtins(result), indent=1, ensure_ascii=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"{text}\n".encode())
    except OSError as error:
        why = error.strerror or str(error)
        line = f"{path}: the result cannot be written: {why}; name another folder with --out"
        raise UserError(line) from error
    return path
