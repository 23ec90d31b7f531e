"""What `--on` can name, and what is not there yet in one line.

Must not ask whether a bench is simulated: a rung is a function that runs a job.
"""

import difflib
import importlib
import re

from . import errors
from .session import Runner

_RUNGS = {"virtual": ("iontobench.device.runner", "run_virtual")}
_NAMES = ("virtual", "chip", "auto")
_PORT = re.compile(r"/.+|COM\d+|[a-z]+://.+", re.IGNORECASE)


def runner_for(on: str) -> Runner:
    """The function that runs a job on the rung `on`.

    Raises:
        CliError: exit 4 for what is not available yet, 2 for what `--on` cannot mean.
    """
    if on in _RUNGS:
        module, name = _RUNGS[on]
        return getattr(importlib.import_module(module), name)
    if on == "chip":
        line = "--on chip: sessions on the emulated chip are not available yet; use --on virtual"
        raise errors.CliError(line, errors.NO_DEVICE)
    if on == "auto" or _PORT.fullmatch(on):
        line = f"--on {on}: no device; serial boards are not supported yet; use --on virtual"
        raise errors.CliError(line, errors.NO_DEVICE)
    near = difflib.get_close_matches(on, _NAMES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(_NAMES)} or a port"
    raise errors.CliError(f"--on {on}: no such rung; {hint}")
