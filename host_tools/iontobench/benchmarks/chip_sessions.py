"""Where figures get their sessions: the real command line, each command line run once.

Sessions go through the same code as `iontobench run ... --json`, in this process, into a folder of
their own that is gone afterwards.
"""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

from iontobench.cli.main import invoke

PROTOCOL = "dexamethasone-40"


class Workshop:
    """Sessions by their options, kept under `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._done: dict[tuple[str, ...], dict[str, Any]] = {}

    def session(self, *options: str) -> dict[str, Any]:
        """The `--json` object of `run dexamethasone-40` with `options`.

        Raises:
            RuntimeError: the command did not get as far as a session.
        """
        if options not in self._done:
            self._done[options] = self.again(*options)
        return self._done[options]

    def again(self, *options: str) -> dict[str, Any]:
        """As `session`, but run now even if it was run before."""
        said, prose = io.StringIO(), io.StringIO()
        args = ["run", PROTOCOL, "--json", "--clear", "--data", str(self.folder), *options]
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(prose):
            code = invoke(args)
        lines = said.getvalue().splitlines()
        found = json.loads(lines[-1]) if lines else {}
        if "outcome" not in found:
            raise RuntimeError(found.get("error", f"exit {code} without a word"))
        return found
