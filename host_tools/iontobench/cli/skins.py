"""`iontobench skins`: the load models by name, and the parameters of one."""

import difflib
from typing import Any

import click
import msgspec

from iontobench.sim.skin import LoadParams, load_skin, skin_names

from . import errors
from .options import json_option
from .out import Out


def skin_of(name: str) -> LoadParams:
    """The load called `name`, or a plain one as `resistor:OHM` and `rc:OHM:NF`.

    Raises:
        CliError: no such load.
    """
    try:
        return load_skin(name)
    except ValueError as error:
        near = difflib.get_close_matches(name, skin_names(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise errors.CliError(f"{error}{hint}") from error


@click.group(help="List or show the load models.")
def command() -> None:
    pass


@command.command("list", help="The names that --skin takes.")
@json_option
@click.pass_obj
def list_skins(out: Out, as_json: bool) -> None:
    rows = [(name, getattr(skin_of(name), "label", "")) for name in skin_names()]
    out.table(("name", "load"), rows)
    out.say("or a dummy load: resistor:OHM, rc:OHM:NF")
    out.result({"skins": [{"name": name, "label": label} for name, label in rows]})


@command.command("show", help="The parameters of one load.")
@click.argument("name")
@json_option
@click.pass_obj
def show_skin(out: Out, name: str, as_json: bool) -> None:
    values: dict[str, Any] = msgspec.to_builtins(skin_of(name))
    out.table(("parameter", "value"), [[key, str(value)] for key, value in values.items()])
    out.result(values)
