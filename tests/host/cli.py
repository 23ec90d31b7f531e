"""Runs the command line in this process, for tests; with a played session instead of a bench."""

import contextlib
import io
import json
from typing import NamedTuple

from iontobench.cli.main import invoke
from iontobench.cli.rungs import Rung


class Said(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def object(self):
        """The JSON object: the last line of stdout."""
        return json.loads(self.out.splitlines()[-1])


def call(*args):
    """One command line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = invoke([str(arg) for arg in args])
    return Said(code, out.getvalue(), err.getvalue())


def play(monkeypatch, runner):
    """From now on `run` plays `runner`, and its report is one line."""
    rung = Rung(runner, "virtual", None)
    monkeypatch.setattr("iontobench.cli.run.rung_for", lambda on, uf2: rung)
    monkeypatch.setattr("iontobench.cli.run.report_session", _report)


def _report(record):
    path = record.with_name("report.html")
    path.write_text("a report\n")
    return path
