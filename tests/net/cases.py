"""The net's sessions, each a line of text that says all of its input.

    whole PROTOCOL ADC SEED
    short PROTOCOL LOAD ADC SEED [FAULT ...] [say SECONDS COMMAND, ...]

`whole` is the protocol as it ships, on its own load; `short` is cut to some seconds. A fault is
KIND@SECONDS[:VALUE] of the plant's time; a command's SECONDS count from the probe's beginning.
"""

from pathlib import Path
from typing import NamedTuple

from iontobench.protocols import list_protocols

FOLDER = Path(__file__).parent
ADCS = ("ideal", "rp2040")
SEEDS = (1, 2)
_IN_SHORT = ("demo",)  # of the whole protocols, those of the short net


class Case(NamedTuple):
    """One session; `commands` are (ms, text)."""

    title: str
    protocol: str
    is_whole: bool
    load: str
    adc: str
    seed: int
    faults: tuple[str, ...] = ()
    commands: tuple[tuple[int, str], ...] = ()


def parse(line: str) -> Case:
    """The session that a line describes."""
    first, _, said = line.partition(" say ")
    length, protocol, *rest = first.split()
    if length not in ("whole", "short"):
        raise ValueError(f"{line!r} begins with neither whole nor short")
    load = "" if length == "whole" else rest.pop(0)
    adc, seed, *faults = rest
    commands = [part.split(" ", 1) for part in said.split(", ")] if said else []
    return Case(
        *(line, protocol, length == "whole", load, adc, int(seed), tuple(faults)),
        tuple((round(float(at_s) * 1000), text) for at_s, text in commands),
    )


def faulty() -> list[Case]:
    """The sessions with faults and commands."""
    lines = (FOLDER / "faulty.txt").read_text("utf-8").splitlines()
    return [parse(line) for line in lines if line and not line.startswith("#")]


def whole(names: list[str] | tuple[str, ...]) -> list[Case]:
    """Protocols as they ship, with both converters and two seeds."""
    return [
        parse(f"whole {name} {adc} {seed}") for name in names for adc in ADCS for seed in SEEDS
    ]


def short_tier() -> list[Case]:
    """What every `make test` compares."""
    return whole(_IN_SHORT) + faulty()


def long_tier() -> list[Case]:
    """What only `make net` compares, besides."""
    others = [name for name in list_protocols() if name not in _IN_SHORT]
    return whole(others)


TIERS = {"short": short_tier, "long": long_tier}
