"""`check`, `records`, `protocols`, `boards`, `skins`: tables for people, objects for programs."""

import pytest
from tests.host.cli import call, play
from tests.host.fake_runner import FakeRunner

from iontobench import resources


@pytest.fixture
def data(monkeypatch, tmp_path):
    """A data folder with one record."""
    play(monkeypatch, FakeRunner())
    assert call("run", "dexamethasone-40", "--data", tmp_path).code == 0
    return tmp_path


def test_check_passes_us_and_says_every_bound():
    said = call("check", "dexamethasone-40")
    assert said.code == 0
    assert "within every wall" in said.out
    for quantity in ("peak current", "current density", "slew", "charge", "longest time"):
        assert quantity in said.out


def test_check_refuses_eu_with_exit_1_and_says_what_to_change():
    said = call("check", "dexamethasone-40", "--profile", "eu", "--json")
    assert said.code == 1
    assert said.object["ok"] is False
    [refused] = [row for row in said.object["bounds"] if not row["ok"]]
    assert refused["quantity"] == "current density"
    assert refused["bound"] == pytest.approx(0.2)
    assert refused["limit"] == pytest.approx(0.1)
    assert "refused: current density" in said.err


def test_check_of_a_file_that_is_no_protocol_is_exit_2(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("name = 3\n")
    said = call("check", path)
    assert said.code == 2
    assert "mine.toml" in said.err


def test_records_list_shows_the_session(data):
    said = call("records", "list", "--data", data)
    assert said.code == 0
    assert "dexamethasone-40-s1-001" in said.out
    assert "complete" in said.out
    assert len(call("records", "list", "--data", data, "--json").object["records"]) == 1


def test_records_list_of_nothing_says_so(tmp_path):
    said = call("records", "list", "--data", tmp_path)
    assert said.code == 0
    assert "no records" in said.out


def test_records_show_says_how_it_ended(data):
    said = call("records", "show", "last", "--data", data)
    assert said.code == 0
    assert "complete" in said.out
    assert "never people" in said.out
    assert "holding the set level" in said.out


def test_records_verify_intact_is_0_and_damaged_is_1(data):
    assert call("records", "verify", "last", "--data", data).code == 0
    record = data / "records" / "dexamethasone-40-s1-001" / "record.jsonl"
    raw = bytearray(record.read_bytes())
    raw[len(raw) // 2] ^= 1
    record.write_bytes(raw)
    said = call("records", "verify", "last", "--data", data, "--json")
    assert said.code == 1
    assert said.object["ok"] is False
    assert said.object["status"] == "damaged"
    assert "shows damage, not forgery" in said.err


def test_records_of_no_such_name_is_exit_2(data):
    for act in ("show", "verify", "report"):
        assert call("records", act, "nope", "--data", data).code == 2


def test_data_folder_comes_from_the_environment(data, monkeypatch):
    monkeypatch.setenv("IONTOBENCH_DATA", str(data))
    assert "dexamethasone-40-s1-001" in call("records", "list").out


def test_protocols_list_and_show():
    assert "dexamethasone-40" in call("protocols", "list").out
    shown = call("protocols", "show", "dexamethasone-40", "--json").object
    assert shown["planned_uc"] == 2_400_000
    assert shown["nominal_s"] == 1220


def test_boards_list_and_show():
    names = [row["name"] for row in call("boards", "list", "--json").object["boards"]]
    assert names == resources.board_names()
    assert "virtual" in names
    assert call("boards", "show", "virtual", "--json").object["max_ua"] == 5000


def test_skins_list_and_show():
    assert "forearm" in call("skins", "list").out
    assert call("skins", "show", "forearm", "--json").object["name"] == "forearm"
    assert call("skins", "show", "resistor:5000", "--json").object["r_ohm"] == 5000
