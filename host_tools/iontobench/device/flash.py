"""Puts MicroPython onto an RP2040 in boot mode, and waits until it answers.

The image is the one that the emulated chip runs too: `chip.image` has its name and its hash, and
no other is copied. Times in s.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from iontobench.chip.image import IMAGE_NAME
from iontobench.errors import UserError
from iontobench.micropython import MICROPYTHON

from .bootsel import BUTTON, FlashError, checked_volume, copy_whole, mounted, only_volume
from .connection import BACK_S, LOOK_S, connect
from .port import HOST_PORTS, HostPorts, PortError
from .uf2 import trouble


class Flashed(msgspec.Struct, frozen=True):
    """What was done: the port where the board answers now, and what was copied where."""

    port: str
    micropython: str
    image: str
    bytes: int
    volume: str


def find_volume(
    named: Path | None = None, volumes: Callable[[], Iterable[Path]] = mounted
) -> Path:
    """The volume to copy to.

    Args:
        named: what somebody says that it is; else the only one of `volumes`.

    Raises:
        FlashError: there is none, or more than one.
    """
    return only_volume(volumes()) if named is None else checked_volume(named)


def read_uf2(path: Path) -> bytes:
    """The content of a UF2 file for an RP2040.

    Raises:
        UserError: it cannot be read, or no RP2040 can take it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; give the file {IMAGE_NAME}") from error
    wrong = trouble(data)
    if wrong is not None:
        raise UserError(f"{path}: {wrong}; give the file {IMAGE_NAME}")
    return data


def flash(
    data: bytes,
    volume: Path,
    ports: HostPorts = HOST_PORTS,
    say: Callable[[str], None] = print,
    copy: Callable[[bytes, Path, str], None] = copy_whole,
) -> Flashed:
    """Copy the image and wait for the board.

    Args:
        data: the verified image.
        volume: of the board in boot mode.
        ports: the serial ports, and the time by which to wait.
        say: takes a line before each step.
        copy: as `bootsel.copy_whole`.

    Raises:
        FlashError: it was not copied whole, or no board came back.
    """
    before = set(ports.boards())
    say(f"copying {IMAGE_NAME}, {len(data)} bytes, to {volume}")
    copy(data, volume, IMAGE_NAME)
    say("copied; waiting for the board to restart")
    port, version = _wait(ports, before)
    if version != MICROPYTHON:
        raise FlashError(
            f"{port}: MicroPython {version} answers there, not {MICROPYTHON}: is it another "
            f"board? If not, {BUTTON}"
        )
    return Flashed(port, version, IMAGE_NAME, len(data), str(volume))


def _wait(ports: HostPorts, before: set[str]) -> tuple[str, str]:
    """The new port and the version of what answers there.

    Raises:
        FlashError: nothing does, within 20 s.
    """
    until_s = ports.clock() + BACK_S
    why = "no new port with MicroPython on it"
    while ports.clock() < until_s:
        ports.sleep(LOOK_S)
        for name in sorted(set(ports.boards()) - before):
            try:
                with connect(name, ports) as connection:
                    return name, connection.about().version
            except PortError as error:  # it may be about to boot
                why = str(error)
    raise FlashError(f"the board does not come back within {BACK_S:g} s: {why}; {BUTTON}")
