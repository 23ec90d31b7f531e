"""Hypothesis profiles, tiers, and how the tests are shared out among workers.

The profile `ci` is deterministic and short, `long` is for `make test-all`, which picks it by
`IONTOBENCH_PROFILE=long`. Tests marked `long` are left out of `make test`.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

_ORDER = {folder: place for place, folder in enumerate(("chip", "vm", "closed_loop", "host"))}

_SHARED = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("ci", max_examples=60, **_SHARED)
settings.register_profile("long", max_examples=2000, **_SHARED)
settings.load_profile(os.environ.get("IONTOBENCH_PROFILE", "ci"))


def pytest_configure(config):
    """Name the marker that `make test` leaves out."""
    config.addinivalue_line("markers", "long: minutes of run time; only in make test-all")


def pytest_collection_modifyitems(items):
    """The chip's tests first and all by one worker, which boots it once; else a file a worker.

    With `--dist loadgroup` the other worker meanwhile does the rest, slow folders first, so that
    both end together.
    """
    items.sort(key=lambda item: _ORDER.get(item.path.parent.name, len(_ORDER)))
    for item in items:
        folder = item.path.parent.name
        group = folder if folder == "chip" else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
