"""`iontobench protocols`: what ships at a glance, one in full, and a file to start from."""

import tomllib

import pytest
from tests.host.cli import call

from iontobench.protocols import check, list_protocols, load
from iontobench.protocols.template import new_protocol
from iontobench.resources import load_board


def test_the_list_shows_what_is_planned_what_an_operator_may_raise_it_to_and_the_board():
    said = call("protocols", "list")
    assert said.code == 0
    assert max(len(line.rstrip()) for line in said.out.splitlines()) <= 80
    heads, *rows = said.out.splitlines()
    expected = "name mA mA/cm² mA·min time max mA board"
    assert heads.split() == expected.split()
    listed = {row.split()[0]: row.split()[1:] for row in rows}
    assert listed["sweat-test-pilocarpine"] == ["1.500", "0.208", "7.81", "5:26", "-", "virtual"]
    hands = ["15.000", "0.075", "307.50", "21:01", "20.000", "virtual_30ma"]
    assert listed["tapwater-hands"] == hands


def test_the_list_as_data_keeps_the_plan_and_the_operators_highest_apart():
    found = call("protocols", "list", "--json").object["protocols"]
    [hands] = [one for one in found if one["name"] == "tapwater-hands"]
    assert (hands["planned_ua"], hands["max_ua"]) == (15000, 20000)
    assert (hands["density_ma_cm2"], hands["max_density_ma_cm2"]) == (0.075, 0.1)
    [sweat] = [one for one in found if one["name"] == "sweat-test-pilocarpine"]
    assert (sweat["planned_ua"], sweat["max_ua"]) == (1500, 1500)


def test_the_list_as_data_has_every_protocol_with_its_charge_by_polarity():
    found = call("protocols", "list", "--json").object["protocols"]
    assert [one["name"] for one in found] == list_protocols()
    [both] = [one for one in found if one["name"] == "tapwater-reversal"]
    assert both["positive_uc"] == both["negative_uc"] == both["planned_uc"] / 2
    assert (both["net_uc"], both["restarts"], both["board"]) == (0, 1, "virtual_30ma")


def test_show_prints_the_file_and_the_plan():
    said = call("protocols", "show", "patch-two-phase")
    assert "[[phases]]" in said.out
    assert "planned 80 mA·min" in said.out
    shown = call("protocols", "show", "patch-two-phase", "--json").object
    assert shown["planned_uc"] == 80 * 60000
    assert shown["total_s"] - shown["nominal_s"] == 182


@pytest.mark.parametrize("name", list_protocols())
def test_every_file_says_bench_only_its_electrodes_its_limits_and_its_source(name):
    protocol = load(name)
    head = [line for line in protocol.toml.splitlines() if line.startswith("#")]
    assert head[0] == "# Bench only: dummy loads, never people."
    text = "\n".join(head)
    for part in (f"Family {protocol.family}", "mA/cm²", "board", "cm²"):
        assert part in text
    assert protocol.electrodes.return_.material is not None
    assert protocol.source.startswith("unverified") or "unverified" in protocol.source


def test_a_new_file_is_accepted_as_it_stands(tmp_path):
    path = tmp_path / "mine.toml"
    assert call("protocols", "new", "mine", "-o", path).code == 0
    assert call("check", path).code == 0
    assert call("protocols", "new", "mine", "-o", path).code == 2


def test_a_new_file_shows_every_kind_of_phase_and_what_is_commented_out_works_too(tmp_path):
    text = new_protocol("mine")
    lines = [line.removeprefix("# ") for line in text.splitlines() if line != "#"]
    last = lines.index("Three more minutes with the output off, then five pulses of 10 s:")
    whole = "\n".join(
        [*text.splitlines()[: text.splitlines().index("[[phases]]")], *lines_after(lines, last)]
    )
    path = tmp_path / "mine.toml"
    path.write_text(whole, encoding="utf-8")
    assert [one.get("kind") for one in tomllib.loads(whole)["phases"]] == ["hold", "off", "pulses"]
    assert check(str(path), "us", load_board("virtual").BOARD).ok


def lines_after(lines, at):
    """The phases, with those that were comments."""
    first = lines.index("[[phases]]")
    return [line for line in lines[first:at] if not line.startswith("reverse")] + lines[at + 1 :]


@pytest.mark.parametrize("name", ["", "Mine", "a b", "../a", "x" * 41, "-a"])
def test_a_name_that_no_protocol_can_have_is_exit_2(name):
    said = call("protocols", "new", "--", name)
    assert said.code == 2
    assert "1 to 40 of a-z" in said.err


def test_a_new_file_has_the_files_own_name(tmp_path):
    said = call("protocols", "new", "mine", "-o", tmp_path / "other.toml")
    assert said.code == 2
    assert "mine.toml" in said.err
    assert list(tmp_path.iterdir()) == []
