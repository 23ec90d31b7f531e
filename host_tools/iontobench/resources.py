"""Files that are found by their name: the boards, the firmware and its `main.py`.

They lie in the source checkout, or in an installed wheel under `iontobench/_data`; no other module
needs to know which. Must not import a chip's modules: a board's top level is data, and its
`make_port` is called by the code that wants a port.
"""

import difflib
import hashlib
import os
from pathlib import Path
from types import ModuleType

import ionto
from ionto.core.limits import Board

from .board_module import FILE, NAME, BoardFileError, execute, read
from .errors import UserError

_PACKAGE = Path(__file__).resolve().parent


class ResourceError(UserError):
    """Something asked for by name is not there; the text names it and what there is."""


def data_root(package: Path = _PACKAGE) -> Path:
    """The folder that holds `boards/` (in a checkout the checkout itself).

    Raises:
        ResourceError: neither a checkout nor an installed wheel.
    """
    for root in (package.parent.parent, package / "_data"):
        if (root / "boards").is_dir() and _main_py(root) is not None:
            return root
    raise ResourceError(
        "the boards are missing: this installation is incomplete, install it again"
    )


def _main_py(root: Path) -> Path | None:
    for path in (root / "firmware" / "main.py", root / "main.py"):
        if path.is_file():
            return path
    return None


def main_py() -> Path:
    """The device's `main.py`."""
    path = _main_py(data_root())
    if path is None:  # data_root() has looked already: it went away in between
        raise ResourceError("the firmware's main.py is missing: install iontobench again")
    return path


def firmware_package() -> Path:
    """The folder of the package `ionto`, as it goes onto a device."""
    if ionto.__file__ is None:
        raise ResourceError("the package ionto has no __init__.py: install iontobench again")
    return Path(ionto.__file__).resolve().parent


def firmware_files() -> list[Path]:
    """Every source file of the package `ionto`, sorted by its path."""
    root = firmware_package()
    return sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix())


def firmware_sha256() -> str:
    """One hash over the firmware's sources: names and contents, line ends as `\\n`."""
    root = firmware_package()
    digest = hashlib.sha256()
    for path in firmware_files():
        text = path.read_bytes().replace(b"\r\n", b"\n")
        name = path.relative_to(root).as_posix().encode()
        digest.update(b"%d %s %d\n" % (len(name), name, len(text)) + text)
    return digest.hexdigest()


def board_names() -> list[str]:
    """The names that `--board` takes, sorted."""
    folders = (data_root() / "boards").iterdir()
    return sorted(path.name for path in folders if (path / FILE).is_file())


def is_board_folder(name: str) -> bool:
    """Whether `--board` is given a folder of the person's own: it has a separator, a name none."""
    return "/" in name or os.sep in name or name in (".", "..")


def board_file(name: str, file: str) -> Path:
    """One file of a board's folder.

    Args:
        name: a board of this project, or a folder with a separator in it (`./mine`).
        file: its name in the folder.

    Raises:
        ResourceError: no board of that name, or it has no such file.
    """
    path = board_folder(name) / file
    if not path.is_file():
        raise ResourceError(f"the board {name!r} has no {file}: it exists only in the simulation")
    return path


def board_folder(name: str) -> Path:
    """The folder of a board; of one's own it is `name` itself, be it there or not.

    Raises:
        ResourceError: no board of that name.
    """
    if is_board_folder(name):
        return Path(name)
    names = board_names()
    if name not in names or not NAME.fullmatch(name):
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
        if (Path(name) / FILE).is_file():
            hint = f"for the folder of that name: {os.path.join(os.curdir, name)}"
        raise ResourceError(f"no board {name!r}; {hint}")
    return data_root() / "boards" / name


def load_board(name: str) -> ModuleType:
    """The module `board.py` of a board: data, and a `make_port()` that nobody has called yet.

    Args:
        name: as of `board_file`.

    Raises:
        ResourceError: no board of that name.
        BoardFileError: a folder that is no board, or that takes the name of one of this project.
    """
    if not is_board_folder(name):
        return execute(board_file(name, FILE))
    folder = Path(name)
    module = read(folder)
    own = module.BOARD.name
    if own in board_names() and folder.resolve() != (data_root() / "boards" / own).resolve():
        raise BoardFileError(
            f"{folder / FILE}: {own} is a board of this project; give the folder and its name "
            "another one"
        )
    return module


def board_of(name: str) -> Board:
    """The limits of the board called `name`, or in the folder `name`.

    Raises:
        ResourceError: no board of that name.
        BoardFileError: a folder that is no board.
    """
    return load_board(name).BOARD
