"""What the check of a board's folder says of other stages: converters on SPI, resistors alone."""

from itertools import islice

import pytest

from iontobench.boards import check as board_check

from .board_folders import change, copied


@pytest.fixture
def with_bus(tmp_path):
    """A folder ./bus with the board whose converters are on SPI, under a name of its own."""
    return copied(tmp_path / "bus", "pico_dac")


def looked_at(folder):
    """The first answers of a check, up to the scales: what follows runs sessions."""
    return {one.what: one for one in islice(board_check.examine(folder), 4)}


def test_a_board_with_an_spi_bus_has_six_lines_instead_of_the_drive(with_bus):
    found = looked_at(with_bus)
    assert list(found) == ["board.py", "pins", "boot.py", "scales"]
    assert [one.remedy for one in found.values()] == [None] * 4


@pytest.mark.parametrize(
    ("file", "old", "new", "what", "told"),
    [
        ("board.py", '    "dac_clr": 7,\n', "", "pins", "PINS has no dac_clr"),
        ("board.py", '    "miso": 4,\n', "", "pins", "PINS has no miso"),
        ("board.py", '"miso": 4', '"miso": 4, "drive": 16', "pins", "PINS has drive"),
        ("boot.py", "14, 7)", "14)", "boot.py", "does not drive low: dac_clr (GP7)"),
        ("boot.py", "14, 7)", "14, 7, 4)", "boot.py", "drives an input: miso (GP4)"),
        ("board.py", "6312, 12,", "25248, 14,", "scales", "(65535 - 640) x 25248 does not stay"),
        ("board.py", "code_top=65535", "code_top=8191", "board.py", "allowed: 4095 or 65535"),
    ],
)
def test_what_a_board_with_an_spi_bus_lacks_is_told(with_bus, file, old, new, what, told):
    change(with_bus, old, new, file)
    assert told in looked_at(with_bus)[what].answer


@pytest.fixture
def resistive(tmp_path):
    """A folder ./demo with the board of two chips, under a name of its own."""
    return copied(tmp_path / "demo", "pico_demo")


def test_a_board_without_bridge_limiter_and_source_lacks_nothing(resistive):
    assert {one.remedy for one in board_check.examine(resistive)} == {None}


@pytest.mark.parametrize(
    ("old", "new", "what", "told"),
    [
        ("lim_test=False", "lim_test=True", "board.py", "on a board without a limiter"),
        ("bridge=False", "bridge=0", "board.py", "bridge: found 0; allowed: True or False"),
        ("(600, 1600)", "(1600, 600)", "board.py", "loads_ohm: found (1600, 600); allowed: ()"),
        ("(600, 1600)", "[600, 1600]", "board.py", "loads_ohm: found [600, 1600]"),
        ("inside_ohm=2700", "inside_ohm=9000", "board.py", "whole number of 0 to 3000"),
        ("13, 56, 79064", "13, 5, 79064", "scales", "sense B sees -2 to 1234"),
    ],
)
def test_what_such_a_board_lacks_is_told(resistive, old, new, what, told):
    change(resistive, old, new)
    assert told in looked_at(resistive)[what].answer
