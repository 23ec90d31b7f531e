"""`iontobench boards`: a board's data, a new folder of one, the check of a folder.

`check` is exit 0 when nothing is missing, 1 when something is, each with what to do.
"""

import shlex
from pathlib import Path
from typing import Any

import click
import msgspec

from ionto.core.limits import Board
from iontobench import errors, resources, signs, text
from iontobench.boards.template import new_board
from iontobench.findings import Finding, verdict
from iontobench.protocols.board_fit import ERROR_MAX_PERCENT, least_ua

from . import completion
from .console import Out, json_option

_CHECK_HELP = (
    "Hold a board to the rules: its data, its pins, boot.py, its scales, the port contract and "
    "two staircases of currents on the simulated stage. Exit 0, or 1 with a line for each thing "
    "that is missing. FOLDER is a board's folder, or the name of one of this project."
)


@click.group(help="List, show, check or begin boards.")
def boards() -> None:
    pass


@boards.command("list", help="The names that --board takes.")
@json_option
@click.pass_obj
def list_boards(out: Out, as_json: bool) -> None:
    rows = [_board_row(resources.board_of(name)) for name in resources.board_names()]
    heads = ("name", "maximum", "compliance", "accuracy", "least set point")
    out.table(heads, [[row["name"], *_board_texts(row)] for row in rows], right=heads[1:])
    out.result({"boards": rows})


@boards.command("show", help="The data of one board.")
@click.argument("name", metavar="NAME|PATH", shell_complete=completion.boards_or_folder)
@json_option
@click.pass_obj
def show_board(out: Out, name: str, as_json: bool) -> None:
    row = _board_row(resources.board_of(name))
    maximum, compliance, accuracy, least = _board_texts(row)
    out.say(f"{row['name']}: up to {maximum} at up to {compliance}; {_limiter_text(row)}")
    out.say(
        f"a calibrated current is right to {accuracy}: set points from {least}, where that is "
        f"{ERROR_MAX_PERCENT} %"
    )
    out.say(f"its senses reach {text.milliamps(row['full_scale_ua'])}")
    code_top, drive_steps = row["code_top"], row["drive_steps"]
    out.say(f"its converter's largest code is {code_top}, its drive has {drive_steps} steps")
    if not row["bridge"]:
        out.say("it has no bridge: a protocol that reverses the load is refused")
    if row["loads_ohm"]:
        least_ohm, most_ohm = row["loads_ohm"]
        out.say(f"it is no source of current: its load is {least_ohm} to {most_ohm} {signs.OHM}")
    out.result(row)


def _board_row(board: Board) -> dict[str, Any]:
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
        "code_top": board.code_top,
        "drive_steps": board.drive_steps,
        "bridge": board.bridge,
        "limiter": board.limiter,
        "loads_ohm": list(board.loads_ohm),
        "inside_ohm": board.inside_ohm,
    }


def _limiter_text(row: dict[str, Any]) -> str:
    if not row["limiter"]:
        return "it has no limiter"
    return f"its limiter {'can' if row['lim_test'] else 'cannot'} be proven"


def _board_texts(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return (
        text.milliamps(row["max_ua"]),
        text.volts(row["compliance_mv"]),
        text.milliamps(row["accuracy_ua"]),
        text.milliamps(row["least_ua"]),
    )


@boards.command("new", help="A folder to start from: a board called NAME, on a Raspberry Pi Pico.")
@click.argument("name")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The folder to write, named as the board; by default ./NAME. An existing one is kept.",
)
@json_option
@click.pass_obj
def new(out: Out, name: str, output: Path | None, as_json: bool) -> None:
    files = new_board(name)
    folder = output or Path(name)
    if folder.resolve().name != name:
        raise errors.UserError(
            f"{folder}: a board has its folder's own name: use -o {folder.parent / name}"
        )
    try:
        folder.mkdir()
    except FileExistsError:
        raise errors.UserError(f"{folder}: it is there already; choose another name") from None
    for file, content in files.items():
        (folder / file).write_text(content, encoding="utf-8", newline="\n")
    path = shlex.quote(str(folder) if resources.is_board_folder(str(folder)) else f"./{folder}")
    out.say(
        f"{folder} is written; look at it, change it, then: iontobench boards check {path} && "
        f"iontobench run demo --board {path}"
    )
    out.result({"folder": str(folder), "files": list(files)})


@boards.command("check", help=_CHECK_HELP)
@click.argument("folder", metavar="FOLDER", shell_complete=completion.boards_or_folder)
@json_option
@click.pass_obj
def check(out: Out, folder: str, as_json: bool) -> int:
    from iontobench.boards.check import examine, what_is_left  # the simulation takes time to load

    path = resources.board_folder(folder)
    found: list[Finding] = []
    for finding in examine(path):
        found.append(finding)
        for line in finding.lines():
            out.say(line)
    is_well, line = verdict(found, "nothing is missing")
    out.say(line)
    left = what_is_left(path) if is_well else None
    if left is not None:
        out.say(left)
    rows = [msgspec.to_builtins(one) for one in found]
    out.result({"folder": str(path), "ok": is_well, "findings": rows, "left": left})
    return errors.DONE if is_well else errors.NO
