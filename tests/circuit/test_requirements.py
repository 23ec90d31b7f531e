"""Each requirement of the board's page, met by the nominal circuit."""

import pytest

from iontobench.circuit import simulated
from iontobench.circuit.report import rows
from iontobench.circuit.requirements import REQUIREMENTS, Bound, Requirement

SHOWN = [one for one in REQUIREMENTS if one.measure is not None]
# The dearest, whose part of the circuit has other tests in the short tier: of the firmware's own
# start (S-14, S-15, S-17), and of the waveforms that the simulated stage follows (S-07, S-08).
DEAR = ("S-07", "S-08", "S-14", "S-15", "S-17")


def _named(requirement):
    marks = pytest.mark.long if requirement.id in DEAR else ()
    return pytest.param(requirement, marks=marks, id=f"{requirement.id}-{requirement.words}")


@pytest.mark.parametrize("requirement", [_named(one) for one in SHOWN])
def test_the_circuit_meets(requirement, ngspice):
    assert requirement.missed(requirement.measure()) == {}


def test_a_value_outside_its_bound_or_none_at_all_is_a_miss():
    bound = SHOWN[0].bounds[0]
    assert bound.holds(bound.least)
    assert not bound.holds(bound.least * 0.99)
    assert not bound.holds(float("nan"))


def test_what_the_simulated_stage_has_is_a_bound_of_its_requirement_and_each_bound_is_named():
    bounds = {one.id: {bound.name for bound in one.bounds} for one in SHOWN}
    assert {id_: set(known) for id_, known in simulated.simulated().items()} == bounds


def test_the_simulated_stage_agrees_only_with_what_it_has_and_only_nearby():
    bound = Bound("threshold_ua", "opens at", "µA", 5200, 5300, alike=0.01)
    assert bound.agrees(5250, (5250.0, 5250.0))
    assert bound.agrees(5250, (5200.0, 5210.0))
    assert not bound.agrees(5250, (5000.0, 5190.0))
    assert not bound.agrees(5250, None)


def test_a_row_tells_the_simulated_stages_value_of_its_own_requirement():
    bound = Bound("off_us", "below 1 % of full scale after", "µs", most=100)
    (low, high) = simulated.simulated()["S-26"]["off_us"]
    (row,) = rows([Requirement("S-26", "reset", lambda: {"off_us": low}, (bound,))])
    assert row.cells[5] == f"{high:g} µs"
    (row,) = rows([Requirement("S-26", "reset", lambda: {"off_us": 2 * low}, (bound,))])
    assert row.cells[5] == f"{high:g} µs, differs"


def test_the_simulated_stage_comes_from_above_only_where_it_stood_at_its_rail():
    assert simulated.simulated()["S-07"]["from_above"] == (1.0, 1.0)
    assert simulated._met(1e4, 0.0)["from_above"] == 0.0


def test_both_over_currents_are_driven_into_the_simulated_stage_too():
    # The circuit's S-14 is the worse of 5 mA times 1.1 and 2 mA times 3.
    charges = [simulated._tripped(*case)["trip_nc"] for case in ((5000, 1.1), (2000, 3.0))]
    assert simulated.simulated()["S-14"]["trip_nc"] == (max(charges), max(charges))
    assert max(charges) == charges[1] == pytest.approx(103.5, rel=0.1)
