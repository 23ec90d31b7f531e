"""The netlist, the list of parts and the page hold the same; altered copies alter one thing."""

import re

import pytest

from iontobench.circuit.netlist import BLOCKS, MODELS, SUPPLY, Netlist, number, parts, stage_folder
from iontobench.circuit.parts_list import parts_list
from iontobench.circuit.requirements import REQUIREMENTS
from iontobench.circuit.simple_checks import floating_nodes

STAGE = Netlist.of_blocks(*BLOCKS, SUPPLY)
LISTED = {part.reference: part for part in parts_list()}
BOARD_PAGE = stage_folder().parent / "README.md"
STAGE_PAGE = stage_folder() / "README.md"


def test_netlist_and_list_hold_the_same_parts():
    listed = {name for name, part in LISTED.items() if part.is_in_netlist}
    assert set(parts(STAGE)) == listed


def test_no_reference_is_listed_twice():
    assert len(LISTED) == len(parts_list())


def test_no_part_of_the_netlist_is_there_twice():
    names = [one.name for one in STAGE.elements()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("reference", [one.reference for one in STAGE.elements() if one.is_valued])
def test_a_resistor_or_capacitor_has_the_value_that_is_listed(reference):
    assert STAGE.value(reference) == pytest.approx(number(LISTED[reference].value))
    assert LISTED[reference].tolerance_share > 0


@pytest.mark.parametrize("reference", [name for name in LISTED if name[0] in "UMQDK"])
def test_a_semiconductor_has_the_model_that_is_listed(reference):
    model = parts(STAGE)[reference][0].model
    aliases = {"d4148": "1n4148w", "d4007": "1n4007", "ledred": "led", "converter": "b05"}
    wanted = aliases.get(model.lower(), model.lower())
    assert wanted in re.sub(r"[^a-z0-9]", "", LISTED[reference].part.lower())


def test_every_part_says_why_it_is_there():
    assert [part.reference for part in parts_list() if len(part.why) < 3] == []


def test_every_part_has_a_package_and_a_way_to_order_it():
    assert [part.reference for part in LISTED.values() if not (part.package and part.order)] == []


@pytest.mark.parametrize("reference", [name for name in LISTED if name[0] in "UMQDK"])
def test_a_semiconductor_is_ordered_by_the_number_of_its_part(reference):
    part = LISTED[reference]
    if reference != "D712":  # any red one
        stem = re.search(r"[A-Z]*\d+[A-Z0-9]*", part.part)[0]
        assert stem.removeprefix("74") in part.order


VOLTS = {"0": 0, "hv_in": 58, "hv_reg": 51, "hv": 51, "n": 51, "vee": 43, "vneg": 0}  # most
HIGH_SIDE = {"fb_high", "out_high"}  # both within some volts of hv
LOGIC_V = 5.5


@pytest.mark.parametrize("reference", [name for name in LISTED if name[0] == "C"])
def test_a_capacitor_stands_half_as_much_again_as_it_sees(reference):
    a, b = STAGE.element(reference).fields[:2]
    if {a, b} == HIGH_SIDE or {a, b} == {"hv", "vee"}:
        seen_v = 10.0  # what U2 lives on
    else:
        assert not HIGH_SIDE & {a, b}
        seen_v = max(VOLTS.get(a, LOGIC_V), VOLTS.get(b, LOGIC_V))
    assert LISTED[reference].rated_v >= 1.5 * seen_v


def test_every_model_that_a_part_uses_is_there_and_none_is_left_over():
    text = (stage_folder() / "netlist" / f"{MODELS}.inc").read_text(encoding="utf-8")
    defined = {name.lower() for name in re.findall(r"^\.(?:subckt|model) (\S+)", text, re.M)}
    used = {one.model.lower() for one in STAGE.elements() if not one.is_valued}
    assert used <= defined
    inside = {one.model.lower() for one in Netlist(tuple(text.splitlines())).elements()}
    assert defined - used <= inside


def test_no_node_of_the_stage_has_one_part_alone():
    assert floating_nodes(STAGE) == {"in_5v", "lead_1", "lead_2"}


def test_the_page_and_the_table_have_the_same_requirements():
    said = re.findall(r"^- \*\*(S-\d\d)", BOARD_PAGE.read_text(encoding="utf-8"), re.M)
    assert sorted(said) == [one.id for one in REQUIREMENTS]


def test_every_bound_is_one():
    for one in REQUIREMENTS:
        for bound in one.bounds:
            assert bound.least <= bound.most
            assert abs(bound.least) < 1e9 or abs(bound.most) < 1e9


def test_the_warning_stands_before_anything_else_on_the_page():
    lines = [line for line in STAGE_PAGE.read_text(encoding="utf-8").splitlines() if line]
    assert lines[0].startswith("# ")
    assert "Bench only: dummy loads, never people" in lines[1]


@pytest.mark.parametrize(
    ("text", "value"), [("30.1k", 30100.0), ("15Meg", 15e6), ("470p", 470e-12), ("25", 25.0)]
)
def test_a_number_of_a_netlist_is_read(text, value):
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "k", "10 k", "10kk", "ten"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is no number of a netlist"):
        number(text)


def test_a_change_makes_another_netlist_and_leaves_the_first():
    changed = STAGE.scaled("R401", 1.1)
    assert changed.value("R401") == pytest.approx(429)
    assert STAGE.value("R401") == 390
    assert changed.with_value("R401", 390).text.split() == STAGE.text.split()


def test_a_part_that_is_not_there_cannot_be_changed():
    with pytest.raises(KeyError, match="the netlist has no R999"):
        STAGE.without("R999")
    with pytest.raises(ValueError, match="has no value"):
        STAGE.scaled("XU1A", 2)
    with pytest.raises(ValueError, match="has no text"):
        STAGE.substituted("nothing of the kind", "")


def test_a_parameter_replaces_the_one_before():
    once = STAGE.with_parameter("XU2", "vos", 1e-3).with_parameter("XU2", "vos", 2e-3)
    assert once.element("XU2").fields[-2:] == ("opa196", "vos=0.002")


def test_a_broken_part_hangs_on_a_switch():
    broken = STAGE.broken_at("R401", "alive")
    assert broken.element("R401").fields[0] == "return_top_r401"
    assert "Sbroken return_top return_top_r401 alive 0 IDEAL" in broken.text
