"""What `--on` can name: each rung with the board and the converter that it has by itself.

Must not ask whether a bench is simulated: a rung is a function that runs a job. A rung may hold a
port: whoever asked for it calls its `close`.
"""

import difflib
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from . import errors
from .session import Latching, Runner


def _nothing() -> None:
    """No port is held."""


class Rung(NamedTuple):
    """A rung: its function, its default board, its converter (None: the person's choice).

    `name` is the rung's in a record, `header` what it adds to one. A real board has its own load
    and faults, keeps its own latch, and can be lost. `after` adds lines after the session: of a
    lost board what it did meanwhile, of an emulated chip the emulator's build. `chooses_board`:
    another simulated board serves as well as `board`.
    `is_simulated`: nothing but a simulation is on the leads, be it behind a port.
    """

    run: Runner
    board: str
    adc: str | None
    is_real: bool = False
    chooses_board: bool = False
    is_simulated: bool = True
    name: str = ""
    header: dict[str, Any] | None = None
    latch: Latching | None = None
    close: Callable[[], None] = _nothing
    after: Callable[[Callable[[str], None]], None] | None = None


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
        return Rung(module.run_virtual, "virtual", None, chooses_board=True)
    if on == "chip":
        return _chip(uf2)
    if on == "auto" or _PORT.fullmatch(on):
        return importlib.import_module("iontobench.cli.serial_rung").serial_rung(on)
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
    native = importlib.import_module("iontobench.chip.native")
    return Rung(
        lambda job, views: module.run_chip(job, views, path),
        module.BOARD,
        module.ADC,
        after=lambda say: say(native.emulator_line()),
    )
