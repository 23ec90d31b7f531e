"""The shape of a plan file: strict structs, every number with its unit and its range.

A plan says how often one load is run at one site: first until it responds, then to maintain that.
Its limits hold in both phases [docs/plans.md, Rules]. Must not judge a calendar.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from iontobench import signs
from iontobench.tomlfile.errors import FileError
from iontobench.tomlfile.source import is_file_name

LABEL_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z"
SITE_PATTERN = r"^[a-z0-9][a-z0-9-]{0,39}\Z"
LabelName = Annotated[
    str,
    Meta(
        pattern=LABEL_PATTERN,
        description="1 to 40 of A-Z, a-z, 0-9, ., _ and -: a load's name, never a person's",
    ),
]
Site = Annotated[
    str, Meta(pattern=SITE_PATTERN, description="1 to 40 of a-z, 0-9 and -, the first no -")
]
ProtocolRef = Annotated[str, Meta(min_length=1, max_length=200)]
Side = Literal["left", "right"]
PerWeek = Annotated[int, Meta(ge=1, le=21, extra={"unit": "runs in 7 days"})]
Sessions = Annotated[int, Meta(ge=1, le=200, extra={"unit": "runs"})]
Days = Annotated[int, Meta(ge=1, le=365, extra={"unit": "days"})]
Hours = Annotated[int, Meta(ge=1, le=720, extra={"unit": "h"})]
ChargeCCm2 = Annotated[float, Meta(ge=0.001, le=20, extra={"unit": f"C/{signs.CM2}"})]


class PlanError(FileError):
    """A plan that cannot be used."""


class Initial(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The first phase: so many runs in any 7 days, until the load has responded."""

    per_week: PerWeek
    until: Literal["response"]
    max_sessions: Sessions


class Maintenance(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The phase after a response: a run at most every so many days of 24 h."""

    every_days: Days


class Limits(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """What holds in both phases: from start to start, in any 7 days, and in any 28 days."""

    min_interval_h: Hours
    per_week: PerWeek
    charge_c_cm2_28d: ChargeCCm2


class PlanFile(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A whole file. Without `anode` no side is recorded."""

    label: LabelName
    site: Site
    protocol: ProtocolRef
    anode: Side | None = None
    swap_after_response: bool = False
    initial: Initial
    maintenance: Maintenance
    limits: Limits


class Plan(PlanFile, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A plan that has been read: its content, its name as given, and its text."""

    file: str
    toml: str

    @property
    def sha256(self) -> str:
        """The hash of the text, as records keep it."""
        return hashlib.sha256(self.toml.encode()).hexdigest()

    @property
    def protocol_name(self) -> str:
        """What to load: a name that ships, or a file, which is looked for beside the plan."""
        if not is_file_name(self.protocol):
            return self.protocol
        return str(Path(self.file).parent / self.protocol)

    def anode_side(self, has_responded: bool) -> Side | None:
        """The side of the anode: the same until a response, then the other if the plan says so."""
        if self.anode is None or not (has_responded and self.swap_after_response):
            return self.anode
        return "right" if self.anode == "left" else "left"
