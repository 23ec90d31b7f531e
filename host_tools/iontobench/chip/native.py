"""Which build of the emulator runs: compiled for this Python, the stock wheel, or pure Python.

All three give the same trace to the bit; they differ in speed only. `native_build` makes and
installs the first. `cache_build` makes a fourth, with a model of the flash cache that is off
until it is configured. It must not choose a build: the one on the path is used.
"""

import importlib.metadata
import importlib.util
import sys
from importlib.machinery import EXTENSION_SUFFIXES

NATIVE = "native"
CACHED = "native+cache"
WHEEL = "stock wheel"
PURE = "pure Python"

_REMARKS = {
    NATIVE: "compiled for this Python",
    CACHED: "compiled for this Python, with a model of the flash cache",
    WHEEL: "a third as fast as native; in a clone `make native` compiles it",
    PURE: "a twentieth as fast as native; in a clone `make native` compiles it",
}


def emulator_build() -> str:
    """NATIVE, CACHED, WHEEL or PURE: the build whose code runs in this process.

    Raises:
        ImportError: the extra `chip` is not installed.
    """
    from rp2040py.execute_batch import execute_batch  # not without the extra

    build = build_of(sys.modules[execute_batch.__module__].__file__ or "")
    return CACHED if build == NATIVE and is_cache_modelled() else build


def is_cache_modelled() -> bool:
    """Whether the emulator on the path has the model of the flash cache compiled in."""
    return importlib.util.find_spec("rp2040py.native._flash_cache") is not None


def build_of(file: str) -> str:
    """The build that a module of the emulator belongs to, by its file's suffix."""
    if file.endswith(".py"):
        return PURE
    # The wheel is compiled for every Python by the stable interface, which hides all objects'
    # insides; one that is compiled for this Python has this Python's own, first suffix.
    return NATIVE if file.endswith(EXTENSION_SUFFIXES[0]) else WHEEL


def emulator_line() -> str:
    """The emulator's version and build, and what the build means for its speed."""
    try:
        build = emulator_build()
    except ImportError:
        return "emulator: not installed (extra `chip`)"
    version = importlib.metadata.version("rp2040py")
    return f"emulator: {build} (rp2040py {version}, {_REMARKS[build]})"
