"""The demo stage: requirements, its dead-man over tolerances, every failed part, every two."""

import itertools
import re

import pytest
from msgspec.structs import replace

from iontobench.circuit import demo, demo_stage
from iontobench.circuit.breadboard import (
    LOAD,
    PLACES,
    UNUSED_PINS,
    WIRES,
    chip_hole,
    hole_of,
    joined,
    pins_of,
    svg,
)
from iontobench.circuit.demo import PAIR_UA, REQUIREMENTS, SINGLE_UA
from iontobench.circuit.demo_faults import (
    LEADS,
    LOAD_SHORT,
    RAIL_V,
    DcStage,
    DemoFault,
    pairs,
    part_faults,
    singles,
)
from iontobench.circuit.demo_stage import BLOCKS, BOARD, DemoBench
from iontobench.circuit.demo_stage import demo_stage as stage
from iontobench.circuit.netlist import Netlist, number, parts, stage_folder
from iontobench.circuit.ngspice import NgspiceError, analyse, transient
from iontobench.circuit.parts_list import parts_list
from iontobench.circuit.requirements import Bound, Requirement
from iontobench.circuit.simple_checks import floating_nodes
from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.dead_man import DeadMan
from iontobench.sim.stage import reference_stage

BOARD_DATA = load_board(BOARD).BOARD
PAGE = (stage_folder(BOARD).parent / "README.md").read_text(encoding="utf-8")
PICTURES = stage_folder(BOARD) / "pictures"
LISTED = {part.reference: part for part in parts_list(BOARD)}
SHOWN = [one for one in REQUIREMENTS if one.measure is not None]
HOLD_MS = (3.6, 8.4)  # D-05
SINGLES = tuple(fault for _, fault in singles())


@pytest.mark.parametrize("requirement", SHOWN, ids=lambda one: f"{one.id}-{one.words}")
def test_the_demo_circuit_meets(requirement, ngspice):
    assert requirement.missed(requirement.measure()) == {}


# ---- the dead-man over its tolerances
CORNERS = [
    (pump, slow, share, rail_v, temp_c, last)
    for pump, slow, share in itertools.product((-1, 1), repeat=3)
    for rail_v, temp_c in ((3.2, 10.0), (3.2, 40.0), (3.4, 10.0), (3.4, 40.0))
    for last in (0, 1)
]
SHORTEST, LONGEST = (-1, -1, -1, 3.2, 10.0, 0), (1, 1, 1, 3.4, 40.0, 1)


def corner_hold_ms(corner):
    pump, slow, share, rail_v, temp_c, last = corner
    made = stage().scaled("C401", 1 + 0.05 * pump).scaled("C402", 1 + 0.05 * slow)
    made = made.scaled("R402", 1 + 0.01 * slow).scaled("R404", 1 - 0.01 * share)
    made = made.scaled("R403", 1 + 0.01 * share).with_parameter("XU2", "vos", 0.007 * share)
    return demo_stage.hold(last, netlist=made, rail=f"{rail_v}", temp_c=temp_c)


@pytest.mark.parametrize(
    "corner",
    [
        one if one in (SHORTEST, LONGEST) else pytest.param(one, marks=pytest.mark.long)
        for one in CORNERS
    ],
    ids=str,
)
def test_the_dead_man_with_a_comparator_holds_within_its_limits(corner, ngspice):
    shown = corner_hold_ms(corner)
    assert HOLD_MS[0] <= shown["hold_ms"] <= HOLD_MS[1]
    assert shown["ready_ms"] <= 10


def passive_hold_ms(threshold_v):
    """The same pump straight on the switch's control: how long the load's current then lasts."""
    direct = stage().without("XU2", "R405").added("Rdirect hold run 1")
    bench = DemoBench("1.65", "3.3", demo_stage.enable_until(0), netlist=direct)
    old = "v(control)-0.5*v(vp)"
    deck = bench.deck()
    assert old in deck
    result = transient(deck.replace(old, f"v(control)-{threshold_v}"), 60, 20, demo_stage.SIGNALS)
    last_ms = 40.0  # of ENABLE's edges
    flowing_ms = result.t_ms[result["load_ua"] > 100]
    return float(flowing_ms[-1] - last_ms) if len(flowing_ms) else 0.0


@pytest.mark.long
def test_without_its_comparator_the_dead_man_is_not_good_enough(ngspice):
    # The control of a 74HC4066 switches anywhere between 1 and 2.1 V.
    holds_ms = [passive_hold_ms(threshold_v) for threshold_v in (1.0, 2.1)]
    assert holds_ms[0] > 3.6
    assert holds_ms[1] < 1.0


# ---- the simulated stage beside it
def conducting(bench, enable_last=None):
    """The simulated stage at 3/4 of full drive, ENABLE toggling from 1 ms on, then standing."""
    bench.set_drive(0.75)
    bench.set_gate(True)
    for t_ms in range(1, 41 if enable_last != 1 else 42):
        bench.advance(t_ms * 1000)
        bench.pump()
    return bench


@pytest.mark.parametrize("load_ohm", [600, 1100, 1600])
def test_the_simulated_stage_makes_the_circuits_current(load_ohm, ngspice):
    bench = conducting(SimulatedBench(BOARD_DATA, f"resistor:{load_ohm}", "ideal", 1))
    bench.advance(40_900)
    circuit_ua = demo_stage.held_ua(0.75, load_ohm)
    assert bench.load_ua == pytest.approx(circuit_ua, rel=0.005)


@pytest.mark.parametrize("last", [0, 1])
def test_the_simulated_dead_man_holds_as_the_circuits(last, ngspice):
    bench = SimulatedBench(BOARD_DATA, "resistor:1100", "ideal", 1)
    nominal_us = reference_stage(BOARD).hold_us
    bench.stage = replace(bench.stage, hold_us=nominal_us)
    bench.dead_man = DeadMan(bench.stage)
    conducting(bench, last)
    assert bench.enable == bool(last)
    last_us = bench.now_us
    while bench.source:
        bench.advance(bench.now_us + 10)
    circuit_ms = demo_stage.hold(last)["hold_ms"]
    assert (bench.now_us - last_us) / 1000 == pytest.approx(circuit_ms, abs=0.3)


# ---- failed parts
@pytest.mark.hazard("H-01")
def test_no_single_failed_part_lets_more_than_its_limit_flow():
    worst_ua, worst = singles()[0]
    assert worst_ua <= SINGLE_UA
    assert (round(worst_ua), worst.name) == (737, "A1 regulator passes 5.25 V")


@pytest.mark.hazard("H-01")
def test_no_two_faults_let_more_than_their_limit_flow():
    worst_ua, *worst = pairs()[0]
    assert worst_ua <= PAIR_UA
    assert round(worst_ua) == 1045
    assert {one.name for one in worst} == {"A1 regulator passes 5.25 V", "U1 v33 to chain"}


def test_every_part_of_the_list_that_conducts_has_its_faults():
    failing = {fault.part for fault in part_faults()}
    assert failing - {"load", "A1"} == {
        name for name, part in LISTED.items() if part.is_in_netlist
    }
    assert LOAD_SHORT in part_faults()
    for reference in ("R201", "C202", "D401"):
        assert {one.words for one in part_faults() if one.part == reference} == {"short", "open"}
    pins = {"drive", "gated", "chain", "gate", "run", "probe", "probe_out", "v33", "0"}
    joints = {frozenset(one.joint) for one in part_faults() if one.part == "U1"}
    assert joints == {frozenset(two) for two in itertools.combinations(pins, 2)}


def test_a_wire_to_the_rail_is_more_than_any_part_and_the_page_says_so():
    most = {one.words: DcStage().most_ua([one]) for one in LEADS}
    assert most["return lead to ground"] <= SINGLE_UA
    assert most["live lead to 3.3 V"] == pytest.approx(1039, abs=1)
    assert "1.04 mA" in PAGE


def state_of(fault, gate_v, run_v, probe_v, pwm_v):
    """One state of the stage in ngspice, at direct current: what the load gets, uA."""
    alone = stage().without("XU2")
    lines = [f"Vv33 v33 0 {fault.rail_v}", f"Vrun run_pin 0 {run_v}", "Rrun run_pin run 20"]
    for pin, volt in (("gate", gate_v), ("probe", probe_v), ("pwm", pwm_v), ("enable", pwm_v)):
        lines += [f"V{pin} {pin}_pin 0 {volt}", f"R{pin} {pin}_pin {pin} 20"]
    if fault.joint:
        lines.append(f"Rfault {fault.joint[0]} {fault.joint[1]} 0.01")
    if fault.gone:
        alone = alone.without(fault.gone)
    load_ohm = 0.01 if fault == LOAD_SHORT else demo_stage.LOAD_LEAST_OHM
    lines += ["Vload n load_in 0", f"Rload load_in return_top {load_ohm:g}"]
    for one in (one for one in stage().elements() if one.name[0] == "R"):
        if one.name != fault.gone:
            alone = alone.scaled(one.name, 0.99)
    text = Netlist.of_blocks("models", board=BOARD).text.replace("/90*", "/40*")
    deck = text + alone.added(*lines, "Vsweep sweep 0 0", "Rsweep sweep 0 1k").text
    shown = analyse(deck, "dc vsweep 0 1 1", {"load_ua": "i(vload)"})
    return abs(float(shown["load_ua"][0]))


WORST = tuple(dict.fromkeys((*SINGLES[:4], *(one for one in SINGLES if one.words == "short"))))


@pytest.mark.parametrize(
    "fault",
    [one if at < 3 else pytest.param(one, marks=pytest.mark.long) for at, one in enumerate(WORST)],
    ids=lambda one: one.name,
)
def test_the_calculated_current_is_ngspices(fault, ngspice):
    rail_v = fault.rail_v
    levels = itertools.product((0, rail_v), repeat=4)
    most_ua = max(state_of(fault, *four) for four in levels)
    calculated_ua = DcStage().most_ua([fault])
    assert most_ua <= calculated_ua * 1.002
    # The calculation lets a switch stand either way, whatever its control and its supply are.
    if fault.part not in ("R102", "R405", "C101", "C102"):
        assert most_ua >= calculated_ua * 0.95


def test_the_calculation_is_that_of_a_divider_where_it_is_one():
    ohm = 0.99 * (330 + 1800 + 1800 + 1200 + 1500) + 2 * 40 + 20
    probing_ua = 1e6 * RAIL_V / (0.99 * 94e3)  # PROBE may be on as well
    assert DcStage().most_ua() == pytest.approx(
        1e6 * RAIL_V / (ohm + demo_stage.LOAD_LEAST_OHM), abs=probing_ua
    )
    none = DemoFault("R203", "open", gone="R203")
    assert DcStage().most_ua([none]) < 40


# ---- parts, breadboard, pictures, page
def test_netlist_and_list_hold_the_same_parts_with_the_same_values():
    assert set(parts(stage())) == {name for name, part in LISTED.items() if part.is_in_netlist}
    assert len(LISTED) == len(parts_list(BOARD))
    for one in stage().elements():
        if one.is_valued:
            assert stage().value(one.name) == pytest.approx(number(LISTED[one.reference].value))
            assert LISTED[one.reference].tolerance_share > 0
        else:
            model = {"d4148": "1n4148", "ledred": "led, red"}.get(one.model.lower(), one.model)
            assert model == LISTED[one.reference].part.lower().removeprefix("74") or (
                model.removeprefix("hc") in LISTED[one.reference].part.lower()
            )
    assert floating_nodes(stage()) == set()


def test_every_part_can_be_ordered_and_says_why_it_is_there():
    assert [part.reference for part in LISTED.values() if len(part.why) < 3] == []
    inside = [part for part in LISTED.values() if part.is_in_netlist]
    assert [part.reference for part in inside if not (part.package and part.order)] == []
    assert f"{len(inside)} parts on a breadboard" in PAGE


def test_a_missing_ngspice_is_told_and_is_exit_2(monkeypatch, capsys):
    def absent():
        raise NgspiceError("no ngspice: install it")

    monkeypatch.setattr(demo, "REQUIREMENTS", [one_requirement(absent)])
    assert demo.main() == 2
    assert "circuit: no ngspice: install it" in capsys.readouterr().err


def test_a_missed_requirement_is_exit_1_and_named(monkeypatch, capsys):
    monkeypatch.setattr(demo, "REQUIREMENTS", [one_requirement(lambda: {"x_ua": 2.0})])
    assert demo.main() == 1
    said = capsys.readouterr().out
    assert "not met: D-99" in said
    assert "737 µA: A1 regulator passes 5.25 V" in said


def one_requirement(measure):
    return Requirement("D-99", "a test", measure, (Bound("x_ua", "x", "µA", most=1),))


def test_the_breadboard_is_the_netlist():
    group = joined()
    nodes = {}
    for _, hole, node in pins_of():
        nodes.setdefault(node, set()).add(group[hole.strip])
    assert {node: len(strips) for node, strips in nodes.items()} == dict.fromkeys(nodes, 1)
    assert len({strip for strips in nodes.values() for strip in strips}) == len(nodes)
    placed = {reference for reference, _, _ in pins_of()}
    assert {one.name for one in stage().elements()} <= placed


def test_no_hole_takes_two_wires_and_no_unused_pin_is_joined():
    taken = set(itertools.chain.from_iterable(PLACES.values())) | set(LOAD)
    ends = [hole for wire in WIRES for hole in (wire.a, wire.b)]
    listed = [*itertools.chain.from_iterable(PLACES.values()), *LOAD, *ends]
    assert len(set(listed)) == len(listed)
    chips = {hole for name, hole, _ in pins_of() if name.startswith(("XU", "pin", "A1"))}
    assert not chips & (taken | set(ends))
    alone = {chip_hole(*pin).strip for pin in UNUSED_PINS}
    assert not alone & {hole.strip for hole in listed}
    under_the_pico = {hole for hole in listed if hole.row <= 20 and hole.column in "cdefgh"}
    assert not under_the_pico


def test_the_pages_table_of_the_breadboard_is_the_plans():
    rows = dict(re.findall(r"^\| ([RCD]\d{3}) \| [^|]* \| (\S+ to \S+) \|", PAGE, re.M))
    assert rows == {
        name: " to ".join(f"{hole.column}{hole.row}" for hole in holes)
        for name, holes in PLACES.items()
    }
    said = re.findall(
        r"^\| wire \| (?:black|red|blue|green|orange) \| (\S+ to \S+) \|", PAGE, re.M
    )
    drawn = [f"{a.column}{a.row} to {b.column}{b.row}" for a, b, *_ in WIRES]
    assert said == drawn


def test_the_drawn_plan_is_what_the_script_draws():
    assert (PICTURES / "breadboard.svg").read_text(encoding="utf-8") == svg()


@pytest.mark.parametrize("block", BLOCKS)
def test_a_picture_holds_the_parts_of_its_block_with_their_values(block):
    text = (PICTURES / f"{block}.svg").read_text(encoding="utf-8")
    words = re.sub(r"<[^>]*>", " ", text).split()
    for one in Netlist.of_blocks(block, board=BOARD).elements():
        part = LISTED[one.reference]
        wanted = (part.value if one.reference[0] in "RC" else part.part).split()
        unit = one.name.removeprefix("X")
        at = words.index(unit)
        assert words[at + 1 : at + 1 + len(wanted)] == wanted, unit
    assert f"stage/pictures/{block}.svg" in PAGE


VOLTS = re.findall(
    r"^\| (\w+)(, in the hold)? \| (\S+) \| ([0-9.]+) V \| ([0-9.]+) to ([0-9.]+) V \|$",
    PAGE,
    re.M,
)


def test_the_pages_voltages_are_the_circuits_and_its_holes_are_on_these_nodes(ngspice):
    assert len(VOLTS) == 12
    nodes = sorted({node for node, *_ in VOLTS})
    lines = ("Vv33 v33 0 3.3", "Rload n return_top 1000", "Vsweep sweep 0 0", "Rsweep sweep 0 1k")
    deck = Netlist.of_blocks("models", board=BOARD).text + stage().added(*lines).text
    at_rest = analyse(deck, "dc vsweep 0 1 1", {f"{node}_v": f"v({node})" for node in nodes})
    in_hold_v = {"a_top": 0.3 * 1.5, "return_top": 0.3 * 2.7, "n": 0.3 * 3.7}
    group, by_node = joined(), {}
    for _, hole, node in pins_of():
        by_node[node] = group[hole.strip]
    for node, in_hold, hole, volt, least, most in VOLTS:
        shown = in_hold_v[node] if in_hold else float(at_rest[f"{node}_v"][0])
        assert shown == pytest.approx(float(volt), abs=0.002), node
        assert float(least) - 1e-6 <= shown <= float(most), node
        assert group[hole_of(hole).strip] == by_node[node], hole


def test_the_pages_single_faults_are_the_calculations():
    rows = re.findall(r"^\| ([^|]+?) \| (\d+) µA \|", PAGE, re.M)
    assert len(rows) >= 10
    most = {fault.name: ua for ua, fault in singles()}
    most |= {" and ".join((a.name, b.name)): ua for ua, a, b in pairs()}
    most |= {one.name: DcStage().most_ua([one]) for one in LEADS} | {
        "nothing": DcStage().most_ua()
    }
    assert {name: int(ua) for name, ua in rows} == {name: round(most[name]) for name, _ in rows}
    assert rows[1][0] == singles()[0][1].name
