"""The board's files agree with each other and with the simulation, without any chip."""

import ast

import pytest
from tests.arch.sources import BOARDS, tree

from iontobench.resources import load_board
from iontobench.sim.senses import coarse_ranges, nominal_calibration

_MODULE = load_board("pico_pwm")
_BOOT = BOARDS / "pico_pwm" / "boot.py"
_INPUTS = {"limiter", "stop"}


@pytest.mark.hazard("H-21")
def test_boot_is_at_most_ten_lines_and_imports_machine_alone():
    assert len(_BOOT.read_text("utf-8").splitlines()) <= 10
    imports = [node for node in ast.walk(tree(_BOOT)) if isinstance(node, ast.Import)]
    assert [alias.name for node in imports for alias in node.names] == ["machine"]
    assert not [node for node in ast.walk(tree(_BOOT)) if isinstance(node, ast.ImportFrom)]


def test_boot_drives_exactly_the_boards_outputs_low():
    loops = [node for node in tree(_BOOT).body if isinstance(node, ast.For)]
    (loop,) = loops
    outputs = [number for line, number in _MODULE.PINS.items() if line not in _INPUTS]
    assert sorted(ast.literal_eval(loop.iter)) == sorted(outputs)
    (line,) = loop.body
    assert ast.unparse(line) == "machine.Pin(pin, machine.Pin.OUT, value=0)"


def test_no_two_lines_share_a_pin_or_take_an_analogue_one():
    numbers = list(_MODULE.PINS.values())
    assert len(set(numbers)) == len(numbers)
    assert not set(numbers) & {26, 27, 28, 29}


def test_nominal_scales_are_those_of_the_simulated_stage():
    rows = nominal_calibration(coarse_ranges(_MODULE.BOARD))
    assert tuple(number for row in rows for number in row) == _MODULE.SCALES
