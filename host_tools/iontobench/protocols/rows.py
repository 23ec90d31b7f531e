"""One wall of the table that `iontobench check` prints.

Values are in the units of people; the unit is a field, since each row has its own. Must not
compute a bound or a limit.
"""

import msgspec

_DIGITS_MAX = 6


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One wall: the proven bound, where the supervisor cuts (None: nowhere), the limit.

    `key` is the key of the file that would have to change, `advice` how; `source` owns the limit.
    `digits` are decimals at least: no rounding may hide on which side of its limit a bound is.
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
        return f"{self._rounded(self.bound)} {self.unit}"

    @property
    def trip_text(self) -> str:
        return "-" if self.trip is None else f"{self._rounded(self.trip)} {self.unit}"

    @property
    def limit_text(self) -> str:
        return f"{self._rounded(self.limit)} {self.unit}"

    @property
    def verdict(self) -> str:
        """In words: within, at the limit, or refused."""
        if not self.ok:
            return "refused"
        return "at the limit" if self.bound_text == self.limit_text else "within"

    def _rounded(self, value: float) -> str:
        digits = self.digits
        while digits < _DIGITS_MAX and self._as_shown(digits) != self.ok:
            digits += 1
        return f"{value:.{digits}f}"

    def _as_shown(self, digits: int) -> bool:
        bound, limit = float(f"{self.bound:.{digits}f}"), float(f"{self.limit:.{digits}f}")
        return bound >= limit if self.relation == "at least" else bound <= limit
