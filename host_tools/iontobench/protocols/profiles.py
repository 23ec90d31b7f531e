"""Limits profiles: the current density that a school of practice allows, in mA/cm2.

`us` is the 0.5 mA/cm2 habit; `eu` the practice that makers of galvanic devices print: at most
0.1 for iontophoresis and 0.2 for galvanisation and for anything else with a direct part [F33,
F34]. Keyed by a protocol's `application`.
Practice, not law: a profile is printed in every record, and proves nothing about safety.
"""

import difflib

import msgspec

from .errors import UnknownNameError


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


def profile(name: str) -> Profile:
    """The profile of that name.

    Raises:
        UnknownNameError: no such profile.
    """
    if name not in PROFILES:
        near = difflib.get_close_matches(name, PROFILES, n=1)
        hint = f"did you mean {near[0]}?" if near else "choose one of them"
        raise UnknownNameError(
            "limits profile", "", f"there is none named {name!r}", ", ".join(PROFILES), hint
        )
    return PROFILES[name]
