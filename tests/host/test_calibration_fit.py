"""Five noisy readings carry a calibration; what they cannot carry is refused with its reason.

Gains are shares of the truth, offsets in uA of what the board says at zero.
"""

import random
from math import sqrt

import pytest
from msgspec.structs import replace
from tests.host.protocol_bench import board_of

from ionto.core.limits import Board
from ionto.core.units import UA_Q4
from iontobench.device.calibration import CalibrationError, fit_line
from iontobench.device.calibration_fit import by_row, fit
from iontobench.device.calibration_readings import CodeReading
from iontobench.sim.senses import Rp2040Adc, coarse_ranges, fine_ranges, nominal_calibration

BOARD = board_of("virtual")
# The virtual board's stated noise, and a converter without the RP2040's wide codes.
DAC = Board("dac", BOARD.max_ua, BOARD.compliance_mv, BOARD.sigma_q4, accuracy_ua=1)
FINE = fine_ranges(BOARD)
COARSE = coarse_ranges(BOARD)
SAMPLES = 30
METER_PERCENT = 0.05
PLAN = [(1000, 4000), (1000, 2000), (1000, 500), (8200, 4000), (8200, 1500)]  # ohm, uA


class DacBoard:
    """A linear converter of fine steps with the board's stated noise, gain and offset errors."""

    data = DAC
    ranges = FINE
    top = FINE[0].top

    def __init__(self, seed, gain_share=0.01, offset_ua=25.0):
        draw = random.Random(seed)
        self.gains = [1 + draw.uniform(-gain_share, gain_share) for _ in range(3)]
        self.offsets = [draw.uniform(-offset_ua, offset_ua) for _ in range(3)]
        self._draw = draw

    def codes(self, ua, mv, samples):
        made = []
        sigma_ua = BOARD.sigma_q4 / UA_Q4 / sqrt(samples)
        for at, (value, share) in enumerate(((ua, 1), (ua, 2), (mv, 8))):
            seen = value * self.gains[at] + self.offsets[at] * (share if at == 2 else 1)
            seen += self._draw.gauss(0, sigma_ua * share)
            made.append(self.ranges[at].zero + self.ranges[at].per_unit * seen)
        return made

    def zero_code(self):
        return self.ranges[0].zero + self.ranges[0].per_unit * self.offsets[0]

    def factor(self):
        return UA_Q4 / (self.ranges[0].per_unit * self.gains[0])


class ChipBoard:
    """The RP2040's converter of a seed: noise, offset, gain errors and wide codes."""

    data = BOARD
    ranges = COARSE
    top = COARSE[0].top

    def __init__(self, seed):
        self._adc = Rp2040Adc(BOARD, seed)

    def codes(self, ua, mv, samples):
        rows = [self._adc.codes3(ua, ua, mv) for _ in range(samples)]
        return [sum(column) / samples + 0.0 for column in zip(*rows, strict=True)]

    def said_at_zero_ua(self, row):
        return by_row(self.codes(0.0, 0.0, 4000)[0], row) / UA_Q4


def readings_of(board, seed, plan=PLAN, tolerance=0.1, samples=SAMPLES):
    """What a board and a meter say on true resistors of that tolerance, in percent."""
    draw = random.Random(f"resistors {seed}")
    share = {ohm: 1 + draw.uniform(-tolerance, tolerance) / 100 for ohm, _ in plan}
    meter = 1 + draw.uniform(-METER_PERCENT, METER_PERCENT) / 100
    found = [CodeReading(0, 0, 0, 1000, *board.codes(0.0, 0.0, 1000), 0.0, "rest")]
    for ohm, ua in plan:
        mv = ua * ohm * share[ohm] / 1000
        codes = board.codes(ua, mv, samples)
        found.append(CodeReading(ohm, tolerance, ua, samples, *codes, mv * meter, "mv"))
    return found


def fitted(board, readings):
    nominal = nominal_calibration(board.ranges)
    return fit(readings, nominal, board.data, METER_PERCENT, board.top)


def test_five_readings_give_gain_and_offset_in_99_of_100_seeds():
    good = inside = 0
    for seed in range(1000):
        board = DacBoard(seed)
        sense = fitted(board, readings_of(board, seed)).senses[0]
        zero, mul, shift = sense.row
        factor = mul / (1 << shift)
        gain = abs(factor / board.factor() - 1)
        offset_ua = abs(zero - board.zero_code()) * factor / UA_Q4
        good += gain <= 0.002 and offset_ua <= 3
        inside += gain <= 2 * sense.u_gain and offset_ua <= 2 * sense.u_offset + 1 / 32
    assert good >= 990
    assert inside >= 950


def test_five_readings_without_the_rest_do_it_too():
    good = 0
    for seed in range(1000):
        board = DacBoard(seed)
        sense = fitted(board, readings_of(board, seed)[1:]).senses[0]
        zero, mul, shift = sense.row
        factor = mul / (1 << shift)
        gain = abs(factor / board.factor() - 1)
        good += gain <= 0.002 and abs(zero - board.zero_code()) * factor / UA_Q4 <= 3
    assert good >= 990


def test_the_offset_of_the_chips_own_converter_is_found_within_10_ua():
    offsets_ua = []
    for seed in range(200):
        board = ChipBoard(seed)
        made = fitted(board, readings_of(board, seed))
        offsets_ua.append(abs(board.said_at_zero_ua(made.rows[0])))
    assert sum(one <= 10 for one in offsets_ua) >= 198


def test_a_tolerance_of_the_resistors_shows_in_the_uncertainty_of_the_gain():
    board = DacBoard(1)
    fine = fitted(board, readings_of(board, 1, tolerance=0.1)).senses[0]
    coarse = fitted(board, readings_of(board, 1, tolerance=1)).senses[0]
    assert fine.u_gain < 0.001 < 0.003 < coarse.u_gain < 0.006


def test_a_resistor_with_a_better_tolerance_weighs_more():
    tolerances = [1e-3, 1e-3, 1e-2, 1e-2]
    line = fit_line([1, 2, 1, 2], [1, 2, 1.02, 2.04], [1e-5] * 4, [1, 1, 2, 2], tolerances)
    assert line.gain == pytest.approx(1.0, abs=0.002)
    assert line.u_gain == pytest.approx(1e-3, rel=0.2)


def test_equal_weights_are_ordinary_least_squares():
    line = fit_line([0, 1, 2, 3], [1, 3, 4, 8], [1.0] * 4)
    assert (line.gain, line.offset) == (pytest.approx(2.2), pytest.approx(0.7))
    assert line.u_gain == pytest.approx(sqrt(1 / 5))
    assert sum(line.residuals) == pytest.approx(0)


REFUSED = [
    (lambda rows: rows[:5], "4 readings over 3500 µA: at least 5 over 1000"),
    (lambda rows: [rows[0], *[rows[1]] * 5], "at one level; take them at two currents"),
    (lambda rows: [rows[0], *rows[1:4], *rows[1:3]], "on one resistor; take them on two"),
    (lambda rows: rows[:1], "at one level"),
    (
        lambda rows: [*rows[:2], replace(rows[2], meter=rows[2].meter / 10), *rows[3:]],
        "reading 2: the meter says 200 µA, the board 1990, 10.0 times apart",
    ),
    (
        lambda rows: [*rows[:2], replace(rows[2], meter=rows[2].meter * 10), *rows[3:]],
        "reading 2: the meter says 19995 µA",
    ),
    (
        lambda rows: [*rows[:4], *[replace(one, load_ohm=820.0) for one in rows[4:]]],
        "is the unit right, and the resistor 820 Ω?",
    ),
    (
        lambda rows: [*rows[:4], *[replace(one, load_ohm=8610.0) for one in rows[4:]]],
        "off the line; noise and tolerances explain",
    ),
    (
        lambda rows: [*rows[:2], replace(rows[2], meter=rows[2].meter * 1.05), *rows[3:]],
        "1000 Ω at 2000 µA is ",
    ),
    (
        lambda rows: [replace(one, a_code=(one.a_code - 1024) * 1.13 + 1024) for one in rows],
        "sense A: its gain is 0.88",
    ),
    (
        lambda rows: [replace(one, b_code=one.b_code + 3500) for one in rows],
        "sense B: its offset is -2",
    ),
]


@pytest.mark.parametrize(("altered", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_carries_no_calibration_is_refused_in_one_line(altered, told):
    board = DacBoard(1, 0.005, 5.0)
    rows = altered(readings_of(board, 1))
    with pytest.raises(CalibrationError) as caught:
        fitted(board, rows)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_meter_that_reads_the_current_needs_no_resistors_value_for_it():
    board = DacBoard(3)
    by_volts = readings_of(board, 3, tolerance=1)
    amps = [
        one if one.unit == "rest" else replace(one, meter=float(one.level_ua), unit="ua")
        for one in by_volts
    ]
    first, second = fitted(board, by_volts).senses, fitted(board, amps).senses
    assert second[0].u_gain < first[0].u_gain / 3
    assert second[2].u_gain > 3 * first[2].u_gain
