"""`iontobench protocols`: what ships, what one says, and a file to start a new one from."""

import shlex
from pathlib import Path
from typing import Any

import click

from iontobench import signs, words
from iontobench.protocols.board_fit import board_for
from iontobench.protocols.checking import plan_dict, plan_lines
from iontobench.protocols.loader import list_protocols, load, name_for
from iontobench.protocols.lowering import lower
from iontobench.protocols.schema import Protocol
from iontobench.protocols.schema_errors import ProtocolError
from iontobench.protocols.template import new_protocol
from iontobench.protocols.timeline import Timeline

from . import errors
from .newfile import output_option, write_new
from .options import json_option
from .out import Out

_HEADS = ("name", "mA", signs.MA_CM2, signs.MAMIN, "time", "max mA", "board")


@click.group(help="List, show or begin treatment protocols.")
def command() -> None:
    pass


@command.command("list", help="The protocols that ship with this package.")
@json_option
@click.pass_obj
def list_all(out: Out, as_json: bool) -> None:
    found = [_summary(load(name)) for name in list_protocols()]
    rows = [
        [
            one["name"],
            f"{one['planned_ua'] / 1000:.3f}",
            f"{one['density_ma_cm2']:.3f}",
            words.mamin(one["planned_uc"]),
            words.clock(one["total_s"] * 1000),
            f"{one['max_ua'] / 1000:.3f}" if one["max_ua"] > one["planned_ua"] else "-",
            one["board"] or "none",
        ]
        for one in found
    ]
    out.table(_HEADS, rows, right=_HEADS[1:6])
    out.say("as planned; time with rests; max mA: how far an operator may raise the current;")
    out.say("board: the first simulated one that can serve it")
    out.result({"protocols": found})


@command.command("show", help="One protocol, by its name or as a TOML file.")
@click.argument("protocol")
@json_option
@click.pass_obj
def show(out: Out, protocol: str, as_json: bool) -> None:
    try:
        loaded = load(protocol)
        timeline = lower(loaded)
        summary = _summary(loaded, timeline)
    except ProtocolError as error:
        raise errors.bad_file(error) from error
    out.say(loaded.toml.rstrip("\n"))
    out.say()
    for line in plan_lines(timeline):
        out.say(f"# {line}")
    out.result(summary | {"toml": loaded.toml})


@command.command("new", help="A commented file to start from, called NAME.")
@click.argument("name")
@output_option
@json_option
@click.pass_obj
def new(out: Out, name: str, output: Path | None, as_json: bool) -> None:
    try:
        text = new_protocol(name)
    except ProtocolError as error:
        raise errors.bad_file(error) from error
    own = name if output is None else name_for(output.stem)
    if own not in (None, name):
        raise errors.CliError(
            f"{output}: a protocol has its file's own name: use -o {name}.toml, or the name {own}"
        )
    write_new(out, text, output, f"iontobench check {shlex.quote(str(output))}")


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
