"""The firmware of each real board as it goes onto one, compiled before: no browser can compile it.

`packed` makes the archive, on a computer; `unpacked` reads the firmware of a board from it. A file
that several boards share is in it once, under its hash. The same sources make the same bytes.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

from iontobench import resources
from iontobench.device.installation import BuiltFirmware
from iontobench.errors import UserError

NAME = "slots.zip"  # in the folder of the package's data
_INDEX = "index.json"
_WHEN = (2026, 1, 1, 0, 0, 0)


def board_names() -> list[str]:
    """The boards that a firmware can be put on: those with a file for their pins at power-on."""
    names = []
    for name in resources.board_names():
        try:
            resources.board_file(name, "boot.py")
        except resources.ResourceError:
            continue
        names.append(name)
    return names


def packed() -> bytes:
    """The archive of every such board.

    Raises:
        BuildError: a file does not compile.
    """
    from iontobench.device.build import slot_files  # needs the compiler

    files: dict[str, bytes] = {}

    def kept(named: Mapping[str, bytes]) -> dict[str, str]:
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in named.items()}
        files.update((hashes[name], data) for name, data in named.items())
        return hashes

    index = {}
    for board in board_names():
        root = {
            "main.py": resources.main_py().read_bytes(),
            "boot.py": resources.board_file(board, "boot.py").read_bytes(),
        }
        index[board] = {"slot": kept(slot_files(board)), "root": kept(root)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in [(_INDEX, json.dumps(index).encode()), *sorted(files.items())]:
            archive.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def unpacked(board: str, archive: bytes | None = None) -> BuiltFirmware:
    """The firmware of a board.

    Args:
        board: its name.
        archive: what `packed` has made; by default the one in the package's data.

    Raises:
        UserError: there is none for that board.
    """
    data = (resources.data_root() / NAME).read_bytes() if archive is None else archive
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        index = json.loads(opened.read(_INDEX))
        if board not in index:
            known = ", ".join(index)
            raise UserError(f"deploy: there is no firmware for a {board} here, but for {known}")
        parts = (
            {name: opened.read(digest) for name, digest in index[board][part].items()}
            for part in ("slot", "root")
        )
        return BuiltFirmware(*parts)
