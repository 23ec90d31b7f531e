"""The page and the pictures say what the netlist and the simulation say."""

import re

import pytest

from iontobench.circuit.bench import HV_V, VREF_V, stage, steady_rails
from iontobench.circuit.bring_up import expected_v
from iontobench.circuit.faults import FAULTS
from iontobench.circuit.netlist import BLOCKS, SUPPLY, Netlist, parts, stage_folder
from iontobench.circuit.ngspice import analyse
from iontobench.circuit.parts_list import parts_list
from iontobench.circuit.powering import supply_netlist
from iontobench.circuit.tolerances import REFERENCE, drawn

PAGE = (stage_folder() / "README.md").read_text(encoding="utf-8")
PICTURES = stage_folder() / "pictures"
ROW = re.compile(
    r"^\| ([A-J]) \| (\S+(?: \d+)?) \| (\w+) \| (−?[0-9.]+) V \| (−?[0-9.]+) to (−?[0-9.]+) V \|$",
    re.M,
)
ROWS = [
    (step, point, node, *(float(volt.replace("−", "-")) for volt in volts))
    for step, point, node, *volts in ROW.findall(PAGE)
]
TEST_POINTS = {part.reference: part.value for part in parts_list() if part.part == "test point"}
LISTED = {part.reference: part for part in parts_list()}
GROUND = {"TP17": "ground"}  # the black lead


@pytest.mark.parametrize("step", [*"ABCDEFG", "G low", *"HIJ"])
@pytest.mark.short_cases("A", "B", "C", "D", "G", "H")
def test_the_pages_voltages_are_the_circuits(step, ngspice):
    circuit = expected_v(step)
    said = [(node, volt) for row, _, node, volt, _, _ in ROWS if row == step[0]]
    assert said
    for node, volt in said:
        assert circuit[node] == pytest.approx(volt, rel=0.01, abs=0.005), node


def test_what_the_page_expects_lies_within_what_it_accepts():
    for _, _, node, volt, least, most in ROWS:
        assert least <= volt <= most, node


METERS = ("Rmeter_t threshold 0 10Meg", "Rmeter_g gate_series 0 10Meg")


@pytest.mark.long
@pytest.mark.parametrize("step", "CDEFGHIJ")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_stage_within_its_tolerances_reads_what_the_page_accepts(step, seed, ngspice):
    names = [one.name for one in stage().elements() if one.is_valued and one.name[0] in "RC"]
    (corner,) = drawn([name for name in names if name in LISTED], 1, seed)
    share = corner.reference / REFERENCE
    rails = [rail for rail in steady_rails() if rail.split()[0] not in ("Vvref", "Vr25", "Vhv")]
    rails += [
        f"Vvref vref 0 {VREF_V * (1 + corner.reference)}",
        f"Vr25 r25 0 {2.5 - share * 0.0125}",
    ]
    rails += [f"Vhv hv_source 0 {HV_V + share * 0.1}"]
    read = expected_v(step, corner.apply(stage()).added(*METERS), tuple(rails))
    for row, _, node, _, least, most in ROWS:
        if row == step:
            assert least <= read[node] <= most, node


CONVERTER = [one.name for one in Netlist.of_blocks("converter").elements()]


@pytest.mark.long
@pytest.mark.parametrize("step", "CEGH")
def test_the_guards_read_the_same_before_the_converter_is_there(step, ngspice):
    alone = stage().without(*CONVERTER, "C501", "D501").added("Rread foot 0 1k")
    read = expected_v(step, alone)
    for row, point, node, _, least, most in ROWS:
        if row == step and point in ("TP10", "TP13", "TP14", "TP15", "TP16", "GPIO 22"):
            assert least <= read[node] <= most, node


def supply_with(at=None, wiper="0"):
    """The high voltage with the trimmer there, or with its wiper on another node."""
    made = supply_netlist(0.001, 50.0)
    made = made if at is None else made.with_parameter("XR715", "at", at)
    made = made.substituted("XR715 hv_trim 0 0", f"XR715 hv_trim {wiper} 0")
    deck = made.added("Rwiper lifted 0 1e9").text
    return float(analyse(deck, "dc vin 5 5.01 0.01", {"hv_v": "v(hv)"})["hv_v"][0])


def test_the_pages_high_voltage_is_that_of_the_trimmer_also_with_its_wiper_lifted(ngspice):
    least = float(re.search(r"the least voltage \(([0-9.]+) V\)", PAGE)[1])
    lifted = float(re.search(r"If the wiper lifts, `hv` is ([0-9.]+) V", PAGE)[1])
    assert supply_with(0.001) == pytest.approx(least, abs=0.05)
    assert supply_with(wiper="lifted") == pytest.approx(lifted, abs=0.05)


def test_the_high_voltage_of_page_list_and_bench_is_one():
    assert f"**`hv` is {HV_V} V**, set by R715" in PAGE
    assert f"turn to {HV_V} V before" in LISTED["R715"].why
    assert supply_with() == pytest.approx(HV_V, abs=0.05)


def test_every_test_point_of_the_page_is_listed_on_that_node():
    named = {point: node for _, point, node, *_ in ROWS if point.startswith("TP")} | GROUND
    assert {**TEST_POINTS, **named} == TEST_POINTS
    assert set(named) == set(TEST_POINTS)


# Of a Raspberry Pi Pico's header, by public pinouts: three pins of the GPIOs, then one of ground.
HEADER = dict(
    zip((pin for pin in range(1, 31) if pin % 5 != 3 and pin != 30), range(23), strict=False)
)
HEADER |= {31: 26, 32: 27, 34: 28}
PINS = re.compile(r"^\| (\d+) \| (\d+) \| ", re.M)


def test_the_boards_page_names_the_header_pin_of_each_line():
    board = (stage_folder().parent / "README.md").read_text(encoding="utf-8")
    said = {int(pin): int(gpio) for gpio, pin in PINS.findall(board)}
    assert len(said) == 12
    assert {pin: HEADER[pin] for pin in said} == said


def test_the_pages_count_of_parts_is_the_lists():
    counts = re.search(
        r"(\d+) references in the netlist, of them (\d+) resistors, (\d+) cap", PAGE
    )
    inside = [part.reference for part in parts_list() if part.is_in_netlist]
    found = (len(inside), *(sum(name[0] == kind for name in inside) for kind in "RC"))
    assert tuple(map(int, counts.groups())) == found


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
    "ahct1g125": (3,),
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
