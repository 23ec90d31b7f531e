"""RP2040 boards in boot mode: the volumes that they show, and a file copied onto one.

A chip that starts with BOOTSEL held shows a volume with INFO_UF2.TXT. It takes a UF2 file and
restarts by itself when it has the last block, so that its volume goes away [RP2040 datasheet,
2.8]. Nothing here opens a serial port.
"""

import errno
import getpass
import os
import string
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from iontobench.errors import NoDeviceError

INFO = "INFO_UF2.TXT"
RP2040_ID = "RPI-RP2"  # of the line Board-ID in INFO
BUTTON = (
    "unplug the board, hold its button BOOTSEL, plug it in, let go after a second, then try again"
)
_LABEL = Path("/dev/disk/by-label") / RP2040_ID  # a system that mounts nothing by itself
_PIECE_BYTES = 64 * 1024
_GONE = (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ESTALE, errno.EINVAL)


class FlashError(NoDeviceError):
    """No board took the file; the text is one line that says why and what to do."""


class InBoot(NamedTuple):
    """A volume of a board in boot mode, and what its INFO_UF2.TXT calls the board."""

    volume: Path
    board_id: str


def mounted() -> list[Path]:
    """The folders where this computer shows volumes that are plugged in."""
    if sys.platform == "win32":
        return [Path(f"{letter}:\\") for letter in string.ascii_uppercase]
    if sys.platform == "darwin":
        return _below(Path("/Volumes"))
    user = ""
    with suppress(OSError, KeyError):
        user = getpass.getuser()
    roots = [Path("/media"), Path("/mnt"), Path("/media") / user, Path("/run/media") / user]
    return [folder for root in dict.fromkeys(roots) for folder in _below(root)]


def _below(root: Path) -> list[Path]:
    try:
        return sorted(root.iterdir())
    except OSError:
        return []


def in_boot(volumes: Iterable[Path]) -> list[InBoot]:
    """Those volumes that are a board's in boot mode, of whatever chip."""
    found = []
    for volume in volumes:
        try:
            text = (volume / INFO).read_text("utf-8", "replace")
        except OSError:
            continue
        rows = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        found.append(InBoot(volume, rows.get("Board-ID", "?").strip()))
    return found


def only_volume(volumes: Iterable[Path], label: Path = _LABEL) -> Path:
    """The volume of the only RP2040 in boot mode.

    Args:
        volumes: where to look.
        label: where the system names a volume that is not mounted.

    Raises:
        FlashError: there is none, or more than one.
    """
    found = in_boot(volumes)
    ours = [one.volume for one in found if one.board_id == RP2040_ID]
    if len(ours) == 1:
        return ours[0]
    if ours:
        names = ", ".join(str(volume) for volume in ours)
        raise FlashError(
            f"more than one RP2040 is in boot mode ({names}); unplug all but one, or name its "
            "folder with --volume"
        )
    if found:
        other = found[0]
        raise FlashError(
            f"the board in boot mode at {other.volume} is a {other.board_id}, no RP2040 "
            f"({RP2040_ID}); this firmware runs on an RP2040"
        )
    if label.exists():
        raise FlashError(
            f"an RP2040 is in boot mode, its volume is not mounted: udisksctl mount -b {label}"
        )
    raise FlashError(f"no RP2040 is in boot mode; {BUTTON}")


def checked_volume(volume: Path) -> Path:
    """A folder that somebody has named.

    Raises:
        FlashError: it is no volume of an RP2040 in boot mode.
    """
    if volume in [one.volume for one in in_boot([volume]) if one.board_id == RP2040_ID]:
        return volume
    raise FlashError(
        f"{volume}: no {INFO} of an {RP2040_ID} in it, so it is no RP2040 in boot mode; {BUTTON}"
    )


def create(path: Path) -> BinaryIO:
    """A new file, unbuffered: a write that does not reach the volume raises."""
    return path.open("wb", buffering=0)


def copy_whole(
    data: bytes, volume: Path, name: str, create: Callable[[Path], BinaryIO] = create
) -> None:
    """Copy a file onto the volume, to its last byte and through the system's cache.

    The chip may restart before the copy is closed: what is raised after the last byte, by a volume
    that has gone, is no error.

    Args:
        data: its content; name: its name there.
        volume: where.
        create: opens the new file.

    Raises:
        FlashError: not all of it went there, and why.
    """
    sent = 0
    try:
        with create(volume / name) as stream:
            while sent < len(data):
                sent += stream.write(data[sent : sent + _PIECE_BYTES])
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        gone = not (volume / INFO).exists()
        if gone and sent == len(data):
            return
        raise FlashError(f"{volume}: {_why(error, gone, sent, len(data))}") from error


def _why(error: OSError, gone: bool, sent: int, size: int) -> str:
    if gone or error.errno in _GONE:
        return f"the board went away after {sent} of {size} bytes; {BUTTON}"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            "writing to it is not allowed; mount it for yourself (udisksctl mount), "
            "or copy the image by hand as a user who may"
        )
    if error.errno == errno.ENOSPC:
        return f"it is full after {sent} of {size} bytes; {BUTTON}"
    return f"{error.strerror or error} after {sent} of {size} bytes; {BUTTON}"
