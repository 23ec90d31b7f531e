"""What `--on` can name, and which board a session gets there.

A target's module is loaded when it is asked for: a serial port and the emulated chip need
libraries that a virtual bench does not. Nothing is started here.
"""

import difflib
import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ionto.core.limits import Board
from iontobench import resources
from iontobench.errors import NoDeviceError, UserError
from iontobench.protocols.board_fit import board_for, cannot
from iontobench.protocols.lowering import lower
from iontobench.protocols.schema import Protocol

from .job import OWN_ADC, Target

if TYPE_CHECKING:
    from iontobench.device.port import HostPorts

_NAMES = ("virtual", "chip", "auto")
_PORT = re.compile(r"/.+|COM\d+|[a-z]+://.+", re.IGNORECASE)
# Of an extra that may not be installed, by name: `chip` itself uses this package.
_CHIP, _CHIP_IMAGE = "iontobench.sessions.chip", "iontobench.chip.image"


def target_for(on: str, uf2: Path | None = None, ports: "HostPorts | None" = None) -> Target:
    """What runs a job on `on`: `virtual`, `chip`, `auto` or a port.

    Args:
        on: the name.
        uf2: the chip's MicroPython image, where it is not in the cache.
        ports: the serial ports; by default this computer's.

    Raises:
        NoDeviceError: it is not there.
        UserError: there is no such target.
    """
    if uf2 is not None and on != "chip":
        raise UserError(f"--uf2 goes with --on chip, not with --on {on}")
    if on == "virtual":
        from .virtual import run_virtual

        return Target(
            run_virtual,
            "virtual",
            None,
            chooses_board=True,
            run_plant=lambda job, views, plant: run_virtual(job, views, lambda _: plant),
        )
    if on == "chip":
        return _chip(uf2)
    if on == "auto" or _PORT.fullmatch(on):
        from .serial import HOST_PORTS, serial_target

        return serial_target(on, ports or HOST_PORTS)
    near = difflib.get_close_matches(on, _NAMES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(_NAMES)} or a port"
    raise UserError(f"--on {on}: no such rung; {hint}")


def _chip(uf2: Path | None) -> Target:
    try:
        module = importlib.import_module(_CHIP)
    except ModuleNotFoundError as error:
        line = f"--on chip: {error.name} is missing; pip install 'iontobench[chip]'"
        raise NoDeviceError(line) from error
    image = importlib.import_module(_CHIP_IMAGE)
    try:
        path = image.find_image(uf2)
    except image.ImageError as error:
        raise NoDeviceError(f"--on chip: {error}") from error
    pico = importlib.import_module("iontobench.chip.pico")
    native = importlib.import_module("iontobench.chip.native")
    return Target(
        lambda job, views: module.run_chip(job, views, path),
        pico.BOARD,
        OWN_ADC,
        after=lambda say: say(native.emulator_line()),
        run_plant=lambda job, views, plant: module.run_chip(job, views, path, plant),
    )


class Choice(NamedTuple):
    """A board, and the line that says why it is another than the target's own."""

    board: Board
    note: str | None = None


def choose_board(target: Target, asked: str | None, protocol: Protocol) -> Choice:
    """The board for `protocol` on `target`; `asked` is what the person named.

    Only a target whose boards are all simulated chooses, the first that can serve, and says so in
    one line with its reason. What a person names is never overruled.

    Raises:
        ResourceError: no such board.
        ProtocolError: the protocol makes no session.
    """
    own = resources.board_of(asked or target.board)
    if asked is not None or not target.chooses_board:
        return Choice(own)
    timeline = lower(protocol)
    why = cannot(protocol, timeline, own)
    other = board_for(protocol, timeline) if why else None
    if other is None:  # its own says what is wrong
        return Choice(own)
    note = (
        f"board: {other}, the first that can serve {protocol.name}; {own.name} cannot: {why}; "
        "--board NAME chooses another"
    )
    return Choice(resources.board_of(other), note)
