"""`run` without --board: on the virtual bench the first shipped board that can serve, and said."""

import pytest
from tests.host.cli import call
from tests.host.fake_runner import FakeRunner
from tests.host.protocol_files import changed, written

from iontobench.sessions.job import Target
from iontobench.sessions.targets import target_for


@pytest.fixture
def run(tmp_path):
    """`run("tapwater-hands", ...)` on a rung that chooses, or not; (said, the job or None)."""

    def one(*args, chooses=True):
        runner = FakeRunner(interrupt_at_s=1.0)  # only the choice before it matters
        target = Target(runner, "virtual", None, chooses_board=chooses)
        where = ("--data", tmp_path, "--json")
        said = call("run", *args, *where, target_for=lambda on, uf2: target)
        return said, getattr(runner, "job", None)

    return one


def told(said):
    return [line for line in said.err.splitlines() if line.startswith("board: ")]


@pytest.mark.parametrize(
    ("name", "board"),
    [("tapwater-hands", "virtual_30ma"), ("acetylcholine-5x20s", "virtual_500ua")],
)
def test_the_first_board_that_can_serve_is_chosen_and_said_in_one_line(run, name, board):
    said, job = run(name)
    assert job.board.name == board
    [line] = told(said)
    assert line.startswith(f"board: {board}, the first that can serve {name}; virtual cannot: ")
    assert "--board NAME chooses another" in line
    assert said.object["board"] == board
    assert said.object["board_note"] == line


def test_the_rungs_own_board_is_used_without_a_word_where_it_can_serve(run):
    said, job = run("dexamethasone-40")
    assert job.board.name == "virtual"
    assert told(said) == []
    assert (said.object["board"], said.object["board_note"]) == ("virtual", None)


def test_a_board_that_was_asked_for_is_never_overruled(run):
    said, job = run("tapwater-hands", "--board", "virtual")
    assert (said.code, job) == (2, None)
    assert "peak current, board 20.000 mA" in said.err
    assert told(said) == []


def test_where_no_board_can_serve_the_rungs_own_refuses(run, tmp_path):
    small = [("= 2.0", "= 0.01"), ("= 40.0", "= 0.5"), ("ramp_up_s = 20.0", "ramp_up_s = 2.0")]
    path = written(tmp_path, changed(*small, ("ramp_down_s = 20.0", "ramp_down_s = 2.0")))
    said, job = run(path)
    assert (said.code, job) == (2, None)
    assert "set-point error" in said.err


def test_a_profile_that_refuses_is_answered_for_the_rungs_own_board(run):
    said, job = run("dexamethasone-40", "--profile", "eu")
    assert (said.code, job) == (2, None)
    assert told(said) == []


def test_a_rung_with_one_board_of_its_own_chooses_nothing(run):
    said, job = run("tapwater-hands", chooses=False)
    assert (said.code, job) == (2, None)


def test_the_virtual_rung_chooses_and_a_real_board_never():
    assert target_for("virtual").chooses_board
    assert not Target(FakeRunner(), "pico_pwm", None, is_real=True).chooses_board


def test_a_latched_board_is_the_chosen_one(run, tmp_path):
    (tmp_path / "latched").mkdir()
    (tmp_path / "latched" / "virtual_30ma.json").write_text("{")
    said, job = run("tapwater-hands")
    assert (said.code, job) == (3, None)
    assert (said.object["outcome"], said.object["board"]) == ("refused", "virtual_30ma")


@pytest.mark.parametrize(
    ("name", "board"),
    [("tapwater-hands", "virtual_30ma"), ("acetylcholine-5x20s", "virtual_500ua")],
)
def test_check_judges_on_the_board_that_run_would_choose_and_says_so(run, name, board):
    said = call("check", name, "--json")
    assert (said.code, said.object["board"]) == (0, board)
    [line] = told(said)
    assert said.object["board_note"] == line == run(name)[0].object["board_note"]


def test_check_keeps_to_the_board_that_was_asked_for():
    said = call("check", "tapwater-hands", "--board", "virtual", "--json")
    assert (said.code, said.object["board"], told(said)) == (1, "virtual", [])


def test_check_of_what_makes_no_session_on_any_board_is_an_answer(tmp_path):
    said = call("check", written(tmp_path, changed(("= 2.0", "= 0.1"))), "--json")
    assert (said.code, said.object["board"], said.object["bounds"]) == (1, "virtual", [])
    assert "the session takes" in said.object["reason"]
