"""Families of protocols and their hard walls, which no profile lifts.

Units are in the names. They are design limits of this bench, proposed from the devices and
protocols compared in the project's notes; most device ratings behind them are unverified.
Must not know a profile or a board.
"""

import msgspec


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Walls of one family: current, gross dose, envelope slew, charge density."""

    current_ma: float
    dose_mamin: float
    slew_ma_s: float
    charge_c_cm2: float = 0.6  # 80 mA min on 8 cm2 [domain.md 2, derived]


FAMILIES = {
    # 4.0 mA and 80.0 mA min: the limits of ActivaDose II [F2]; 80 an electrode set [F5, F32].
    "physical-therapy": Family(current_ma=4.0, dose_mamin=80.0, slew_ma_s=0.5),
    # 30 mA for 20 min [domain.md 2]; Hidrex trips independently at 35 mA [F9].
    "tap-water": Family(current_ma=30.0, dose_mamin=600.0, slew_ma_s=2.0),
    # 1.5 mA for 5 min is 7.5 mA min [F19, F39]; the rest is for ramps.
    "sweat-test": Family(current_ma=1.5, dose_mamin=10.0, slew_ma_s=0.5),
    # 1 uA to 1 mA [domain.md 1b]; at most the smaller of the two common doses of therapy.
    "research": Family(current_ma=1.0, dose_mamin=40.0, slew_ma_s=0.5),
    # 0 to 1 mA [domain.md 1a]; at most 1 mA min a tooth [domain.md 2], both unverified.
    "dental": Family(current_ma=1.0, dose_mamin=1.0, slew_ma_s=0.5),
}
