"""Which records a list is of: by label, protocol, outcome and the date at which they began.

Dates are UTC, as `meta.json` has them. A record without a date is none of those that a date asks
for. Must not open a record: it judges a row of `commands.list_records`.
"""

from datetime import UTC, date, datetime, time
from typing import Any

import msgspec


class RecordFilter(msgspec.Struct, frozen=True):
    """What is asked for; None asks for nothing. `since` and `until` belong to the span."""

    label: str | None = None
    protocol: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, row: dict[str, Any]) -> bool:
        """Whether one row of a list is asked for."""
        for key in ("label", "protocol", "outcome"):
            wanted = getattr(self, key)
            if wanted is not None and row.get(key) != wanted:
                return False
        if self.since is None and self.until is None:
            return True
        began = _moment(row.get("started_at"))
        return (
            began is not None
            and (self.since is None or began >= self.since)
            and (self.until is None or began <= self.until)
        )


EVERY = RecordFilter()


def moment(told: str, is_end: bool = False) -> datetime:
    """A date or a date with a time, ISO 8601; UTC unless it says otherwise.

    Args:
        is_end: a date alone means its last moment, not its first.

    Raises:
        ValueError: it is neither.
    """
    try:
        day = date.fromisoformat(told)
    except ValueError:
        found = datetime.fromisoformat(told)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.combine(day, time.max if is_end else time.min, UTC)


def _moment(told: Any) -> datetime | None:
    try:
        return moment(told) if isinstance(told, str) else None
    except ValueError:
        return None
