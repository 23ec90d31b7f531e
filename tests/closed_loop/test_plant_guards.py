"""The stage's own ways off: dead-man, limiter, bleed, and the bounds of PROBE."""

import pytest
from msgspec.structs import replace
from tests.closed_loop.plants import BOARD, bench_with, drive_ua, energised, ramp, run

from ionto.core.limits import Board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.dead_man import DeadMan
from iontobench.sim.noise import seeded
from iontobench.sim.skin import load_skin
from iontobench.sim.stage import draw_hold_us


def off_time_us(seed):
    """From the last ENABLE edge to the last microsecond above 5 uA."""
    bench = energised("resistor:5000", seed=seed)
    drive_ua(bench, 2000)
    run(bench, 40)
    last_edge_us = bench.now_us
    for _ in range(400):
        bench.advance(bench.now_us + 50)
    return bench.truth.last_above_us - last_edge_us


@pytest.mark.parametrize("seed", [1, 2, 3, 17])
def test_the_dead_man_opens_when_its_own_hold_is_over(seed):
    hold_us = draw_hold_us(seed)
    assert hold_us <= off_time_us(seed) <= hold_us + 150  # C_out into 5 kOhm: 3 us a fold


def test_the_hold_is_within_tolerance_for_every_seed_and_differs():
    # Frozen high; frozen low it is a tick less: 3.6 to 8.4 ms from the last edge of either sense.
    holds_us = [draw_hold_us(seed) for seed in range(500)]
    assert 4600 <= min(holds_us) < 4900
    assert 8100 < max(holds_us) <= 8400
    assert sum(holds_us) / 500 == pytest.approx((4600 + 6690 + 8400) / 3, rel=0.02)


def nominal(**options):
    """A bench whose dead-man has the circuit's nominal hold."""
    bench = bench_with("resistor:5000", **options)
    stage = replace(bench.stage, hold_us=6690)
    bench.stage, bench.dead_man = stage, DeadMan(stage)
    bench.set_gate(True)
    drive_ua(bench, 1000)
    return bench


@pytest.mark.parametrize(("ticks", "hold_us"), [(41, 6690), (40, 5690)])
def test_frozen_high_it_holds_a_tick_longer_than_frozen_low(ticks, hold_us):
    bench = nominal()
    run(bench, ticks)
    assert bench.enable is bool(ticks % 2)
    last_us = bench.now_us
    while bench.source:
        bench.advance(bench.now_us + 10)
    assert bench.now_us - last_us == pytest.approx(hold_us, abs=30)


def test_one_edge_alone_never_conducts_and_a_second_period_does():
    bench = nominal()
    bench.advance(1000)
    bench.pump()
    bench.advance(40_000)
    assert bench.truth.gross_uc < 1e-6
    start_us = bench.now_us
    while not bench.source:
        run(bench, 1)
    assert 2000 < bench.now_us - start_us <= 5000  # circuit: 3.1 ms; S-11: within 10


@pytest.mark.parametrize("seed", range(0, 40, 3))
def test_after_10_ms_of_edges_every_stage_conducts(seed):
    bench = bench_with("resistor:5000", seed=seed)
    run(bench, 10)
    assert bench.source


def test_a_second_edge_of_the_same_sense_is_none():
    bench = nominal()
    for _ in range(20):
        bench.advance(bench.now_us + 1000)
        bench.set_enable(True)
    assert not bench.source


@pytest.mark.parametrize("gate", [True, False])
def test_nothing_flows_without_both_gate_and_pump(gate):
    bench = bench_with("forearm")
    bench.set_gate(gate)
    drive_ua(bench, 5000)
    for _ in range(50):
        bench.advance(bench.now_us + 1000)
        if not gate:
            bench.pump()
    assert bench.truth.gross_uc == pytest.approx(0, abs=1e-6)
    assert bench.load_ua == pytest.approx(0, abs=1e-6)


def test_a_dead_man_that_starved_conducts_again_when_pumped():
    bench = energised("resistor:5000")
    drive_ua(bench, 1000)
    run(bench, 20)
    bench.advance(bench.now_us + 20000)
    assert bench.load_ua == pytest.approx(0, abs=0.1)
    run(bench, 20)
    assert bench.load_ua == pytest.approx(1000, rel=0.01)


def test_the_limiter_trips_within_50_us_above_its_limit_and_latches():
    bench = energised("resistor:1000")
    drive_ua(bench, 5200)
    run(bench, 20)
    assert not bench.limiter_tripped
    drive_ua(bench, 6250)
    while bench.load_ua <= 5250:
        run(bench, 1, 10)
    over_us = bench.now_us
    while not bench.limiter_tripped:
        run(bench, 1, 10)
    assert bench.now_us - over_us <= 50
    drive_ua(bench, 1000)
    run(bench, 50)
    assert bench.load_ua == pytest.approx(0, abs=0.01)
    assert bench.truth.peak_ua < 1.1 * BOARD.max_ua


def test_the_limiter_rearms_only_with_the_gate_low():
    bench = energised("resistor:1000")
    drive_ua(bench, 6250)
    run(bench, 20)
    assert bench.limiter_tripped
    bench.rearm()
    assert bench.limiter_tripped
    bench.set_gate(False)
    bench.rearm()
    assert not bench.limiter_tripped


@pytest.mark.parametrize(("max_ua", "scale"), [(5000, 1), (30000, 6)])
def test_lim_test_clips_45_ua_and_lets_25_pass(max_ua, scale):
    board = Board("test", max_ua, 40000, 37, proof_scale=scale)
    tripped = []
    for current_ua in (25 * scale, 45 * scale):
        bench = SimulatedBench(board, "resistor:10000")
        bench.fill_pump()
        bench.set_gate(True)
        bench.set_drive(current_ua / board.full_scale_ua)
        run(bench, 5)
        bench.set_lim_test(True)
        run(bench, 30)
        tripped.append(bench.limiter_tripped)
    assert tripped == [False, True]


@pytest.mark.parametrize("skin", ["forearm", "forearm-dry", "resistor:10", "resistor:100000000"])
def test_the_probe_never_makes_more_than_50_ua_or_5_v(skin):
    bench = bench_with(skin)
    bench.set_probe(True)
    for _ in range(500):
        bench.advance(bench.now_us + 100)
        assert -1e-9 <= bench.load_ua <= 50.0
        assert bench.node_mv <= 5000.0


def test_the_probe_gives_5_v_over_100_kohm_and_the_load():
    bench = bench_with("resistor:50000")
    bench.set_probe(True)
    run(bench, 50)
    through_kohm = 50 + bench.stage.return_kohm
    share = 10000 / (10000 + through_kohm)
    bleed_free_ua = 5000 / (100 + 1 / (1 / through_kohm + 1 / 10000)) * share
    assert bench.load_ua == pytest.approx(bleed_free_ua, rel=1e-6)


def test_the_bleed_empties_the_output_within_5_ms_of_gate_low():
    bench = energised("resistor:100000000", compliance_share=1.0)
    drive_ua(bench, 2000)
    run(bench, 20)
    assert bench.node_mv > 44_000
    bench.set_gate(False)
    bench.advance(bench.now_us + 5000)
    assert bench.node_mv < 100


@pytest.mark.parametrize(("current_ua", "charge_nc"), [(2000, 19.5), (5000, 47.9)])
def test_gate_low_is_below_1_percent_after_45_us_and_below_5_ua_after_75(current_ua, charge_nc):
    bench = energised("resistor:1000")
    drive_ua(bench, current_ua)
    run(bench, 50)
    bench.set_gate(False)
    start_uc, start_us = bench.truth.charge_uc, bench.now_us
    bench.advance(start_us + 45)
    assert bench.load_ua < 62.5
    bench.advance(start_us + 75)
    assert bench.load_ua < 5
    bench.advance(start_us + 300)
    assert (bench.truth.charge_uc - start_uc) * 1e3 == pytest.approx(charge_nc, rel=0.03)


def test_a_chain_that_closes_behind_a_high_gate_gives_a_packet_that_trips_lim_test():
    # 15 uA are below its threshold. Gate last and LIM_TEST a ms later: no packet, no trip.
    tripped = {}
    for gate_last in (False, True):
        bench = bench_with("resistor:10000")
        drive_ua(bench, 15)
        bench.advance(20_000)
        bench.set_gate(not gate_last)
        bench.advance(21_000)
        bench.set_lim_test(not gate_last)
        run(bench, 12)
        bench.set_gate(True)
        run(bench, 1)
        bench.set_lim_test(True)
        run(bench, 20)
        tripped[gate_last] = bench.limiter_tripped
    assert tripped == {False: True, True: False}


@pytest.mark.parametrize(("wait_us", "least_nc", "most_nc"), [(500, 4, 7), (10_000, 0, 0.1)])
def test_what_is_wound_up_is_gone_10_ms_after_the_gate(wait_us, least_nc, most_nc):
    bench = bench_with("resistor:1000")
    bench.set_gate(True)
    drive_ua(bench, 1000)
    bench.advance(10_000)
    bench.set_gate(False)
    bench.advance(10_000 + wait_us)
    bench.fill_pump()
    bench.advance(bench.now_us + 1000)
    assert least_nc <= bench.truth.charge_uc * 1e3 <= most_nc


@pytest.mark.parametrize("seed", range(40))
def test_a_load_step_at_random_does_not_trip_the_limiter(seed):
    # With 2.2 nF four of forty did.
    dice = seeded(seed, "load step")
    level_ua = dice.uniform(300, 5000)
    most_ohm = 39e6 / level_ua
    first_ohm, then_ohm = (dice.uniform(500, most_ohm) for _ in range(2))
    bench = energised(f"resistor:{first_ohm:.0f}", seed=seed)
    drive_ua(bench, level_ua)
    run(bench, 50)
    bench.worsen(then_ohm / first_ohm)
    bench.edge()
    run(bench, 50)
    assert not bench.limiter_tripped
    leak = 1 + then_ohm / 1000 * bench.stage.leak_ms
    assert bench.load_ua == pytest.approx(level_ua / leak, rel=0.001)


def test_2_2_nf_trip_the_limiter_when_8_kohm_halve_at_5_ma():
    tripped = []
    for c_out_nf in (None, 2.2):
        bench = energised("resistor:8000", compliance_share=1.007)
        if c_out_nf:
            bench.stage = replace(bench.stage, c_out_nf=c_out_nf)
            bench.worsen(1.0)
        drive_ua(bench, 5000)
        run(bench, 50)
        bench.worsen(0.5)
        bench.edge()
        run(bench, 5)
        tripped.append(bench.limiter_tripped)
    assert tripped == [False, True]


def test_the_latch_opens_11_us_after_an_over_current_and_the_switch_4_later():
    bench = energised("resistor:1000", faults=["overcurrent@0.05:1.1"])
    drive_ua(bench, 5000)
    run(bench, 49)
    bench.advance(50_000)
    start_uc, times = bench.truth.charge_uc, {}
    for us in range(1, 60):
        bench.advance(50_000 + us)
        if bench.limiter_tripped:
            times.setdefault("latch", us)
        if bench.load_ua < 60:
            times.setdefault("gone", us)
    assert times["latch"] == pytest.approx(11, abs=1)
    assert times["gone"] == pytest.approx(18.6, abs=2)  # the circuit's
    assert (bench.truth.charge_uc - start_uc) * 1e3 == pytest.approx(85.7, rel=0.1)


# What the stage does and what the load does are two things [docs/loads.md, After the gate].
# Promised: the stage's own current ends with the gate, and what flows backwards is what the bleed
# lets through. Told: how long, ms, and how much, uC; the load's constant-phase element and its
# electrodes decide them. The last is what the electrodes' polarisation still drives after 2 s, uA:
# 150 mV over 330 kOhm in gel, 1.5 V in water.
DISCHARGES = {
    ("forearm", 10, 20, 2000): (3.9, 1.02, 0.5),
    ("forearm-dry", 10, 20, 2000): (11.2, 1.13, 0.5),
    ("bath", 150, 150, 5000): (78, 9.9, 4.6),
}


@pytest.mark.parametrize("load", DISCHARGES)
def test_gate_low_stops_the_stage_at_once_and_the_load_empties_backwards(load):
    name, active_cm2, return_cm2, level_ua = load
    bench = energised(load_skin(name, active_cm2, return_cm2))
    ramp(bench, level_ua, 20)
    driven_uc, load_mv = bench.truth.positive_uc, bench.node_mv
    bench.set_gate(False)
    gate_us = bench.now_us
    for _ in range(2000):
        bench.advance(bench.now_us + 100)
        bench.pump()
    run(bench, 2000)
    truth, (empty_ms, back_uc, rest_ua) = bench.truth, DISCHARGES[load]
    assert truth.last_driven_us - gate_us <= 100
    assert truth.positive_uc - driven_uc < level_ua * 1e-5  # the gate's own time: 10 us of it
    assert 0 < truth.back_peak_ua < load_mv / bench.stage.bleed_kohm
    assert truth.last_above_us - gate_us == pytest.approx(empty_ms * 1000, rel=0.02)
    assert truth.negative_uc == pytest.approx(back_uc, rel=0.02)
    assert abs(bench.load_ua) < rest_ua


def test_reversal_turns_sense_b_the_truth_and_the_load_over():
    bench = energised("forearm")
    drive_ua(bench, 500)
    run(bench, 500)
    bench.set_gate(False)
    drive_ua(bench, 0)
    run(bench, 1000)
    forward_uc = bench.truth.positive_uc
    bench.set_polarity(-1)
    bench.set_gate(True)
    drive_ua(bench, 500)
    run(bench, 1000)
    truth = bench.truth
    assert bench.load_current_ua == pytest.approx(-500, rel=0.01)
    assert truth.positive_uc == pytest.approx(forward_uc, rel=0.001)
    assert truth.negative_uc == pytest.approx(500, rel=0.01)
    assert truth.charge_uc == pytest.approx(truth.positive_uc - truth.negative_uc)
    assert truth.gross_uc == pytest.approx(truth.positive_uc + truth.negative_uc)


@pytest.mark.parametrize("sign", [0, 2, -2])
def test_a_polarity_is_plus_or_minus_one(sign):
    with pytest.raises(ValueError, match="polarity"):
        bench_with("forearm").set_polarity(sign)


@pytest.mark.parametrize("fraction", [-0.01, 1.01, float("nan")])
def test_a_drive_is_a_fraction(fraction):
    with pytest.raises(ValueError, match="drive"):
        bench_with("forearm").set_drive(fraction)
