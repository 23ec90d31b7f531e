"""Two campaigns side by side: the runs that both have, and what differs in them.

Runs are the same where everything that decides them is the same: protocol, load, board, converter,
profile, faults and seed. Must not judge which one is better.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from .columns import COLUMNS, KEY_NAMES, NUMBER, WHOLE, RunColumn
from .figures import command_of
from .folder import CampaignFolder

SHOWN = 10
_HASH = "items_sha256"
# Where a run stands in its campaign says nothing of what it did.
_COMPARED = [one for one in COLUMNS if one.name not in (*KEY_NAMES, "run", "group", "member")]


class ColumnDifference(Struct, frozen=True):
    """A column in which runs differ: in how many, and by how much at most where it is a number."""

    column: str
    runs: int
    most: float | None


class DifferentRun(Struct, frozen=True):
    """One run that differs, and in which columns; the command runs it again."""

    columns: list[str]
    first: dict[str, Any]
    second: dict[str, Any]
    command: str


class CampaignDifference(Struct, frozen=True, kw_only=True):
    """What two campaigns have in common, and what differs; `shown` has the first runs of it."""

    both: int
    only_first: int
    only_second: int
    different: int
    columns: list[ColumnDifference]
    shown: list[DifferentRun]


def compare_campaigns(first: CampaignFolder, second: CampaignFolder) -> CampaignDifference:
    """Lay the runs of two campaigns side by side.

    Raises:
        UserError: one has no results, or they cannot be read.
    """
    names = [*KEY_NAMES, *(one.name for one in _COMPARED)]
    tables = [folder.table(names) for folder in (first, second)]
    places = [_places(table) for table in tables]
    shared = [(at, places[1][key]) for key, at in places[0].items() if key in places[1]]
    columns: list[ColumnDifference] = []
    apart: dict[int, list[str]] = {}  # place in the first table -> the columns that differ
    for one in _COMPARED:
        pairs = _pairs(one, tables, shared)
        if pairs:
            columns.append(ColumnDifference(one.name, len(pairs), _most(one, pairs.values())))
        for at in pairs:
            apart.setdefault(at, []).append(one.name)
    to_second = dict(shared)
    return CampaignDifference(
        both=len(shared),
        only_first=len(places[0]) - len(shared),
        only_second=len(places[1]) - len(shared),
        different=len(apart),
        columns=columns,
        shown=[
            _different_run(_row(tables[0], at), _row(tables[1], to_second[at]), apart[at])
            for at in sorted(apart)[:SHOWN]
        ],
    )


def _pairs(
    one: RunColumn, tables: list[Any], shared: list[tuple[int, int]]
) -> dict[int, tuple[Any, Any]]:
    """Both values of a column where they differ, by the run's place in the first table."""
    a, b = (table[one.name].to_pylist() for table in tables)
    return {at: (a[at], b[other]) for at, other in shared if a[at] != b[other]}


def _most(one: RunColumn, pairs: Iterable[tuple[Any, Any]]) -> float | None:
    """By how much a number differs at most; None where it is none, or missing on one side."""
    if one.kind not in (NUMBER, WHOLE):
        return None
    return max((abs(a - b) for a, b in pairs if a is not None and b is not None), default=None)


def _different_run(
    first: dict[str, Any], second: dict[str, Any], names: list[str]
) -> DifferentRun:
    told = [name for name in names if name != _HASH] or names
    a, b = ({name: row[name] for name in told} for row in (first, second))
    return DifferentRun(names, a, b, command_of(first))


def _places(table: Any) -> dict[tuple[Any, ...], int]:
    columns = [table[name].to_pylist() for name in KEY_NAMES]
    return {key: at for at, key in enumerate(zip(*columns, strict=True))}


def _row(table: Any, at: int) -> dict[str, Any]:
    return table.slice(at, 1).to_pylist()[0]
