"""The stage's true compliance: its tolerance, its option, its fault, its effect."""

from math import nan

import pytest
from tests.closed_loop.plants import BOARD, bench_with, drive_ua, energised, run

from iontobench import resources
from iontobench.sim.stage import StageParams, draw_compliance_share, draw_hold_us

NOMINAL_MV = BOARD.compliance_mv
HOLDS_US = [5638, 6833, 6531]  # of seeds 1, 2, 3, whatever else is drawn
LOAD_KOHM = 40.0


def saturated(**options):
    """A bench at 2 mA into a load that takes half of it."""
    bench = energised("resistor:40000", **options)
    drive_ua(bench, 2000)
    run(bench, 100)
    return bench


def stands_mv(stage, compliance_mv):
    """Where a stage of that compliance at its maximum stands, with the load of `saturated`."""
    inside_kohm = stage.knee_kohm + stage.return_kohm
    return stage.open_mv(compliance_mv) * LOAD_KOHM / (LOAD_KOHM + inside_kohm)


def test_the_compliance_is_drawn_over_the_circuits_corners_and_differs_by_seed():
    shares = [draw_compliance_share(seed) for seed in range(500)]
    assert 0.995 <= min(shares) < 0.996
    assert 1.023 < max(shares) <= 1.024
    assert sum(shares) / 500 == pytest.approx(1.0095, rel=0.001)


@pytest.mark.parametrize("seed", [0, 1, 3, 17])
def test_the_stage_stands_at_the_compliance_that_its_seed_draws(seed):
    bench = saturated(seed=seed)
    compliance_mv = NOMINAL_MV * draw_compliance_share(seed)
    assert bench.node_mv == pytest.approx(stands_mv(bench.stage, compliance_mv), rel=1e-3)
    assert bench.load_ua == pytest.approx(bench.node_mv / LOAD_KOHM, rel=1e-9)


def test_the_output_falls_with_the_current_as_the_circuits_does():
    # S-06: 45.1 V without a load, 43.1 V at 2 mA, 40.3 V at 5 mA, from N to the return's top.
    found = []
    for ohm in (100_000_000, 1000 * 43.1 / 2, 1000 * 40.3 / 5):
        bench = energised(f"resistor:{ohm}", compliance_share=1.007)
        drive_ua(bench, 6000)
        run(bench, 100)
        found.append(bench.node_mv)
    assert found == pytest.approx([45_140, 43_070, 40_275], rel=0.005)


def test_the_draw_of_the_compliance_moves_no_other_draw():
    assert [draw_hold_us(seed) for seed in (1, 2, 3)] == HOLDS_US
    for share in (None, 0.7):
        assert StageParams.of_board(BOARD, 1, share).hold_us == HOLDS_US[0]


@pytest.mark.parametrize("share", [0.5, 0.85, 0.92, 1.0])
def test_a_share_that_is_asked_for_wins_over_the_draw(share):
    bench = saturated(compliance_share=share)
    wanted_mv = stands_mv(bench.stage, NOMINAL_MV * share)
    assert bench.node_mv == pytest.approx(wanted_mv, rel=1e-3)


@pytest.mark.parametrize("name", ["virtual", "virtual_30ma", "virtual_500ua"])
def test_every_boards_port_takes_a_share_of_its_own_nominal_compliance(name):
    module = resources.load_board(name)
    stage = module.make_port(compliance_share=0.9).bench.stage
    assert stage.compliance_mv == 0.9 * stage.nominal_mv == 0.9 * module.BOARD.compliance_mv


@pytest.mark.parametrize("share", [0.49, 1.04, -1.0, nan])
def test_a_share_that_no_stage_could_have_is_refused_in_one_line(share):
    with pytest.raises(ValueError, match=r"compliance_share is 0\.5 to 1\.03") as caught:
        bench_with("forearm", compliance_share=share)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("value", "share"), [(":0.7", 0.7), ("", 0.92), (":1", 1.0)])
def test_the_fault_sets_the_compliance_to_its_share_of_nominal(value, share):
    bench = saturated(faults=[f"low-compliance@0.2{value}"])
    drawn_mv = NOMINAL_MV * draw_compliance_share(1)
    assert bench.node_mv == pytest.approx(stands_mv(bench.stage, drawn_mv), rel=1e-3)
    run(bench, 150)
    wanted_mv = stands_mv(bench.stage, NOMINAL_MV * share)
    assert bench.node_mv == pytest.approx(wanted_mv, rel=1e-3)


@pytest.mark.parametrize("value", ["0.4", "1.1", "85"])
def test_a_share_outside_one_half_to_one_is_no_fault(value):
    with pytest.raises(ValueError, match=r"VALUE is 0\.5 to 1\.03 times"):
        bench_with("forearm", faults=[f"low-compliance@1:{value}"])


def test_a_load_below_the_new_compliance_does_not_notice():
    plain, weak = (
        energised("resistor:5000", faults=specs) for specs in ((), ["low-compliance@0.1:0.5"])
    )
    for bench in (plain, weak):
        drive_ua(bench, 2000)
        run(bench, 200)
    assert weak.load_ua == pytest.approx(plain.load_ua, rel=1e-6)


def test_a_load_that_holds_more_than_the_new_compliance_empties_by_itself():
    bench = energised("rc:18000:200", faults=["low-compliance@0.2:0.5"])
    drive_ua(bench, 2000)
    run(bench, 199)
    assert bench.node_mv > 0.8 * NOMINAL_MV
    run(bench, 1, 1100)
    held_mv = bench.node_mv
    assert held_mv > 0.7 * NOMINAL_MV, "the stage feeds; it does not drain"
    assert bench.truth.back_peak_ua < 20, "through the divider alone"
    run(bench, 100)
    inside_kohm = bench.stage.knee_kohm + bench.stage.return_kohm
    stands = bench.open_mv * 18 / (18 + inside_kohm)
    assert bench.node_mv == pytest.approx(stands, rel=1e-3)
