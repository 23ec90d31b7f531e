"""The page and the pictures say what the netlist and the simulation say."""

import re

import pytest

from iontobench.circuit.bring_up import expected_v
from iontobench.circuit.faults import FAULTS
from iontobench.circuit.netlist import BLOCKS, SUPPLY, Netlist, parts, stage_folder
from iontobench.circuit.parts_list import parts_list

PAGE = (stage_folder() / "README.md").read_text(encoding="utf-8")
PICTURES = stage_folder() / "pictures"
ROW = re.compile(r"^\| ([A-H]) \| (\S+(?: \d+)?) \| (\w+) \| (−?[0-9.]+) V \|$", re.M)
ROWS = [
    (step, point, node, float(volt.replace("−", "-")))
    for step, point, node, volt in ROW.findall(PAGE)
]
TEST_POINTS = {part.reference: part.value for part in parts_list() if part.part == "test point"}


@pytest.mark.parametrize("step", "ABCDEFGH")
@pytest.mark.short_cases("A", "B", "C", "D", "G", "H")
def test_the_pages_voltages_are_the_circuits(step, ngspice):
    circuit = expected_v(step)
    said = [(node, volt) for row, _, node, volt in ROWS if row == step]
    assert said
    for node, volt in said:
        assert circuit[node] == pytest.approx(volt, rel=0.01, abs=0.005), node


def test_every_test_point_of_the_page_is_listed_on_that_node():
    named = {point: node for _, point, node, _ in ROWS if point.startswith("TP")}
    assert {**TEST_POINTS, **named} == TEST_POINTS
    assert set(named) == set(TEST_POINTS)


SOLDERED = re.compile(r"^\| \d? ?\| [^|]* \| ((?:[A-Z]+\d+(?: to [A-Z]+\d+)?(?:, )?)+) \|$", re.M)


def references(said):
    """`R711 to R715, F1` as (letters, least, most)."""
    for one in said.split(", "):
        ends = [re.fullmatch(r"([A-Z]+)(\d+)", end).groups() for end in one.split(" to ")]
        (letters, first), (also, last) = ends[0], ends[-1]
        assert letters == also, one
        yield letters, int(first), int(last)


def test_every_part_is_soldered_in_exactly_one_step():
    rows = [list(references(said)) for said in SOLDERED.findall(PAGE)]
    assert len(rows) == 6
    for part in parts_list():
        letters, number = re.fullmatch(r"([A-Z]+)(\d+)", part.reference).groups()
        places = [
            (letters, first, last)
            for row in rows
            for kind, first, last in row
            if kind == letters and first <= int(number) <= last
        ]
        assert len(places) == 1, part.reference


SUPPLY_PINS = {  # which fields of an IC's line are its supply
    "opa2376": (2, 3),
    "opa196": (2, 3),
    "opa4333": (2, 3),
    "tlv1704": (3,),
    "hct02": (3,),
    "ahct1g125": (2,),
    "lvc1g3157": (4,),
    "lm7705": (0,),
}


def test_the_pages_supply_pins_are_the_netlists():
    said = {}
    for names, positive, negative in re.findall(r"^\| (U[^|]*) \| (\w+) \| (\w+) \|$", PAGE, re.M):
        for name in names.split(", "):
            said[name] = (positive, negative)
    found = {}
    for one in Netlist.of_blocks(*BLOCKS, SUPPLY).elements():
        if one.model in SUPPLY_PINS:
            rails = [one.fields[at] for at in SUPPLY_PINS[one.model]]
            found.setdefault(one.reference, set()).add((*rails, "ground")[:2])
    assert {name: {rails} for name, rails in said.items()} == found


def test_the_page_has_every_fault_with_its_end():
    for fault in FAULTS:
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {fault.name} |")]
        assert fault.end in row
        assert fault.seen_by in row


@pytest.mark.parametrize("block", [*BLOCKS, SUPPLY])
def test_a_picture_holds_the_parts_of_its_block_with_their_values(block):
    text = (PICTURES / f"{block}.svg").read_text(encoding="utf-8")
    words = re.sub(r"<[^>]*>", " ", text).split()
    listed = {part.reference: part for part in parts_list()}
    for reference, elements in parts(Netlist.of_blocks(block)).items():
        part = listed[reference]
        value = part.value if reference[0] in "RC" else part.part
        for one in elements:
            unit = one.name.removeprefix("X")
            places = [at for at, word in enumerate(words) if word == unit]
            assert places, unit
            wanted = value.split()
            assert all(words[at + 1 : at + 1 + len(wanted)] == wanted for at in places), unit


@pytest.mark.parametrize("block", [*BLOCKS, SUPPLY, "whole"])
def test_a_picture_has_white_paper_and_stands_on_the_page(block):
    lines = (PICTURES / f"{block}.svg").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("<rect")
    assert 'fill="white"' in lines[1]
    assert block == "interface" or f"pictures/{block}.svg" in PAGE
