"""Populations of loads: distributions of a site's parameters, sampled by seed and index.

A file says from which shipped skin a population starts and how each parameter is distributed, with
the source of that. What a person brings and what a day brings are drawn apart: `person` is the
person's share of the variance, so the same index has another load on another day, near its own.
Plausible, not validated on people. One seed, index and day give one load on every platform. Units
are in the parameters' names.
"""

import re
from functools import cache
from importlib import resources
from math import sqrt
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from iontobench.tomlfile.errors import FileError
from iontobench.tomlfile.judge import read_as
from iontobench.tomlfile.near import near_choice
from iontobench.tomlfile.source import Source, is_file_name

from .noise import one_normal, seeded
from .portable import exp
from .skin import SkinParams, load_skin, skin_names

PREFIX = "population:"
_FORM = "population:NAME#INDEX, population:NAME#INDEX.DAY or population:NAME#SEED:INDEX.DAY"
_NAME = re.compile(
    r"population:(?P<name>[^#]+)#(?:(?P<seed>\d{1,9}):)?(?P<index>\d{1,9})(?:\.(?P<day>\d{1,6}))?\Z"
)
_SPREAD_CUT = 3.0  # sigma: no load beyond it is drawn
_NOT_DRAWN = {"name", "label", "active_cm2", "return_cm2"}

Share = Annotated[float, Meta(ge=0, le=1)]
Text = Annotated[str, Meta(min_length=1, max_length=300)]
Spread = Annotated[float, Meta(ge=0, le=3)]


class _Draw(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, tag_field="kind"):
    """One parameter's distribution; `person` of its variance is the person's, the rest the day's.

    What is drawn below `least` or above `most` is set to that.
    """

    key: Text
    source: Text
    person: Share = 0.75
    least: float | None = None
    most: float | None = None

    def value(self, person: "Any", day: "Any") -> float:
        """Draw it from the streams of a person and a day."""
        raise NotImplementedError

    def _deviation(self, person: "Any", day: "Any") -> float:
        """A standard normal number of both, within the cut."""
        whole = sqrt(self.person) * one_normal(person) + sqrt(1 - self.person) * one_normal(day)
        return max(-_SPREAD_CUT, min(_SPREAD_CUT, whole))


class LogNormalDraw(_Draw, tag="lognormal", kw_only=True, frozen=True):
    """`median` times e to the power of a normal number of spread `sigma`."""

    median: Annotated[float, Meta(gt=0, le=1e6)]
    sigma: Spread

    def value(self, person: "Any", day: "Any") -> float:
        return self.median * exp(self.sigma * self._deviation(person, day))


class NormalDraw(_Draw, tag="normal", kw_only=True, frozen=True):
    """A normal number of this mean and spread."""

    mean: Annotated[float, Meta(ge=-1e6, le=1e6)]
    sd: Annotated[float, Meta(ge=0, le=1e6)]

    def value(self, person: "Any", day: "Any") -> float:
        return self.mean + self.sd * self._deviation(person, day)


class UniformDraw(_Draw, tag="uniform", kw_only=True, frozen=True):
    """Anything from `low` to `high`; on a share `person` of the days the person's own."""

    low: Annotated[float, Meta(ge=-1e6, le=1e6)]
    high: Annotated[float, Meta(ge=-1e6, le=1e6)]

    def value(self, person: "Any", day: "Any") -> float:
        own, others, is_own = person.random(), day.random(), day.random() < self.person
        return self.low + (self.high - self.low) * (own if is_own else others)


class Dry(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A day that starts dry, with this chance: r0 is so many times itself."""

    chance: Share
    times: Annotated[float, Meta(ge=1, le=100)]
    source: Text


class Population(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A whole file. What no draw names is the site's own."""

    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*\Z")]
    label: Text
    site: Text
    dry: Dry | None = None
    draw: Annotated[
        list[LogNormalDraw | NormalDraw | UniformDraw], Meta(min_length=1, max_length=60)
    ]


class PopulationError(FileError):
    """A population file that cannot be used."""


def population_names() -> list[str]:
    """Return the names of the populations that come with the package."""
    folder = resources.files("iontobench.sim") / "populations"
    return sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml"))


def load_population(name: str) -> Population:
    """Return a shipped population, or that of a file.

    Raises:
        ValueError: no such population; one line.
        PopulationError: the file is wrong; `all` has a line for each thing.
    """
    if is_file_name(name):
        source = Source.read(name, Path(name), PopulationError)
    elif name in population_names():
        return _shipped(name)
    else:
        known = ", ".join(population_names())
        near = near_choice(name, population_names())
        hint = f"did you mean {near}?" if near else "for a file of your own end it with .toml"
        raise ValueError(f"no population called {name!r}: {known}; {hint}")
    return _parsed(source)


@cache
def _shipped(name: str) -> Population:
    path = resources.files("iontobench.sim") / "populations" / f"{name}.toml"
    return _parsed(Source(f"{name}.toml", path.read_text("utf-8"), PopulationError))


def _parsed(source: Source) -> Population:
    found = read_as(source, source.data, Population)
    _check(source, found)
    return found


def _check(source: Source, found: Population) -> None:
    """Site and keys exist, no key is drawn twice, bounds are in order."""
    if found.site not in skin_names():
        raise source.error(
            ("site",), f"found {found.site!r}", f"one of {', '.join(skin_names())}", "choose one"
        )
    keys = [one.name for one in msgspec.structs.fields(SkinParams) if one.name not in _NOT_DRAWN]
    seen: set[str] = set()
    for index, draw in enumerate(found.draw):
        path = ("draw", index, "key")
        if draw.key not in keys or draw.key in seen:
            why = "it is drawn already" if draw.key in seen else "no parameter of a skin"
            near = near_choice(draw.key, keys)
            hint = "remove it" if draw.key in seen else f"did you mean {near}?" if near else ""
            raise source.error(path, f"found {draw.key!r}: {why}", "", hint or "correct it")
        seen.add(draw.key)
        if isinstance(draw, UniformDraw) and draw.low > draw.high:
            raise source.error(
                ("draw", index, "low"),
                f"found {draw.low:g}",
                f"at most {draw.high:g}",
                "swap them",
            )


def sample(
    population: Population,
    index: int,
    day: int = 1,
    seed: int = 1,
    active_cm2: float = 10.0,
    return_cm2: float = 20.0,
) -> SkinParams:
    """Return the load of person `index` on `day`.

    Raises:
        ValueError: a draw leaves what a skin may be; the population's bounds are too wide.
    """
    site = load_skin(population.site, active_cm2, return_cm2)
    drawn: dict[str, Any] = {}
    for draw in population.draw:
        stream = f"{population.name} {draw.key}"
        person = seeded(seed, f"person {index} {stream}")
        today = seeded(seed, f"day {index}.{day} {stream}")
        value = draw.value(person, today)
        if draw.least is not None:
            value = max(draw.least, value)
        drawn[draw.key] = value if draw.most is None else min(draw.most, value)
    words = f"{population.label}, no. {index}, day {day}"
    if population.dry:
        chance = seeded(seed, f"day {index}.{day} {population.name} dry").random()
        if chance < population.dry.chance:
            r0 = drawn.get("r0_kohm_cm2", getattr(site, "r0_kohm_cm2", 0.0))
            drawn["r0_kohm_cm2"] = population.dry.times * r0
            words += ", dry"
    name = f"{PREFIX}{population.name}#{f'{seed}:' if seed != 1 else ''}{index}.{day}"
    made = {**msgspec.to_builtins(site), **drawn, "name": name, "label": words[:200]}
    made["r_min_kohm_cm2"] = min(made["r_min_kohm_cm2"], made["r0_kohm_cm2"])
    try:
        return msgspec.convert(made, SkinParams)
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}; narrow its draws by least and most") from None


def sampled(name: str, active_cm2: float, return_cm2: float) -> SkinParams:
    """Return the load that a name such as `population:bath#17.2` means: person 17 on day 2.

    Raises:
        ValueError: no such name or population; one line.
    """
    found = _NAME.match(name)
    if not found:
        raise ValueError(
            f"load {name!r}: write {_FORM}; there are {', '.join(population_names())}"
        )
    population = load_population(found["name"])
    seed, day = int(found["seed"] or 1), int(found["day"] or 1)
    return sample(population, int(found["index"]), day, seed, active_cm2, return_cm2)
