"""The VM as a fixture: one a worker, started once, skipped by name where it cannot be had."""

import pytest

from .harness import Vm
from .install import vm_module_or_skip


@pytest.fixture(scope="session")
def vm_path():
    """Path of the installed VM module."""
    return vm_module_or_skip()


@pytest.fixture(scope="session")
def vm(vm_path):
    """A running VM with the firmware on its import path."""
    with Vm(vm_path) as machine:
        yield machine
