"""Files to start from: written where the person says, never over anything, else to stdout."""

from pathlib import Path

import click

from . import errors
from .out import Out


def _ending(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    """The path itself.

    Raises:
        CliError: no command would take it for a file.
    """
    if path is not None and path.suffix.lower() != ".toml":
        raise errors.CliError(f"{path}: such a file ends in .toml; use {path}.toml")
    return path


output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    callback=_ending,
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
