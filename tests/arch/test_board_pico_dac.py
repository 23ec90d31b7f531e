"""The board's files agree with each other and with the simulation, without any chip."""

import ast

from tests.arch.sources import BOARDS, tree

from iontobench.resources import load_board
from iontobench.sim.senses import nominal_calibration, wide_ranges

_MODULE = load_board("pico_dac")
_PWM = load_board("pico_pwm")
_BOOT = BOARDS / "pico_dac" / "boot.py"
_BUS = {"sck", "mosi", "miso", "adc_cs", "dac_cs"}  # off at any level, or when high
_INPUTS = {"limiter", "stop"}
# SPI0 of the RP2040 is on these [RP2040 datasheet, 1.4.3]
_SPI0 = {"sck": {2, 6, 18, 22}, "mosi": {3, 7, 19, 23}, "miso": {0, 4, 16, 20}}


def test_boot_drives_exactly_the_lines_low_that_are_off_when_low():
    (loop,) = [node for node in tree(_BOOT).body if isinstance(node, ast.For)]
    outputs = [n for line, n in _MODULE.PINS.items() if line not in _BUS | _INPUTS]
    assert sorted(ast.literal_eval(loop.iter)) == sorted(outputs)
    (line,) = loop.body
    assert ast.unparse(line) == "machine.Pin(pin, machine.Pin.OUT, value=0)"


def test_boot_imports_machine_alone():
    assert len(_BOOT.read_text("utf-8").splitlines()) <= 10
    imports = [node for node in ast.walk(tree(_BOOT)) if isinstance(node, ast.Import)]
    assert [alias.name for node in imports for alias in node.names] == ["machine"]
    assert not [node for node in ast.walk(tree(_BOOT)) if isinstance(node, ast.ImportFrom)]


def test_the_bus_is_on_pins_of_spi0_and_every_line_has_its_own():
    assert all(_MODULE.PINS[line] in pins for line, pins in _SPI0.items())
    numbers = list(_MODULE.PINS.values())
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) <= 25


def test_the_other_lines_are_those_of_pico_pwm():
    common = _MODULE.PINS.keys() & _PWM.PINS.keys()
    assert common == _PWM.PINS.keys() - {"drive"}
    assert {line: _MODULE.PINS[line] for line in common} == {
        line: _PWM.PINS[line] for line in common
    }


def test_nominal_scales_are_those_of_the_simulated_stage():
    rows = nominal_calibration(wide_ranges(_MODULE.BOARD))
    assert tuple(number for row in rows for number in row) == _MODULE.SCALES


def test_no_product_of_a_code_and_a_scale_leaves_31_bits():
    scales = _MODULE.SCALES
    for zero, mul, _ in (scales[at : at + 3] for at in range(0, 12, 3)):
        assert max(zero, 65535 - zero) * abs(mul) < 1 << 30
