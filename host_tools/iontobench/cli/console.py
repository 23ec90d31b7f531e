"""What every command shares: its streams, its options, and a file to start from.

Prose goes to people, one JSON object to programs: with `--json` stdout carries one object as its
last line and prose goes to stderr; without it prose goes to stdout. Warnings and the banner go to
stderr always. A reader that went away (`| head`) is no error: `gone` tells, and nothing more is
written. Signs that a terminal's encoding lacks are written in letters.
"""

import errno
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from rich.console import Console, RenderableType
from rich.table import Table

from iontobench import signs
from iontobench.compiled import select
from iontobench.errors import UserError
from iontobench.tomlfile.near import near_choice

if TYPE_CHECKING:
    from iontobench.device.port import HostPorts
    from iontobench.sessions.job import Target

DEFAULT_DATA = "iontobench-data"
_SPEED_MIN, _SPEED_MAX = 0.1, 1000.0
_READER_LEFT = (
    errno.EPIPE,
    errno.EIO,
    errno.EINVAL,
    errno.EBADF,
)  # a full disk is another matter
_WIDE = 200  # columns for tables that no terminal shows


class Out:
    """The streams of one command, and what else it has from outside.

    `data_dir` and `json` are filled in while options are parsed.

    Args:
        ports: the serial ports; by default this computer's.
        target_for: what `--on` names; by default as `sessions.targets` says.
        report: writes the report beside a record; by default with the package `report`.
        volumes: the folders where boards in boot mode may be; by default this computer's.
        ask: what a person answers to a question; by default at this terminal.
    """

    def __init__(
        self,
        ports: "HostPorts | None" = None,
        target_for: "Callable[[str, Path | None], Target] | None" = None,
        report: Callable[[Path], Path] | None = None,
        volumes: Callable[[], Iterable[Path]] | None = None,
        ask: Callable[[str], str] | None = None,
    ) -> None:
        self._ports = ports
        self._target_for = target_for
        self._report = report
        self._volumes = volumes
        self._ask = ask
        self.json = False
        self.data_dir: Path | None = None
        self.gone = False
        self._is_inner = False
        for stream in (sys.stdout, sys.stderr):
            signs.spell_on(stream)

    @property
    def prose(self) -> TextIO:
        """Where sentences for people go."""
        return sys.stderr if self.json else sys.stdout

    def say(self, text: str = "") -> None:
        """One line of prose."""
        self._write(self.prose, text)

    def warn(self, text: str) -> None:
        """One line on stderr, whatever the options."""
        self._write(sys.stderr, text)

    def result(self, value: dict[str, Any]) -> None:
        """The JSON object of the command; nothing without `--json`, or within another command."""
        if self.json and not self._is_inner:
            self._write(sys.stdout, json.dumps(value, ensure_ascii=True, allow_nan=False))

    @contextmanager
    def inner(self) -> Iterator[None]:
        """A context for a command within a command: its prose is told, its object is not."""
        self._is_inner = True
        try:
            yield
        finally:
            self._is_inner = False

    def console(self) -> Console:
        """Rich's console on the stream for prose."""
        console = Console(file=self.prose, highlight=False, markup=False, emoji=False)
        if not console.is_terminal:
            console.width = _WIDE
        return console

    def show(self, what: RenderableType) -> None:
        """Something of rich's, as prose."""
        with self._reader(self.prose):
            self.console().print(what)

    def table(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()
    ) -> None:
        """A table as prose; the columns whose heads are in `right` are aligned right."""
        told = partial(signs.spelled, encoding=self.prose.encoding or "utf-8")
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for head in heads:
            aligned = "right" if head in right else "left"
            table.add_column(told(head), justify=aligned, overflow="fold")
        for row in rows:
            table.add_row(*map(told, row))
        self.show(table)

    # What follows is imported when it is used: `--help` answers at once.

    @property
    def ports(self) -> "HostPorts":
        """The serial ports."""
        if self._ports is None:
            from iontobench.device.port import HOST_PORTS

            self._ports = HOST_PORTS
        return self._ports

    def target_for(self, on: str, uf2: Path | None) -> "Target":
        """What runs a job on `on`."""
        if self._target_for is not None:
            return self._target_for(on, uf2)
        from iontobench.sessions.targets import target_for

        return target_for(on, uf2, self._ports)

    def volumes(self) -> Iterable[Path]:
        """The folders where boards in boot mode may be."""
        if self._volumes is not None:
            return self._volumes()
        from iontobench.device.bootsel import mounted

        return mounted()

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there who could answer."""
        return self._ask is not None or (sys.stdin.isatty() and sys.stderr.isatty())

    def ask(self, question: str) -> str:
        """The line that a person types.

        Raises:
            click.Abort: Ctrl-C, or the end of what is typed.
        """
        if self._ask is not None:
            return self._ask(question)
        return click.prompt(question, default="", show_default=False, prompt_suffix="", err=True)

    def report(self, record: Path) -> Path:
        """Write the report beside a record."""
        if self._report is not None:
            return self._report(record)
        from iontobench.sessions.recording import report_session

        return report_session(record)

    def _write(self, stream: TextIO, text: str) -> None:
        with self._reader(stream):
            print(text, file=stream, flush=True)

    def _reader(self, stream: TextIO) -> "_Reader":
        return _Reader(self, stream)


class _Reader:
    """Catches the loss of the reader of a stream, and points the stream at nothing."""

    def __init__(self, out: Out, stream: TextIO):
        self._out = out
        self._stream = stream

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, OSError) or error.errno not in _READER_LEFT:
            return False
        self._out.gone = True
        with suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)
        return True


class NearChoice(click.Choice[str]):
    """One of a few words; another one is told with the word that is most like it."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself.

        Raises:
            click.BadParameter: it is none of them.
        """
        near = near_choice(value, self.choices)
        if near is not None and value not in self.choices:
            known = ", ".join(self.choices)
            self.fail(f"{value!r} is not one of {known}; did you mean {near}?", param, ctx)
        return super().convert(value, param, ctx)


def read_speed(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """A factor of real time; infinity for `max`; None where nothing was asked.

    Raises:
        click.BadParameter: neither a factor in its range nor `max`.
    """
    if value is None:
        return None
    if value == "max":
        return math.inf
    try:
        speed = float(value)
    except ValueError:
        speed = math.nan
    if not _SPEED_MIN <= speed <= _SPEED_MAX:
        raise click.BadParameter(f"{value!r} is neither max nor {_SPEED_MIN:g} to {_SPEED_MAX:g}")
    return speed


def _out(ctx: click.Context) -> Out:
    found = ctx.find_object(Out)
    if found is None:
        raise RuntimeError("a command was called without its streams")
    return found


def _keep_data(ctx: click.Context, _param: click.Parameter, value: str) -> Path:
    path = _out(ctx).data_dir = Path(value)
    return path


def _keep_json(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:
    _out(ctx).json = value
    return value


data_option = click.option(
    "--data",
    "data_dir",
    metavar="DIR",
    envvar="IONTOBENCH_DATA",
    default=DEFAULT_DATA,
    show_default=True,
    callback=_keep_data,
    is_eager=True,
    help="Where records are kept (or IONTOBENCH_DATA).",
)
compiled_option = click.option(
    select.FLAG, is_flag=True, expose_value=False, help=select.HELP
)  # `main` acts on it, before any command is imported
json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    callback=_keep_json,
    is_eager=True,
    help="One JSON object as the last line of stdout; prose goes to stderr.",
)


def _ending(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    """The path itself.

    Raises:
        UserError: no command would take it for a file.
    """
    if path is not None and path.suffix.lower() != ".toml":
        raise UserError(f"{path}: such a file ends in .toml; use {path}.toml")
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
        UserError: there is such a file already.
    """
    if path is None:
        out.say(text.rstrip("\n"))
    else:
        try:
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError:
            raise UserError(f"{path}: it is there already; choose another name") from None
        out.say(f"{path} is written; look at it, change it, then: {after}")
    out.result({"file": None if path is None else str(path), "toml": text})
