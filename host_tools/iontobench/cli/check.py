"""`iontobench check`: what a protocol can do at worst, beside every wall; nothing is started.

Exit 0: within every wall. 1: a wall refuses it. 2: the file is no protocol.
"""

import click

from iontobench.protocols import PROFILES, ProtocolError, check, render_check

from . import errors
from .boards import board_of
from .options import NearChoice, json_option
from .out import Out

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
@click.option("--board", default="virtual", show_default=True, help="The board it is meant for.")
@json_option
@click.pass_obj
def command(out: Out, protocol: str, profile_name: str, board: str, as_json: bool) -> int:
    limits = board_of(board)
    try:
        result = check(protocol, profile_name, limits)
    except ProtocolError as error:
        raise errors.bad_file(error) from error
    out.say(render_check(result))
    out.result(result.as_dict())
    return errors.DONE if result.ok else errors.NO
