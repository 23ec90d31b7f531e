"""Loads by name or file: the skin's parameters and plain resistor loads.

Units: kOhm, nF, mV, uA, uA/cm2, and what the names say. kOhm x uA = mV and kOhm x nF = us, so
no factor hides anywhere in the plant. Parameters only; `SkinState` has the equations.
"""

import os
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

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
# Tap water has 50 to 1000 uS/cm [domain.md 4b]; 50 000 is sea water.
WATER_MIN_US_CM, WATER_MAX_US_CM = 10.0, 50000.0
Conductivity = Annotated[float, Meta(ge=WATER_MIN_US_CM, le=WATER_MAX_US_CM)]


class SkinParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Skin under two electrodes [control.md, Corrections to the load model; domain.md 4b].

    `_cm2` quantities are for 1 cm2 of contact; `fast_share` is w; `field_mv` is Ve; electrode
    figures are for the pair in series; `anode_factor` multiplies r0 under the anode. `water_cm` of
    water of `water_us_cm` stand between each electrode and the skin (0: none, gel alone).
    """

    name: str
    label: str
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

R_MIN_OHM, R_MAX_OHM = 10.0, 1e8
C_MAX_NF = 10000.0
_BYTES_MAX = 65536
_PLACE = re.compile(r" - at `\$\.?([^`]*)`$")


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
    """
    if name.startswith(("resistor-", "resistor:", "rc:")):
        return _resistor_load(name)
    areas = {"active_cm2": active_cm2, "return_cm2": return_cm2}
    if is_file_name(name):
        return _parsed(name, _read(name), areas)
    skin, colon, water = name.partition(":")
    if skin not in skin_names():
        known = ", ".join(skin_names())
        raise ValueError(
            f"no load called {name!r}: skins are {known}; resistors are resistor-1k, "
            "resistor:OHM and rc:OHM:NF; a skin file ends in .toml"
        )
    text = (resources.files("iontobench.sim") / "skins" / f"{skin}.toml").read_text("utf-8")
    params = _parsed(f"{skin}.toml", text, areas)
    if not colon:
        return params
    if not params.water_cm:
        raise ValueError(f"load {name!r}: {skin} has no water; write {skin} alone")
    us_cm = _number(name, water, WATER_MIN_US_CM, WATER_MAX_US_CM, "uS/cm")
    label = f"{params.label}, {us_cm:g} uS/cm"
    return msgspec.structs.replace(params, name=name, label=label, water_us_cm=us_cm)


def is_file_name(name: str) -> bool:
    """Whether a load's name is the path of a skin file."""
    return name.endswith(".toml") or any(sep and sep in name for sep in ("/", os.sep, os.altsep))


def _read(path: str) -> str:
    try:
        with Path(path).open("rb") as stream:
            raw = stream.read(_BYTES_MAX + 1)
        if len(raw) > _BYTES_MAX:
            raise ValueError(f"{path}: more than {_BYTES_MAX} bytes are no skin file")
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path}: it is not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None


def _parsed(file: str, text: str, areas: dict[str, float]) -> SkinParams:
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file}: not TOML: {' '.join(str(error).split())}") from None
    for key in areas.keys() & data.keys():
        raise ValueError(f"{file}: {key}: areas belong to the protocol's electrodes; remove it")
    try:
        params = msgspec.convert(data | areas, SkinParams)
    except msgspec.ValidationError as error:
        raise ValueError(f"{file}: {_PLACE.sub('', str(error))}{_where(str(error))}") from None
    if params.r_min_kohm_cm2 > params.r0_kohm_cm2:
        raise ValueError(f"{file}: r_min_kohm_cm2: found more than r0_kohm_cm2; lower it")
    return params


def _where(message: str) -> str:
    found = _PLACE.search(message)
    return f" ({found.group(1)})" if found else ""


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
