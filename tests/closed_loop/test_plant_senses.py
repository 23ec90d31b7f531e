"""Senses and converters: scales, errors per seed, the steps of E11, calibration, determinism."""

import pytest
from tests.closed_loop.plants import BOARD, bench_with, electrical, energised, ramp

from ionto.core.limits import Board
from ionto.core.units import SAMPLE_A, SAMPLE_B, SAMPLE_LEN, SAMPLE_V
from iontobench.device.calibration import CalibrationError, Reading, fit_calibration
from iontobench.sim.bench import CH_A, CH_B, CH_SUPPLY, CH_V, SimulatedBench
from iontobench.sim.meter import GAIN_ERROR, Meter
from iontobench.sim.port import VirtualPort
from iontobench.sim.senses import IdealAdc, Rp2040Adc, e11_table, nominal_calibration

RANGES = {
    CH_A: (0.0, 6250.0),
    CH_B: (-6250.0, 6250.0),
    CH_V: (-5000.0, 50000.0),
    CH_SUPPLY: (0.0, 9900.0),
}


def back(adc, channel, quantity):
    """A quantity through the converter and its nominal calibration."""
    zero, mul, shift = nominal_calibration(adc.ranges)[channel]
    unit = 16 if channel in (CH_A, CH_B) else 1
    return ((adc.code(channel, quantity) - zero) * mul >> shift) / unit


@pytest.mark.parametrize("channel", RANGES)
def test_the_ideal_converter_is_exact_to_half_a_code(channel):
    adc = IdealAdc(BOARD, 1)
    low, high = RANGES[channel]
    code = 1 / 16 if channel in (CH_A, CH_B) else 1
    for part in range(101):
        quantity = low + (high - low) * part / 100.3
        assert abs(back(adc, channel, quantity) - quantity) <= code / 2


@pytest.mark.parametrize("adc_class", [IdealAdc, Rp2040Adc])
def test_full_scales_clip_and_never_wrap(adc_class):
    adc = adc_class(BOARD, 1)
    for channel, (low, high) in RANGES.items():
        top = adc.ranges[channel].top
        ends = {adc.code(channel, quantity) for quantity in (low - 1e5, high + 1e6)}
        assert ends == {0, top}
    codes = adc.codes3(1e6, 1e6, 1e6)
    assert codes == (adc.ranges[0].top, 0, adc.ranges[2].top)


def test_every_product_of_a_calibration_fits_31_bits():
    for board in (BOARD, Board("big", 30000, 60000, 200), Board("small", 500, 40000, 4)):
        for adc in (IdealAdc(board, 1), Rp2040Adc(board, 1)):
            rows = nominal_calibration(adc.ranges)
            for scale, (zero, mul, _) in zip(adc.ranges, rows, strict=True):
                assert (scale.top + zero) * abs(mul) < 1 << 30


def test_the_errors_of_the_rp2040_are_those_of_its_notes_for_every_seed():
    for seed in range(200):
        adc = Rp2040Adc(BOARD, seed)
        assert 1.0 <= adc.sigma_lsb <= 1.5
        assert 10 <= adc.offset_lsb <= 15
        assert 0.99 <= adc.reference <= 1.01


def test_noise_is_seeded_and_as_large_as_it_says():
    adc = Rp2040Adc(BOARD, 3)
    codes = [adc.codes3(1200.0, 1200.0, 9000.0)[0] for _ in range(6000)]
    again = Rp2040Adc(BOARD, 3)
    assert codes == [again.codes3(1200.0, 1200.0, 9000.0)[0] for _ in range(6000)]
    mean = sum(codes) / len(codes)
    sigma = (sum((code - mean) ** 2 for code in codes) / len(codes)) ** 0.5
    assert sigma == pytest.approx(adc.sigma_lsb, rel=0.1)


def test_sense_a_at_zero_is_not_clipped_by_offset_or_noise():
    for seed in range(50):
        adc = Rp2040Adc(BOARD, seed)
        assert min(adc.code(CH_A, 0.0) for _ in range(200)) > 0


def test_the_four_wide_codes_of_e11_make_steps_of_8_lsb():
    table = e11_table()
    assert len(table) == 4096 * 8
    assert table == sorted(table)
    widths = {code: table.count(code) / 8 for code in (100, 512, 1536, 2560, 3584, 4000)}
    assert [round(width) for width in widths.values()] == [1, 9, 9, 9, 9, 1]
    error = [code - index / 8 for index, code in enumerate(table)]
    for spike in (512, 1536, 2560, 3584):
        first = table.index(spike)
        assert error[first] - error[first + 8 * 9] == pytest.approx(8, abs=1.1)
    assert 3 < max(error) < 6
    assert -6 < min(error) < -3


def test_sense_b_is_signed_by_the_bridge():
    port = VirtualPort(BOARD, bench_with("resistor:5000"))
    bench = port.bench
    port.begin()
    port.set_polarity(-1)
    buf = [0] * SAMPLE_LEN
    for _ in range(30):
        port.wait()
        port.actuate(1, 20000)
        port.pump()
    port.sample(buf)
    assert buf[SAMPLE_A] == -buf[SAMPLE_B] == round(bench.load_ua * 16)
    inside_mv = bench.stage.inside_kohm * bench.load_ua  # sense B's shunt [S-21]
    assert buf[SAMPLE_V] == round(bench.node_mv + inside_mv)


def test_one_seed_is_one_trace_and_another_is_another():
    def trace(seed):
        bench = energised("forearm", adc="rp2040", seed=seed, faults=["reopen@1:7"])
        rows = []

        def note(bench):
            rows.append((*electrical(bench), *(bench.read_code(channel) for channel in range(4))))

        ramp(bench, 2000, 1.0, 1.5, note)
        return rows

    first = trace(5)
    assert first == trace(5)
    assert first != trace(6)


def held(port, current_ua, ticks=150):
    """Mean sample of `ticks` at a level, after 50 to settle, in uA, uA, mV."""
    buf = [0] * SAMPLE_LEN
    sums = [0] * SAMPLE_LEN
    for tick in range(50 + ticks):
        port.wait()
        port.sample(buf)
        port.actuate(1, round(current_ua / 6250 * 65535))
        port.feed()
        port.pump()
        if tick >= 50:
            sums = [total + value for total, value in zip(sums, buf, strict=True)]
    a, b, v = (sums[index] / ticks for index in (SAMPLE_A, SAMPLE_B, SAMPLE_V))
    return a / 16, b / 16, v


def readings_of(seed, loads=(1000, 8000), levels_ua=range(200, 4801, 200)):
    """What a person at the bench would write down: the board's words beside the meter's."""
    readings = []
    for r_ohm in loads:
        bench = SimulatedBench(BOARD, f"resistor:{r_ohm}", "rp2040", seed)
        meter = Meter(bench, r_ohm, seed)
        port = VirtualPort(BOARD, bench)
        port.begin()
        for level_ua in levels_ua:
            means = held(port, level_ua)
            readings.append(Reading(*means, meter.read_ua(), meter.read_mv()))
    return readings, nominal_calibration(bench.adc.ranges)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_fitted_calibration_measures_2_ma_within_half_a_percent(seed):
    calibration = fit_calibration(*readings_of(seed), BOARD.max_ua)
    bench = SimulatedBench(BOARD, "resistor:5000", "rp2040", seed)
    port = VirtualPort(BOARD, bench, None, calibration)
    port.begin()
    for level_ua in (1500, 2000, 4000):
        a_ua, b_ua, v_mv = held(port, level_ua, 500)
        assert a_ua == pytest.approx(bench.load_ua, rel=0.005)
        assert b_ua == pytest.approx(bench.load_ua, rel=0.01)
        assert v_mv == pytest.approx(bench.node_mv, rel=0.01)


def test_without_calibration_the_same_board_misses_half_a_percent():
    port = VirtualPort(BOARD, SimulatedBench(BOARD, "resistor:5000", "rp2040", 1))
    port.begin()
    a_ua, _, _ = held(port, 2000, 500)
    assert abs(a_ua / port.bench.load_ua - 1) > 0.005


def test_too_few_or_foolish_readings_are_refused():
    good = [Reading(x, x, x * 5, x, x * 5) for x in range(200, 2200, 200)]
    used = nominal_calibration(IdealAdc(BOARD, 1).ranges)
    with pytest.raises(CalibrationError, match="at least 5"):
        fit_calibration(good[::3], used, BOARD.max_ua)
    narrow = [Reading(1000.0 + x, 1000.0, 5000.0, 1000.0 + x, 5000.0) for x in range(10)]
    with pytest.raises(CalibrationError, match="1000 µA"):
        fit_calibration(narrow, used, BOARD.max_ua)
    doubled = [Reading(r.a_ua / 2, r.b_ua, r.v_mv, r.meter_ua, r.meter_mv) for r in good]
    with pytest.raises(CalibrationError, match="gain"):
        fit_calibration(doubled, used, BOARD.max_ua)


def test_the_meter_is_within_its_gain_error_and_not_perfect():
    bench = energised("resistor:1000")
    ramp(bench, 2000, 0.1, 0.1)
    errors = [Meter(bench, 1000, seed).read_ua() / bench.load_ua - 1 for seed in range(50)]
    assert max(abs(error) for error in errors) <= GAIN_ERROR
    assert max(errors) > 0 > min(errors)
