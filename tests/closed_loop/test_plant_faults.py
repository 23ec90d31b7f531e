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
    assert bench.node_mv == 40000
    assert bench.truth.last_above_us == bench.truth.fault_onset_us == 2000500
    assert bench.truth.current_off_us == 0


def test_re_contact_dumps_the_output_capacitance_through_the_load():
    bench = held("resistor:5000", 2000, "open@2:4")
    bench.advance(2003999)
    charge_uc = bench.truth.charge_uc
    run(bench, 1, 201)
    dumped_uc = bench.truth.charge_uc - charge_uc
    stage_uc = 2000e-6 * 200  # at most, while it recovers
    stored_uc = 2.2e-9 * (40000 - bench.node_mv) * 1e3
    assert bench.truth.dump_peak_ua == pytest.approx(8000, rel=0.001)
    assert stored_uc < dumped_uc < stored_uc + stage_uc
    assert not bench.limiter_tripped
    assert bench.truth.peak_ua < 5250


def test_into_skin_the_dump_is_short_and_large_and_kept_apart_from_the_peak():
    bench = held("forearm", 2000, "open@2:4")
    run(bench, 10)
    truth = bench.truth
    assert 50000 < truth.dump_peak_ua < 40000 / bench.load.series_kohm
    assert truth.peak_ua < 2005
    assert bench.load_ua == pytest.approx(1995, rel=0.003)


def test_after_saturation_the_stage_comes_back_in_100_us():
    bench = held("resistor:5000", 2000, "open@2:4")
    bench.advance(2004100)
    assert bench.lagging
    assert 0.5 < bench.lag_ua / 2000 < 0.75  # one time constant
    run(bench, 1)
    assert not bench.lagging


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
