"""Columns of a record's samples that the host computes while it records; today there is none.

`HOST_COLUMNS` is all that names them. The writer puts each value behind the sample's own row, the
reader and the export give them back under their names, and `records show` has what `shown` says of
each. [docs/changing.md, A column of the record] tells how to add one. Values are integers with
their unit in the column's name. Must not read a clock: a record of a virtual bench is decided by
its seed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from iontobench.link.events import Item, Sample

Follow = Callable[[Item], int]


class HostColumn(msgspec.Struct, frozen=True):
    """One column.

    Args:
        name: of the column, with its unit as `records/quantities.py` knows it.
        since: the version of the format that has it first, one more than the version before.
        begin: called once a record; what it returns is called with each item that arrives, in
            order. What that returns for a sample is the value.
        shown: which of a record's values `records show` has, as `<shown>_<name>`.
    """

    name: str
    since: int
    begin: Callable[[], Follow]
    shown: Literal["highest", "lowest", "last"] = "highest"


_SHOWN: dict[str, Callable[[list[int]], int]] = {
    "highest": max,
    "lowest": min,
    "last": lambda values: values[-1],
}

HOST_COLUMNS: tuple[HostColumn, ...] = ()


class HostValues:
    """The values of one session's samples, item by item."""

    def __init__(self) -> None:
        self._follow = [column.begin() for column in HOST_COLUMNS]

    def of(self, item: Item) -> tuple[int, ...]:
        """A value for each column if `item` is a sample. To be called with every item, once."""
        values = tuple(follow(item) for follow in self._follow)
        return values if isinstance(item, Sample) else ()


def told_of(host: Mapping[str, Sequence[int | None]]) -> dict[str, int | None]:
    """What is shown of a record's columns of the host; None where its version has no values."""
    found: dict[str, int | None] = {}
    for column in HOST_COLUMNS:
        values = [value for value in host.get(column.name, ()) if value is not None]
        found[f"{column.shown}_{column.name}"] = _SHOWN[column.shown](values) if values else None
    return found
