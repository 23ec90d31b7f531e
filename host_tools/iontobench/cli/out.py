"""What goes to which stream: prose to people, one JSON object to programs.

With `--json` stdout carries one object as its last line and prose goes to stderr; without it
prose goes to stdout. Warnings and the banner go to stderr always. A reader that went away
(`| head`) is no error: `gone` tells, and nothing more is written. Signs that a terminal's encoding
lacks are written in letters.
"""

import errno
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.table import Table

from iontobench import signs

_READER_LEFT = (
    errno.EPIPE,
    errno.EIO,
    errno.EINVAL,
    errno.EBADF,
)  # a full disk is another matter
_WIDE = 200  # columns for tables that no terminal shows


class Out:
    """The streams of one command. `data_dir` and `json` are filled in while options are parsed."""

    def __init__(self) -> None:
        self.json = False
        self.data_dir: Path | None = None
        self.gone = False
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
        """The JSON object of the command; nothing without `--json`."""
        if self.json:
            self._write(sys.stdout, json.dumps(value, ensure_ascii=True, allow_nan=False))

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

    def _write(self, stream: TextIO, text: str) -> None:
        with self._reader(stream):
            print(text, file=stream, flush=True)

    def _reader(self, stream: TextIO) -> "_Reader":
        return _Reader(self, stream)


class _Reader:
    """Catches the loss of whoever reads a stream, and points the stream at nothing."""

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
