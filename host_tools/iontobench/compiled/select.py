"""Puts the compiled modules in place of their sources: one finder, asked before Python's own.

`IONTOBENCH_COMPILED=1` in the environment asks for it, so that every process that this one starts
does the same; the package asks `use` on its import, before any of the modules can be imported.
`--compiled` starts the command anew with that, and so does a campaign where there is a build, but
for `IONTOBENCH_COMPILED=0`. A build that does not fit the sources, to the
byte, is not used. Must not import any of the compiled modules.
"""

import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from . import declarations

VARIABLE = "IONTOBENCH_COMPILED"
FLAG = "--compiled"
HELP = "Run the modules that `make compiled` made: the same, many times as fast."
MANIFEST = "manifest.json"
SAMPLES_MODULE = "iontobench.compiled.sample_buffer"  # has no source but its declaration
_ASKED, _SAID, _NEVER = "1", "said", "0"
_PACKAGE = Path(__file__).resolve().parent.parent
_ROOT = _PACKAGE.parent.parent


def folder() -> Path:
    """Where the compiled modules are, in a clone."""
    return _ROOT / "build" / "compiled" / "lib"


def source_of(module: str) -> Path:
    """The source of a module of `ionto` or `iontobench`."""
    top, _, rest = module.partition(".")
    package = _PACKAGE if top == "iontobench" else _ROOT / "firmware" / "ionto"
    place = package / rest.replace(".", "/")
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def digest(module: str) -> str:
    """A hash of a module's source and of its declared types."""
    types = declarations.TYPES / f"{module}.pxd"
    return hashlib.sha256(source_of(module).read_bytes() + types.read_bytes()).hexdigest()


def source_digest(module: str) -> str:
    """A hash of a module's source; nothing where it has none."""
    source = source_of(module)
    return hashlib.sha256(source.read_bytes()).hexdigest() if source.is_file() else ""


class CompiledFinder(importlib.abc.MetaPathFinder):
    """Finds the compiled modules of a build, and nothing else."""

    def __init__(self, files: dict[str, Path]) -> None:
        self.files = files

    def find_spec(self, fullname: str, path=None, target: ModuleType | None = None):
        """The compiled module, where there is one."""
        place = self.files.get(fullname)
        if place is None:
            return None
        loader = CompiledLoader(fullname, str(place))
        return importlib.util.spec_from_file_location(fullname, place, loader=loader)


class CompiledLoader(importlib.machinery.ExtensionFileLoader):
    """Loads a compiled module; its `__file__` is its source, which some code reads."""

    def exec_module(self, module: ModuleType) -> None:
        """As for every compiled module."""
        super().exec_module(module)
        source = source_of(module.__name__)
        if source.is_file():
            module.__file__ = str(source)


def is_used() -> bool:
    """Whether this process runs the compiled modules."""
    return any(isinstance(one, CompiledFinder) for one in sys.meta_path)


def is_asked() -> bool:
    """Whether this process was told to run them; where there is no build, it does not."""
    return os.environ.get(VARIABLE, "") not in ("", _NEVER)


def problem(at: Path | None = None) -> str | None:
    """Why there is no build that fits the sources, in words; None where there is one."""
    at = at or folder()
    try:
        manifest = json.loads((at / MANIFEST).read_text("utf-8"))
    except OSError:
        return "there is no compiled build: `make compiled` makes one"
    if manifest["python"] != importlib.machinery.EXTENSION_SUFFIXES[0]:
        return "the compiled build is another Python's: `make compiled` makes it anew"
    known = {name for name in manifest["modules"] if manifest["modules"][name]["digest"]}
    changed = known ^ set(declarations.modules()) or {
        name for name in known if manifest["modules"][name]["digest"] != digest(name)
    }
    # Their numbers are in the compiled modules.
    constants = manifest.get("constants", {})
    changed |= {name for name in constants if constants[name] != source_digest(name)}
    if changed:
        first = min(changed)
        return f"{first} has changed since the compiled build: `make compiled` makes it anew"
    return None


def use(at: Path | None = None) -> str | None:
    """Take the compiled modules from now on; returns why not, in words, or None.

    Call it before any of them was imported.
    """
    at = at or folder()
    if is_used():
        return None
    found = problem(at)
    if found is not None:
        return found
    manifest = json.loads((at / MANIFEST).read_text("utf-8"))
    files = {name: at / row["file"] for name, row in manifest["modules"].items()}
    early = [name for name in files if name in sys.modules]
    if early:
        return f"{early[0]} was imported before iontobench: import iontobench first"
    sys.meta_path.insert(0, CompiledFinder(files))
    return None


def use_if_asked() -> None:
    """Use the build where the environment asks for it; say once what is used."""
    if not is_asked():
        return
    why = use()
    if os.environ[VARIABLE] != _SAID:
        os.environ[VARIABLE] = _SAID  # the processes that this one starts need not say it again
        print(sentence(why), file=sys.stderr)


def sentence(why: str | None) -> str:
    """What is said of the build's use, one line."""
    if why is None:
        return "compiled modules are in use"
    return f"iontobench: {why}; the plain sources are used"


def start_anew(module: str, arguments: Sequence[str], if_built: bool = False) -> None:
    """Start `python -m module arguments` with compiled modules, in place of this process.

    Returns only where nothing asks for it, or the process was started so already.

    Args:
        if_built: without the flag too, where there is a build that fits.
    """
    if is_asked() or not (FLAG in arguments or (if_built and _is_welcome())):
        return
    os.environ[VARIABLE] = _ASKED
    command = [sys.executable, "-m", module, *arguments]
    if os.name == "nt":  # there a shell would not wait for the process that takes the place
        sys.exit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(sys.executable, command)


def _is_welcome() -> bool:
    """Whether there is a build that fits, and nobody has refused it."""
    return os.environ.get(VARIABLE) != _NEVER and problem() is None
