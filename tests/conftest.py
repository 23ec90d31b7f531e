"""Hypothesis profiles: `ci` is deterministic and short, `long` is for `make test-all`.

`IONTOBENCH_PROFILE=long` picks the other one. Tests marked `long` are left out of `make test`.
"""

import os

from hypothesis import HealthCheck, settings

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
