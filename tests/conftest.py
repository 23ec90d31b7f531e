"""Hypothesis profiles, tiers, and how the tests are shared out among workers.

The profile `ci` is deterministic and short, `long` is for `make test-all`, which picks it by
`IONTOBENCH_PROFILE=long`. Tests marked `long` are left out of `make test`.
"""

import gc
import importlib
import os
from array import array
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from tests.support.tiers import mark_long

# Before any part of the firmware is imported: this puts the compiled modules in their places.
importlib.import_module("iontobench")
# Here the sources' tables are arrays, as on the chip: a number beyond 32 bits is an error.
vars(importlib.import_module("ionto.core.const"))["words"] = partial(array, "i")

# By what one share of it takes.
_DEAREST = ("chip", "page", "net", "vm", "circuit", "closed_loop", "host")
_ORDER = {folder: place for place, folder in enumerate(_DEAREST)}

# Objects until the collector looks: a session makes millions, hardly one of them in a circle, and
# at the usual 700 a tenth of its time goes into looking.
_LOOK_EVERY = 100_000

_SHARED = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("ci", max_examples=25, **_SHARED)
settings.register_profile("mutants", max_examples=60, **_SHARED)
settings.register_profile("long", max_examples=2000, **_SHARED)
settings.load_profile(os.environ.get("IONTOBENCH_PROFILE", "ci"))


def pytest_configure(config):
    """Name the marker that `make test` leaves out."""
    config.addinivalue_line("markers", "long: minutes of run time; only in make test-all")
    config.addinivalue_line("markers", "short_cases(*ids): the other cases of the test are long")
    config.addinivalue_line("markers", "thinned: long by `short_cases`; `make mutants` runs it")


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem():
    """Of a test with `short_cases` the cases that it does not name are long."""
    found = yield
    if isinstance(found, list):
        mark_long([item for item in found if isinstance(item, pytest.Function)])
    return found


def pytest_collection_modifyitems(items):
    """The largest shares first, so that what is left at the end is short and both workers end."""
    items.sort(key=lambda item: _ORDER.get(item.path.parent.name, len(_ORDER)))


def pytest_collection_finish():
    """What was collected stays to the end: the collector need not look at it, nor copies of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_LOOK_EVERY)


def pytest_ignore_collect(collection_path, config):
    """The worker that runs the compiled modules reads its own tests only."""
    if not hasattr(config, "workerinput"):
        return None
    from tests.support.workers import is_left_out

    return is_left_out(collection_path, config.rootpath) or None


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist nobody asks
def pytest_xdist_setupnodes(specs):
    """Before the workers are started: which of them runs the compiled modules."""
    from tests.support.workers import ask_for_compiled

    ask_for_compiled(specs)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With `-n`: whole files, tests/chip and tests/page each as one: what they share is made once.

    The marks of `--dist loadgroup` say the same, but pytest-xdist 3.8 loses them with pytest 9.2.
    """
    if config.getoption("dist") == "each":
        return None
    from tests.support.workers import ByShare

    return ByShare(config, log)
