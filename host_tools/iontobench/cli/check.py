"""`iontobench check`: what a protocol can do at worst, beside every wall; nothing is started.

Exit 0: within every wall. 1: a wall refuses it. 2: the file is no protocol.
"""

from typing import Any

import click

from iontobench.protocols.compiler import Draft, draft
from iontobench.protocols.errors import ProtocolError, RefusedError
from iontobench.protocols.loader import load
from iontobench.protocols.profiles import PROFILES, profile
from iontobench.protocols.verdict import Row

from . import errors
from .boards import board_of
from .options import json_option
from .out import Out


@click.command(help="Compile a protocol and prove its bounds, without running it.")
@click.argument("protocol")
@click.option(
    "--profile",
    "profile_name",
    type=click.Choice(list(PROFILES)),
    default="us",
    show_default=True,
    help="Limits profile.",
)
@click.option("--board", default="virtual", show_default=True, help="The board it is meant for.")
@json_option
@click.pass_obj
def command(out: Out, protocol: str, profile_name: str, board: str, as_json: bool) -> int:
    limits = board_of(board)
    try:
        loaded = load(protocol)
        made = draft(loaded, profile(profile_name), limits)
    except RefusedError as error:
        raise errors.CliError(f"refused: {error}", errors.NO) from error
    except ProtocolError as error:
        raise errors.CliError(str(error)) from error
    refused = [row for row in made.rows if not row.ok]
    out.say(f"{loaded.name} on {limits.name}: at worst, whatever the load does")
    heads = ("quantity", "proven", "limit", "cut at", "of", "verdict")
    out.table(heads, [_cells(row) for row in made.rows], right=("proven", "limit", "cut at"))
    for row in refused:
        out.say(f"refused: {row.quantity} {row.bound_text}; {row.key}: {row.advice}")
    if not refused:
        out.say("within every wall")
    out.result(_object(loaded.name, limits.name, profile_name, made))
    return errors.NO if refused else errors.DONE


def _cells(row: Row) -> list[str]:
    limit = f"{row.relation} {row.limit_text}"
    return [row.quantity, row.bound_text, limit, row.trip_text, row.source, row.verdict]


def _object(name: str, board: str, profile_name: str, made: Draft) -> dict[str, Any]:
    return {
        "protocol": name,
        "board": board,
        "profile": profile_name,
        "ok": all(row.ok for row in made.rows),
        "bounds": [
            {
                "quantity": row.quantity,
                "bound": row.bound,
                "trip": row.trip,
                "limit": row.limit,
                "relation": row.relation,
                "unit": row.unit,
                "source": row.source,
                "ok": row.ok,
                "key": row.key,
            }
            for row in made.rows
        ],
        "planned_uc": made.plan.planned_uc,
        "nominal_s": made.plan.nominal_s,
    }
