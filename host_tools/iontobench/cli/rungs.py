"""What `--on` can name: each rung with the board and the converter that it has by itself.

Must not ask whether a bench is simulated: a rung is a function that runs a job.
"""

import difflib
import importlib
import re
from pathlib import Path
from typing import NamedTuple

from . import errors
from .session import Runner


class Rung(NamedTuple):
    """A rung: its function, its default board, its converter (None: the person's choice)."""

    run: Runner
    board: str
    adc: str | None


_NAMES = ("virtual", "chip", "auto")
_PORT = re.compile(r"/.+|COM\d+|[a-z]+://.+", re.IGNORECASE)


def rung_for(on: str, uf2: Path | None = None) -> Rung:
    """What runs a job on the rung `on`.

    Args:
        uf2: the chip's MicroPython image, where it is not in the cache.

    Raises:
        CliError: exit 4 for what is not there, 2 for what `--on` cannot mean.
    """
    if uf2 is not None and on != "chip":
        raise errors.CliError(f"--uf2 goes with --on chip, not with --on {on}")
    if on == "virtual":
        module = importlib.import_module("iontobench.device.runner")
        return Rung(module.run_virtual, "virtual", None)
    if on == "chip":
        return _chip(uf2)
    if on == "auto" or _PORT.fullmatch(on):
        line = f"--on {on}: no device; serial boards are not supported yet; use --on virtual"
        raise errors.CliError(line, errors.NO_DEVICE)
    near = difflib.get_close_matches(on, _NAMES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(_NAMES)} or a port"
    raise errors.CliError(f"--on {on}: no such rung; {hint}")


def _chip(uf2: Path | None) -> Rung:
    try:
        module = importlib.import_module("iontobench.chip.runner")
    except ModuleNotFoundError as error:
        line = f"--on chip: {error.name} is missing; pip install 'iontobench[chip]'"
        raise errors.CliError(line, errors.NO_DEVICE) from error
    image = importlib.import_module("iontobench.chip.image")
    try:
        path = image.find_image(uf2)
    except image.ImageError as error:
        raise errors.CliError(f"--on chip: {error}", errors.NO_DEVICE) from error
    return Rung(lambda job, views: module.run_chip(job, views, path), module.BOARD, module.ADC)
