"""The record of a bring-up: one file a board in the data folder, written whole after each step.

What was asked for, what was seen, and the verdict of each step, as JSON that a person can read.
Wall-clock times are for people (ISO 8601, UTC). Knows neither steps nor benches.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec

from iontobench.disk import slug, write_whole
from iontobench.errors import UserError

KIND = "iontobench bring-up 1"
_PREFIX = "bringup-"
_MOST = 40


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One step as it went the last time; `mistakes` are sentences, `fault` what stayed latched."""

    step: str
    at: str
    asked: str
    expected: str
    seen: list[str]
    verdict: str
    mistakes: list[str] = []
    do: str | None = None
    fault: str | None = None


class BringupRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A board's bring-up, its steps in the order of the table."""

    kind: str = KIND
    board: str
    board_id: str
    program: str
    load_ohm: float
    began: str
    steps: list[StepRecord] = []

    def of(self, step: str) -> StepRecord | None:
        """The step of that name, where it was done."""
        return next((one for one in self.steps if one.step == step), None)

    def with_step(self, step: StepRecord, order: Sequence[str]) -> "BringupRecord":
        """The same with one step more, or done anew."""
        kept = [one for one in self.steps if one.step != step.step]
        kept.append(step)
        kept.sort(key=lambda one: order.index(one.step) if one.step in order else len(order))
        return msgspec.structs.replace(self, steps=kept)

    @property
    def latched(self) -> str | None:
        """The fault that the newest step has left on the board."""
        newest = max(self.steps, key=lambda one: one.at, default=None)
        return None if newest is None else newest.fault


def path_of(data_dir: Path, board_id: str) -> Path:
    """Where the record of a board is."""
    return data_dir / f"{_PREFIX}{slug(board_id, _MOST) or 'board'}.json"


def read(path: Path) -> BringupRecord | None:
    """The record, or None where there is none.

    Raises:
        UserError: a file that is no such record, and what to do.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=BringupRecord)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: no record of a bring-up ({error}); move it away, or begin anew with --again"
        ) from error
    if found.kind != KIND:
        raise UserError(f"{path}: found {found.kind!r}; allowed: {KIND!r}; begin with --again")
    return found


def write(path: Path, record: BringupRecord) -> None:
    """Write it, whole.

    Raises:
        UserError: the disk does not take it.
    """
    text = json.dumps(msgspec.to_builtins(record), indent=1, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"{text}\n".encode())
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(
            f"{path}: the record cannot be written: {why}; make room, or name another folder with "
            "--data, and go on with the same command"
        ) from error
