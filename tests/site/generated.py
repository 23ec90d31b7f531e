"""The pages of the reference that are made from the code at each build, and never stored.

Each function gives the text of one page. Its links are those of a page at the root of the project.
Where a page of the project has the table already, its section is taken from there.
"""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import click
from tests.arch.markdown import tables
from tests.arch.sources import ROOT
from tests.arch.test_hazards import hazards as hazard_rows
from tests.arch.test_hazards import marked

import iontobench
from ionto.core import codes, fields
from iontobench import resources, text
from iontobench.campaign import required
from iontobench.cli.main import cli
from iontobench.protocols.limits import FAMILIES, PROFILES

_WORD = re.compile(r'^[A-Z]+ = "(\w+)"  # (.+)$', re.MULTILINE)
BENCH_ONLY = (
    "**Bench only: dummy loads, never people.** A real build needs an independently designed and "
    "certified, isolated,\ncurrent-limiting hardware stage. Nothing here was measured on hardware."
)


def _page(title: str, about: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", BENCH_ONLY, about, *parts]) + "\n"


def _table(head: tuple[str, ...], rows: list[tuple]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(one) for one in row) + " |" for row in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _block(what: str, language: str = "text") -> str:
    return f"```{language}\n{what.rstrip()}\n```"


def commands() -> str:
    """The help of every command, as the program prints it."""
    parts = []
    for words, command in every_command():
        told = " ".join(words)
        context = click.Context(command, info_name=told, **cli.context_settings)
        parts.append(f"{'##' if len(words) <= 2 else '###'} {told}")
        parts.append(_block(command.get_help(context)))
    return _page(
        "Commands",
        "The help of every command, as `--help` prints it.",
        *parts,
    )


def every_command(
    command: click.Command = cli, words: tuple[str, ...] = ("iontobench",)
) -> list[tuple[tuple[str, ...], click.Command]]:
    """Each command and group below `command`, with its words."""
    found = [(words, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            if one is not None and not one.hidden:
                found += every_command(one, (*words, name))
    return found


def code_tables() -> str:
    """States, faults, events, outcomes, warnings and flags by their numbers."""
    named = [
        ("States", codes.STATE_NAMES),
        ("Events", codes.EVENT_NAMES),
        ("Outcomes", codes.OUTCOME_NAMES),
        ("Flags of a sample", fields.FLAG_NAMES),
    ]
    parts = []
    for title, names in named:
        rows = [(number, f"`{name}`") for number, name in sorted(names.items())]
        parts += [f"## {title}", _table(("number", "name"), rows)]
    faults = [
        (number, f"`{codes.FAULT_NAMES[number]}`", sentence)
        for number, sentence in sorted(codes.FAULT_SENTENCES.items())
    ]
    outcomes = [(f"`{name}`", sentence) for name, sentence in text.OUTCOMES.items()]
    return _page(
        "Codes",
        "The numbers that link and records carry, from `codes.py` and `fields.py` of "
        "`firmware/ionto/core`. What to do about a fault: "
        "[Troubleshooting](docs/troubleshooting.md).",
        "## Faults",
        _table(("number", "name", "sentence"), faults),
        *parts,
        "## Outcomes in words",
        _table(("name", "sentence"), outcomes),
    )


def limits() -> str:
    """The limits of each board, family and profile."""
    boards = []
    for name in resources.board_names():
        board = resources.board_of(name)
        boards.append(
            (
                f"`{name}`",
                f"{board.max_ua / 1000:g} mA",
                f"{board.compliance_mv / 1000:g} V",
                f"{board.accuracy_ua:g} µA",
                "yes" if board.limiter else "no",
                "yes" if board.bridge else "no",
            )
        )
    families = [
        (f"`{name}`", f"{one.current_ma:g}", f"{one.dose_mamin:g}", f"{one.slew_ma_s:g}")
        for name, one in FAMILIES.items()
    ]
    profiles = [
        (f"`{name}`", *(f"{value / 1000:g}" for value in one.density_ua_cm2.values()))
        for name, one in PROFILES.items()
    ]
    applications = tuple(next(iter(PROFILES.values())).density_ua_cm2)
    return _page(
        "Limits",
        "The walls of boards, families and profiles, as the program has them; their reasons "
        "stand in [Protocol file](docs/protocol-file.md). The supervisor's own limits are in "
        "[Control](docs/control.md).",
        "## Boards",
        _table(
            ("board", "most current", "compliance", "accuracy", "hardware limiter", "bridge"),
            boards,
        ),
        "## Families",
        _table(("family", "current, mA", "dose, mA·min", "slew, mA/s"), families),
        "## Profiles",
        "Current density, mA/cm².",
        _table(("profile", *applications), profiles),
    )


def hazards() -> str:
    """Each hazard, its control, and the tests that carry its id."""
    parts = []
    for number, (hazard, control) in _hazard_rows().items():
        by_file: dict[str, list[str]] = {}
        for one in sorted(set(marked()[number])):
            file, _, test = one.partition(": ")
            by_file.setdefault(file, []).append(f"`{test}`")
        tests = [f"- {file}: {', '.join(names)}" for file, names in by_file.items()]
        parts += [f"## {number}: {hazard}", f"**Control.** {control}", "**Tests.**"]
        parts.append("\n".join(tests))
    return _page(
        "Hazards",
        "From [Design](firmware/DESIGN.md), Hazards, with the tests that carry each id. "
        "`pytest -m hazard` runs them. The load is a dummy; the harm is that of a real load.",
        *parts,
    )


def _hazard_rows() -> dict[str, tuple[str, str]]:
    rows = tables(ROOT / "firmware" / "DESIGN.md")["Hazards"]
    return {row[0]: (row[1], _plain(row[2])) for row in rows if row[0] in hazard_rows()}


def _plain(cell: str) -> str:
    """A cell without its links: they lead from another folder."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", cell)


def fault_matrix() -> str:
    """What `iontobench faults` requires of each fault, from its table."""
    rows = [
        (
            f"`{case.fault}`",
            case.expect,
            f"{case.required_ms:g} ms",
            case.observable_from,
            "; ".join(f"{phase}: {why}" for phase, why in case.blind) or "-",
            "; ".join(map(_cited, case.source.split("; "))),
        )
        for case in required.CASES
    ]
    reactions, moments = fault_words()
    return _page(
        "Fault matrix",
        "`iontobench faults` injects each of these faults in 13 phases and on seven loads, and "
        "compares what the firmware does with this table (`campaign/required.py`). "
        "The page of the figures has the counts of the last whole run.",
        "## Reactions",
        _table(("required", "meaning"), reactions),
        "## When a fault can be seen",
        _table(("from", "meaning"), moments),
        "## Faults",
        "*Within* counts from that moment. *Blind* lists the phases that cannot show the fault, "
        "each with its reason; `*` is every phase.",
        _table(("fault", "required", "within", "from", "blind", "source"), rows),
    )


def fault_words() -> tuple[list[tuple], list[tuple]]:
    """The words of reactions, and of moments, with the comments that explain them."""
    text = Path(required.__file__).read_text("utf-8").partition("# Reactions.")[2]
    reactions, _, rest = text.partition("# From when")
    moments = rest.partition("\n\n")[0]
    found = [_WORD.findall(part) for part in (reactions, moments)]
    reacted, seen = ([(f"`{word}`", why) for word, why in rows] for rows in found)
    return reacted, seen


def _cited(source: str) -> str:
    return f"[{source}]" if source.startswith("docs/") else source


def section(page: str, heading: str) -> str:
    """A section of a page, without its heading and its links."""
    body = (ROOT / page).read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return _plain(body.strip())


def figures() -> str:
    """The figures of the README."""
    return _page("Figures", "As in the [README](README.md).", section("README.md", "Figures"))


def validation() -> str:
    """The table that `iontobench validate` computes."""
    return _page(
        "Validation",
        "The load model beside what is published, as in [Loads](docs/loads.md).",
        section("docs/loads.md", "Known misfits"),
    )


def port() -> str:
    """The port contract, in the words of the firmware's file."""
    module = ast.parse((ROOT / "firmware/ionto/port.py").read_text("utf-8"))
    return _page(
        "Port contract",
        "What a board's port has to do, word for word from `firmware/ionto/port.py`. "
        "`iontobench.testing` tests a port against it.",
        _block(ast.get_docstring(module) or ""),
    )


def python() -> str:
    """The docstrings of the public names, by mkdocstrings."""
    names = [name for name in iontobench.__all__ if not name.startswith("_")]
    places = []
    for name in sorted(names, key=_kind):
        if where(name).rpartition(".")[2] != name:
            places.append(f"`iontobench.{name}` is the class that its file calls:")
        places.append(f"::: {where(name)}")
    return _page(
        "Python API: every call",
        "The docstrings of the package `iontobench`. How to use them: [Python API](docs/api.md).",
        "## iontobench",
        *places,
        "## iontobench.testing",
        "::: iontobench.testing",
    )


def _kind(name: str) -> tuple[bool, bool, str]:
    """Functions first, then classes, then errors."""
    public = getattr(iontobench, name)
    is_class = isinstance(public, type)
    return is_class, is_class and issubclass(public, Exception), name


def where(name: str) -> str:
    """The full name of a public name, where it is defined."""
    public = getattr(iontobench, name)
    return f"{public.__module__}.{public.__qualname__}"


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/codes.md": code_tables,
    "reference/limits.md": limits,
    "reference/hazards.md": hazards,
    "reference/fault-matrix.md": fault_matrix,
    "reference/validation.md": validation,
    "reference/figures.md": figures,
    "reference/port.md": port,
    "reference/python.md": python,
}
