"""`calibrate`: guided at a terminal, on a virtual bench, from a file; onto a board, and undone.

The fake board has the firmware behind its prompt, on a stage whose senses have offsets of their
own; its calibration is read by the firmware's own module from the board's file.
"""

import csv
import json
from pathlib import Path

import pytest
from tests.host.cli import call
from tests.host.protocol_files import short

from ionto.core import codes, program
from ionto.core.units import UA_Q4
from ionto.rp2 import calibration
from iontobench import resources
from iontobench.device import calibration_bench
from iontobench.device.calibration import Reading
from iontobench.device.calibration_file import (
    PATH,
    ZEROS_ONLY,
    SenseUncertainty,
    pack,
)
from iontobench.device.calibration_fit import by_row
from iontobench.device.calibration_readings import FIELDS
from iontobench.records import read
from iontobench.sessions import calibrate
from iontobench.sim.senses import coarse_ranges, nominal_calibration

from .link_bench import NAME
from .link_board import Board
from .link_firmware import BOARD, Firmware
from .link_memory import Memory

SCALES = resources.load_board("pico_pwm").SCALES
ROWS = nominal_calibration(coarse_ranges(BOARD))
TRUE_ZEROS = (52, 2041)  # codes of A and B without a current
LOADS = ("--load", "1000:0.1", "--load", "8200:0.1")
SURE = SenseUncertainty(0.0005, 0.4, 0.0)
PASTED = [number for row in [(50, 101000, 12), *ROWS[1:]] for number in row]


class Bench:
    """A board whose senses are off, somebody who connects resistors, and a meter in volts."""

    def __init__(self, plug, monkeypatch, files=None):
        monkeypatch.setattr(calibrate, "PERSON_MS", 1000)  # nobody here takes longer to read
        self.board = plug.board = Board(memory=Memory(files))
        monkeypatch.setattr(calibration, "open", self.board.memory.open, raising=False)
        self.board.calibration = calibration
        self.board.on_reset = self.boot
        self.asked = []
        self.wrong = {}  # of the answers: its number, and what is typed instead
        self.boot()

    def boot(self):
        calibration.read(SCALES)
        self.firmware = Firmware()
        port = self.firmware.port
        used = [calibration.used[at : at + 3] for at in (0, 3)]
        port.offset_q4, port.second_q4 = (
            round(by_row(zero, row)) for zero, row in zip(TRUE_ZEROS, used, strict=True)
        )
        self.board.globals.update(bench=self.firmware)
        self.firmware.board = self.board

    def answer(self, question):
        """What the person does, or types."""
        self.asked.append(question)
        if question.startswith("resistor"):
            return ("1000:0.1", "8200:0.1", "")[sum(q.startswith("res") for q in self.asked) - 1]
        if question.startswith("Enter"):
            enters = sum(one.startswith("Enter") for one in self.asked)
            self.firmware.port.load_ohm = (1000, 8200)[enters - 1]
            return ""
        at = sum(one.startswith("the meter") for one in self.asked)
        level_ua = int(question.split()[3])
        true_ua = level_ua - self.firmware.port.offset_q4 / UA_Q4
        return self.wrong.get(at, f"{true_ua * self.firmware.port.load_ohm / 1000:.2f} mV")

    def calibrate(self, *words):
        return call("calibrate", NAME, *words, "--meter", "0.05", "--json", ask=self.answer)


@pytest.fixture
def bench(plug, monkeypatch):
    return Bench(plug, monkeypatch)


def dated_of(told):
    """What a board tells, without how sure it is."""
    return told.partition(" u_gain=")[0]


def complaint(said):
    [line] = [line for line in said.err.splitlines() if line.startswith("iontobench: ")]
    return line


def test_a_guided_calibration_mends_the_zeros_and_is_on_the_board_afterwards(bench, tmp_path):
    said = bench.calibrate()
    assert said.code == 0, said.err
    assert "its zeros were off and went onto the board first" in said.err
    assert dated_of(calibration.told) == f"{BOARD.name} {said.object['written']}"
    assert list(calibration.used) == [number for row in said.object["rows"] for number in row]
    assert abs(calibration.used[0] - TRUE_ZEROS[0]) <= 1
    assert abs(calibration.used[3] - TRUE_ZEROS[1]) <= 1
    a, b, v = said.object["senses"]
    for sense in (a, b, v):
        assert abs(sense["gain"] - 1) <= 0.01
    assert len(said.object["readings"]) == 7
    assert bench.board.resets == 2  # the zeros, then the whole
    again = bench.calibrate("--readings", tmp_path / "new.csv", "--dry-run", *LOADS)
    assert "its zeros were off" not in again.err


def test_current_flows_in_the_firmwares_own_sessions_alone(bench):
    assert bench.calibrate(*LOADS).code == 0
    heard = bytes(bench.board.heard)
    assert heard.count(b"bench.run(True)") == 6
    assert b"actuate" not in heard
    assert b"Pin" not in heard


def test_the_rest_is_read_once_and_what_is_told_of_it_is_that_reading(bench):
    assert bench.calibrate(*LOADS).code == 0
    assert bytes(bench.board.heard).count(b"bench.sense(") == 1


def test_a_slip_of_the_pen_is_told_and_the_level_held_again(bench):
    bench.wrong = {2: "0.2 V", 3: "hello"}
    said = bench.calibrate(*LOADS)
    assert said.code == 0, said.err
    assert "times apart; is the unit right, and the resistor 1000 Ω? Once more." in said.err
    assert "found 'hello'; allowed: a number with V, mV, mA or µA" in said.err
    assert sum(one.startswith("the meter") for one in bench.asked) == 8


def test_readings_are_kept_and_carry_the_same_calibration_without_the_meter(bench, tmp_path):
    file = tmp_path / "readings.csv"
    first = bench.calibrate(*LOADS, "--readings", file)
    assert first.code == 0, first.err
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert (len(rows), tuple(rows[0])) == (7, FIELDS)
    runs = bytes(bench.board.heard).count(b"bench.run")
    second = bench.calibrate("--readings", file)
    assert second.code == 0, second.err
    assert second.object["rows"] == first.object["rows"]
    assert bytes(bench.board.heard).count(b"bench.run") == runs


def test_an_interrupted_calibration_goes_on_from_its_file(bench, tmp_path):
    file = tmp_path / "readings.csv"
    one = bench.calibrate(*LOADS[:2], "--readings", file)
    assert one.code == 1
    assert "on one resistor; take them on two or more (the readings are in" in complaint(one)
    assert ZEROS_ONLY in calibration.told
    bench.asked = ["Enter"]
    two = bench.calibrate(*LOADS[2:], "--readings", file)
    assert two.code == 0, two.err
    assert len(two.object["readings"]) == 8  # the rest was read twice


def test_a_dry_run_leaves_the_calibration_as_it_is(plug, monkeypatch):
    kept = pack(ROWS, BOARD.name, "2026-01-02")
    bench = Bench(plug, monkeypatch, {PATH: kept})
    monkeypatch.setattr(f"{__name__}.TRUE_ZEROS", (40, 2048))
    bench.boot()
    said = bench.calibrate(*LOADS, "--dry-run")
    assert (said.code, said.object["written"]) == (0, None), said.err
    assert bench.board.memory.files == {PATH: kept}


def test_a_dry_run_on_a_board_whose_zeros_are_off_is_refused(plug, monkeypatch, tmp_path):
    kept = pack(ROWS, BOARD.name, "2026-01-02")
    bench = Bench(plug, monkeypatch, {PATH: kept})
    monkeypatch.setattr(f"{__name__}.TRUE_ZEROS", (52, 2041))
    bench.boot()
    said = bench.calibrate(*LOADS, "--dry-run", "--readings", tmp_path / "new.csv")
    assert said.code == 1
    assert complaint(said).endswith("which --dry-run forbids: leave it out")
    assert bench.board.memory.files == {PATH: kept}
    assert b"bench.run" not in bytes(bench.board.heard)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--load", "abc"), "found 'abc'; allowed: OHM:PERCENT"),
        (("--load", "1000:9"), "found '1000:9'; allowed: OHM:PERCENT"),
        (("--load", "0"), "found '0'; allowed: OHM:PERCENT"),
        (("--plot", "x.txt", *LOADS), "its ending is none of .svg, .png, .pdf"),
        (("--board", "virtual", *LOADS), "the board there is a pico_pwm, not a virtual"),
    ],
)
def test_bad_input_is_exit_2_and_nothing_flows(bench, words, told):
    said = bench.calibrate(*words)
    assert said.code == 2
    assert told in complaint(said)
    assert b"bench.run" not in bytes(bench.board.heard)


def test_without_anybody_who_reads_the_meter_nothing_flows(bench):
    for words, told in (((), "which resistors?"), (LOADS, "somebody has to read the meter")):
        said = call("calibrate", NAME, *words)
        assert said.code == 2
        assert told in complaint(said)
    assert b"bench.run" not in bytes(bench.board.heard)


def test_a_lead_that_is_off_is_told_with_the_resistor(bench):
    answer = bench.answer

    def off(question):
        said = answer(question)
        bench.firmware.port.load_ohm = None
        return said

    bench.answer = off
    said = bench.calibrate(*LOADS)
    assert said.code == 1
    assert "the known load of 1000 Ω was not driven to its end: " in complaint(said)
    assert "is it on the leads, and nothing else?" in complaint(said)


@pytest.mark.parametrize(
    ("board", "loads"),
    [
        ("virtual_30ma", (500, 1500)),
        ("virtual_500ua", (10_000, 47_000)),
        ("pico_dac", (1000, 8200)),  # its fine senses see that B's shunt is in the load's voltage
        ("pico_demo", (680, 1500)),
    ],
)
def test_a_board_of_any_range_is_calibrated(board, loads):
    words = [word for ohm in loads for word in ("--load", f"{ohm}:0.1")]
    said = call("calibrate", "virtual", "--board", board, *words, "--json")
    assert (said.code, said.object["board"]) == (0, board), said.err


@pytest.mark.parametrize("ohm", [599, 1601])
def test_a_resistor_that_a_board_does_not_work_with_is_refused_before_anything_flows(ohm):
    words = ("--load", "1000:0.1", "--load", f"{ohm}:0.1")
    said = call("calibrate", "virtual", "--board", "pico_demo", *words, "--json")
    assert said.code in (1, 2)
    told = f"{ohm} Ω are outside what pico_demo works with; take one of 600 to 1600 Ω"
    assert told in complaint(said)


def test_shunts_inside_the_load_voltage_are_in_what_is_fitted():
    board = resources.board_of("pico_demo")
    one = calibration_bench.with_shunts(Reading(100.0, 100.0, 110.0, 101.0, 111.0), 2700)
    assert (one.v_mv, one.meter_mv) == pytest.approx((110 + 270, 111 + 272.7))
    same = calibration_bench.with_shunts(Reading(100.0, 100.0, 110.0, 101.0, 111.0), 0)
    assert (same.v_mv, same.meter_mv) == (110, 111)
    bench = calibrate.VirtualCalibrationBench(board, "rp2040", 1)
    rest = calibrate.take_rest(bench)
    assert rest.v_code == pytest.approx(12.5, abs=3)  # the chip's own, whatever A says


def test_the_ramps_of_a_fast_board_are_within_its_programs_walls():
    words = calibrate.staircase_words([24_000], 30_000, 12_000)
    needed_uc = 24_000 * 12 + 24_000 * 24 // 10
    assert words[program.H_CHARGE_UC] >= needed_uc


def test_a_latched_fault_is_told_and_nothing_flows(bench):
    bench.firmware._bench._fault = codes.FAULT_OPEN
    said = bench.calibrate(*LOADS)
    assert said.code == 3
    assert "a fault is latched: " in complaint(said)
    assert "bench.clear()" in complaint(said)


def test_a_board_that_tells_no_scales_is_told_to_deploy(bench):
    bench.board.calibration = None
    said = bench.calibrate(*LOADS)
    assert said.code == 4
    assert "its firmware does not tell its scales; deploy the matching one" in complaint(said)


def test_a_full_board_keeps_its_old_calibration(plug, monkeypatch):
    kept = pack(ROWS, BOARD.name, "2026-01-02")
    bench = Bench(plug, monkeypatch, {PATH: kept})

    def full(act):
        if act[0] == "write":
            raise OSError(28, "ENOSPC")

    bench.board.memory.before = full
    said = bench.calibrate(*LOADS)
    assert said.code == 4
    told = complaint(said)
    assert "the calibration cannot be written" in told
    assert "flash is full: remove files of your own (iontobench repl" in told
    assert told.endswith("then calibrate again (--readings keeps what was read)")
    assert bench.board.memory.files[PATH] == kept


def test_a_virtual_bench_is_calibrated_without_anybody_and_the_residuals_are_drawn(tmp_path):
    plot = tmp_path / "residuals.svg"
    kept = ("--readings", tmp_path / "readings.csv")
    said = call("calibrate", "virtual", *LOADS, *kept, "--plot", plot, "--json")
    assert (said.code, said.object["written"]) == (0, None), said.err
    assert [one["name"] for one in said.object["senses"]] == ["a", "b", "voltage"]
    assert "sense A, µA" in plot.read_text("utf-8")
    table = call("calibrate", "virtual", *kept).out
    assert "gain of its design" in table
    assert "twice the standard uncertainty (k = 2)" in table


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "missing required field"),
        (",".join(FIELDS) + "\n", "there is no reading in it"),
        (",".join(FIELDS) + "\n1000,0.1,1000,10,1,2,3,4,volts\n", "unit: found 'volts'"),
        (",".join(FIELDS) + "\n1000,0.1,1000,0,1,2,3,4,mv\n", "samples: found 0"),
        (",".join(FIELDS) + "\n0,0.1,1000,9,1,2,3,4,mv\n", "load_ohm, tolerance_percent"),
        (",".join(FIELDS) + "\nx,0.1,1000,9,1,2,3,4,mv\n", "Expected `float`, got `str`"),
    ],
)
def test_a_file_that_holds_no_readings_is_told_with_its_line(tmp_path, text, told):
    file = tmp_path / "readings.csv"
    file.write_text(text)
    said = call("calibrate", "virtual", "--readings", file)
    assert said.code == 2
    assert f"{file}" in complaint(said)
    assert told in complaint(said)


@pytest.mark.parametrize(
    ("files", "warning"),
    [
        ({}, "not calibrated: its scales are nominal, there is no file; iontobench calibrate"),
        ({PATH: pack(ROWS, "pico_pwm", ZEROS_ONLY)}, "not calibrated: only its zeros are"),
        ({PATH: pack(ROWS, "pico_pwm", "2026-11-22")}, None),
    ],
)
def test_every_record_of_an_uncalibrated_board_warns(
    plug, monkeypatch, tmp_path, undrawn, files, warning
):
    monkeypatch.setattr(f"{__name__}.TRUE_ZEROS", (40, 2048))
    Bench(plug, monkeypatch, files)
    protocol = tmp_path / "short.toml"
    protocol.write_text(short(0.5, 0.01, 1.0))
    said = call("run", protocol, "--on", NAME, "--speed", "max", "--json", "--data", tmp_path)
    assert said.code == 0, said.err
    lines = Path(said.object["record"]).read_text("utf-8").splitlines()
    assert json.loads(lines[0])["header"]["calibration"] == [list(row) for row in ROWS]
    notes = [json.loads(line)["note"][1] for line in lines if line.startswith('{"note"')]
    assert any(note.startswith(warning) for note in notes) if warning else notes == []
    if warning:
        assert warning in said.err


@pytest.mark.parametrize(
    ("files", "basis"),
    [
        ({}, "not calibrated"),
        ({PATH: pack(ROWS, "pico_pwm", ZEROS_ONLY)}, "only its zeros are calibrated"),
        ({PATH: pack(ROWS, "pico_pwm", "2026-11-22", SURE)}, "calibrated, pico_pwm 2026-11-22"),
        ({PATH: pack(ROWS, "pico_pwm", "2026-11-22")}, None),  # of before: it does not say
    ],
)
def test_a_boards_record_tells_its_dose_as_sure_as_its_calibration(
    plug, monkeypatch, tmp_path, undrawn, files, basis
):
    monkeypatch.setattr(f"{__name__}.TRUE_ZEROS", (40, 2048))
    Bench(plug, monkeypatch, files)
    protocol = tmp_path / "short.toml"
    protocol.write_text(short(0.5, 0.01, 1.0))
    said = call("run", protocol, "--on", NAME, "--speed", "max", "--json", "--data", tmp_path)
    assert said.code == 0, said.err
    told = read(Path(said.object["record"])).summary.get("dose_uncertainty")
    assert (told is None) == (basis is None) == (said.object["dose_uncertainty_mamin"] is None)
    if basis is not None:
        assert told["basis"] == basis
        assert said.object["dose_uncertainty_mamin"] == round(told["expanded_uc"] / 60_000, 5)
        assert "clock" in {one["name"] for one in told["parts"]}


def test_doctor_tells_whether_a_board_is_calibrated(plug, monkeypatch):
    bench = Bench(plug, monkeypatch)
    rows = {one["what"]: one for one in call("doctor", NAME, "--json").object["findings"]}
    assert "its scales are nominal" in rows["calibration"]["answer"]
    assert f"iontobench calibrate {NAME}" in rows["calibration"]["remedy"]
    bench.board.memory.files[PATH] = pack(ROWS, "pico_pwm", "2026-11-22")
    bench.boot()
    rows = {one["what"]: one for one in call("doctor", NAME, "--json").object["findings"]}
    assert rows["calibration"] == {
        "what": "calibration",
        "answer": "pico_pwm 2026-11-22",
        "remedy": None,
    }
    bench.board.memory.files[PATH] = pack(ROWS, "pico_pwm", "2026-11-22", SURE)
    bench.boot()
    rows = {one["what"]: one for one in call("doctor", NAME, "--json").object["findings"]}
    told = "pico_pwm 2026-11-22, gain ± 0.10 %, zero ± 0.8 µA (k = 2)"
    assert rows["calibration"]["answer"] == told
