"""Runs the command line in this process, for tests; with a played session instead of a bench."""

import contextlib
import io
import json
from typing import NamedTuple

from iontobench.cli.console import Out
from iontobench.cli.main import invoke
from iontobench.sessions.job import Target


class Said(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def object(self):
        """The JSON object: the last line of stdout."""
        return json.loads(self.out.splitlines()[-1])


# What every command line of a test gets from outside; see `Out`.
GIVEN = {}


def call(*args, **given):
    """One command line; `given` is what it has from outside, over `GIVEN`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = invoke([str(arg) for arg in args], Out(**(GIVEN | given)))
    return Said(code, out.getvalue(), err.getvalue())


def play(monkeypatch, runner, **changes):
    """From now on `run` plays `runner` on a virtual target, and its report is one line."""
    target = Target(runner, "virtual", None, **changes)
    monkeypatch.setitem(GIVEN, "target_for", lambda on, uf2: target)
    monkeypatch.setitem(GIVEN, "report", _report)


def _report(record):
    path = record.with_name("report.html")
    path.write_text("a report\n")
    return path


def sentence(said):
    """The line of a command that says how its session ended."""
    lines = said.err.splitlines()
    at = next(at for at, line in enumerate(lines) if line.strip().startswith("dose  "))
    return lines[at - 1]
