"""Single failed parts of the stage, against what the circuit shows [boards/pico_pwm/stage]."""

import pytest
from tests.closed_loop.plants import BOARD, drive_ua, energised, run

from iontobench.sim.bench import CH_A, CH_B

FAILS_MS = 20
# A, B in uA as converted: a rail is the end of the scale.
RAIL_UA = 6200


def failed(kind, gate=True):
    """2 mA into 1 kOhm, 5 ms after the part has failed, and the charge above 2 mA, nC."""
    bench = energised("resistor:1000", faults=[f"{kind}@0.0{FAILS_MS}"])
    drive_ua(bench, 2000)
    if not gate:
        bench.set_gate(False)
    run(bench, FAILS_MS)
    level_ua, before_uc = bench.load_ua, bench.truth.charge_uc
    bench.advance(bench.now_us + 100)
    extra_nc = (bench.truth.charge_uc - before_uc) * 1e3
    if level_ua > 5 and bench.load_ua > 5:
        extra_nc -= level_ua / 10
    run(bench, 5)
    return bench, extra_nc


def read_ua(bench):
    """Sense A and B as the ideal converter tells them."""
    zero_a, zero_b = (bench.adc.ranges[channel] for channel in (CH_A, CH_B))
    return tuple(
        (bench.read_code(channel) - scale.zero) / scale.per_unit
        for channel, scale in ((CH_A, zero_a), (CH_B, zero_b))
    )


@pytest.mark.parametrize(
    ("kind", "gate", "circuit_nc"),
    [
        ("output-short", True, 140 + 2 * 15),
        ("output-short", False, 176),
        ("amplifier-stuck", True, 90 + 2 * 15),
    ],
)
def test_a_stage_that_gives_the_most_it_can_trips_the_limiter(kind, gate, circuit_nc):
    bench, nc = failed(kind, gate)
    assert bench.limiter_tripped
    assert abs(bench.load_ua) < 1
    assert nc == pytest.approx(circuit_nc, rel=0.2)


@pytest.mark.parametrize(("gate", "circuit_ua"), [(True, 20_700), (False, 21_530)])
def test_a_shorted_output_transistor_gives_20_milliamperes_for_a_microsecond(gate, circuit_ua):
    bench, _ = failed("output-short", gate)
    assert bench.truth.peak_ua == pytest.approx(circuit_ua, rel=0.1)


def test_a_shorted_output_transistor_gives_no_surge_behind_a_switch_that_closes_later():
    # The series switch closes slowly; what flows then is what it passes.
    bench = energised("resistor:1000", faults=[f"output-short@0.0{FAILS_MS}"])
    bench.set_gate(False)
    bench.advance(FAILS_MS * 1000)  # no edge of ENABLE for longer than it holds
    assert not bench.source
    bench.advance(bench.now_us + 1000)
    bench.fill_pump()
    bench.advance(bench.now_us + 20)
    assert bench.limiter_tripped
    assert 5000 < bench.truth.peak_ua < 10_100


def test_a_limiter_without_its_reference_trips_at_any_current():
    bench, nc = failed("limiter-reference")
    assert bench.limiter_tripped
    assert abs(bench.load_ua) < 1
    assert nc < 2 * 20


def test_with_the_shunt_of_a_open_nothing_flows_and_a_stands_at_its_rail():
    bench, _ = failed("a-open")
    assert bench.limiter_tripped
    assert bench.load_ua == 0
    a_ua, b_ua = read_ua(bench)
    assert a_ua > RAIL_UA
    assert abs(b_ua) < 1


def test_with_the_shunt_of_a_short_a_reads_nothing_and_the_limiter_acts_6_percent_higher():
    bench, _ = failed("a-short")
    assert bench.load_ua > 1990
    a_ua, b_ua = read_ua(bench)
    assert abs(a_ua) < 1
    assert b_ua == pytest.approx(bench.load_ua, abs=1)
    assert bench.limiter.limit_ua == pytest.approx(1.064 * 1.05 * BOARD.max_ua, rel=0.001)


def test_with_the_shunt_of_b_open_41_ua_leave_through_its_inputs():
    bench, _ = failed("b-open")
    assert bench.load_ua == pytest.approx(41, abs=1)
    a_ua, b_ua = read_ua(bench)
    assert abs(a_ua) < 1
    assert b_ua > RAIL_UA


def test_with_the_return_on_ground_the_current_stays_and_no_sense_sees_it():
    bench, _ = failed("return-grounded")
    assert bench.load_ua > 1990
    assert read_ua(bench) == pytest.approx((0, 0), abs=1)
