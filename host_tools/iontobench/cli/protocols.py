"""`iontobench protocols`: what ships, and what one says."""

import click

from iontobench import words
from iontobench.protocols.errors import ProtocolError
from iontobench.protocols.loader import list_protocols, load
from iontobench.protocols.plan import make_plan

from . import errors
from .options import json_option
from .out import Out


@click.group(help="List or show the treatment protocols.")
def command() -> None:
    pass


@command.command("list", help="The protocols that ship with this package.")
@json_option
@click.pass_obj
def list_all(out: Out, as_json: bool) -> None:
    found = [load(name) for name in list_protocols()]
    out.table(("name", "title"), [[one.name, one.title] for one in found])
    out.result({"protocols": [{"name": one.name, "title": one.title} for one in found]})


@command.command("show", help="One protocol, by its name or as a TOML file.")
@click.argument("protocol")
@json_option
@click.pass_obj
def show(out: Out, protocol: str, as_json: bool) -> None:
    try:
        loaded = load(protocol)
        plan = make_plan(loaded)
    except ProtocolError as error:
        raise errors.CliError(str(error)) from error
    out.say(loaded.toml.rstrip("\n"))
    out.say()
    out.say(
        f"Planned: {words.mamin(plan.planned_uc)} mA min in {words.clock(plan.nominal_s * 1000)}, "
        f"at most {words.clock(plan.max_time_s * 1000)}."
    )
    out.result(
        {
            "name": loaded.name,
            "title": loaded.title,
            "source": loaded.source,
            "family": loaded.family,
            "application": loaded.application,
            "mode": loaded.mode,
            "skin": loaded.skin,
            "planned_uc": plan.planned_uc,
            "nominal_s": plan.nominal_s,
            "max_time_s": plan.max_time_s,
            "toml": loaded.toml,
        }
    )
