"""A reversal with the gate low: the bridge's own packet is no current that was driven."""

import pytest
from tests.closed_loop.plants import drive_ua, energised, run
from tests.closed_loop.sessions import words
from tests.support.programs import segment
from tests.support.trial import Trial

from ionto.core import program
from iontobench.sim.skin import load_skin

LEVEL_UA = 250


def turning(load, level_ua=LEVEL_UA):
    """A healthy session that turns once, on `load`."""
    parts = [
        segment(program.HOLD_TIME, level_ua, 100, 0, 12_000, polarity=sign) for sign in (1, -1)
    ]
    trial = Trial(load)
    trial.run(words(parts, peak_ua=level_ua, slew_ua_s=100, time_s=200))
    assert (trial.last["outcome"], trial.last["fault"]) == ("complete", None)
    return trial


@pytest.mark.parametrize("load", ["palm", "forearm", "axilla"])
@pytest.mark.short_cases("axilla")
def test_a_healthy_reversal_has_the_peak_of_its_level_and_its_packet_apart(load):
    truth = turning(load_skin(load, 10.0, 10.0)).truth
    assert truth.peak_ua == pytest.approx(LEVEL_UA, rel=0.01)
    assert truth.dump_peak_ua > 0


def at_rest(emf_mv=1000.0):
    """A load with a polarisation at which node N stands, the gate low."""
    bench = energised("palm")
    drive_ua(bench, 250)
    run(bench, 100)
    bench.set_gate(False)
    drive_ua(bench, 0)
    run(bench, 50)
    bench.load.emf_mv = emf_mv
    run(bench, 30)
    return bench


def test_the_packet_is_counted_as_the_output_capacitances_own_and_in_the_charge():
    bench = at_rest()
    before_ua, before_uc = bench.truth.peak_ua, bench.truth.gross_uc
    gap_mv = 2 * bench.node_mv
    bench.set_polarity(-1)
    run(bench, 1, 100)
    truth = bench.truth
    assert truth.peak_ua == before_ua
    stage = bench.stage
    resistance = bench.load.series_kohm + stage.dump_kohm
    assert truth.dump_peak_ua == pytest.approx(gap_mv / resistance, rel=0.01)
    packet_uc = 1e-6 * stage.c_out_nf * gap_mv
    assert 0.5 * packet_uc < truth.gross_uc - before_uc < 2 * packet_uc


def test_the_current_of_a_welded_gate_with_its_pin_low_counts_as_a_peak():
    bench = energised("resistor:5000", faults=["gate-welded@0.05"])
    drive_ua(bench, 500)
    run(bench, 100)
    bench.set_gate(False)
    drive_ua(bench, 2000)
    run(bench, 50)
    assert bench.truth.peak_ua == pytest.approx(2000, rel=0.01)
