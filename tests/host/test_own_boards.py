"""A board of one's own is one folder: begun, checked, simulated, deployed, told what it lacks."""

import json
import os
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.host.cli import call
from tests.host.protocol_bench import compiled, shipped
from tests.host.protocol_files import short

from iontobench import resources
from iontobench.board_module import NAME_TEXT, BoardFileError
from iontobench.boards import check as board_check
from iontobench.boards.template import new_board
from iontobench.sessions.job import Job

from .board_folders import change
from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware
from .link_memory import Memory
from .link_slots import deployed

SIMULATED = '''\
"""A board that exists only in the simulation."""
from ionto.core.limits import Board

BOARD = Board(name="mine", max_ua=5000, compliance_mv=40000, sigma_q4=37)


def make_port(**options):
    from iontobench.sim.port import simulated

    return simulated(BOARD, **options)
'''


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A new board in ./mine of an empty folder."""
    monkeypatch.chdir(tmp_path)
    said = call("boards", "new", "mine", "--json")
    assert said.code == 0, said.err
    assert said.object == {"folder": "mine", "files": ["board.py", "boot.py", "README.md"]}
    return tmp_path / "mine"


@pytest.fixture
def unsimulated(monkeypatch):
    """A check without its two staircases, which have tests of their own."""
    well = board_check.Finding("sessions", "left out")
    monkeypatch.setattr(board_check, "_staircases", lambda board: well)


def complaint(said):
    """The one line of an error."""
    lines = [line for line in said.err.splitlines() if line.startswith("iontobench: ")]
    assert len(lines) == 1, said.err
    return lines[0]


def wrong(said):
    """(what, answer, remedy) of everything that is not well."""
    rows = [tuple(one.values()) for one in said.object["findings"]]
    return [row for row in rows if row[2] is not None]


def test_a_new_board_lacks_nothing_and_says_what_this_check_cannot_show(mine):
    said = call("boards", "check", "./mine", "--json")
    assert (said.code, said.object["ok"], wrong(said)) == (0, True, [])
    answers = [one["what"] for one in said.object["findings"]]
    assert answers == ["board.py", "pins", "boot.py", "scales", "compiler", "contract", "sessions"]
    assert "emulated://mine.flash" in said.object["left"]
    assert "--board ./mine" in said.object["left"]


def test_a_new_board_is_run_checked_and_shown_by_its_folder(mine, undrawn):
    assert call("check", "demo", "--board", "./mine").code == 0
    assert "mine: up to 5.000 mA" in call("boards", "show", mine).out
    said = call("run", "demo", "--board", "./mine", "--json", "--data", "data")
    assert (said.code, said.object["board"]) == (0, "mine")
    record = Path(said.object["record"]).read_text("utf-8")
    assert json.loads(record.splitlines()[0])["header"]["board"]["name"] == "mine"
    assert str(mine) not in record
    replay = ("replay", "last", "--data", "data")
    refused = call(*replay)
    assert refused.code == 2
    assert "no board 'mine' in this project; one of your own needs --board PATH" in complaint(
        refused
    )
    assert call(*replay, "--board", "./mine").code == 0
    change(mine, "max_ua=5000", "max_ua=4900")
    altered = call(*replay, "--board", "./mine")
    assert altered.code == 2
    assert "its board mine has another max_ua today: 5000 then, 4900 now" in complaint(altered)


def test_the_data_of_the_folder_are_those_that_a_protocol_is_judged_by(mine):
    change(mine, "max_ua=5000", "max_ua=1500")
    said = call("check", "dexamethasone-40", "--board", "./mine", "--json")
    assert (said.code, said.object["board"]) == (1, "mine")
    assert "peak current, board 2.000 mA" in said.object["reason"]
    assert "--board" not in said.object["reason"], "nobody knows what else is on that bench"


def test_a_board_that_was_changed_within_a_second_is_read_anew(mine, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    at = (mine / "board.py").stat()
    assert resources.load_board("./mine").BOARD.max_ua == 5000
    change(mine, "max_ua=5000", "max_ua=4900")
    os.utime(mine / "board.py", ns=(at.st_atime_ns, at.st_mtime_ns))
    assert resources.load_board("./mine").BOARD.max_ua == 4900


def test_an_existing_folder_is_kept(mine):
    before = (mine / "board.py").read_text("utf-8")
    said = call("boards", "new", "mine")
    assert said.code == 2
    assert "mine: it is there already" in complaint(said)
    assert (mine / "board.py").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("My-Board",), f"allowed: {NAME_TEXT}; did you mean my_board?"),
        (("9",), f"allowed: {NAME_TEXT}"),
        (("virtual",), "virtual is a board of this project"),
        (("mine", "-o", "other"), "a board has its folder's own name: use -o mine"),
        (("mine", "-o", "none/mine"), "No such file or directory"),
    ],
)
def test_a_board_that_cannot_begin_is_one_line_and_nothing_is_written(
    tmp_path, monkeypatch, words, told
):
    monkeypatch.chdir(tmp_path)
    said = call("boards", "new", *words)
    assert said.code == 2
    assert told in complaint(said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("./none", "none: there is no such folder; `iontobench boards new NAME`"),
        ("./file", "file: a board is a folder; give the one that holds board.py"),
        ("./empty", "empty: there is no board.py in it"),
        ("mine", "no board 'mine'; for the folder of that name: ./mine"),
    ],
)
def test_what_is_no_folder_of_a_board_is_told_with_what_to_do(mine, at, told):
    (mine.parent / "file").write_text("")
    (mine.parent / "empty").mkdir()
    for words in (("check", "demo", "--board"), ("boards", "show")):
        said = call(*words, at)
        assert said.code == 2
        assert told in complaint(said)


BROKEN = [
    ("max_ua=5000", "max_ua=", "board.py:10: invalid syntax"),
    ("from ionto", "import machine\nfrom ionto", "board.py:6: No module named 'machine'; the top"),
    ("max_ua=5000,", "max_ua=5000, volts=3,", "board.py:8: TypeError: "),
    ("BOARD = Board(", "BOARDS = Board(", "there is no BOARD"),
    ('name="mine"', 'name="yours"', "found 'yours', its folder is called 'mine'"),
    ('name="mine"', "name=3", f"name: found 3; allowed: {NAME_TEXT}"),
    (
        "max_ua=5000",
        "max_ua=30001",
        "found 30001; allowed: a whole number of 100 to 30000",
    ),
    ("max_ua=5000", "max_ua=5e3", "max_ua: found 5000.0; allowed: a whole number"),
    ("sigma_q4=37", "sigma_q4=801", "sigma_q4: found 801; allowed: at most 800, 1 % of max_ua"),
    ("# lim_test=True", "lim_test=1", "lim_test: found 1; allowed: True or False"),
    ("# accuracy_ua=10", "accuracy_ua=251", "accuracy_ua: found 251; allowed: at most 250"),
    ("# probe_ohm=100000", "probe_ohm=99999", "lets PROBE make 50 µA; allowed: at most 50 µA"),
    ("# proof_scale=1,", "proof_scale=True,", "proof_scale: found True"),
    ("def make_port", "def port", "there is no make_port()"),
]


@pytest.mark.parametrize(("old", "new", "told"), BROKEN, ids=lambda one: one[:30])
def test_a_board_file_that_is_wrong_is_one_line_wherever_it_is_taken(mine, old, new, told):
    change(mine, old, new)
    said = call("run", "demo", "--board", "./mine", "--data", "data")
    assert said.code == 2
    assert told in complaint(said)
    assert not (mine.parent / "data").exists()
    said = call("boards", "check", "./mine", "--json")
    assert (said.code, said.object["ok"]) == (1, False)
    assert any(told in answer for _, answer, _ in wrong(said)), said.object


def test_two_numbers_that_do_not_agree_are_told(mine):
    change(mine, "max_ua=5000", "max_ua=300")
    change(mine, "sigma_q4=37", "sigma_q4=4")
    change(mine, "# proof_scale=1", "proof_scale=6")
    with pytest.raises(BoardFileError, match="proof_scale: found 6; allowed: up to max_ua / 60"):
        resources.board_of(f"{mine}")


def test_every_wrong_number_is_told_at_once_by_the_check(mine):
    change(mine, "max_ua=5000", "max_ua=0")
    change(mine, "compliance_mv=40000", "compliance_mv=0")
    told = [answer.partition(":")[0] for _, answer, _ in wrong(call(*CHECK))]
    assert told == ["max_ua", "compliance_mv"]


CHECK = ("boards", "check", "./mine", "--json")


def test_a_folder_with_the_name_of_a_shipped_board_is_refused(tmp_path):
    folder = tmp_path / "pico_pwm"
    folder.mkdir()
    for name, text in new_board("pico_xyz").items():
        (folder / name).write_text(text.replace("pico_xyz", "pico_pwm"), "utf-8")
    said = call("boards", "show", folder)
    assert said.code == 2
    assert "pico_pwm is a board of this project; give the folder and its name" in complaint(said)


def test_the_folder_of_a_shipped_board_is_that_board():
    folder = resources.board_folder("pico_pwm")
    assert resources.board_of(f"{folder}").name == "pico_pwm"


@pytest.mark.parametrize(
    ("file", "old", "new", "what", "told"),
    [
        ("board.py", '    "gate": 17,\n', "", "pins", "PINS has no gate"),
        ("board.py", '"gate": 17', '"gaet": 17, "gate": 18', "pins", "PINS has gaet"),
        ("board.py", '"gate": 17', '"gate": 16', "pins", "gate: found GP16, which is drive"),
        ("board.py", '"gate": 17', '"gate": 26', "pins", "gate: found 26; allowed: 0 to 25"),
        ("board.py", "PINS = {", "PINS = 3, {", "pins", "there is no PINS"),
        ("board.py", "(40, 101011", "(101011", "scales", "no SCALES of 12 whole numbers"),
        ("board.py", "101011, 12,", "404044, 14,", "scales", "does not stay below 2^30"),
        ("board.py", "101011, 12,", "0, 12,", "scales", "sense A: mul 0"),
        ("board.py", "101011, 12,", "75758, 12,", "scales", "sense A ends at 4687 µA"),
        ("board.py", "(40, 101011", "(4, 101011", "scales", "sense A begins at -6.2 µA"),
        ("board.py", "2048, -101011", "1000, -101011", "scales", "sense B sees"),
        ("board.py", "372, 110027, 13", "372, 80000, 13", "scales", "load voltage ends at"),
        ("board.py", "0, 79219, 15", "0, 30000, 15", "scales", "supply ends at 3749 mV"),
        (
            "board.py",
            "def make",
            "match 1:\n    case 1: pass\n\ndef make",
            "compiler",
            "board.py",
        ),
        ("board.py", "from ionto.core", "import os\nfrom ionto.core", "imports", "imports os (l"),
        ("boot.py", "(16, 17,", "(16,", "boot.py", "does not drive low: gate (GP17)"),
        ("boot.py", "value=0", "value=1", "boot.py", "does not drive low: drive (GP16), gate"),
        ("boot.py", "(16, 17,", "(16, 17, 15,", "boot.py", "drives an input: stop (GP15)"),
        ("boot.py", "import machine", "import ionto, machine", "boot.py", "it imports ionto"),
        ("boot.py", "machine.Pin(", "machine.Pins(", "boot.py", "AttributeError"),
    ],
    ids=lambda one: one[:24],
)
def test_the_check_tells_what_is_missing_with_a_remedy(
    mine, unsimulated, file, old, new, what, told
):
    change(mine, old, new, file)
    said = call(*CHECK)
    assert said.code == 1
    [(found, answer, remedy)] = wrong(said)
    assert (found, told in answer) == (what, True), answer
    assert remedy


def test_a_simulated_board_is_held_to_the_contract_by_its_own_port(
    tmp_path, monkeypatch, unsimulated
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "board.py").write_text(SIMULATED, "utf-8")
    said = call(*CHECK)
    assert (said.code, said.object["left"]) == (0, None), said.object
    change(tmp_path / "mine", "return simulated(BOARD, **options)", "return object()")
    found = wrong(call(*CHECK))
    assert {what for what, _, _ in found} == {"contract"}
    assert any("every call is there" in answer for _, answer, _ in found)
    change(tmp_path / "mine", "make_port(**options)", "make_port()")
    assert "TypeError" in wrong(call(*CHECK))[0][1]


def test_a_board_whose_numbers_fit_no_session_is_told(mine):
    change(mine, "compliance_mv=40000", "compliance_mv=1000")
    said = call(*CHECK)
    assert wrong(said)[-1][0] == "sessions"
    assert "the known load was not driven to its end" in wrong(said)[-1][1]


def test_a_board_of_ones_own_is_deployed_looked_at_and_run_by_its_folder(plug, mine, undrawn):
    board = plug.board = Board(memory=Memory())

    def boot():
        firmware = Firmware(name="mine")
        board.globals.update(bench=firmware)
        firmware.board = board

    board.on_reset = boot
    said = call("deploy", NAME, "--board", "./mine", "--json")
    assert (said.code, said.object["board"]) == (0, "mine"), said.err
    assert f"next: iontobench run demo --on {NAME} --board ./mine" in said.err
    assert board.memory.files["/boot.py"] == (mine / "boot.py").read_bytes()
    named = ("--board", "./mine")
    doctor = call("doctor", NAME, "--json")
    [row] = wrong(doctor)
    assert row[0] == "board"
    assert "--board PATH" in row[2]
    assert wrong(call("doctor", NAME, *named, "--json")) == []
    Path("short.toml").write_text(short(0.5, 0.01, 1.0))
    run = ("run", "short.toml", "--on", NAME, "--speed", "max", "--json", "--data", "data")
    refused = call(*run)
    assert refused.code == 2
    assert "is a mine, a board this program does not know; give its folder" in refused.err
    said = call(*run, *named)
    assert (said.code, said.object["board"]) == (0, "mine"), said.err


def test_the_folder_of_another_board_is_refused_at_a_port(plug, mine):
    plug.board = Board(Firmware())
    said = call("run", "demo", "--on", NAME, "--board", "./mine", "--data", "data")
    assert said.code == 4
    assert "is a pico_pwm, not a mine; leave --board out" in complaint(said)


def test_a_calibration_of_another_kind_goes_and_ones_own_stays(plug, mine):
    files = deployed("a") | {"/calibration": b"1 2 3"}
    for name, stays in (("mine", True), ("pico_pwm", False)):
        board = plug.board = Board(Firmware(name=name), Memory(dict(files)))
        board.on_reset = lambda board=board: board.globals.update(bench=Firmware(name="mine"))
        assert call("deploy", NAME, "--board", "./mine").code == 0
        assert ("/calibration" in board.memory.files) == stays


def test_the_emulated_chip_gets_the_files_of_the_folder(mine):
    chip = pytest.importorskip("iontobench.sessions.chip")
    protocol, board = compiled(shipped("demo"))
    job = Job(protocol=protocol, board=board, skin="forearm", board_at=f"{mine}")
    assert chip.flash_files(job)["boot.py"] == (mine / "boot.py").read_bytes()
    assert replace(job, board_at=None).board_at is None
