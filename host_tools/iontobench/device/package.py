"""A board's package for `mpremote mip install`: the same files as a deploy, in the same places.

The compiled files are not kept with the sources: `export` writes them to `build/BOARD`, where the
`package.json` in the board's folder finds them by relative addresses. `main.py`, `boot.py` and
`slot` come last, so that a cut installation is a slot that is not whole.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LAST = ("boot.py", "main.py", "slot")
_VERSION = "0.1.0"


def package_json(board: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What `boards/BOARD/package.json` says; `files` are `build.board_files`."""
    names = sorted(files, key=lambda name: (name in _LAST, name))
    return {
        "urls": [[name, f"../../build/{board}/{name}"] for name in names],
        "version": _VERSION,
    }


def package_text(board: str, files: Mapping[str, bytes]) -> str:
    """The text of `package.json`, a file a line."""
    package = package_json(board, files)
    lines = ",\n".join(f"  {json.dumps(pair)}" for pair in package["urls"])
    return f'{{\n "urls": [\n{lines}\n ],\n "version": "{package["version"]}"\n}}\n'


def export(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` below `folder`.

    Raises:
        OSError: it cannot be written.
    """
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
