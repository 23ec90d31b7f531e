"""The stage of pico_dac: its own parts in place of pico_pwm's, its requirements, its page."""

import re

import pytest

from ionto.core import codes
from iontobench.circuit import dac, dac_stage, firmware_start
from iontobench.circuit.bench import stage as pwm_stage
from iontobench.circuit.dac import NO_PWM, REQUIREMENTS, SHARED
from iontobench.circuit.dac_stage import (
    BOARD,
    OWN_BLOCKS,
    PICO_DAC,
    REFERENCE_SHARE,
    ZERO_CODE_V,
    parts_of_stage,
)
from iontobench.circuit.netlist import BLOCKS, MODELS, SUPPLY, Netlist, number, parts, stage_folder
from iontobench.circuit.ngspice import NgspiceError
from iontobench.circuit.parts_list import parts_list
from iontobench.circuit.report import limit
from iontobench.circuit.requirements import REQUIREMENTS as ALL
from iontobench.circuit.requirements import Bound, Requirement
from iontobench.circuit.simple_checks import floating_nodes
from iontobench.resources import load_board

PAGE = (stage_folder(BOARD).parent / "README.md").read_text(encoding="utf-8")
OWN = Netlist.of_blocks(*OWN_BLOCKS, SUPPLY, board=BOARD)
SHARED_PARTS = Netlist.of_blocks(*BLOCKS, SUPPLY)
OWN_LIST = {part.reference: part for part in parts_list(BOARD)}
STAGE = parts_of_stage()
# What the converters and their parts change, in some seconds; the others are long.
SHORT = ("S-03", "S-05", "S-20", "S-21", "S-22")
ROW = re.compile(r"^\| (S-\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)
ROWS = {(id_, words): (allowed, told) for id_, words, allowed, told in ROW.findall(PAGE)}


def _named(requirement):
    marks = () if requirement.id in SHORT else pytest.mark.long
    return pytest.param(requirement, marks=marks, id=f"{requirement.id}-{requirement.words}")


def _number(told):
    """The number of a cell; yes and no are 1 and 0."""
    first = told.replace("−", "-").split()[0]
    return {"yes": 1.0, "no": 0.0}.get(first) if first.isalpha() else float(first)


@pytest.mark.parametrize(
    "requirement", [_named(one) for one in REQUIREMENTS if one.measure is not None]
)
def test_the_stage_with_the_spi_converters_meets(requirement, ngspice):
    measured = requirement.measure()
    assert requirement.missed(measured) == {}
    for bound in requirement.bounds:
        _, told = ROWS.get((requirement.id, bound.words), (None, None))
        if told is not None:
            assert _number(told) == pytest.approx(measured[bound.name], rel=0.02, abs=0.01), told


def test_every_row_of_the_page_has_a_bound_with_its_limit():
    bounds = {(one.id, bound.words): bound for one in REQUIREMENTS for bound in one.bounds}
    assert len(ROWS) > 40
    for row, (allowed, _) in ROWS.items():
        assert allowed == limit(bounds[row]).replace("-", "−"), row


def test_every_requirement_of_the_reference_stage_is_asked_of_this_one_or_named_as_another():
    asked = [one.id for one in REQUIREMENTS]
    assert sorted([*asked, *SHARED, *NO_PWM]) == [one.id for one in ALL]
    assert "S-11, S-27 and S-28 are on parts of\npico_pwm alone" in PAGE


def test_the_drives_and_supplys_own_guards_are_the_reference_stages_parts():
    whole = {one.name: one.line for one in STAGE.elements()}
    for block in ("dead_man", "series_switch", "limiter", "lockout", "gate", "bridge", "probe"):
        for one in Netlist.of_blocks(block).elements():
            assert whole[one.name] == one.line


# ---- the netlist and the list


def test_the_boards_own_netlist_repeats_no_part_of_the_reference_stage():
    assert {one.line for one in OWN.elements()} & {
        one.line for one in SHARED_PARTS.elements()
    } == set()


def test_a_part_of_the_same_name_is_put_in_the_others_place_and_a_new_one_beside():
    made = pwm_stage().with_parts(Netlist(("R202 foot 0 2.00k", "R999 foot 0 1k")))
    assert (made.value("R202"), pwm_stage().value("R202")) == (2000, 2400)
    assert [one.name for one in made.elements()].count("R202") == 1
    assert made.value("R999") == 1000


def test_netlist_and_both_lists_hold_the_same_parts():
    listed = {name for name, part in dac_stage.listed().items() if part.is_in_netlist}
    assert set(parts(STAGE)) == listed
    names = [one.name for one in STAGE.elements()]
    assert len(names) == len(set(names))


def test_the_boards_own_list_has_what_its_netlist_has_but_a_capacitor_that_moved():
    moved = {"A1", "C732", "U3"}  # the same parts on other nodes
    assert set(parts(OWN)) - moved == set(OWN_LIST)
    assert [part.reference for part in OWN_LIST.values() if not (part.why and part.order)] == []


@pytest.mark.parametrize("reference", [one.reference for one in STAGE.elements() if one.is_valued])
def test_a_resistor_or_capacitor_has_the_value_that_its_list_says(reference):
    part = dac_stage.listed()[reference]
    assert STAGE.value(reference) == pytest.approx(number(part.value))
    assert part.tolerance_share > 0


E24 = {10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82}
E24 |= {91}
E96 = {round(100 * 10 ** (step / 96)) for step in range(96)}


@pytest.mark.parametrize("reference", [name for name in OWN_LIST if name[0] == "R"])
def test_a_resistor_of_the_boards_own_is_of_a_series(reference):
    digits = f"{number(OWN_LIST[reference].value):.2e}".partition("e")[0].replace(".", "")
    assert int(digits) in E96 | {10 * value for value in E24}


@pytest.mark.parametrize("reference", [name for name in OWN_LIST if name[0] == "C"])
def test_a_capacitor_of_the_boards_own_stands_half_as_much_again_as_its_rail(reference):
    assert OWN_LIST[reference].rated_v >= 1.5 * 5.5


def test_every_model_of_a_part_is_there():
    text = Netlist.of_blocks(MODELS).text + Netlist.of_blocks(MODELS, board=BOARD).text
    defined = {name.lower() for name in re.findall(r"^\.(?:subckt|model) (\S+)", text, re.M)}
    assert {one.model.lower() for one in STAGE.elements() if not one.is_valued} <= defined


def test_no_node_has_one_part_alone_but_the_leads_the_input_and_what_is_free():
    free = {"dac_b", "adc_vref", "duty"}  # output B, ADC_VREF, the register
    assert floating_nodes(STAGE) == {"in_5v", "lead_1", "lead_2"} | free


def test_each_pin_of_the_board_is_a_node_of_the_stage():
    nodes = {field for one in STAGE.elements() for field in one.fields}
    assert set(load_board(BOARD).PINS) - {"stop"} <= nodes  # a push-button


def test_the_page_names_what_is_gone():
    gone = {*dac_stage.GONE, *dac_stage.GONE_FROM_SUPPLY}
    (told,) = re.findall(r"\*\*Gone\*\*: ([^.]+)\.", PAGE)
    assert set(told.split(", ")) == {name.removeprefix("X") for name in gone}


# ---- what only this stage has


def test_open_selects_are_high_and_clr_is_low_against_the_chips_own_pull_downs(ngspice):
    seen = dac_stage.pins_open()
    assert seen["select_v"] >= 0.7 * 3.3
    assert seen["clear_v"] <= 0.8


@pytest.mark.hazard("H-09")
@pytest.mark.long
@pytest.mark.parametrize(
    ("figure", "value"),
    [("reference", REFERENCE_SHARE), ("reference", -REFERENCE_SHARE), ("zero", ZERO_CODE_V)],
)
def test_the_firmware_proves_a_stage_whose_dac_is_as_its_data_sheet_allows(figure, value, ngspice):
    drawn = PICO_DAC.netlist().with_parameter("XU17", figure, value)
    begin_us = firmware_start.proof_from_us(PICO_DAC)
    shown = firmware_start.played(begin_us, drawn, on=PICO_DAC).verdict()
    assert codes.FAULT_NAMES[shown.fault] == codes.FAULT_NAMES[0]
    assert "reference 0.2 % high or low" in PAGE


# ---- the command


def one_requirement(measure):
    return [Requirement("S-99", "test", measure, (Bound("x_ua", "x", "µA", most=1),))]


def test_the_command_tells_a_missing_ngspice_as_exit_2(monkeypatch, capsys):
    def absent():
        raise NgspiceError("no ngspice: install it")

    monkeypatch.setattr(dac, "REQUIREMENTS", one_requirement(absent))
    assert dac.main() == 2
    assert capsys.readouterr().err == "circuit: no ngspice: install it\n"


@pytest.mark.parametrize(("value", "exit_code", "verdict"), [(1.0, 0, "none"), (2.0, 1, "S-99")])
def test_the_command_names_what_is_missed_and_has_its_exit_code(
    value, exit_code, verdict, monkeypatch, capsys
):
    monkeypatch.setattr(dac, "REQUIREMENTS", one_requirement(lambda: {"x_ua": value}))
    assert dac.main() == exit_code
    said = capsys.readouterr().out
    assert f"not met: {verdict}; S-11" in said
    assert ("NOT MET" in said) == bool(exit_code)
