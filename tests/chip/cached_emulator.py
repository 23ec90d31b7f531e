"""Calls a function in a process of its own, with the emulator that has the flash cache's model.

`make chip-cache ARGS=--build` makes that emulator; where it is not, what needs it is skipped by
name.
"""

import json
import os
import subprocess
import sys

from tests.arch.sources import ROOT

MISSING = "no emulator with a flash cache; `make chip-cache ARGS=--build` compiles it"


def cached_emulator():
    """Its folder, or why there is none."""
    from iontobench.chip.cache_build import cached_build
    from iontobench.chip.native_build import NativeError

    try:
        build = cached_build(ROOT)
    except NativeError as why:
        return None, str(why)
    return build, MISSING


def told_by_cached(module, function):
    """What `function` of `module`, called there without arguments, returns as JSON.

    Raises:
        FileNotFoundError: no such emulator; the text says how to make it.
    """
    build, why = cached_emulator()
    if build is None:
        raise FileNotFoundError(why)
    code = f"from {module} import {function} as f; print(f())"
    path = os.pathsep.join([str(build), str(ROOT), os.environ.get("PYTHONPATH", "")])
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(said.stdout)
