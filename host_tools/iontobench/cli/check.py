"""`iontobench check`: what a protocol can do at worst, beside every wall; nothing is started.

Exit 0: within every wall. 1: a wall refuses it. 2: the file is no protocol.
"""

import click

from iontobench.protocols import PROFILES, ProtocolError, RefusedError, load, render_check
from iontobench.protocols.checking import check_loaded
from iontobench.protocols.schema import Protocol

from . import errors
from .boards import board_of
from .choice import Choice, choose_board
from .options import NearChoice, json_option
from .out import Out
from .rungs import rung_for

_HELP = (
    "Compile a protocol and prove its bounds, without running it. A file that is wrong is exit 2, "
    "with a line for each thing that is wrong. First every key is checked by itself; once those "
    "are right, what the phases have to agree on; then the program and its walls."
)


@click.command(help=_HELP)
@click.argument("protocol")
@click.option(
    "--profile",
    "profile_name",
    type=NearChoice(list(PROFILES)),
    default="us",
    show_default=True,
    help="Limits profile.",
)
@click.option("--board", metavar="NAME", help="The board it is meant for; else as run chooses.")
@json_option
@click.pass_obj
def command(out: Out, protocol: str, profile_name: str, board: str | None, as_json: bool) -> int:
    if board is not None:
        board_of(board)
    try:
        loaded = load(protocol)
        chosen = _board(loaded, board)
        result = check_loaded(loaded, profile_name, chosen.board)
    except ProtocolError as error:
        raise errors.bad_file(error) from error
    if chosen.note is not None:
        out.warn(chosen.note)
    out.say(render_check(result))
    out.result(result.as_dict() | {"board_note": chosen.note})
    return errors.DONE if result.ok else errors.NO


def _board(protocol: Protocol, asked: str | None) -> Choice:
    """The board that `run` on the virtual bench would take."""
    bench = rung_for("virtual")
    try:
        return choose_board(bench, asked, protocol)
    except RefusedError:  # no board can: the check itself says why
        return Choice(board_of(bench.board))
