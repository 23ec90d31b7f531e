"""Moments as whole seconds of UTC since 1970, and how they are read and written.

Inside there is no other time: a day is 86,400 s, whatever a local clock does. The local zone is
for display alone. Must not read a clock.
"""

from datetime import UTC, datetime, tzinfo
from math import ceil, floor

HOUR_S = 3600
DAY_S = 24 * HOUR_S
_YEARS = (2000, 2199)  # what a plan may reach; calendars end far later


def read(text: str) -> datetime:
    """A moment from ISO 8601 with its zone, such as 2026-03-02T09:00Z.

    Raises:
        ValueError: no such moment, or one without a zone: an hour that a clock shows twice, or
            never, would be another moment than the one that was meant.
    """
    example = "write it with its zone, as 2026-03-02T09:00Z or 2026-03-02T10:00+01:00"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no moment; {example}") from None
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no zone; {example}")
    if not _YEARS[0] < found.year < _YEARS[1]:
        raise ValueError(f"{text!r} is outside the years {_YEARS[0] + 1} to {_YEARS[1] - 1}")
    return found.astimezone(UTC)


def begun_s(moment: datetime) -> int:
    """The second that has begun: what is judged, so that nothing is due a second early."""
    return floor(moment.timestamp())


def full_s(moment: datetime) -> int:
    """The second that is full: what is recorded, so that no interval is counted a second long."""
    return ceil(moment.timestamp())


def iso(at_s: int) -> str:
    """`2026-03-02T09:00:00Z`."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(at_s: int, zone: tzinfo | None = None) -> str:
    """For people: in the local zone, or in `zone`, with its distance from UTC."""
    local = datetime.fromtimestamp(at_s, UTC).astimezone(zone)
    return local.strftime("%Y-%m-%d %H:%M:%S %z")
