"""Boards declare range and accuracy; a protocol that a board cannot serve names one that can."""

import json
from pathlib import Path

import pytest
from tests.host.cli import call
from tests.host.protocol_bench import board_of
from tests.host.protocol_files import changed, written

from ionto.core.limits import Board
from ionto.core.units import UA_Q4
from iontobench import resources
from iontobench.protocols import RefusedError, check, compile_protocol, load, profile
from iontobench.protocols.board_fit import board_for, least_ua
from iontobench.protocols.lowering import lower
from iontobench.protocols.site_load import median_mv
from iontobench.sim.senses import own_ranges

VIRTUAL = ["virtual", "virtual_30ma", "virtual_500ua"]


@pytest.mark.parametrize("name", resources.board_names())
def test_every_board_is_named_as_its_folder_and_its_senses_reach_beyond_its_maximum(name):
    board = board_of(name)
    assert board.name == name
    assert board.full_scale_ua == board.max_ua * 5 // 4
    # 1.5 LSB of 12 bits, rounded; of 16 bits the stage's own noise, which is more.
    lsb = 1.5 if board.code_top == 4095 else 10.5
    code_q4 = board.full_scale_ua * UA_Q4 / (board.code_top + 1)
    if board.loads_ohm:  # its full scale is a sixth of the converter's codes
        code_q4 = UA_Q4 / own_ranges(board)[0].per_unit
    assert board.sigma_q4 == pytest.approx(code_q4 * lsb, abs=1)


@pytest.mark.parametrize(
    ("name", "max_ua", "compliance_mv", "scale", "accuracy_ua", "least"),
    [
        ("virtual", 5000, 40000, 1, 10, 200),
        ("virtual_30ma", 30000, 60000, 6, 60, 1200),
        ("virtual_500ua", 500, 40000, 1, 1, 20),
    ],
)
def test_the_ranges_of_the_simulated_boards(
    name, max_ua, compliance_mv, scale, accuracy_ua, least
):
    board = board_of(name)
    assert (board.max_ua, board.compliance_mv, board.proof_scale) == (max_ua, compliance_mv, scale)
    assert (board.accuracy_ua, least_ua(board)) == (accuracy_ua, least)


@pytest.mark.parametrize("name", VIRTUAL)
def test_every_simulated_board_makes_its_port(name):
    port = resources.load_board(name).make_port()
    assert port.board.name == name
    assert port.bench.board.max_ua == board_of(name).max_ua


REFUSALS = {
    ("tapwater-hands", "virtual"): ("peak current, board 20.000 mA", "virtual_30ma"),
    ("tapwater-axilla", "virtual"): ("peak current, board 8.000 mA", "virtual_30ma"),
    ("acetylcholine-5x20s", "virtual"): ("set-point error 10.0 %", "virtual_500ua"),
    ("acetylcholine-5x20s", "virtual_30ma"): ("set-point error 60.0 %", "virtual_500ua"),
    ("dexamethasone-40", "virtual_500ua"): ("peak current, board 2.000 mA", "virtual"),
}


@pytest.mark.parametrize(("case", "said"), REFUSALS.items(), ids=str)
def test_a_board_that_cannot_serve_says_why_and_which_one_can(case, said):
    name, board = case
    reason, other = said
    with pytest.raises(RefusedError) as caught:
        compile_protocol(load(name), profile("us"), board_of(board))
    assert reason in str(caught.value)
    assert str(caught.value).endswith(f"or use --board {other}")


@pytest.mark.parametrize("current_ma", [0.2, 0.199])
def test_a_set_point_is_too_small_just_below_twenty_times_the_accuracy(tmp_path, current_ma):
    path = written(tmp_path, changed(("= 2.0", f"= {current_ma}"), ("= 40.0", "= 5.0")))
    result = check(path, "us", board_of("virtual"))
    assert result.ok == (current_ma >= 0.2)


def test_the_lowest_current_of_all_phases_is_judged(tmp_path):
    low = "\n[[phases]]\ncurrent_ma = 0.1\ndose_mamin = 8.0\nramp_up_s = 20.0\n"
    quick = ("ramp_down_s = 20.0", "ramp_down_s = 4.0")
    path = written(tmp_path, changed(("= 40.0", "= 30.0"), quick) + low)
    result = check(path, "us", board_of("virtual"))
    assert "phases[1].current_ma: set-point error 10.0 %" in result.reason


def test_a_load_that_needs_more_than_the_compliance_is_refused():
    protocol = load("tapwater-feet")
    need_mv = median_mv(protocol, 20000)
    weak = Board("virtual", 30000, need_mv - 1, 220, proof_scale=6, accuracy_ua=60)
    with pytest.raises(RefusedError, match=r"median load, settled .* use --board virtual_30ma"):
        compile_protocol(protocol, profile("us"), weak)
    enough = Board("enough", 30000, need_mv, 220, proof_scale=6, accuracy_ua=60)
    assert compile_protocol(protocol, profile("us"), enough).board_name == "enough"


def test_where_no_board_can_serve_none_is_named(tmp_path):
    text = changed(("= 2.0", "= 0.01"), ("= 40.0", "= 0.5"), ("ramp_up_s = 20.0", "ramp_up_s = 2"))
    path = written(tmp_path, text.replace("ramp_down_s = 20.0", "ramp_down_s = 2"))
    assert board_for(load(path), lower(load(path))) is None
    result = check(path, "us", board_of("virtual"))
    assert "set-point error" in result.reason
    assert "--board" not in result.reason


def test_a_real_board_is_never_answered_with_a_simulated_one():
    with pytest.raises(RefusedError) as caught:
        compile_protocol(load("tapwater-hands"), profile("us"), board_of("pico_pwm"))
    assert "--board" not in str(caught.value)


def test_boards_list_and_show_say_range_and_accuracy():
    said = call("boards", "list")
    assert said.code == 0
    for name in VIRTUAL:
        assert name in said.out
    shown = call("boards", "show", "virtual_500ua")
    assert "up to 0.500 mA at up to 40.00 V" in shown.out
    assert "set points from 0.020 mA" in shown.out
    assert call("boards", "show", "virtual_30ma", "--json").object["least_ua"] == 1200


def test_show_lists_what_a_board_has_and_what_it_lacks():
    shown = call("boards", "show", "pico_demo")
    assert "it has no limiter" in shown.out
    assert "it has no bridge" in shown.out
    assert "its load is 600 to 1600 Ω" in shown.out
    keys = ("code_top", "drive_steps", "bridge", "limiter", "loads_ohm")
    found = {
        name: call("boards", "show", name, "--json").object for name in ("pico_dac", "virtual")
    }
    assert [found["pico_dac"][key] for key in keys] == [65535, 65536, True, True, []]
    assert [found["virtual"][key] for key in keys] == [4095, 4096, True, True, []]
    dac = call("boards", "show", "pico_dac").out
    assert "largest code is 65535, its drive has 65536 steps" in dac
    assert "bridge" not in dac


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize(
    ("name", "count", "key", "advice"),
    [
        ("cathodal", 1, "electrodes.active.polarity", "swap the leads by hand"),
        ("reversed", 1, "phases", "leave reversals out"),
    ],
)
def test_a_board_without_a_bridge_refuses_a_protocol_that_reverses_the_load(
    tmp_path, name, count, key, advice
):
    changes = [("= 2.0", "= 0.3"), ("= 40.0", "= 0.5")]
    more = ""
    if name == "reversed":
        changes.append(('"cathode"', '"anode"'))
        more = (
            "\n[[phases]]\ncurrent_ma = 0.3\ndose_mamin = 0.5\nramp_up_s = 20.0\nreverse = true\n"
        )
    text = changed(*changes) + more
    result = check(written(tmp_path, text), "us", board_of("pico_demo"))
    rows = [row for row in result.rows if row.quantity == "reversed phases"]
    assert [(row.bound, row.key) for row in rows] == [(count, key)]
    assert advice in rows[0].advice
    assert not result.ok


def test_a_record_names_what_its_board_lacks(tmp_path, undrawn):
    lacking = {}
    for board in ("pico_demo", "virtual"):
        words = ("--board", board, "--skin", "resistor:1000", "--data", str(tmp_path))
        said = call("run", "demo", *words, "--json")
        assert said.code == 0, said.err
        header = Path(said.object["record"]).read_text("utf-8").splitlines()[0]
        lacking[board] = json.loads(header)["header"]["board"].get("lacks")
    assert lacking == {"pico_demo": ["bridge", "limiter"], "virtual": None}


def test_check_takes_a_board_and_answers_for_it():
    assert call("check", "tapwater-hands", "--board", "virtual").code == 1
    assert call("check", "tapwater-hands", "--board", "virtual_30ma").code == 0
