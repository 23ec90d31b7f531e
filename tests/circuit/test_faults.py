"""Single failed parts end as the page says."""

import re

import pytest

from iontobench.circuit.bench import stage
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


OUTPUT = {"opa196": 4, "opa2376": 4, "tlv1704": 2, "hct02": 2}  # which pin of a unit's line
RAILS = {"low": ("0", "vee"), "high": ("v5",)}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_at_the_part_that_its_name_says(fault):
    # `U5A output low` was once the output of U5B.
    part, what = re.match(r"(\S+) ([^,]+)", fault.name).groups()
    names = {one.name.removeprefix("X"): one for one in stage().elements()}
    if part not in names:
        assert fault.name in ("limiter's threshold at 0 V", "return lead to ground")
        return
    one = names[part]
    pins = one.fields[:-1]
    if what == "drain to source":
        assert set(fault.short) == {pins[0], pins[2]}
    elif what == "short":
        assert set(fault.short) == set(pins)
    elif what == "open":
        assert (fault.open, fault.pin) == (one.name, 0)
    elif what == "output open":
        assert (fault.open, fault.pin) == (one.name, OUTPUT[one.model])
    else:
        node, rail = fault.short
        assert node == pins[OUTPUT[one.model]]
        assert rail in RAILS[what.removeprefix("output ")]


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
