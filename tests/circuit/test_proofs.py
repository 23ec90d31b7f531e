"""The firmware's proof judges the circuit and the simulated stage alike."""

import pytest

from iontobench.circuit import proofs
from iontobench.circuit.proofs import FAULTS, HEALTHY

PACKET_UA = 150  # S-16


@pytest.mark.long
def test_a_whole_stage_is_proven_in_both(ngspice):
    assert proofs.in_circuit() == proofs.in_plant() == "proven"


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name)
def test_a_failed_part_has_the_same_verdict_in_both(fault, ngspice):
    verdict = proofs.in_circuit(fault)
    assert proofs.in_plant(fault) == verdict
    assert verdict != proofs.in_plant(HEALTHY)


@pytest.mark.long
def test_a_proof_that_passes_gives_the_load_no_packet(ngspice):
    assert proofs.peak_ua() <= PACKET_UA
