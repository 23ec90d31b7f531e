"""Files on this computer: names that any system takes, writes that are whole or not at all."""

import os
import re
from pathlib import Path


def slug(text: str, most: int) -> str:
    """`text` in a-z, 0-9 and single -, of at most `most` characters; empty where none is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most].rstrip("-")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under another name, then rename it: `path` is the old file or the new one.

    The data are on the disk before the file has its name: a power cut must not keep the name and
    lose the content.

    Raises:
        OSError: it cannot be written; a file of that name is as it was.
    """
    scratch = path.with_name(f"{path.name}.new")
    with scratch.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(scratch, path)
