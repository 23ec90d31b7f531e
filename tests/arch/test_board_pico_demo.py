"""The board's files agree with each other, with its circuit's stage, and with its page."""

import ast
import re

import pytest
from tests.arch.sources import BOARDS, tree

from ionto.core.units import drop_scale
from iontobench.circuit.demo import PAIR_UA, REQUIREMENTS, SINGLE_UA
from iontobench.circuit.demo_stage import LOAD_LEAST_OHM, LOAD_MOST_OHM, LOAD_OHM, demo_stage
from iontobench.resources import load_board
from iontobench.sim.senses import nominal_calibration, own_ranges
from iontobench.sim.stage import StageParams, reference_stage

_MODULE = load_board("pico_demo")
_BOARD = _MODULE.BOARD
_PWM = load_board("pico_pwm")
_BOOT = BOARDS / "pico_demo" / "boot.py"
_PAGE = (BOARDS / "pico_demo" / "README.md").read_text("utf-8")
_CHIP_CODES = 12  # what the converter adds by itself: 10 to 15 [docs/platform.md, Analogue]


@pytest.mark.hazard("H-21")
def test_boot_drives_the_same_lines_low_as_on_pico_pwm():
    assert ast.unparse(tree(_BOOT)) == ast.unparse(tree(BOARDS / "pico_pwm" / "boot.py"))
    assert _MODULE.PINS == _PWM.PINS


def test_nominal_scales_are_those_of_the_simulated_stage_and_what_the_chip_adds():
    rows = nominal_calibration(own_ranges(_BOARD))
    rows[:3] = [(zero + _CHIP_CODES, mul, shift) for zero, mul, shift in rows[:3]]
    assert tuple(number for row in rows for number in row) == _MODULE.SCALES


def test_no_product_of_a_code_and_a_scale_or_of_a_current_and_the_drop_leaves_31_bits():
    scales = _MODULE.SCALES
    for zero, mul, _ in (scales[at : at + 3] for at in range(0, 12, 3)):
        assert max(zero, 4095 - zero) * abs(mul) < 1 << 30
    most_q4 = (4095 - scales[0]) * scales[1] >> scales[2]
    assert most_q4 * drop_scale(_BOARD.inside_ohm) < 1 << 30


def test_the_boards_numbers_are_the_circuits():
    stage = demo_stage()
    shunts_ohm = stage.value("R501") + stage.value("R502")
    assert shunts_ohm == _BOARD.inside_ohm
    assert stage.value("R301") + stage.value("R302") == _BOARD.probe_ohm
    assert _BOARD.loads_ohm == (LOAD_LEAST_OHM, LOAD_MOST_OHM)
    assert (_BOARD.bridge, _BOARD.limiter, _BOARD.lim_test) == (False, False, False)


def test_the_simulated_stage_is_the_circuits_and_none_to_scale():
    stage, data = StageParams.of_board(_BOARD, seed=1), reference_stage("pico_demo")
    assert stage.is_shown
    assert (stage.full_scale_ua, stage.output_kohm) == (data.source_ua, data.output_kohm)
    assert stage.limiter_ua == float("inf")
    share = data.output_kohm / (data.output_kohm + data.return_kohm + LOAD_OHM / 1000)
    assert data.source_ua * share == pytest.approx(_BOARD.full_scale_ua, rel=0.01)


def test_the_page_begins_with_the_warning_and_has_every_requirement():
    first, second = [line for line in _PAGE.splitlines() if line][:2]
    assert first.startswith("# pico_demo")
    assert "Bench only: dummy loads, never people" in second
    said = re.findall(r"^- \*\*(D-\d\d)", _PAGE, re.M)
    assert said == [one.id for one in REQUIREMENTS]
    assert f"at most {SINGLE_UA / 1000:g} mA" in _PAGE
    assert f"at most {PAIR_UA / 1000:g} mA" in _PAGE


def test_the_page_names_the_header_pin_of_each_wire():
    header = dict(
        zip((pin for pin in range(1, 31) if pin % 5 != 3 and pin != 30), range(23), strict=False)
    ) | {31: 26, 32: 27, 34: 28}
    rows = re.findall(r"^\| GP(\d+) \| (\d+) \|", _PAGE, re.M)
    assert len(rows) >= 8
    assert [int(gpio) for gpio, _ in rows] == [header[int(pin)] for _, pin in rows]


def test_its_package_is_that_of_pico_pwm_with_its_own_load_voltage():
    own, pwm = (
        (BOARDS / name / "package.json").read_text("utf-8").replace(name, "NAME").splitlines()
        for name in ("pico_demo", "pico_pwm")
    )
    more = [line for line in own if line not in pwm]
    assert [line for line in pwm if line not in own] == []
    assert len(more) == 1
    assert "ionto/rp2/node_voltage.mpy" in more[0]
