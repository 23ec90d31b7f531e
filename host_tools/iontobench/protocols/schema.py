"""The shape of a protocol file: strict structs, every number with its unit and its range.

Keys carry their units: `_ma` (mA), `_mamin` (mA min), `_s`, `_cm2`. The ranges here are what any
bench of this project could do; the walls of a family, a profile and a board are `families`,
`profiles` and the board's own, and are judged on the compiled program. Must not compute.

A file is a list of phases, each held at one current. A new kind of phase (pulses, a reversal) is
a new struct in the union of `phases`, and a new kind of segment in the compiler.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from ionto.core import limits
from ionto.core.program import SEGMENTS_MAX

from .families import FAMILIES

_WALL_MAMIN = max(family.dose_mamin for family in FAMILIES.values())


def _unit(name: str) -> dict[str, str]:
    return {"unit": name}


CurrentMa = Annotated[float, Meta(ge=0.001, le=limits.PEAK_MAX_UA / 1000, extra=_unit("mA"))]
DoseMamin = Annotated[float, Meta(ge=0.001, le=_WALL_MAMIN, extra=_unit("mA·min"))]
HoldS = Annotated[float, Meta(ge=1, le=limits.TIME_WALL_S, extra=_unit("s"))]
# The longest ramp of the devices compared is 60 s (tap water) [domain.md 2].
RampS = Annotated[float, Meta(ge=1, le=60, extra=_unit("s"))]
MaxTimeS = Annotated[int, Meta(ge=2, le=limits.TIME_WALL_S, extra=_unit("s"))]
AreaCm2 = Annotated[float, Meta(ge=0.5, le=limits.AREA_MAX_MM2 / 100, extra=_unit("cm²"))]
Name = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9-]{0,39}$",
        description="1 to 40 of a-z, 0-9 and -, the first no -",
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=400)]
Title = Annotated[str, Meta(min_length=1, max_length=80)]

Mode = Literal["constant-dose", "constant-time"]
Application = Literal["iontophoresis", "galvanisation"]
Family = Literal["physical-therapy", "tap-water", "sweat-test", "research"]
Skin = Literal["forearm", "palm", "axilla", "scalp"]
Material = Literal["ag-agcl", "carbon", "stainless-steel", "platinum"]


class Active(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The electrode under which the dose is meant to act."""

    polarity: Literal["anode", "cathode"]
    area_cm2: AreaCm2
    material: Material


class Return(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The electrode that closes the circuit."""

    area_cm2: AreaCm2
    material: Material | None = None


class Electrodes(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Both electrodes; the smaller one sets the density."""

    active: Active
    return_: Return = field(name="return")


class Phase(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One current, held until its dose (mode constant-dose) or for its time (constant-time).

    `ramp_up_s` is what a ramp from 0 to `current_ma` takes; a ramp that starts elsewhere, or again
    after a pause, has the same slew. `dose_mamin` counts all charge of the phase: its ramp up
    and, in the last phase, the ramp down. `hold_s` counts from the moment the current is reached.
    """

    current_ma: CurrentMa
    ramp_up_s: RampS
    dose_mamin: DoseMamin | None = None
    hold_s: HoldS | None = None


class ProtocolFile(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A whole file. Without `max_time_s` it is twice the nominal time of the session."""

    name: Name
    title: Title
    source: Text
    family: Family
    application: Application
    mode: Mode
    skin: Skin
    electrodes: Electrodes
    phases: Annotated[list[Phase], Meta(min_length=1, max_length=SEGMENTS_MAX)]
    ramp_down_s: RampS
    max_time_s: MaxTimeS | None = None


class Protocol(ProtocolFile, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A file that has been read: its content, and the text it came from.

    `file` is the name as given, for messages only: it may be a path and stays out of records.
    `toml` is the whole text, which records keep.
    """

    file: str
    toml: str

    @property
    def area_cm2(self) -> float:
        """The smaller electrode, which sets the density."""
        return min(self.electrodes.active.area_cm2, self.electrodes.return_.area_cm2)

    @property
    def polarity(self) -> int:
        """+1 with the active electrode as the anode, -1 as the cathode."""
        return 1 if self.electrodes.active.polarity == "anode" else -1
