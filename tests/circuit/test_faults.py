"""Single failed parts end as the page says."""

import pytest

from iontobench.circuit.courses import Course, in_plant, nominal_bench
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
    assert plant_peak_ma_and_extra_nc() == pytest.approx((shown.peak_ma, shown.extra_nc), rel=0.1)


def plant_peak_ma_and_extra_nc():
    """The same of the simulated stage: 2 mA into 1 kOhm, its output transistor a short."""
    course = Course("", 1e3, 17, drive=((2, 2000),), gate=((12, 1),))
    bench = nominal_bench(course)
    in_plant(course, bench)
    currents_ua = []
    bench.inject("output-short")
    for _ in range(100):
        bench.advance(bench.now_us + 1)
        currents_ua.append(bench.load_ua)
    return max(currents_ua) / 1e3, sum(max(0, ua - 2000) for ua in currents_ua) / 1e3
