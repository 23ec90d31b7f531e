"""The shape of a campaign's file: what is run with what, and how many times.

Every combination of protocol, load, faults, board, converter and seed is one run. Must not judge
what the names stand for; `loader` does.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from iontobench.protocols.schema import Name, Title
from iontobench.sessions.job import IDEAL_ADC
from iontobench.sessions.start import PROFILE, SEED, SEED_MAX
from iontobench.tomlfile.errors import FileError

OWN_LOAD = "own"  # of each protocol
OWN_BOARD = "auto"  # the one that `iontobench run` would take
NO_FAULT = "none"
RUNS_MAX = 10_000_000
_Word = Annotated[str, Meta(min_length=1, max_length=200)]
_Words = Annotated[list[_Word], Meta(min_length=1, max_length=200)]
_Converter = Literal["ideal", "rp2040", "ads8688"]
_Converters = Annotated[list[_Converter], Meta(min_length=1, max_length=3)]
FirstSeed = Annotated[int, Meta(ge=0, le=SEED_MAX)]
FirstMember = Annotated[int, Meta(ge=0, le=1_000_000_000)]
SeedCount = Annotated[int, Meta(ge=1, le=1_000_000, extra={"unit": "seeds"})]
MemberCount = Annotated[int, Meta(ge=1, le=1_000_000, extra={"unit": "loads"})]
PartRuns = Annotated[int, Meta(ge=1, le=10_000, extra={"unit": "runs"})]


class CampaignError(FileError):
    """A campaign that cannot be run."""


class Seeds(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """How many runs of each combination, and the first one's seed."""

    first: FirstSeed = SEED
    count: SeedCount = 1


class Members(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Which members of a population: `count` of them from index `first` on."""

    first: FirstMember = 0
    count: MemberCount


class CampaignFile(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A whole file.

    `loads` are names of `--skin`; one of a population without an index stands for its `members`.
    A text of `faults` is one set: `open@5`, or several joined by ` + `. `part_runs` is how many
    runs are kept, and may be lost, together.
    """

    name: Name
    title: Title
    protocols: _Words
    loads: _Words = field(default_factory=lambda: [OWN_LOAD])
    faults: _Words = field(default_factory=lambda: [NO_FAULT])
    boards: _Words = field(default_factory=lambda: [OWN_BOARD])
    converters: _Converters = field(default_factory=lambda: [IDEAL_ADC])
    profile: Literal["us", "eu"] = PROFILE
    part_runs: PartRuns = 25
    seeds: Seeds = Seeds()
    members: Members | None = None
