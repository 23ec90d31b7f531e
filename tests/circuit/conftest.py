"""ngspice: skipped by name where it is absent; with `circuit` in IONTOBENCH_REQUIRE it fails."""

import os

import pytest

from iontobench.circuit.ngspice import NgspiceError, find_ngspice


def ngspice_or_skip(find=find_ngspice):
    """The path of ngspice; without it skip, or fail if IONTOBENCH_REQUIRE names `circuit`."""
    try:
        return find()
    except NgspiceError as why:
        if "circuit" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
            pytest.fail(f"the circuit tier is required: {why}", pytrace=False)
        pytest.skip(f"circuit tier: {why}")


@pytest.fixture(scope="session")
def ngspice():
    """Path of the program."""
    return ngspice_or_skip()
