"""The shape of a protocol file: strict structs, every number with its unit and its range.

Keys carry their units: `_ma` (mA), `_mamin` (mA min), `_s`, `_ms`, `_cm2`. The ranges here are
what any bench of this project could do; the walls of a family, a profile and a board are
`limits` and the board's own, and are judged on the compiled program. Must not judge.

A file is a list of phases: a hold at one current, pulses of one direction, or the output off.
"""

import hashlib
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from ionto.core import limits, program
from ionto.core.program import SEGMENTS_MAX
from iontobench import signs

from .limits import FAMILIES

_WALL_MAMIN = max(family.dose_mamin for family in FAMILIES.values())


def _unit(name: str) -> dict[str, str]:
    return {"unit": name}


CurrentMa = Annotated[float, Meta(ge=0.001, le=limits.PEAK_MAX_UA / 1000, extra=_unit("mA"))]
DoseMamin = Annotated[float, Meta(ge=0.001, le=_WALL_MAMIN, extra=_unit(signs.MAMIN))]
HoldS = Annotated[float, Meta(ge=1, le=limits.TIME_WALL_S, extra=_unit("s"))]
# The longest ramp of the devices compared is 60 s (tap water) [docs/protocol-file.md, Practice].
RampS = Annotated[float, Meta(ge=1, le=60, extra=_unit("s"))]
PulseS = Annotated[
    float,
    Meta(ge=program.PULSE_MIN_MS / 1000, le=program.PULSE_MAX_MS / 1000, extra=_unit("s")),
]
EdgeMs = Annotated[int, Meta(ge=1, le=program.EDGE_MAX_MS, extra=_unit("ms"))]
Count = Annotated[int, Meta(ge=1, le=program.COUNT_MAX, extra=_unit("pulses"))]
MaxTimeS = Annotated[int, Meta(ge=2, le=limits.TIME_WALL_S, extra=_unit("s"))]
AreaCm2 = Annotated[float, Meta(ge=0.5, le=limits.AREA_MAX_MM2 / 100, extra=_unit(signs.CM2))]
CapacityMah = Annotated[float, Meta(ge=0.001, le=100_000, extra=_unit("mAh"))]
BufferUmol = Annotated[float, Meta(ge=0.001, le=1e6, extra=_unit(signs.UMOL))]
MolarMass = Annotated[float, Meta(ge=1, le=1e6, extra=_unit("g/mol"))]
ChargeNumber = Annotated[int, Meta(ge=1, le=10)]
TransportNumber = Annotated[float, Meta(ge=0.0001, le=1)]
NAME_MAX = 40
NAME_PATTERN = f"^[a-z0-9][a-z0-9-]{{0,{NAME_MAX - 1}}}\\Z"
Name = Annotated[
    str,
    Meta(
        pattern=NAME_PATTERN,
        description=f"1 to {NAME_MAX} of a-z, 0-9 and -, the first no -",
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=400)]
Title = Annotated[str, Meta(min_length=1, max_length=80)]

Mode = Literal["constant-dose", "constant-time"]
Application = Literal["iontophoresis", "galvanisation", "pulsed-dc"]
Family = Literal["physical-therapy", "tap-water", "sweat-test", "research", "dental"]
# A site is also a file in sim/skins and a row of `site_load.R0` [docs/changing.md, A load].
Skin = Literal["forearm", "palm", "sole", "axilla", "tooth", "patch", "bath"]
Material = Literal["ag-agcl", "carbon", "stainless-steel", "platinum"]


class Active(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The electrode under which the dose is meant to act."""

    polarity: Literal["anode", "cathode"]
    area_cm2: AreaCm2
    material: Material
    capacity_mah: CapacityMah | None = None
    buffer_umol: BufferUmol | None = None


class Return(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The electrode that closes the circuit."""

    area_cm2: AreaCm2
    material: Material | None = None
    capacity_mah: CapacityMah | None = None
    buffer_umol: BufferUmol | None = None


class Electrodes(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Both electrodes; the smaller one sets the density."""

    active: Active
    return_: Return = field(name="return")


class Substance(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """What the active electrode is to move: for estimates alone, it limits nothing.

    `charge_number` is without its sign: the polarity of the active electrode has that.
    """

    name: Title
    molar_mass_g_mol: MolarMass
    charge_number: ChargeNumber
    transport_number_min: TransportNumber
    transport_number_max: TransportNumber
    source: Text


class HoldPhase(
    Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, tag_field="kind", tag="hold"
):
    """One current, held until its dose (mode constant-dose) or for its time (constant-time).

    `ramp_up_s` is what a ramp from 0 to `current_ma` takes; a ramp that starts elsewhere, or again
    after a pause, has the same slew. `dose_mamin` counts all charge of the phase: its ramp up
    and, where the current goes to 0 after it, the ramp down. `hold_s` counts from the end of the
    ramp as programmed, also where a dry load limits the current. `reverse` turns the polarity of
    the phases before, at zero current.
    """

    current_ma: CurrentMa
    ramp_up_s: RampS
    dose_mamin: DoseMamin | None = None
    hold_s: HoldS | None = None
    reverse: bool = False


class PulsePhase(
    Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, tag_field="kind", tag="pulses"
):
    """Pulses of one direction: an edge up, `on_s` at the current, an edge down, `off_s` at 0.

    It ends after `count` of them, or after as many whole ones as `time_s` holds. With `ramp_up_s`
    the amplitude climbs; without, the first pulse has all of it. The edges are straight, so a
    pulse carries current x (on + edge).
    """

    current_ma: CurrentMa
    on_s: PulseS
    off_s: PulseS
    edge_ms: EdgeMs
    count: Count | None = None
    time_s: HoldS | None = None
    ramp_up_s: RampS | None = None
    reverse: bool = False


class OffPhase(
    Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, tag_field="kind", tag="off"
):
    """The output off for `time_s`: sham, or a gap between two phases."""

    time_s: HoldS


Phase = HoldPhase | PulsePhase | OffPhase
KINDS = ("hold", "pulses", "off")


class ProtocolFile(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A whole file; how to add a key: [docs/changing.md, A protocol key].

    Without `max_time_s` it is twice the nominal time of the session. `max_current_ma` is
    how far an operator may raise the current; without it, not above the highest phase. Every wall
    is judged on it.
    """

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
    max_current_ma: CurrentMa | None = None
    substance: Substance | None = None


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
    def toml_sha256(self) -> str:
        """The hash of the text, as records keep it."""
        return hashlib.sha256(self.toml.encode()).hexdigest()

    def for_record(self) -> dict[str, str]:
        """What the header of a record keeps of it [docs/record-format.md, Header]."""
        return {"name": self.name, "toml": self.toml, "sha256": self.toml_sha256}

    @property
    def polarity(self) -> int:
        """+1 with the active electrode as the anode, -1 as the cathode."""
        return 1 if self.electrodes.active.polarity == "anode" else -1
