"""The stage and its load against closed forms: Ohm, time constants, conservation of charge."""

import math

import pytest
from tests.closed_loop.plants import drive_ua, electrical, energised, ramp, run

from iontobench.sim.network import FILTER_TAU_US
from iontobench.sim.stage import reference_stage

LEAK_MS = 1 / 5000.0 + 1 / 10000.0  # output resistance and divider, 1/kOhm
C_OUT_NF = reference_stage().c_out_nf
RETURN_KOHM = reference_stage().return_kohm


@pytest.mark.parametrize("r_kohm", [0.5, 2.0, 5.0, 15.0])
def test_a_resistor_gets_the_command_less_the_leak_and_shows_i_times_r(r_kohm):
    bench = energised(f"resistor:{r_kohm * 1000:g}")
    drive_ua(bench, 2000)
    run(bench, 50)
    # The leak hangs on N, above load and return.
    through_kohm = r_kohm + RETURN_KOHM
    assert bench.load_ua == pytest.approx(2000 / (1 + through_kohm * LEAK_MS), rel=1e-9)
    assert bench.node_mv == pytest.approx(bench.load_ua * r_kohm, rel=1e-9)


@pytest.mark.parametrize("step_us", [1000, 150, 37, 850])
def test_the_filter_is_two_equal_poles_whatever_the_step(step_us):
    bench = energised("resistor:1000")
    drive_ua(bench, 1000)
    run(bench, 3000 // step_us, step_us)
    t = bench.now_us / FILTER_TAU_US
    assert bench.x2_ua == pytest.approx(1000 * (1 - (1 + t) * math.exp(-t)), rel=1e-9)


@pytest.mark.parametrize(("r_kohm", "c_nf"), [(50, 200), (10, 47), (5, 3), (0.5, 50)])
def test_a_load_with_a_capacitor_discharges_with_its_own_time_constant(r_kohm, c_nf):
    bench = energised(f"rc:{r_kohm * 1000:g}:{c_nf}")
    drive_ua(bench, 500)
    run(bench, 200)
    start_mv = bench.node_mv
    through_kohm = r_kohm + RETURN_KOHM
    assert start_mv == pytest.approx(500 * r_kohm / (1 + through_kohm * LEAK_MS), rel=1e-4)
    tau_us = (c_nf + C_OUT_NF) / (1 / r_kohm + 1 / 10000.0)
    bench.advance(bench.dead_us + round(tau_us))  # pump stopped: the switch opened at dead_us
    assert bench.node_mv == pytest.approx(start_mv * math.exp(-round(tau_us) / tau_us), rel=0.05)


def test_a_step_charges_a_capacitor_load_as_three_poles_do():
    r_kohm, c_nf, current_ua = 10.0, 100.0, 1000.0
    bench = energised(f"rc:{r_kohm * 1000:g}:{c_nf}")
    drive_ua(bench, 20.0)
    run(bench, 100)
    start_mv = bench.node_mv
    drive_ua(bench, current_ua)
    run(bench, 2)
    g_ms = 1 / r_kohm + LEAK_MS
    a, b = FILTER_TAU_US, (c_nf + C_OUT_NF) / g_ms
    h = 2000.0
    step = 1 - _two_then_one(a, b, h)
    expected_mv = start_mv + (current_ua - 20.0) / g_ms * step
    assert bench.node_mv == pytest.approx(expected_mv, rel=2e-3)


def _two_then_one(a, b, t):
    """What is left of a step through two poles of `a` us and one of `b` us after `t` us."""
    d = 1 / a - 1 / b
    slow = math.exp(-t / b) * (1 + 1 / (b * d) + 1 / (a * b * d * d))
    fast = math.exp(-t / a) * (1 / (b * d) + 1 / (a * b * d * d) + t / (a * b * d))
    return slow - fast


@pytest.mark.parametrize("skin", ["resistor:20000", "rc:20000:47", "forearm"])
def test_charge_from_the_stage_is_load_plus_leak_plus_output_capacitance(skin):
    bench = energised(skin)
    leak_pc = 0.0
    drive_ua(bench, 400)
    for _ in range(3000):
        before_mv = bench.node_mv
        run(bench, 1)
        return_mv = RETURN_KOHM * bench.load_ua
        leak_pc += LEAK_MS * 1000 * ((before_mv + bench.node_mv) / 2 + return_mv)
    # The filter has passed all but what stands in its two poles.
    stage_pc = 400 * bench.now_us - 2 * FILTER_TAU_US * 400
    stored_pc = C_OUT_NF * bench.node_mv
    rest_pc = stage_pc - leak_pc - stored_pc
    assert bench.truth.charge_uc * 1e6 == pytest.approx(rest_pc, rel=5e-5)


@pytest.mark.parametrize("skin", ["forearm", "resistor:5000", "rc:3000:100"])
def test_the_fast_path_is_the_general_path(skin):
    def trace(make_slow):
        bench = energised(skin)
        states = []
        for tick in range(1, 400):
            drive_ua(bench, 5 * tick)
            if make_slow and bench.smooth:
                bench._make_ticks()
                bench.recompute()
                assert bench._smooth_step(bench.now_us + 1000)
                bench.advance(bench.now_us)
            else:
                bench.advance(bench.now_us + 1000)
            bench.pump()
            states.append(electrical(bench))
        return states

    assert trace(False) == trace(True)


@pytest.mark.parametrize("skin", ["forearm", "resistor:5000", "rc:3000:100"])
def test_a_tick_in_odd_pieces_ends_where_a_whole_tick_does(skin):
    whole, pieces = energised(skin), energised(skin)
    for tick in range(1, 800):
        for bench in (whole, pieces):
            drive_ua(bench, 2.5 * tick)
        run(whole, 1)
        for part_us in (150, 150, 533, 167):
            run(pieces, 1, part_us)
    assert pieces.node_mv == pytest.approx(whole.node_mv, rel=1e-4)
    assert pieces.load_ua == pytest.approx(whole.load_ua, rel=1e-5)
    assert pieces.net_pc == pytest.approx(whole.net_pc, rel=1e-5)


@pytest.mark.parametrize("ticks", [250, pytest.param(1000, marks=pytest.mark.long)])
def test_the_stiff_and_the_smooth_integrator_agree(ticks):
    smooth, stiff = energised("forearm"), energised("forearm")
    ramp(smooth, 2 * ticks, ticks / 1000)
    for tick in range(1, ticks + 1):
        drive_ua(stiff, 2 * tick)
        for _ in range(10):
            stiff.edge()  # back to small steps, so that the smooth one never starts
            run(stiff, 1, 100)
    assert not stiff.smooth
    assert stiff.node_mv == pytest.approx(smooth.node_mv, rel=2e-3)
    assert stiff.load_ua == pytest.approx(smooth.load_ua, rel=1e-4)
    assert stiff.net_pc == pytest.approx(smooth.net_pc, rel=1e-4)


def test_above_compliance_the_voltage_stands_and_the_current_gives_way():
    bench = energised("resistor:40000", compliance_share=1.0)
    drive_ua(bench, 2000)
    run(bench, 100)
    inside_kohm = bench.stage.knee_kohm + RETURN_KOHM
    assert bench.node_mv == pytest.approx(bench.open_mv * 40 / (40 + inside_kohm), rel=1e-3)
    assert bench.load_ua == pytest.approx(bench.node_mv / 40, rel=1e-9)
    drive_ua(bench, 800)
    run(bench, 20)
    assert bench.load_ua == pytest.approx(800 / (1 + (40 + RETURN_KOHM) * LEAK_MS), rel=1e-6)


def test_time_cannot_run_backwards():
    bench = energised("forearm")
    run(bench, 5)
    with pytest.raises(ValueError, match="cannot go back"):
        bench.advance(4999)
