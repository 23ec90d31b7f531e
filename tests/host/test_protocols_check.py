"""`check`: every wall beside its bound, a verdict in words, and a refusal that is an answer."""

import json

import pytest
from tests.host.protocol_files import changed, written

from ionto.core.limits import Board
from iontobench.protocols import ProtocolError, check, list_protocols, render_check

BOARD = Board("virtual", 5000, 40000, 40)


def test_dexamethasone_is_accepted_under_us_with_every_wall_shown():
    result = check("dexamethasone-40", "us", BOARD)
    assert result.ok
    assert result.reason == ""
    assert [row.quantity for row in result.rows] == [
        "peak current, family",
        "peak current, board",
        "set-point error",
        "median load, settled",
        "current density",
        "slew",
        "gross charge",
        "charge density",
        "longest time",
        "open-lead probe",
    ]
    assert all(row.verdict == "within" for row in result.rows)
    assert result.timeline.planned_uc == result.timeline.negative_uc == 40 * 60000
    assert (result.timeline.nominal_s, result.timeline.max_time_s) == (1220, 2440)


def test_dexamethasone_under_eu_is_refused_with_the_row_and_the_reason():
    result = check("dexamethasone-40", "eu", BOARD)
    assert not result.ok
    assert [row.quantity for row in result.rows if not row.ok] == ["current density"]
    assert result.reason.startswith("dexamethasone-40.toml:24: phases[0].current_ma: ")
    assert "at most 0.100 mA/cm²" in result.reason
    assert result.crc is None


@pytest.mark.parametrize("name", ["us", "eu"])
def test_the_table_fits_80_columns_and_says_the_verdict_in_words(name):
    text = render_check(check("dexamethasone-40", name, BOARD))
    lines = text.split("\n")
    assert max(len(line) for line in lines) <= 80
    assert ("accepted under profile us" if name == "us" else "refused under profile eu") in text
    assert text.count("refused") == (0 if name == "us" else 3)
    for part in [
        "2.000 mA",
        "2.163 mA",
        "0.200 mA/cm²",
        "40.0 mA·min",
        "80.0 mA·min",
        "2461 s",
        "planned 40 mA·min",
    ]:
        assert part in text


@pytest.mark.parametrize("name", ["us", "eu"])
def test_the_answer_is_plain_data(name):
    result = check("dexamethasone-40", name, BOARD)
    answer = json.loads(json.dumps(result.as_dict()))
    assert answer["ok"] is result.ok
    assert answer["profile"] == name
    assert answer["board"] == "virtual"
    density = next(row for row in answer["bounds"] if row["quantity"] == "current density")
    assert (density["bound"], density["unit"]) == (0.2, "mA/cm²")
    assert density["verdict"] == ("within" if name == "us" else "refused")


def test_several_walls_passed_are_all_shown_and_the_first_is_the_reason(tmp_path):
    path = written(tmp_path, changed(("= 2.0", "= 8.0"), ("ramp_up_s = 20.0", "ramp_up_s = 2.0")))
    result = check(path, "us", BOARD)
    assert [row.quantity for row in result.rows if not row.ok] == [
        "peak current, family",
        "peak current, board",
        "current density",
        "slew",
    ]
    assert "peak current, family" in result.reason


def test_a_dose_at_the_wall_is_said_to_be_at_the_limit(tmp_path):
    result = check(written(tmp_path, changed(("= 40.0", "= 80.0"))), "us", BOARD)
    assert result.ok
    assert [row.verdict for row in result.rows].count("at the limit") == 1


def test_a_session_too_long_to_plan_is_refused_without_a_table(tmp_path):
    result = check(written(tmp_path, changed(("= 2.0", "= 0.1"))), "us", BOARD)
    assert not result.ok
    assert result.rows == []
    assert " ".join(render_check(result).split()).endswith(result.reason)


def test_a_malformed_file_is_an_error_and_no_answer(tmp_path):
    path = written(tmp_path, changed(("current_ma", "current_ua")))
    with pytest.raises(ProtocolError, match="current_ua: unknown key"):
        check(path, "us", BOARD)


def test_names_are_listed_and_a_board_in_the_way_is_named():
    assert "dexamethasone-40" in list_protocols()
    result = check("dexamethasone-40", "us", Board("tiny", 500, 40000, 4))
    assert not result.ok
    assert "at most 0.500 mA (board tiny)" in result.reason
