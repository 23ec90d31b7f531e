"""axe-core, which finds what a screen reader or a keyboard cannot use: from npm, pinned here.

`axe_script()` returns its source, installed by `npm ci` into `build/page-axe-KEY`, where the key
is a hash of the lock file. Without npm or a network the test is skipped by name.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock
from tests.arch.sources import ROOT

from iontobench.page.fetched import FetchError, npm_command

_HERE = Path(__file__).parent
_PINS = ("package.json", "package-lock.json")
_SCRIPT = Path("node_modules/axe-core/axe.min.js")
_CI = (
    "ci",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--ignore-scripts",
    "--fetch-retries=1",
)
_TIMEOUT_S = 180


def axe_script():
    """The script that defines `axe`; skips the test where it cannot be had."""
    key = hashlib.sha256((_HERE / _PINS[1]).read_bytes()).hexdigest()[:12]
    folder = ROOT / "build" / f"page-axe-{key}"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock"), timeout=2 * _TIMEOUT_S):
        if not (folder / _SCRIPT).exists():
            _install(folder)
    return (folder / _SCRIPT).read_text("utf-8")


def _install(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in _PINS:
        shutil.copy(_HERE / name, folder)
    why = ""
    try:
        given = {"cwd": folder, "capture_output": True, "text": True, "timeout": _TIMEOUT_S}
        done = subprocess.run([*npm_command(), *_CI], check=False, **given)
        why = done.stderr.strip()[-300:] if done.returncode else ""
    except (FetchError, OSError, subprocess.TimeoutExpired) as error:
        why = str(error)
    if not why:
        return
    shutil.rmtree(folder, ignore_errors=True)
    if "page" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
        pytest.fail(f"the page tier is required: axe-core: {why}", pytrace=False)
    pytest.skip(f"page tier: axe-core cannot be had: {why}")
