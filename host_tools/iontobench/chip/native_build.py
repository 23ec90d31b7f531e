"""`python -m iontobench.chip.native_build`: compile the emulator for this Python and install it.

Works in a clone that has the extra `native`. The sources of the pinned version come from the
package index into `build/native`, where a wheel is made of them; it takes the place of the
index's own wheel, under the same version. Exit 0: the native build is installed. Exit 1: it is
not, one line says why, and the emulator that was installed stays. It must not write into the
source tree, nor take another version than the pinned one.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

_CLONE = Path(__file__).resolve().parents[3]
_SETUP = Path(__file__).with_name("native_setup.py")
_PACKAGE = "rp2040py"
_TOOLS = ("Cython", "setuptools", "setuptools-scm", "wheel", "pip")
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
_SOURCES = ("--no-binary", _PACKAGE, "--retries", "1")  # with no index it is said soon
_LOG = "build.log"

Run = Callable[[Sequence[str], Path], None]
Alter = Callable[[Path], None]


class NativeError(RuntimeError):
    """The emulator cannot be compiled here; the text says why and what helps."""


def _unaltered(sources: Path) -> None:
    """The plain build takes the sources as they are."""


def main(root: Path = _CLONE) -> int:
    """Build and install where needed, say how it went; returns the exit code."""
    try:
        said = provide(root, pip)
    except (NativeError, OSError) as why:
        used = "the installed one (the slower wheel, as a rule) is used"
        print(f"emulator: not compiled, {used}: {why}", file=sys.stderr)
        return 1
    print(f"emulator: {said}")
    return 0


def missing_tool() -> str | None:
    """What a build lacks here, and how to get it; None where it lacks nothing."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler {compiler} (on Debian and Ubuntu: build-essential)"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return f"{sys.executable} has no Python.h (on Debian and Ubuntu: python3-dev)"
    for tool in _TOOLS:
        try:
            importlib.metadata.version(tool)
        except importlib.metadata.PackageNotFoundError:
            return f"{tool} is not installed; pip install -c constraints.txt -e '.[native]'"
    return None


def provide(root: Path, run: Run) -> str:
    """Install the native build of the pinned version, compiling it where `build` has none.

    Args:
        root: the clone.
        run: runs pip with arguments in a folder; raises NativeError where pip fails.

    Returns:
        What was done, for the person.

    Raises:
        NativeError: it could not be had.
    """
    version = pinned(root, _PACKAGE)
    key = build_key(version, pinned(root, "Cython"))
    if installed_key() == key:
        return f"native build of {_PACKAGE} {version} is installed"
    folder = root / "build" / "native" / key
    wheel = built(folder, version, run)
    run(["install", "--force-reinstall", "--no-deps", "--no-index", str(wheel)], folder)
    return f"native build of {_PACKAGE} {version} installed"


def pinned(root: Path, package: str) -> str:
    """The package's version in the clone's constraints.

    Raises:
        NativeError: this is no clone, or nothing is pinned.
    """
    try:
        lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise NativeError("constraints.txt is missing: run it in a clone of IontoBench") from error
    for line in lines:
        name, _, version = line.partition("==")
        if name == package:
            return version
    raise NativeError(f"constraints.txt pins no {package}")


def build_key(version: str, cython: str, own: Sequence[Path] = ()) -> str:
    """Names a build by all that it is made of, so that a changed recipe is a new build.

    Args:
        version: the emulator's.
        cython: Cython's version.
        own: files of ours that the build takes besides the setup.
    """
    recipe = [path.read_text(encoding="utf-8") for path in (_SETUP, *own)]
    text = "\n".join((version, cython, EXTENSION_SUFFIXES[0], *recipe))
    return f"{version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def installed_key() -> str | None:
    """The key of the build that is installed: pip remembers the file; None for the index's."""
    try:
        origin = importlib.metadata.distribution(_PACKAGE).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        return None
    return Path(json.loads(origin)["url"]).parent.name if origin else None


def built(folder: Path, version: str, run: Run, alter: Alter = _unaltered) -> Path:
    """The folder's wheel, compiled where there is none.

    Args:
        folder: one for each recipe, named by it.
        version: the pinned one.
        run: as of `provide`.
        alter: changes the unpacked sources, our setup among them.

    Raises:
        NativeError: it could not be had.
    """
    wheel = _wheel_in(folder)
    if wheel is None:
        missing = missing_tool()
        if missing is not None:
            raise NativeError(missing)
        print("Compiling the emulator for this Python: once, about a minute", flush=True)
        wheel = _build(folder, version, run, alter)
    return wheel


def _build(folder: Path, version: str, run: Run, alter: Alter) -> Path:
    """Download, unpack and compile; the wheel comes into `folder` when all of it went well."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    only = ["--no-deps", "--no-build-isolation"]  # the tools are those of the extra `native`
    pinned = f"{_PACKAGE}=={version}"
    run(["download", *only, *_SOURCES, "--dest", str(folder), pinned], folder)
    sources = _unpacked(folder, version)
    shutil.copyfile(_SETUP, sources / "setup.py")
    alter(sources)
    made = folder / "made"
    run(["wheel", *only, "--no-index", "--wheel-dir", str(made), str(sources)], folder)
    wheel = _wheel_in(made)
    if wheel is None or not wheel.name.startswith(f"{_PACKAGE}-{version}-"):
        raise NativeError(f"the build gave no wheel of version {version}; see {folder / _LOG}")
    _check_compiled(wheel)
    kept = wheel.rename(folder / wheel.name)
    shutil.rmtree(sources)
    shutil.rmtree(made)
    return kept


def _unpacked(folder: Path, version: str) -> Path:
    archive = folder / f"{_PACKAGE}-{version}.tar.gz"
    if not archive.is_file():
        raise NativeError(f"the package index has no sources of {_PACKAGE} {version}")
    with tarfile.open(archive) as packed:
        # Python 3.11 has this filter from 3.11.4 on [PEP 706].
        packed.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
        packed.extractall(folder)
    return folder / f"{_PACKAGE}-{version}"


def _check_compiled(wheel: Path) -> None:
    """A module that is not compiled would silently be replaced by the emulator's slow twin."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    sources = [name.removesuffix(".pyx") for name in names if name.endswith(".pyx")]
    lost = [name for name in sources if name + EXTENSION_SUFFIXES[0] not in names]
    if lost or not sources:
        raise NativeError(f"not every module was compiled: {', '.join(lost) or 'none is there'}")


def _wheel_in(folder: Path) -> Path | None:
    return next(iter(sorted(folder.glob("*.whl"))), None)


def pip(arguments: Sequence[str], folder: Path) -> None:
    """Run pip; all that it says goes into the folder's log.

    Raises:
        NativeError: it failed; the text is pip's own last word.
    """
    # The emulator's own setup would translate its sources whenever somebody asks for its version.
    environment = {**os.environ, "RP2040PY_SKIP_NATIVE_BUILD": "1"}
    said = subprocess.run(
        [*_PIP, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    with (folder / _LOG).open("a", encoding="utf-8") as log:
        log.write(said.stdout)
    if said.returncode != 0:
        errors = [line for line in said.stdout.splitlines() if line.startswith("ERROR:")]
        reason = errors[-1].removeprefix("ERROR:").strip() if errors else "it said nothing"
        raise NativeError(f"pip {arguments[0]}: {reason} ({folder / _LOG} has more)")


if __name__ == "__main__":
    sys.exit(main())
