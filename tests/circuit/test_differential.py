"""The simulated stage against the circuit, on the same waveforms."""

from dataclasses import replace

import numpy as np
import pytest

from iontobench.circuit import courses
from iontobench.circuit.bench import LOAD
from iontobench.circuit.courses import AFTER_MS, Course, Trace
from iontobench.circuit.ngspice import transient
from iontobench.resources import load_board
from iontobench.sim.stage import StageParams

SHARE, UA = 0.005, 5.0  # outside AFTER_MS of an edge
CHARGE_NC, CHARGE_SHARE = 2.0, 0.2  # of an edge
FEW = ("1 kΩ: holds", "10 kΩ: LIM_TEST")  # of `courses.SHORT`: current, and the limiter's latch


def outside(course: Course, circuit: Trace, plant: Trace):
    """Where they differ by more than is allowed: (ms, circuit, plant), at most five."""
    near = np.zeros(len(circuit.t_ms), bool)
    for edge_ms in course.edges_ms():
        near |= (circuit.t_ms >= edge_ms) & (circuit.t_ms < edge_ms + AFTER_MS + 1e-9)
    apart = np.abs(circuit.load_ua - plant.load_ua) > SHARE * np.abs(circuit.load_ua) + UA
    bad = np.flatnonzero(apart & ~near)
    rows = (circuit.t_ms, circuit.load_ua, plant.load_ua)
    return [tuple(round(float(row[at]), 2) for row in rows) for at in bad[:5]]


def charges(course: Course, circuit: Trace, plant: Trace):
    """Edges whose charges differ by more than is allowed: (ms, circuit, plant)."""
    found = []
    for edge_ms in course.edges_ms():
        span = (edge_ms, min(edge_ms + AFTER_MS, course.end_ms))
        one, other = circuit.excess_nc(*span), plant.excess_nc(*span)
        if abs(one - other) > max(CHARGE_NC, CHARGE_SHARE * abs(one)):
            found.append((edge_ms, round(one, 2), round(other, 2)))
    return found


def assert_alike(course: Course) -> Trace:
    circuit, plant = courses.in_circuit(course), courses.in_plant(course)
    assert outside(course, circuit, plant) == []
    assert charges(course, circuit, plant) == []
    assert changes_ms(circuit) == pytest.approx(changes_ms(plant), abs=0.06)
    return circuit


def changes_ms(trace: Trace):
    """When the latch changes, from its first pulse of REARM on."""
    since = trace.t_ms > 1.0
    return trace.t_ms[since][1:][np.diff(trace.tripped[since].astype(int)) != 0].tolist()


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(one, id=one.name, marks=() if one.name.startswith(FEW) else pytest.mark.long)
        for one in courses.SHORT
    ],
)
def test_the_simulated_stage_follows_the_circuit(course, ngspice):
    assert_alike(course)


@pytest.mark.long
@pytest.mark.parametrize("course", courses.LONG, ids=lambda one: one.name)
def test_the_simulated_stage_follows_the_circuit_with_other_loads(course, ngspice):
    assert_alike(course)


@pytest.mark.long
@pytest.mark.parametrize("course", courses.STEPPED, ids=lambda one: one.name)
def test_a_load_step_at_random_does_not_trip_the_limiter(course, ngspice):
    # tests/closed_loop has forty of them for the simulated stage.
    assert not assert_alike(course).tripped[-1]


@pytest.mark.long
def test_rearm_too_soon_gives_the_circuits_peak(ngspice):
    course = courses.REARMED_SOON
    rearm_ms, _ = course.rearm[0]
    result = transient(courses.deck(course), course.end_ms, 2, LOAD, from_ms=rearm_ms)
    bench = courses.nominal_bench(course)
    courses.in_plant(replace(course, end_ms=rearm_ms), bench)
    peak_ua = 0.0
    for _ in range(50):
        bench.advance(bench.now_us + 1)
        peak_ua = max(peak_ua, bench.load_ua)
    assert peak_ua == pytest.approx(result["load_ua"].max(), rel=0.1)
    assert peak_ua > bench.stage.closing_ua


def test_every_range_is_the_reference_to_scale_and_only_its_own_is_shown():
    shown, large, small = (
        StageParams.of_board(load_board(name).BOARD, seed=1, compliance_share=1.0)
        for name in ("pico_pwm", "virtual_30ma", "virtual_500ua")
    )
    assert (shown.is_shown, large.is_shown, small.is_shown) == (True, False, False)
    for one, amps, volts in ((large, 6.0, 1.5), (small, 0.1, 1.0)):
        assert one.knee_kohm == pytest.approx(shown.knee_kohm * volts / amps)
        assert one.c_out_nf == pytest.approx(shown.c_out_nf * amps / volts)
        assert one.windup_pc == pytest.approx(shown.windup_pc * amps)
        assert one.open_mv(one.nominal_mv) == pytest.approx(volts * shown.open_mv(40e3))
        assert (one.gate_us, one.limiter_us) == (shown.gate_us, shown.limiter_us)
