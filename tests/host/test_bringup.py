"""`bringup`: guided at a terminal, resumed, skipped by name, stopped; its record; what it refuses.

The fake board has the firmware behind its prompt, and pins that nobody may drive high.
"""

import errno
import json

import pytest

from ionto.core import codes
from ionto.rp2 import calibration
from iontobench import resources
from iontobench.bringup.record import path_of, read
from iontobench.bringup.steps import NAMES
from iontobench.device.calibration_file import PATH, ZEROS_ONLY, pack
from iontobench.device.calibration_fit import by_row
from iontobench.sim.senses import coarse_ranges, nominal_calibration

from .cli import call
from .link_bench import NAME
from .link_board import Board
from .link_firmware import BOARD, Firmware
from .link_memory import Memory
from .link_port import Port
from .protocol_files import short

MODULE = resources.load_board("pico_pwm")
ROWS = nominal_calibration(coarse_ranges(BOARD))
GATE, PROBE = MODULE.PINS["gate"], MODULE.PINS["probe"]


class Bench:
    """A calibrated board at the only port, and somebody who connects what is asked for."""

    def __init__(self, plug, monkeypatch, folder):
        self.folder = folder
        kept = pack(ROWS, BOARD.name, "2026-11-22")
        self.board = plug.board = Board(memory=Memory({PATH: kept}))
        self.board.pins = MODULE.PINS
        monkeypatch.setattr(calibration, "open", self.board.memory.open, raising=False)
        self.board.calibration = calibration
        self.board.on_reset = self.boot
        self.asked, self.answers = [], {}
        self.zeros = (ROWS[0][0], ROWS[1][0])  # codes of A and B without a current
        self.boot()

    def boot(self):
        calibration.read(MODULE.SCALES)
        self.firmware = Firmware()
        port = self.firmware.port
        used = [calibration.used[at : at + 3] for at in (0, 3)]
        port.offset_q4, port.second_q4 = (
            round(by_row(zero, row)) for zero, row in zip(self.zeros, used, strict=True)
        )
        self.board.globals.update(bench=self.firmware)
        self.firmware.board = self.board

    def answer(self, question):
        """What the person does, and types; `answers` are by the number of the question."""
        self.asked.append(question)
        given = self.answers.get(len(self.asked))
        if isinstance(given, BaseException):
            raise given
        if given is not None:
            return given
        if question.startswith("the meter"):
            return "45.5 V"
        self.firmware.port.load_ohm = 5000 if len(self.asked) >= 5 else None
        return ""

    def bringup(self, *words, **given):
        return call("bringup", NAME, *words, "--data", self.folder, "--json", **given)

    def guided(self, *words):
        return self.bringup("--dummy", "5000", *words, ask=self.answer)

    def record(self):
        return read(path_of(self.folder, "1234"))


@pytest.fixture
def whole(plug, monkeypatch, tmp_path):
    """A bench whose first run is the shipped one."""
    return Bench(plug, monkeypatch, tmp_path)


@pytest.fixture
def bench(whole, monkeypatch, tmp_path):
    """A bench whose first run is short."""
    file = tmp_path / "short.toml"
    file.write_text(short(0.5, 0.01, 1.0))
    monkeypatch.setattr("iontobench.cli.bringup._FIRST_PROTOCOL", str(file))
    return whole


def complaint(said):
    [line] = [line for line in said.err.splitlines() if line.startswith("iontobench: ")]
    return line


@pytest.mark.long
def test_a_person_is_led_through_every_step_to_a_record(whole):
    bench = whole
    said = bench.guided()
    assert said.code == 0, said.err
    assert (said.object["failed"], said.object["skipped"]) == (None, [])
    assert [one["step"] for one in said.object["steps"]] == list(NAMES)
    assert len(said.out.splitlines()) == 1  # of the commands within it none
    assert "proven at 0.030 mA" in said.err
    assert (bench.folder / "records" / "demo-001" / "record.jsonl").is_file()


def test_the_steps_before_the_first_run_pass_and_energise_by_run_alone(bench):
    said = bench.guided("--from", "supply")
    told = {one["step"]: one["verdict"] for one in said.object["steps"]}
    assert set(told.values()) == {"pass"}, said.err
    heard = bytes(bench.board.heard)
    assert heard.count(b"bench.run(True)") >= 7
    assert b"actuate" not in heard
    assert b"value=1" not in heard
    assert bench.board.lifted == set()  # no line is left with the chip's pull-up


def test_a_line_without_its_pull_down_is_named_and_nothing_flows(bench):
    bench.board.floating.add(GATE)
    said = bench.guided()
    assert (said.code, said.object["failed"]) == (1, "pull-downs")
    assert said.object["mistakes"] == ["wire gate", "pull-down gate"]
    assert "do: follow that line from the Pico's pin" in said.err
    assert b"bench.run" not in bytes(bench.board.heard)
    assert bench.board.lifted == set()


def test_a_line_on_a_supply_is_named(bench):
    bench.board.stuck.add(PROBE)
    assert bench.guided().object["mistakes"] == ["high probe"]


def test_a_failed_step_is_where_the_same_command_goes_on(bench):
    bench.firmware.port.broken.add("limiter")
    first = bench.guided()
    assert (first.code, first.object["failed"]) == (1, "limiter")
    assert "limiter dead" in first.object["mistakes"]
    assert bench.record().latched == codes.FAULT_NAMES[codes.FAULT_PROOF_LIMITER]
    bench.firmware.port.broken.clear()
    bench.asked = []
    bench.answers = {1: KeyboardInterrupt()}  # it asks for nothing any more
    again = bench.guided("--from", "limiter")
    assert again.object["failed"] is None, again.err
    assert bench.record().latched is None


def test_ctrl_c_at_a_question_keeps_what_is_done(bench):
    bench.answers = {3: KeyboardInterrupt()}
    said = bench.guided()
    assert said.code == 130
    assert "the same command goes on with it" in said.err
    done = [one.step for one in bench.record().steps]
    assert done == list(NAMES[: len(done)])
    assert 1 <= len(done) < len(NAMES)


def test_ctrl_c_in_a_session_is_off_and_keeps_what_is_done(bench, monkeypatch):
    def strike(watcher, t_us):
        if t_us > 500_000:  # energised
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr("iontobench.bringup.seen.SessionWatcher.on_tick", strike)
    said = bench.guided()
    assert said.code == 130
    assert "stopped at probe; the same command goes on with it" in said.err
    assert bench.firmware.port.gate == 0
    assert bench.board.mode == "friendly"
    assert bench.record().steps[-1].verdict == "pass"


def test_without_anybody_the_steps_for_a_hand_are_skipped_by_name(bench):
    bench.firmware.port.load_ohm = 5000
    said = bench.bringup("--yes", "--dummy", "5000")
    assert said.code == 0, said.err
    assert said.object["skipped"] == ["high voltage", "open leads"]
    assert "brought up; not shown: high voltage, open leads" in said.err
    assert bench.asked == []


@pytest.mark.long
def test_an_emulated_board_takes_its_load_off_by_itself(bench, monkeypatch):
    def lead(port, off):
        bench.firmware.port.load_ohm = None if off else 5000

    bench.firmware.port.load_ohm = 5000
    monkeypatch.setattr(Port, "lead", lead, raising=False)
    said = bench.bringup("--yes", "--dummy", "5000")
    assert (said.code, said.object["skipped"]) == (0, ["high voltage"]), said.err


def test_a_skipped_step_is_asked_for_again_once_somebody_is_there(bench):
    bench.firmware.port.load_ohm = 5000
    bench.bringup("--yes", "--dummy", "5000")
    bench.answers = {1: "", 2: "40 V", 3: ""}
    said = bench.guided()
    assert (said.code, said.object["mistakes"]) == (1, ["high voltage"])
    assert [one for one in bench.asked if one.startswith("the meter")]


def test_s_skips_a_step_and_q_leaves(bench):
    bench.answers = {1: "s", 2: "q"}
    said = bench.guided()
    assert said.code == 130
    assert bench.record().of("supply").verdict == "skipped"
    assert bench.record().of("supply").seen == ["skipped by hand"]


@pytest.mark.long
def test_again_begins_anew(bench):
    bench.firmware.port.load_ohm = 5000
    bench.bringup("--yes", "--dummy", "5000")
    before = bench.record()
    bench.answers = {1: KeyboardInterrupt()}
    bench.guided("--again")
    assert bench.record() == before  # it is replaced once a step is done
    bench.answers = {2: KeyboardInterrupt()}
    bench.asked = []
    bench.guided("--again")
    assert len(bench.record().steps) < len(before.steps)


def test_a_fault_that_was_latched_before_is_not_cleared(bench):
    bench.firmware._bench._fault = codes.FAULT_OPEN
    said = bench.guided()
    assert said.code == 3
    assert "a fault is latched: open; look into it, then bench.clear()" in complaint(said)
    assert bench.firmware.info()["fault"] == "open"


def test_an_uncalibrated_board_is_told_and_skipped_where_nobody_has_a_meter(bench):
    del bench.board.memory.files[PATH]
    bench.boot()
    bench.firmware.port.load_ohm = 5000
    said = bench.bringup("--yes", "--dummy", "5000")
    assert "calibration" in said.object["skipped"], said.err
    assert "needs two resistors, a meter and somebody" in said.err


def test_zeros_that_are_off_go_onto_the_board_before_anything_flows(bench):
    del bench.board.memory.files[PATH]
    bench.zeros = (52, 2041)
    bench.boot()
    bench.firmware.port.load_ohm = 5000
    said = bench.bringup("--yes", "--dummy", "5000")
    [zeros] = [one for one in said.object["steps"] if one["step"] == "zeros"]
    assert zeros["verdict"] == "pass"
    assert "with its zeros on the board" in zeros["seen"][0]
    assert ZEROS_ONLY.encode() in bench.board.memory.files[PATH]
    assert bench.board.resets == 1


def test_the_record_is_json_that_a_person_can_read(bench):
    bench.firmware.port.load_ohm = 5000
    bench.bringup("--yes", "--dummy", "5000")
    text = path_of(bench.folder, "1234").read_text("utf-8")
    told = json.loads(text)
    assert (told["board"], told["board_id"], told["load_ohm"]) == ("pico_pwm", "1234", 5000)
    assert len(text.splitlines()) > 50
    for step in told["steps"]:
        assert step["asked"]
        assert step["expected"]
        assert step["seen"]
        assert step["at"].endswith("+00:00")
    assert NAME not in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "limitr"), "did you mean 'limiter'?"),
        (("--fault", "open@0"), "--fault is for the virtual bench"),
        (("--yes", "--dummy", "10"), "--dummy 10: pico_pwm takes 1000 to 10000"),
        (("--load", "x"), "allowed: OHM:PERCENT"),
        (("--board", "virtual"), "the board there is a pico_pwm, not a virtual"),
        (("--yes",), "which resistor is on the leads? Say --dummy OHM"),
        ((), "somebody has to connect things: run this at a terminal, or with --yes"),
    ],
)
def test_bad_input_is_exit_2_and_nothing_flows(bench, words, told):
    said = bench.bringup(*words)
    assert said.code == 2
    assert told in complaint(said)
    assert b"bench.run" not in bytes(bench.board.heard)
    assert bench.record() is None


def test_a_board_that_this_program_does_not_know_needs_its_folder(bench):
    bench.firmware._changes["board"] = "mine"
    said = bench.bringup("--yes", "--dummy", "5000")
    assert said.code == 2
    assert complaint(said).endswith(
        "a mine, which this program does not know; give its folder: --board PATH"
    )


def test_a_record_that_is_none_is_told_and_kept(bench):
    path = path_of(bench.folder, "1234")
    path.write_text("{")
    said = bench.bringup("--yes", "--dummy", "5000")
    assert said.code == 2
    assert "begin anew with --again" in complaint(said)
    assert path.read_text() == "{"


def test_a_full_disk_is_one_line_and_the_board_is_left_off(bench, monkeypatch):
    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("iontobench.bringup.record.write_whole", full)
    said = bench.bringup("--yes", "--dummy", "5000")
    assert said.code == 2
    assert "the record cannot be written: No space left on device; make room" in complaint(said)
    assert bench.board.mode == "friendly"


def test_a_cable_that_is_pulled_in_a_session_is_exit_4(bench, plug):
    bench.firmware.port.load_ohm = 5000
    for port in plug.opened:
        port.cut_s = 0
    plug.cut_s = 8.0
    said = bench.bringup("--yes", "--dummy", "5000")
    assert said.code == 4
    assert "the link to the board broke" in complaint(said)


@pytest.mark.long
def test_the_virtual_board_goes_on_with_its_zeros(tmp_path):
    where = ("bringup", "virtual", "--data", tmp_path, "--json")
    first = call(*where, "--fault", "limiter-dead@0")
    assert (first.code, first.object["failed"]) == (1, "limiter")
    again = call(*where)
    assert (again.code, again.object["failed"]) == (0, None), again.err
