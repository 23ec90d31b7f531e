"""`iontobench protocols` and `iontobench check`: what ships, a new file, what one does at worst.

`check` starts nothing. Exit 0: within every limit. 1: a limit refuses it. 2: the file is no
protocol.
"""

import shlex
from pathlib import Path
from typing import Any

import click

from iontobench import errors, signs, text
from iontobench.protocols import PROFILES, render_check
from iontobench.protocols.board_fit import board_for
from iontobench.protocols.checking import plan_dict, plan_lines
from iontobench.protocols.loader import list_protocols, load, name_for
from iontobench.protocols.lowering import lower
from iontobench.protocols.schema import Protocol
from iontobench.protocols.template import new_protocol
from iontobench.protocols.timeline import Timeline
from iontobench.sessions.start import check_request

from . import completion
from .console import NearChoice, Out, json_option, output_option, write_new
from .options import board_option

_CHECK_HELP = (
    "Compile a protocol and prove its bounds, without running it. A file that is wrong is exit 2, "
    "with a line for each thing that is wrong. First every key is checked by itself; once those "
    "are right, what the phases have to agree on; then the program and its walls."
)
_HEADS = ("name", "mA", signs.MA_CM2, signs.MAMIN, "time", "max mA", "board")


@click.group(help="List, show or begin treatment protocols.")
def protocols() -> None:
    pass


@protocols.command("list", help="The protocols that ship with this package.")
@json_option
@click.pass_obj
def list_all(out: Out, as_json: bool) -> None:
    found = [_summary(load(name)) for name in list_protocols()]
    rows = [
        [
            one["name"],
            f"{one['planned_ua'] / 1000:.3f}",
            f"{one['density_ma_cm2']:.3f}",
            text.mamin(one["planned_uc"]),
            text.clock(one["total_s"] * 1000),
            f"{one['max_ua'] / 1000:.3f}" if one["max_ua"] > one["planned_ua"] else "-",
            one["board"] or "none",
        ]
        for one in found
    ]
    out.table(_HEADS, rows, right=_HEADS[1:6])
    out.say("as planned; time with rests; max mA: how far an operator may raise the current;")
    out.say("board: the first simulated one that can serve it")
    out.result({"protocols": found})


@protocols.command("show", help="One protocol, by its name or as a TOML file.")
@click.argument("protocol", shell_complete=completion.protocols_or_file)
@json_option
@click.pass_obj
def show(out: Out, protocol: str, as_json: bool) -> None:
    loaded = load(protocol)
    timeline = lower(loaded)
    summary = _summary(loaded, timeline)
    out.say(loaded.toml.rstrip("\n"))
    out.say()
    for line in plan_lines(timeline):
        out.say(f"# {line}")
    out.result(summary | {"toml": loaded.toml})


@protocols.command("new", help="A commented file to start from, called NAME.")
@click.argument("name")
@output_option
@json_option
@click.pass_obj
def new(out: Out, name: str, output: Path | None, as_json: bool) -> None:
    toml = new_protocol(name)
    own = name if output is None else name_for(output.stem)
    if own not in (None, name):
        raise errors.UserError(
            f"{output}: a protocol has its file's own name: use -o {name}.toml, or the name {own}"
        )
    write_new(out, toml, output, f"iontobench check {shlex.quote(str(output))}")


@click.command(help=_CHECK_HELP)
@click.argument("protocol", shell_complete=completion.protocols_or_file)
@click.option(
    "--profile",
    "profile_name",
    type=NearChoice(list(PROFILES)),
    default="us",
    show_default=True,
    help="Limits profile.",
)
@board_option("The board it is meant for; else as run chooses.")
@json_option
@click.pass_obj
def check(out: Out, protocol: str, profile_name: str, board: str | None, as_json: bool) -> int:
    result, note = check_request(protocol, profile_name, board)
    if note is not None:
        out.warn(note)
    out.say(render_check(result))
    out.result(result.as_dict() | {"board_note": note})
    return errors.DONE if result.ok else errors.NO


def _summary(one: Protocol, timeline: Timeline | None = None) -> dict[str, Any]:
    """What a table and a program want to know: as planned, and as an operator may raise it."""
    timeline = timeline or lower(one)
    planned_ua = max(timeline.levels_ua)
    max_ua = timeline.peak_ua
    return {
        "name": one.name,
        "title": one.title,
        "source": one.source,
        "family": one.family,
        "application": one.application,
        "mode": one.mode,
        "skin": one.skin,
        "planned_ua": planned_ua,
        "max_ua": max_ua,
        "board": board_for(one, timeline),
        "density_ma_cm2": round(planned_ua / 1000 / one.area_cm2, 4),
        "max_density_ma_cm2": round(max_ua / 1000 / one.area_cm2, 4),
        **plan_dict(timeline),
    }
