"""Files on this computer: names that any system takes, writes that are whole or not at all."""

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def slug(text: str, most: int) -> str:
    """`text` in a-z, 0-9 and single -, of at most `most` characters; empty where none is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most].rstrip("-")


def write_whole(path: Path, data: bytes, scratch: Path | None = None) -> None:
    """Write a file under another name, then rename it: `path` is the old file or the new one.

    The data are on the disk before the file has its name: a power cut must not keep the name and
    lose the content.

    Args:
        scratch: the other name, on the same disk; by default beside `path`.

    Raises:
        OSError: it cannot be written; a file of that name is as it was.
    """
    scratch = scratch or _scratch(path)
    _fill(scratch, lambda stream: stream.write(data))
    os.replace(scratch, path)


def write_new(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a new file; there is a whole one afterwards, or none.

    Raises:
        FileExistsError: there is such a file already, and it is kept.
        OSError: it cannot be written.
    """
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "it is there already; choose another name", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path.parent))
    scratch = _scratch(path)
    try:
        _fill(scratch, write)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    os.replace(scratch, path)


def _scratch(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _fill(scratch: Path, write: Callable[[BinaryIO], object]) -> None:
    """The data are on the disk before the file gets its name: see `write_whole`."""
    with scratch.open("wb") as stream:
        write(stream)
        stream.flush()
        os.fsync(stream.fileno())
