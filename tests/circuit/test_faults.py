"""Single failed parts end as the page says."""

import pytest

from iontobench.circuit.faults import FAULTS, OFF, STAYS, TRIPS, outcome


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_failed_part_ends_as_expected(fault, ngspice):
    shown = outcome(fault)
    assert shown.end == fault.end
    assert shown.peak_ma <= fault.most_ma
    assert shown.above_us <= 20
    assert shown.extra_nc <= 200


def test_a_fault_is_a_short_or_an_open_part_and_has_a_known_end():
    for fault in FAULTS:
        assert bool(fault.short) != bool(fault.open)
        assert fault.end in (TRIPS, OFF, STAYS)


def test_a_short_is_none_before_it_comes(ngspice):
    # A leak of the fault itself once tripped the limiter before the fault.
    (fault,) = [one for one in FAULTS if one.name == "M2 drain to source"]
    shown = outcome(fault)
    assert shown.peak_ma > 15
    assert shown.end == TRIPS
