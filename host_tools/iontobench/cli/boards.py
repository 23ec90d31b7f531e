"""`iontobench boards`: the boards by name, and the data of one."""

from typing import Any

import click

from ionto.core.limits import Board
from iontobench import tree, words
from iontobench.protocols.board_fit import ERROR_MAX_PERCENT, least_ua

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
    heads = ("name", "maximum", "compliance", "accuracy", "least set point")
    out.table(heads, [[row["name"], *_shown(row)] for row in rows], right=heads[1:])
    out.result({"boards": rows})


@command.command("show", help="The data of one board.")
@click.argument("name")
@json_option
@click.pass_obj
def show_board(out: Out, name: str, as_json: bool) -> None:
    row = _row(board_of(name))
    maximum, compliance, accuracy, least = _shown(row)
    limiter = "can be proven" if row["lim_test"] else "cannot be proven"
    out.say(f"{row['name']}: up to {maximum} at up to {compliance}; its limiter {limiter}")
    out.say(
        f"a calibrated current is right to {accuracy}: set points from {least}, where that is "
        f"{ERROR_MAX_PERCENT} %"
    )
    out.say(f"its senses reach {words.milliamps(row['full_scale_ua'])}")
    out.result(row)


def _row(board: Board) -> dict[str, Any]:
    return {
        "name": board.name,
        "max_ua": board.max_ua,
        "full_scale_ua": board.full_scale_ua,
        "compliance_mv": board.compliance_mv,
        "accuracy_ua": board.accuracy_ua,
        "least_ua": least_ua(board),
        "supply_min_mv": board.supply_min_mv,
        "proof_scale": board.proof_scale,
        "sigma_q4": board.sigma_q4,
        "drive_counts": board.drive_counts,
        "lim_test": board.lim_test,
    }


def _shown(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return (
        words.milliamps(row["max_ua"]),
        words.volts(row["compliance_mv"]),
        words.milliamps(row["accuracy_ua"]),
        words.milliamps(row["least_ua"]),
    )
