"""`bringup` at an emulated chip's port: a board that is right, and boards that are wired wrongly.

The chip is found by pyserial at `chip://one`; everything else is as with a real board on which a
resistor stays. The mistakes that show before anything flows are cheap, the others are minutes.
"""

import dataclasses

import pytest

from .forks import in_copy

LOAD_OHM = 10_000


def _bringup(booted, folder, changes, faults, words):
    """The command at a chip whose wiring and plant are changed: (code, object, prose, true uC)."""
    from tests.host.cli import call

    from iontobench.chip.pico import pin_map
    from iontobench.chip.wiring import Wiring
    from iontobench.sim.bench import SimulatedBench

    from .course import BOARD, SEED
    from .link_plugged import NAME, PROTOCOL, plug

    chip, _ = booted
    plug(chip)
    plant = SimulatedBench(BOARD, f"resistor:{LOAD_OHM}", "rp2040", SEED, faults)
    pins = dataclasses.replace(pin_map(BOARD.name), **changes)
    wiring = Wiring(chip, plant, pins, from_us=chip.now_us)
    protocol = folder / "short.toml"
    protocol.write_text(PROTOCOL)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("iontobench.cli.bringup._FIRST_PROTOCOL", str(protocol))
        where = ("--data", folder, "--json", "--yes", "--dummy", LOAD_OHM)
        said = call("bringup", NAME, *where, *words)
    wiring.sync()
    return said.code, said.object, said.err, plant.truth.gross_uc, bool(plant.gate)


@pytest.mark.long
def test_a_board_that_is_right_is_brought_up_to_a_record(booted, tmp_path):
    code, told, err, true_uc, gate = in_copy(_bringup, booted, tmp_path, {}, (), ())
    assert (code, told["failed"]) == (0, None), err
    assert told["skipped"] == ["high voltage", "open leads"]
    assert not gate
    assert true_uc > 0
    assert [path.name for path in (tmp_path / "records").iterdir()] == ["short-001"]


def _floating(line):
    from .course import MODULE

    return frozenset({MODULE.PINS[line]})


WIRED = {
    "swapped": ({"adc": {0: 1, 1: 0, 2: 2, 3: 3}}, (), "senses", "swapped A B"),
    "sense B off": ({"adc": {0: 0, 2: 2, 3: 3}}, (), "senses", "sense B"),
    "no pull-down": ({"floating": "probe"}, (), "pull-downs", "pull-down probe"),
    "gate wire": ({"gate": 2, "floating": "gate"}, (), "pull-downs", "wire gate"),
    "dead-man's wire": ({"enable": 3, "floating": "enable"}, (), "pull-downs", "wire enable"),
    "no reference": ({}, ("no-reference@0",), "senses", "reference"),
    "open lead": ({}, ("open@0",), "probe", "lead"),
    "limiter": ({}, ("limiter-dead@0",), "limiter", "limiter dead"),
    "bridge": ({"polarity": None}, (), "bridge", "bridge stuck"),
    "return": ({}, ("return-grounded@0",), "switches", "return grounded"),
}
_EARLY = ("supply", "lines", "pull-downs", "senses")


@pytest.mark.parametrize("mistake", WIRED)
@pytest.mark.long
def test_a_mistake_of_wiring_is_named_on_the_chip(booted, tmp_path, mistake):
    changes, faults, step, named = WIRED[mistake]
    line = changes.get("floating")
    changes = changes | ({"floating": _floating(line)} if line else {})
    words = () if step in _EARLY else ("--from", step)
    code, told, err, true_uc, gate = in_copy(_bringup, booted, tmp_path, changes, faults, words)
    assert (code, told["failed"]) == (1, step), err
    assert named in told["mistakes"]
    assert len(told["mistakes"]) <= 3
    assert not gate
    assert step not in _EARLY or true_uc < 1
