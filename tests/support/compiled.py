"""Tests that run on the compiled modules: skipped by name where there is no build that fits.

With `compiled` in IONTOBENCH_REQUIRE they fail instead.
"""

import os
import subprocess
import sys

import pytest
from tests.arch.sources import ROOT

from iontobench.compiled import select


def compiled_or_skip(problem=select.problem):
    """Skip without a build that fits the sources, or fail if IONTOBENCH_REQUIRE names it."""
    why = problem()
    if why is None:
        return
    if "compiled" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
        pytest.fail(f"the compiled tier is required: {why}", pytrace=False)
    pytest.skip(f"compiled tier: {why}")


def python(*arguments, asked=""):
    """Run Python in the clone, on the compiled modules where `asked` is "1"."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, select.VARIABLE: asked},
        capture_output=True,
        text=True,
        check=False,
    )
