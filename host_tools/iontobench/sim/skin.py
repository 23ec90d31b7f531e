"""Loads by name: the skin's parameters and plain resistor loads.

Units: kOhm, nF, mV, uA, uA/cm2, and what the names say. kOhm x uA = mV and kOhm x nF = us, so
no factor hides anywhere in the plant. Parameters only; `SkinState` has the equations.
"""

import tomllib
from importlib import resources

import msgspec


class SkinParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Skin under two electrodes [control.md, Corrections to the load model; domain.md 4b].

    `_cm2` quantities are for 1 cm2 of contact; `fast_share` is w; `field_mv` is Ve; electrode
    figures are for the pair in series; `anode_factor` multiplies r0 under the anode.
    """

    name: str
    label: str
    r0_kohm_cm2: float
    r_min_kohm_cm2: float
    j50_ua_cm2: float
    fast_share: float
    tau_fast_s: float
    tau_slow_s: float
    tau_recovery_s: float
    field_mv: float
    tau_field_ms: float
    tau_field_recovery_ms: float
    c_nf_cm2: float
    r_series_ohm_cm2: float
    r_gel_ohm_cm2: float
    r_body_ohm: float
    r_lead_ohm: float
    electrode_mv: float
    electrode_uf_cm2: float
    electrode_decay_s: float
    anode_factor: float
    noise_sigma: float
    noise_tau_s: float
    active_cm2: float = 10.0
    return_cm2: float = 20.0


class RcParams(msgspec.Struct, frozen=True, kw_only=True):
    """A resistor load, with a capacitor across it where `c_nf` is above 0."""

    name: str
    label: str
    r_ohm: float
    c_nf: float = 0.0


LoadParams = SkinParams | RcParams

R_MIN_OHM, R_MAX_OHM = 10.0, 1e8
C_MAX_NF = 10000.0


def skin_names() -> list[str]:
    """Return the names of the skins that come with the package."""
    folder = resources.files("iontobench.sim") / "skins"
    return sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml"))


def load_skin(name: str, active_cm2: float = 10.0, return_cm2: float = 20.0) -> LoadParams:
    """Return the load called `name`.

    Args:
        name: a skin (`forearm`), `resistor-1k`, `resistor:OHM` or `rc:OHM:NF`.
        active_cm2, return_cm2: electrode areas; resistor loads have none.

    Raises:
        ValueError: no such load, or a value out of range; one line that says what is allowed.
    """
    if name.startswith(("resistor-", "resistor:", "rc:")):
        return _resistor_load(name)
    if name not in skin_names():
        known = ", ".join(skin_names())
        raise ValueError(
            f"no load called {name!r}: skins are {known}; resistors are resistor-1k, "
            "resistor:OHM and rc:OHM:NF"
        )
    text = (resources.files("iontobench.sim") / "skins" / f"{name}.toml").read_text("utf-8")
    areas = {"active_cm2": active_cm2, "return_cm2": return_cm2}
    return msgspec.convert(tomllib.loads(text) | areas, SkinParams)


def _resistor_load(name: str) -> RcParams:
    words = name.replace("resistor-", "resistor:", 1).split(":")
    if len(words) != (3 if words[0] == "rc" else 2):
        raise ValueError(f"load {name!r}: write resistor:OHM or rc:OHM:NF")
    r_ohm = _number(name, words[1], R_MIN_OHM, R_MAX_OHM, "ohm")
    c_nf = _number(name, words[2], 0.0, C_MAX_NF, "nF") if words[0] == "rc" else 0.0
    label = f"resistor {r_ohm:g} ohm" + (f" with {c_nf:g} nF" if c_nf else "")
    return RcParams(name=name, label=label, r_ohm=r_ohm, c_nf=c_nf)


def _number(name: str, word: str, low: float, high: float, unit: str) -> float:
    scale = {"k": 1e3, "M": 1e6}.get(word[-1:], 1.0)
    try:
        value = float(word.rstrip("kM")) * scale
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ValueError(f"load {name!r}: {word!r} is not {low:g} to {high:g} {unit}")
    return value
