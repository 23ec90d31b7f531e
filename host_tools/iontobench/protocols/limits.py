"""The limits that the host judges a program by, and one limit beside what is compared with it.

A family's walls are hard: no profile lifts them. They are design limits of this bench, proposed
from the devices and protocols compared in the project's notes; most device ratings behind them
are unverified. A profile is the current density that a school of practice allows, by a protocol's
`application`: `us` is the 0.5 mA/cm2 habit; `eu` the practice that makers of galvanic devices
print: at most 0.1 for iontophoresis and 0.2 for galvanisation and for anything else with a direct
part [F33, F34]. A profile is practice, not law: it is printed in every record, and proves nothing
about safety. Units are in the names. Must not compute a bound.
"""

import msgspec

_DIGITS_MAX = 6


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Walls of one family: current, gross dose, envelope slew, charge density."""

    current_ma: float
    dose_mamin: float
    slew_ma_s: float
    charge_c_cm2: float = 0.6  # 80 mA min on 8 cm2 [docs/protocol-file.md, Families]


FAMILIES = {
    # 4.0 mA and 80.0 mA min: the limits of ActivaDose II [F2]; 80 an electrode set [F5, F32].
    "physical-therapy": Family(current_ma=4.0, dose_mamin=80.0, slew_ma_s=0.5),
    # 30 mA for 20 min [docs/protocol-file.md, Practice]; Hidrex trips independently at 35 mA [F9].
    "tap-water": Family(current_ma=30.0, dose_mamin=600.0, slew_ma_s=2.0),
    # 1.5 mA for 5 min is 7.5 mA min [F19, F39]; the rest is for ramps.
    "sweat-test": Family(current_ma=1.5, dose_mamin=10.0, slew_ma_s=0.5),
    # 1 uA to 1 mA [docs/protocol-file.md, Devices]; at most the smaller of the two common doses of
    # therapy.
    "research": Family(current_ma=1.0, dose_mamin=40.0, slew_ma_s=0.5),
    # 0 to 1 mA [docs/protocol-file.md, Devices]; at most 1 mA min a tooth [docs/protocol-file.md,
    # Practice], both unverified.
    "dental": Family(current_ma=1.0, dose_mamin=1.0, slew_ma_s=0.5),
}


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A named limit on current density, uA/cm2 by application."""

    name: str
    density_ua_cm2: dict[str, int]


PROFILES = {
    "us": Profile(
        name="us",
        density_ua_cm2={"iontophoresis": 500, "galvanisation": 500, "pulsed-dc": 500},
    ),
    "eu": Profile(
        name="eu",
        density_ua_cm2={"iontophoresis": 100, "galvanisation": 200, "pulsed-dc": 200},
    ),
}


class LimitRow(msgspec.Struct, frozen=True, kw_only=True):
    """One limit of the table that `iontobench check` prints, in the units of people.

    `bound` is the proven bound, `trip` where the supervisor cuts (None: nowhere). `key` is the key
    of the file that would have to change, `advice` how; `source` owns the limit. `digits` are
    decimals at least: no rounding may hide on which side of its limit a bound is.
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
