"""`skins check`, and what a skin file's errors say: the same in quality as a protocol's."""

from pathlib import Path

import pytest
from tests.host.cli import call
from tests.host.skin_files import writer


@pytest.fixture
def written(tmp_path):
    """A skin file made by the command, with each (old, new) replaced."""
    return writer(tmp_path, "forearm")


def told(said):
    """The lines after the banner."""
    assert said.code == 2
    return [line.partition("mine.toml")[2] for line in said.err.splitlines()[1:]]


def test_a_good_file_is_exit_0(written):
    path = written()
    said = call("skins", "check", path)
    assert said.code == 0
    assert f"{path}: accepted: " in said.out
    found = call("skins", "check", path, "--json").object
    assert (found["ok"], found["name"], found["file"]) == (True, "mine", path)


def test_everything_that_is_wrong_is_told_at_once_with_lines_ranges_and_units(written):
    path = written(
        ("r0_kohm_cm2 = 150.0", "r0_kohm_cm2 = -1"),
        ("tau_fast_s", "tau_fast_ms"),
        ("fast_share = 0.6", "fast_share = 60"),
        ("field_mv = 5800.0", 'field_mv = "9"'),
        ("anode_factor", "anod_factor"),
        ("electrode_mv = 150.0", "active_cm2 = 3.0"),
        ("water_us_cm = 500.0", "water_us_cm = 0"),
    )
    lines = told(call("skins", "check", path))
    assert lines == [
        ":5: r0_kohm_cm2: found -1; allowed: 0.001 to 100000 kΩ·cm²; "
        "choose a number in that range, in kΩ·cm²",
        ":8: fast_share: found 60; allowed: 0 to 1; choose a number in that range",
        ":9: tau_fast_ms: unknown key; allowed: tau_fast_s, 0.001 to 1000000 s; "
        "give it in s, as tau_fast_s",
        ":12: field_mv: found '9'; allowed: 1 to 1000000 mV; write a number without quotes, in mV",
        lines[4],
        ":23: anod_factor: unknown key; allowed: anode_factor, 0.1 to 10; "
        "did you mean anode_factor?",
        ":27: water_us_cm: found 0; allowed: 10 to 50000 µS/cm; "
        "choose a number in that range, in µS/cm",
        ": electrode_mv: missing; allowed: 0 to 5000 mV; add it",
    ]
    assert lines[4].startswith(":20: active_cm2: unknown key; allowed: name, label, ")
    assert lines[4].endswith("; remove it: areas belong to the protocol's electrodes")
    for command in (("skins", "show", path), ("run", "dexamethasone-40", "--skin", path)):
        assert told(call(*command)) == lines
    errors = call("skins", "check", path, "--json").object["errors"]
    assert [one["line"] for one in errors] == [5, 8, 9, 12, 20, 23, 27, None]


def test_resistances_that_contradict_each_other_are_one_line_with_both(written):
    path = written(("r_min_kohm_cm2 = 1.5", "r_min_kohm_cm2 = 900"))
    assert told(call("skins", "check", path)) == [
        ":6: r_min_kohm_cm2: found 900; allowed: at most 150 kΩ·cm², which is r0_kohm_cm2; "
        "lower it"
    ]


@pytest.mark.parametrize("name", ["forearm", "resistor:5000", "mine"])
def test_what_is_no_file_is_told_so(name):
    said = call("skins", "check", name)
    assert said.code == 2
    assert f"{name}: this is no file" in said.err


def test_a_file_whose_name_begins_as_a_dummy_loads_is_a_file(written, tmp_path):
    path = Path(written()).rename(tmp_path / "resistor-of-mine.toml")
    assert call("skins", "check", path).code == 0


def test_a_name_without_the_ending_is_told_with_it(written, tmp_path, monkeypatch):
    written()
    monkeypatch.chdir(tmp_path)
    for args in (("skins", "check", "mine"), ("skins", "show", "mine")):
        said = call(*args)
        assert said.code == 2
        assert "did you mean mine.toml?" in said.err


@pytest.mark.parametrize(
    "file", ['a"b.toml', "a\\b.toml", "Ä.toml", "x" * 99 + ".toml", "a b.toml"]
)
def test_a_new_file_of_any_name_is_accepted(tmp_path, file):
    path = tmp_path / file
    assert call("skins", "new", "-o", path).code == 0
    assert call("skins", "check", path).code == 0


def test_a_new_file_of_ones_own_file_is_accepted_whatever_its_label_holds(written, tmp_path):
    path, copy = (
        written(("label = ", 'label = "\\"\\u001b\\\\ # \\u0000x" #')),
        tmp_path / "b.toml",
    )
    assert call("skins", "check", path).code == 0
    assert call("skins", "new", path, "-o", copy).code == 0
    assert call("skins", "check", copy).code == 0


def test_new_says_to_check_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    assert f"iontobench skins check {path}" in call("skins", "new", "-o", path).out
