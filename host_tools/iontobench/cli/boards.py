"""`iontobench boards`: the boards by name, and the data of one."""

from typing import Any

import click

from ionto.core.limits import Board
from iontobench import tree, words

from . import errors
from .options import json_option
from .out import Out


def board_of(name: str) -> Board:
    """The limits of the board called `name`.

    Raises:
        CliError: no such board.
    """
    try:
        return tree.load_board(name).BOARD
    except tree.TreeError as error:
        raise errors.CliError(str(error)) from error


@click.group(help="List or show the boards.")
def command() -> None:
    pass


@command.command("list", help="The names that --board takes.")
@json_option
@click.pass_obj
def list_boards(out: Out, as_json: bool) -> None:
    rows = [_row(board_of(name)) for name in tree.board_names()]
    heads = ("name", "maximum", "compliance")
    out.table(heads, [[row["name"], *_shown(row)] for row in rows])
    out.result({"boards": rows})


@command.command("show", help="The data of one board.")
@click.argument("name")
@json_option
@click.pass_obj
def show_board(out: Out, name: str, as_json: bool) -> None:
    row = _row(board_of(name))
    maximum, compliance = _shown(row)
    limiter = "can be proven" if row["lim_test"] else "cannot be proven"
    out.say(f"{row['name']}: up to {maximum} at up to {compliance}; its limiter {limiter}")
    out.result(row)


def _row(board: Board) -> dict[str, Any]:
    return {
        "name": board.name,
        "max_ua": board.max_ua,
        "full_scale_ua": board.full_scale_ua,
        "compliance_mv": board.compliance_mv,
        "sigma_q4": board.sigma_q4,
        "drive_counts": board.drive_counts,
        "lim_test": board.lim_test,
    }


def _shown(row: dict[str, Any]) -> tuple[str, str]:
    return words.milliamps(row["max_ua"]), words.volts(row["compliance_mv"])
