"""Injected faults between the stage and its codes: what a board would read."""

import pytest
from tests.closed_loop.plants import drive_ua, energised, run

from ionto.core.units import SAMPLE_A, SAMPLE_B, SAMPLE_LEN, SAMPLE_SUPPLY, SAMPLE_V
from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.faults import SENSES
from iontobench.sim.port import VirtualPort

BOARD = load_board("virtual").BOARD


def reading(*specs, current_ua=1000, ticks=60, polarity=1, adc="ideal"):
    """What a port reads (uA, uA, mV, mV) 60 ms after faults at 0."""
    bench = SimulatedBench(BOARD, "resistor:5000", adc, 1, specs)
    bench.set_polarity(polarity)
    port = VirtualPort(BOARD, bench)
    buf = [0] * SAMPLE_LEN
    port.begin()
    for _ in range(ticks):
        port.wait()
        port.sample(buf)
        port.actuate(1, current_ua * BOARD.drive_counts // BOARD.full_scale_ua)
        port.feed()
        port.pump()
    return buf[SAMPLE_A] / 16, buf[SAMPLE_B] / 16, buf[SAMPLE_V], buf[SAMPLE_SUPPLY]


@pytest.mark.parametrize(
    ("spec", "a_ua", "b_ua", "v_mv"),
    [
        ("a-dead@0", 0, 1000, 5000),
        ("a-scale@0:0.5", 500, 1000, 5000),
        ("a-scale@0:1.5", 1500, 1000, 5000),
        ("b-dead@0", 1000, 0, 5000),
        ("a-offset@0:-300", 700, 1000, 5000),
        ("b-offset@0:300", 1000, 1300, 5000),
        ("v-dead@0", 1000, 1000, 0),
    ],
)
def test_a_sense_reads_what_its_fault_makes_of_it(spec, a_ua, b_ua, v_mv):
    a, b, v, _ = reading(spec)
    assert (a, b) == (pytest.approx(a_ua, abs=6), pytest.approx(b_ua, abs=6))
    assert v == pytest.approx(v_mv, abs=30)


def test_a_frozen_code_stays_at_its_last_value():
    bench = energised("resistor:5000", faults=["a-stuck@0.1"])
    drive_ua(bench, 1000)
    port = VirtualPort(BOARD, bench)
    buf = [0] * SAMPLE_LEN

    def after(ticks):
        for _ in range(ticks):
            run(bench, 1)
            port.sample(buf)
        return buf[SAMPLE_A], buf[SAMPLE_B]

    before = after(99)
    drive_ua(bench, 2000)
    stuck, b = after(50)
    assert stuck == pytest.approx(before[0], abs=16)
    assert b == pytest.approx(2000 * 16, rel=0.01)


def test_a_frozen_converter_freezes_every_channel():
    bench = energised("resistor:5000", faults=["adc-stuck@0.1"])
    port = VirtualPort(BOARD, bench)
    drive_ua(bench, 1000)
    rows = []
    for tick in range(200):
        run(bench, 1)
        if tick == 150:
            drive_ua(bench, 3000)
        buf = [0] * SAMPLE_LEN
        port.sample(buf)
        rows.append(buf)
    assert rows[-1] == rows[99]
    assert rows[99] != rows[0]


def test_noise_has_its_size_and_mains_its_period():
    noisy = [reading("adc-noise@0:100", ticks=60 + n)[0] for n in range(200)]
    mean = sum(noisy) / len(noisy)
    sigma = (sum((one - mean) ** 2 for one in noisy) / len(noisy)) ** 0.5
    assert 80 < sigma < 120
    hum = [reading("mains@0:100", ticks=60 + n)[0] for n in range(40)]
    assert max(hum) - min(hum) == pytest.approx(200, rel=0.05)
    assert hum[0] == pytest.approx(hum[20], abs=2)
    a, b, *_ = reading("mains@0:100", ticks=65)
    assert a - b == pytest.approx(0, abs=1)


@pytest.mark.parametrize("adc", ["ideal", "rp2040"])
def test_a_drifting_reference_splits_a_from_b(adc):
    good, bad = reading(adc=adc), reading("reference@0:5", adc=adc)
    assert abs(good[0] - good[1]) < 120  # not calibrated
    assert abs(bad[0] - bad[1]) > 200
    assert bad[3] == pytest.approx(good[3] / 1.05, rel=0.01)


@pytest.mark.parametrize(("channel", "exact"), [(0, 0), (1, 1), (2, 2)])
def test_a_stuck_multiplexer_gives_one_channels_code_to_all(channel, exact):
    good, bad = reading(), reading(f"mux-stuck@0:{channel}")
    assert bad[exact] == pytest.approx(good[exact], abs=1)
    assert abs(bad[0] - bad[1]) > 200


@pytest.mark.parametrize("adc", ["ideal", "rp2040"])
def test_until_the_onset_every_reading_is_the_healthy_ones(adc):
    for kind in SENSES:
        assert reading(f"{kind}@10", adc=adc) == reading(adc=adc)


def test_a_bench_without_such_faults_has_the_bare_converter():
    assert type(energised("resistor:5000", faults=["open@1"]).adc).__name__ == "IdealAdc"
    with pytest.raises(TypeError, match="without faults"):
        energised("resistor:5000").senses()
