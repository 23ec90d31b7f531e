"""One wall of the table that `iontobench check` prints.

Values are in the units of people; the unit is a field, since each row has its own. Must not
compute a bound or a limit.
"""

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One wall: the proven bound, where the supervisor cuts (None: nowhere), the limit.

    `key` is the key of the file that would have to change, `advice` how; `source` owns the limit.
    """

    quantity: str
    bound: float
    trip: float | None
    limit: float
    unit: str
    digits: int
    source: str
    ok: bool
    key: str
    advice: str
    relation: str = "at most"

    @property
    def bound_text(self) -> str:
        return f"{self.bound:.{self.digits}f} {self.unit}"

    @property
    def trip_text(self) -> str:
        return "-" if self.trip is None else f"{self.trip:.{self.digits}f} {self.unit}"

    @property
    def limit_text(self) -> str:
        return f"{self.limit:.{self.digits}f} {self.unit}"

    @property
    def verdict(self) -> str:
        """In words: within, at the limit, or refused."""
        if not self.ok:
            return "refused"
        return "at the limit" if self.bound_text == self.limit_text else "within"
