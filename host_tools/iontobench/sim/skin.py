"""Loads by name or file: the skin's parameters and plain resistor loads.

Units: kOhm, nF, mV, uA, uA/cm2, and what the names say. kOhm x uA = mV and kOhm x nF = us, so
no factor hides anywhere in the plant. Parameters only; `SkinState` has the equations.
"""

import difflib
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from iontobench.signs import KOHM_CM2, OHM, US_CM
from iontobench.tomlfile.errors import FileError
from iontobench.tomlfile.judge import read_as
from iontobench.tomlfile.source import Source, file_hint, is_file_name

# Wide enough for any dummy load; a slip of units falls out, and the plant stays finite.
SkinKohm = Annotated[float, Meta(ge=0.001, le=1e5)]
Density = Annotated[float, Meta(ge=0.01, le=1e5)]
Seconds = Annotated[float, Meta(ge=0.001, le=1e6)]
Milliseconds = Annotated[float, Meta(ge=0.01, le=1e6)]
FieldMv = Annotated[float, Meta(ge=1, le=1e6)]
Farads = Annotated[float, Meta(ge=0.001, le=1e5)]
Ohm = Annotated[float, Meta(ge=0, le=1e6)]
ElectrodeMv = Annotated[float, Meta(ge=0, le=5000)]
Area = Annotated[float, Meta(ge=0.01, le=2000)]
Share = Annotated[float, Meta(ge=0, le=1)]
Factor = Annotated[float, Meta(ge=0.1, le=10)]
AreaLoss = Annotated[float, Meta(ge=0, le=0.9)]
# Tap water has 50 to 1000 uS/cm [docs/loads.md, Sites]; 50 000 is sea water.
WATER_MIN_US_CM, WATER_MAX_US_CM = 10.0, 50000.0
Conductivity = Annotated[float, Meta(ge=WATER_MIN_US_CM, le=WATER_MAX_US_CM)]


class SkinParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Skin under two electrodes [docs/loads.md, Equations; docs/loads.md, Sites].

    `_cm2` quantities are for 1 cm2 of contact; `fast_share` is w; `field_mv` is Ve; electrode
    figures are for the pair in series; `anode_factor` multiplies r0 under the anode. `water_cm` of
    water of `water_us_cm` stand between each electrode and the skin (0: none, gel alone).
    `c_nf_cm2` is the constant-phase element's at 1 kHz. `hours_share` of the memory fades with
    `tau_hours_s`. Above `breakdown_mv` an interface falls by a further `breakdown_times`. Bubbles
    take `bubble_least` to `bubble_most` of an area for about `bubble_s`; a pad's edge dries after
    `edge_after_s`, `edge_per_min` of the area a minute.
    """

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    label: Annotated[str, Meta(min_length=1, max_length=200)]
    r0_kohm_cm2: SkinKohm
    r_min_kohm_cm2: SkinKohm
    j50_ua_cm2: Density
    fast_share: Share
    tau_fast_s: Seconds
    tau_slow_s: Seconds
    tau_recovery_s: Seconds
    field_mv: FieldMv
    tau_field_ms: Milliseconds
    tau_field_recovery_ms: Milliseconds
    c_nf_cm2: Farads
    r_series_ohm_cm2: Ohm
    r_gel_ohm_cm2: Ohm
    r_body_ohm: Ohm
    r_lead_ohm: Ohm
    electrode_mv: ElectrodeMv
    electrode_uf_cm2: Farads
    electrode_decay_s: Seconds
    anode_factor: Factor
    noise_sigma: Share
    noise_tau_s: Seconds
    water_cm: Annotated[float, Meta(ge=0, le=100)] = 0.0
    water_us_cm: Conductivity = 500.0
    hours_share: Share = 0.3
    tau_hours_s: Seconds = 21600.0
    breakdown_mv: FieldMv = 30000.0
    breakdown_times: Annotated[float, Meta(ge=1, le=1000)] = 10.0
    bubbles_per_min: Annotated[float, Meta(ge=0, le=60)] = 0.0
    bubble_least: AreaLoss = 0.05
    bubble_most: AreaLoss = 0.3
    bubble_s: Seconds = 10.0
    edge_after_s: Annotated[float, Meta(ge=0, le=1e6)] = 900.0
    edge_per_min: Share = 0.0
    active_cm2: Area = 10.0
    return_cm2: Area = 20.0

    @property
    def areal_ohm_cm2(self) -> float:
        """Gel, water and the skin's own series resistance under one electrode, ohm cm2.

        Water: d / sigma; cm / (uS/cm) is Mohm cm2.
        """
        water_ohm_cm2 = self.water_cm / self.water_us_cm * 1e6
        return self.r_series_ohm_cm2 + self.r_gel_ohm_cm2 + water_ohm_cm2


class RcParams(msgspec.Struct, frozen=True, kw_only=True):
    """A resistor load, with a capacitor across it where `c_nf` is above 0."""

    name: str
    label: str
    r_ohm: float
    c_nf: float = 0.0


LoadParams = SkinParams | RcParams
# What a record's header says of the model; the version moves with the equations.
LOAD_MODEL = {"name": "skin", "parameters": {"version": 2, "branches": 5, "alpha": 0.8}}

R_MIN_OHM, R_MAX_OHM = 10.0, 1e8
C_MAX_NF = 10000.0
# Areas are no business of a skin file.
_NO_AREA = "remove it: areas belong to the protocol's electrodes"
_BARRED = {"active_cm2": _NO_AREA, "return_cm2": _NO_AREA}


class SkinError(FileError):
    """A skin file that cannot be used."""


def skin_names() -> list[str]:
    """Return the names of the skins that come with the package."""
    folder = resources.files("iontobench.sim") / "skins"
    return sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml"))


def load_skin(name: str, active_cm2: float = 10.0, return_cm2: float = 20.0) -> LoadParams:
    """Return the load called `name`.

    Args:
        name: a skin (`forearm`), one with water of a conductivity in uS/cm (`bath:200`), the path
            of a skin file (`mine.toml`), `resistor-1k`, `resistor:OHM` or `rc:OHM:NF`.
        active_cm2, return_cm2: electrode areas; resistor loads have none.

    Raises:
        ValueError: no such load, or a value out of range; one line that says what is allowed.
        SkinError: the same of a file; `all` has a line for each thing that is wrong.
    """
    areas = {"active_cm2": active_cm2, "return_cm2": return_cm2}
    if is_file_name(name):
        return _parsed(Source.read(name, Path(name), SkinError), areas)
    if name.startswith(("resistor-", "resistor:", "rc:")):
        return _resistor_load(name)
    skin, colon, water = name.partition(":")
    if skin not in skin_names():
        known = ", ".join(skin_names())
        near = difflib.get_close_matches(skin, skin_names(), n=1)
        hint = f"did you mean {near[0]}?" if near else file_hint(name)
        raise ValueError(
            f"no load called {name!r}: skins are {known}; resistors are resistor-1k, "
            f"resistor:OHM and rc:OHM:NF; {hint}"
        )
    text = (resources.files("iontobench.sim") / "skins" / f"{skin}.toml").read_text("utf-8")
    params = _parsed(Source(f"{skin}.toml", text, SkinError), areas)
    if not colon:
        return params
    if not params.water_cm:
        raise ValueError(f"load {name!r}: {skin} has no water; write {skin} alone")
    us_cm = _number(name, water, WATER_MIN_US_CM, WATER_MAX_US_CM, US_CM)
    label = f"{params.label}, {us_cm:g} {US_CM}"
    return msgspec.structs.replace(params, name=name, label=label, water_us_cm=us_cm)


def _parsed(source: Source, areas: dict[str, float]) -> SkinParams:
    params = read_as(source, source.data, SkinParams, barred=_BARRED, given=areas)
    if params.r_min_kohm_cm2 > params.r0_kohm_cm2:
        found, allowed = f"found {params.r_min_kohm_cm2:g}", f"at most {params.r0_kohm_cm2:g}"
        raise source.error(
            ("r_min_kohm_cm2",), found, f"{allowed} {KOHM_CM2}, which is r0_kohm_cm2", "lower it"
        )
    return params


def _resistor_load(name: str) -> RcParams:
    words = name.replace("resistor-", "resistor:", 1).split(":")
    if len(words) != (3 if words[0] == "rc" else 2):
        raise ValueError(f"load {name!r}: write resistor:OHM or rc:OHM:NF")
    r_ohm = _number(name, words[1], R_MIN_OHM, R_MAX_OHM, OHM)
    c_nf = _number(name, words[2], 0.0, C_MAX_NF, "nF") if words[0] == "rc" else 0.0
    label = f"resistor {r_ohm:g} {OHM}" + (f" with {c_nf:g} nF" if c_nf else "")
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
