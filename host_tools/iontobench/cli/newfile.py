"""Files to start from: written where the person says, never over anything, else to stdout."""

from pathlib import Path

import click

from . import errors
from .out import Out

output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it; by default to stdout. An existing file is kept.",
)


def write_new(out: Out, text: str, path: Path | None, after: str) -> None:
    """Write `text`, and say what to type next.

    Raises:
        CliError: there is such a file already.
    """
    if path is None:
        out.say(text.rstrip("\n"))
    else:
        try:
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError:
            raise errors.CliError(f"{path}: it is there already; choose another name") from None
        out.say(f"{path} is written; look at it, change it, then: {after}")
    out.result({"file": None if path is None else str(path), "toml": text})
