"""Options that several commands share, with what a shell completes for them."""

from collections.abc import Callable
from typing import Any

import click

from . import completion


def board_option(what: str) -> Callable[[Any], Any]:
    """`--board`: a board of this project, or the folder of one's own; `what` is it for."""
    return click.option(
        "--board",
        metavar="NAME|PATH",
        shell_complete=completion.boards_or_folder,
        help=f"{what} A name, or a folder (./mine).",
    )
