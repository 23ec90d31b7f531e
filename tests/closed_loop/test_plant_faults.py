"""Faults: how they are written, when they strike, and what the plant notes of them."""

import pytest
from tests.closed_loop.plants import bench_with, drive_ua, energised, run

from iontobench.sim import faults


def held(skin, current_ua, *specs):
    """A bench of the nominal compliance that has held `current_ua` for 2 s, with faults."""
    bench = energised(skin, faults=specs, compliance_share=1.0)
    drive_ua(bench, current_ua)
    run(bench, 2000)
    return bench


def test_a_fault_is_kind_seconds_and_value():
    fault = faults.parse("reopen@21.3:40")
    assert (fault.kind, fault.onset_us, fault.value) == ("reopen", 21300000, 40)
    for name, kind in faults.KINDS.items():
        assert faults.parse(f"{name}@8").value == kind.default


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("open", "KIND@SECONDS"),
        ("open@", "KIND@SECONDS"),
        ("open@1:", "KIND@SECONDS"),
        ("open @1", "KIND@SECONDS"),
        ("melt@1", "overcurrent"),
        ("open@1.2.3", "SECONDS"),
        ("open@1e3", "KIND@SECONDS"),
        ("open@100001", "0 to 100000 s"),
        ("short@1:0", "0.1 to 10000 Ω"),
        ("overcurrent@1:1", "1.01 to 20 times"),
        ("reopen@1:2000", "0.1 to 1900 ms"),
    ],
)
def test_a_bad_fault_is_one_line_that_says_what_is_allowed(text, word):
    with pytest.raises(ValueError, match="fault") as caught:
        bench_with("forearm", faults=[text])
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_open_lead_stops_the_load_in_its_microsecond_and_saturates_the_stage():
    bench = held("forearm", 2000, "open@2.0005")
    bench.advance(2000499)
    assert bench.load_ua > 1900
    bench.advance(2000500)
    assert (bench.load_ua, bench.shunt_ua) == (0, 0)
    run(bench, 3)
    assert bench.node_mv == pytest.approx(bench.open_mv, rel=2e-3)  # less the divider's drop
    assert bench.truth.last_above_us == bench.truth.fault_onset_us == 2000500
    assert bench.truth.current_off_us == 0


def test_re_contact_gives_the_output_capacitances_charge_and_what_is_wound_up():
    bench = held("resistor:5000", 2000, "open@2:4")
    bench.advance(2003999)
    charge_uc, open_mv, stage = bench.truth.charge_uc, bench.node_mv, bench.stage
    run(bench, 1, 201)
    stored_pc = stage.c_out_nf * (open_mv - 2000 * (5 + stage.return_kohm))
    wound_pc = stage.windup_pc - stage.windup_less_us * 2000
    extra_pc = (bench.truth.charge_uc - charge_uc) * 1e6 - 2000 * 200
    assert extra_pc == pytest.approx(stored_pc + wound_pc, rel=0.05)
    assert bench.truth.dump_peak_ua == pytest.approx(open_mv / (5 + stage.dump_kohm), rel=1e-6)
    assert not bench.limiter_tripped
    assert bench.truth.peak_ua < 2010


@pytest.mark.parametrize(("ohm", "most_ua", "most_nc"), [(1000, 35_000, 30), (10_000, 4500, 20)])
def test_a_re_contact_comes_from_above_and_is_within_2_percent_after_30_us(ohm, most_ua, most_nc):
    bench = held(f"resistor:{ohm}", 2000, "open@2:4")
    bench.advance(2004000)
    level_ua = 2000 / (1 + ohm / 1000 * bench.stage.leak_ms)
    currents = []
    for us in range(1, 101):
        bench.advance(2004000 + us)
        currents.append(bench.load_ua)
    assert min(currents) > 0.995 * level_ua
    assert max(currents[29:]) < 1.02 * level_ua
    assert max(currents) <= bench.truth.dump_peak_ua < most_ua
    assert sum(currents) - 100 * level_ua < 1000 * most_nc


def test_into_skin_the_dump_is_short_and_large_and_kept_apart_from_the_peak():
    bench = held("forearm", 2000, "open@2:4")
    run(bench, 10)
    truth = bench.truth
    most_ua = bench.open_mv / (bench.load.series_kohm + bench.stage.dump_kohm)
    assert 0.5 * most_ua < truth.dump_peak_ua < most_ua
    assert truth.peak_ua < 2005
    assert bench.load_ua == pytest.approx(1995, rel=0.003)


def test_a_stage_that_has_given_what_was_wound_up_is_settled():
    bench = held("resistor:5000", 2000, "open@2:4")
    bench.advance(2004000)
    assert bench.wound_pc > 5000
    bench.advance(2004100)
    assert abs(bench.wound_pc) < 1
    run(bench, 1)
    assert bench.smooth


def test_a_short_takes_the_current_past_the_load():
    bench = held("resistor:5000", 2000, "short@2.01:10")
    charge_uc = bench.truth.charge_uc
    run(bench, 1010)
    assert bench.shunt_ua == pytest.approx(2000, rel=0.001)
    assert bench.node_mv == pytest.approx(20, rel=0.01)
    assert bench.load_ua == pytest.approx(2000 * 10 / 5010, rel=0.001)
    assert bench.truth.charge_uc - charge_uc < 25


def test_reopen_opens_for_its_gap_every_two_seconds():
    bench = energised("resistor:5000", faults=["reopen@2:30"])
    drive_ua(bench, 1000)
    low = []
    for tick in range(1, 6501):
        run(bench, 1)
        if tick > 100 and bench.load_ua < 5:
            low.append(tick)
    # In the instant of the re-contact itself nothing flows yet.
    gaps = [*range(2000, 2031), *range(4000, 4031), *range(6000, 6031)]
    assert low == gaps


def test_an_overcurrent_multiplies_what_the_stage_delivers():
    bench = held("resistor:5000", 2000, "overcurrent@2:1.5")
    assert bench.truth.peak_ua < 2000
    run(bench, 5)
    assert bench.load_ua == pytest.approx(3000, rel=0.003)


def test_gate_off_is_timed_from_the_first_onset():
    bench = held("resistor:5000", 2000, "open@2.0004", "short@2.1")
    run(bench, 7)
    assert bench.truth.gate_off_us is None
    bench.set_gate(False)
    run(bench, 200)
    bench.set_gate(True)
    run(bench, 1)
    bench.set_gate(False)
    assert bench.truth.fault_onset_us == 2000400
    assert bench.truth.gate_off_us == 2007000 - 2000400


def test_without_a_fault_there_is_no_gate_off_time():
    bench = held("resistor:5000", 2000)
    bench.set_gate(False)
    assert bench.truth.fault_onset_us is None
    assert bench.truth.gate_off_us is None
    assert bench.truth.current_off_us is None
