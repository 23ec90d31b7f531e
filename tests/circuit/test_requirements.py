"""Each requirement of the board's page, met by the nominal circuit."""

import pytest

from iontobench.circuit.requirements import REQUIREMENTS

SHOWN = [one for one in REQUIREMENTS if one.measure is not None]


@pytest.mark.parametrize("requirement", SHOWN, ids=lambda one: f"{one.id}-{one.words}")
def test_the_circuit_meets(requirement, ngspice):
    measured = requirement.measure()
    missed = {
        bound.name: measured[bound.name]
        for bound in requirement.bounds
        if not bound.holds(measured[bound.name])
    }
    assert missed == {}


def test_a_value_outside_its_bound_or_none_at_all_is_a_miss():
    bound = SHOWN[0].bounds[0]
    assert bound.holds(bound.least)
    assert not bound.holds(bound.least * 0.99)
    assert not bound.holds(float("nan"))
