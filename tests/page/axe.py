"""axe-core, which finds what a screen reader or a keyboard cannot use: from npm, pinned here.

`axe_script()` returns its source, fetched as the page's own packages are. Without npm or a network
the test is skipped by name.
"""

import os
from pathlib import Path

import pytest
from tests.arch.sources import ROOT

from iontobench.page.fetched import FetchError, browser_files

_SCRIPT = Path("axe-core/axe.min.js")


def axe_script():
    """The script that defines `axe`; skips the test where it cannot be had."""
    try:
        modules = browser_files(ROOT / "build" / "page-axe", Path(__file__).parent)
    except FetchError as why:
        if "page" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
            pytest.fail(f"the page tier is required: axe-core: {why}", pytrace=False)
        pytest.skip(f"page tier: axe-core cannot be had: {why}")
    return (modules / _SCRIPT).read_text("utf-8")
