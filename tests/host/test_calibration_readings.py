"""Readings as a person gives them: a resistor, what the meter shows, and the codes behind them."""

import pytest

from iontobench import resources
from iontobench.device.calibration_readings import code_of, load_of, typed
from iontobench.errors import UserError
from iontobench.sessions.calibrate import levels_ua

BOARD = resources.board_of("pico_pwm")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.013 V", (2013.0, "mv")),
        ("402mV", (402.0, "mv")),
        ("1,998 mA", (1998.0, "ua")),
        (" 1998 µA ", (1998.0, "ua")),
        ("1998 uA", (1998.0, "ua")),
    ],
)
def test_what_a_person_types_of_a_meter(text, value):
    assert typed(text) == (pytest.approx(value[0]), value[1])


def test_a_load_without_a_tolerance_has_1_percent():
    assert load_of("1000") == (1000.0, 1.0)
    with pytest.raises(UserError, match="allowed: OHM:PERCENT"):
        load_of("x:1")


def test_a_code_and_what_is_reported_of_it_agree():
    for row in ((40, 101011, 12), (2048, -101011, 11), (372, 110027, 13)):
        zero, mul, shift = row
        reported = [(code - zero) * mul >> shift for code in range(1000, 1400)]
        mean = sum(reported) / len(reported)
        assert code_of(mean, row) == pytest.approx(1199.5, abs=0.1)


def test_a_resistor_that_leaves_too_little_current_is_refused():
    assert levels_ua(BOARD, 1000, 2) == [4000, 2000]
    assert levels_ua(BOARD, 10_000, 1) == [3200]
    with pytest.raises(ValueError, match="take one of at most 64000 Ω"):
        levels_ua(BOARD, 100_000, 3)
