"""Dead-man and limiter over their tolerances, in corners and drawn at random."""

import pytest

from iontobench.circuit import edges, guards, tolerances
from iontobench.circuit.bench import stage
from iontobench.sim.stage import reference_stage

HOLD_MS = (3.6, 8.4)  # S-11
LIMIT_UA = (5200, 5300)  # S-13
TEST_UA = (15, 42)  # S-15


def _named(corner):
    pump, slow = corner.shares["C311"], corner.shares["C313"]
    level = "high" if corner.last else "low"
    return f"pump{pump:+.0f} hold{slow:+.0f} {corner.v5_v}V {corner.temp_c:.0f}C frozen {level}"


def test_a_corner_moves_its_parts_by_their_tolerance():
    moved = tolerances.Corner({"R401": 1.0, "C402": -0.5}).apply(stage())
    assert moved.value("R401") == pytest.approx(390 * 1.001)
    assert moved.value("C402") == pytest.approx(1e-9 * 0.975)


def test_what_is_drawn_is_the_same_each_time():
    first = list(tolerances.drawn(("R401",), 5, seed=3))
    assert first == list(tolerances.drawn(("R401",), 5, seed=3))
    assert len({corner.offset_v for corner in first}) == 5


@pytest.mark.long
@pytest.mark.parametrize("corner", tuple(tolerances.dead_man_corners()), ids=_named)
def test_the_dead_man_holds_within_its_limits_in_every_corner(corner, ngspice):
    assert HOLD_MS[0] <= tolerances.hold_ms(corner) <= HOLD_MS[1]


@pytest.mark.long
def test_the_dead_man_holds_within_its_limits_in_a_hundred_drawings(ngspice):
    drawn = tolerances.drawn(tolerances.DEAD_MAN_PARTS, 100, seed=1)
    holds = [tolerances.hold_ms(corner) for corner in drawn]
    assert HOLD_MS[0] <= min(holds)
    assert max(holds) <= HOLD_MS[1]


@pytest.mark.long
@pytest.mark.parametrize("short", ["C311", "C312"])
@pytest.mark.parametrize("last", [0, 1])
def test_the_dead_man_holds_within_its_limits_with_a_pump_capacitor_short(short, last, ngspice):
    one = guards.dead_man_alone().element(short)
    shorted = guards.dead_man_alone().without(short)
    shorted = shorted.added(f"Rshort {one.fields[0]} {one.fields[1]} 0.01")
    assert guards.hold(last, shorted)["hold_ms"] <= HOLD_MS[1]


@pytest.mark.long
def test_without_its_comparator_the_dead_man_ends_by_its_capacitor_alone(ngspice):
    alone = guards.dead_man_alone().without("XU4C")
    assert guards.hold(0, alone)["hold_ms"] == pytest.approx(11.5, abs=0.2)  # as the page says
    assert guards.hold(1, alone)["hold_ms"] == pytest.approx(12.5, abs=0.2)


@pytest.mark.long
@pytest.mark.parametrize("test", [False, True], ids=["limit", "LIM_TEST"])
def test_the_limiter_opens_within_its_limits_in_both_corners(test, ngspice):
    least, most = TEST_UA if test else LIMIT_UA
    for corner in tolerances.limiter_corners():
        opens_ua = guards.limiter_threshold(tolerances.limiter_stage(corner, stage()), test)
        assert least <= opens_ua <= most


@pytest.mark.long
def test_the_simulated_stage_draws_the_compliance_over_the_circuits_corners(ngspice):
    # One corner misses S-06 by 0.2 V: 45.2 V of supply, a threshold of -3.5 V, 60 degrees.
    data = reference_stage()
    corners = list(tolerances.compliance_corners())
    at_5ma = [1000 * corner["at_5ma_v"] / data.nominal_mv for corner in corners]
    drawn = data.least_share, data.most_share
    assert (min(at_5ma), max(at_5ma)) == pytest.approx(drawn, abs=2e-3)
    assert drawn[0] <= min(at_5ma)
    assert max(at_5ma) <= drawn[1]
    assert max(corner["open_v"] for corner in corners) <= 47
    assert min(corner["at_2ma_v"] for corner in corners) > 42.5


@pytest.mark.long
def test_the_limiter_opens_within_its_limits_in_twenty_drawings(ngspice):
    for corner in tolerances.drawn(tolerances.LIMITER_PARTS, 20, seed=2):
        netlist = tolerances.limiter_stage(corner, stage())
        assert LIMIT_UA[0] <= guards.limiter_threshold(netlist) <= LIMIT_UA[1]
        assert TEST_UA[0] <= guards.limiter_threshold(netlist, test=True) <= TEST_UA[1]


@pytest.mark.long
@pytest.mark.parametrize(("current_ua", "factor"), [(5000, 1.06), (5000, 2.0), (2000, 5.8)])
def test_the_limiter_trips_in_time_at_other_over_currents(current_ua, factor, ngspice):
    shown = guards.trip(current_ua, factor)
    assert shown["trip_us"] <= 20
    assert shown["gone_us"] <= 35


@pytest.mark.long
def test_the_test_current_trips_the_slowest_limiter(ngspice):
    for corner in tolerances.limiter_corners():
        assert guards.limiter_test(tolerances.limiter_stage(corner, stage()))["trips"]


@pytest.mark.long
def test_lim_test_before_the_pump_trips_by_the_packet_and_not_by_the_current(ngspice):
    # 15 uA are below its threshold: what trips is the wind-up (S-18). Into 1 kOhm the packet is
    # shorter than the limiter's delay, by a little.
    assert guards.limiter_test(current_ua=15.0, pumping_first=False, ohm=10e3)["trips"]
    assert not guards.limiter_test(current_ua=15.0, ohm=10e3)["trips"]


@pytest.mark.long
def test_ten_times_the_output_capacitance_trips_the_limiter_when_a_load_halves(ngspice):
    assert edges.halving(stage().with_value("C501", 2.2e-9))["trips"]


@pytest.mark.long
@pytest.mark.parametrize("vto", [-1.5, -3.5])
def test_the_thresholds_of_the_output_transistors_do_not_matter(vto, ngspice):
    text = "ZVP3310F PMOS(LEVEL=1 VTO="
    moved = stage().substituted(f"{text}-2.5", f"{text}{vto}")
    assert guards.trip(netlist=moved)["trip_us"] <= 20
    assert edges.chain_closes(moved)["packet_nc"] <= 10
