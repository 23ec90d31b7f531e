"""The mutants that no test can notice, each with the reason: `reasons/PART.toml`."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from .mutant import Mutant

FOLDER = Path(__file__).with_name("reasons")


class Reason(NamedTuple):
    """Why `where`, with `was` become one of `becomes`, is the same to whoever looks."""

    where: str
    was: str
    becomes: tuple[str, ...]
    why: str

    def covers(self, mutant: Mutant) -> bool:
        """Whether it is about `mutant`."""
        return (self.where, self.was) == (mutant.where, mutant.was) and (
            mutant.becomes in self.becomes
        )


def reasons() -> list[Reason]:
    """Every reason there is.

    Raises:
        ValueError: one in another part's file, or without words.
    """
    return [reason for file in sorted(FOLDER.glob("*.toml")) for reason in _of(file)]


def _of(file: Path) -> list[Reason]:
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["mutant"]
    found = [
        Reason(row["where"], was, tuple(becomes), " ".join(row["why"].split()))
        for row in rows
        for was, becomes in row["lines"].items()
    ]
    for one in found:
        if one.where.partition(".")[0] != file.stem or len(one.why) < 10:
            raise ValueError(f"{file.name}: {one.where}: {one.was}: its own part, and say why")
    return found


def unexplained(mutants: list[Mutant], known: list[Reason]) -> list[Mutant]:
    """The survivors that no reason covers."""
    alive = [one for one in mutants if not one.is_dead]
    return [one for one in alive if not any(reason.covers(one) for reason in known)]


def stale(mutants: list[Mutant], known: list[Reason], parts: list[str]) -> list[str]:
    """What is explained and no longer survives, in the parts that were altered."""
    # One that only ran out of its time may be a survivor on a busy machine.
    alive = {(one.where, one.was, one.becomes) for one in mutants if one.fate != "killed"}
    return [
        f"{reason.where}: {reason.was} -> {becomes}"
        for reason in known
        if reason.where.partition(".")[0] in parts
        for becomes in reason.becomes
        if (reason.where, reason.was, becomes) not in alive
    ]
