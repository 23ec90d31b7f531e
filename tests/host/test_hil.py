"""`make hil` on the fake board: what passes, what fails, what is skipped by name, what is sent."""

import contextlib
import io
import json
import re

import pytest

from ionto.core import codes
from ionto.core.units import WRAP_US
from ionto.rp2 import calibration
from iontobench import resources
from iontobench.cli.console import Out
from iontobench.device.calibration_file import PATH, pack
from iontobench.hil.__main__ import main
from iontobench.hil.checks import SKIPS
from iontobench.hil.contract import judged
from iontobench.hil.result import FAIL, PASS, SKIPPED
from iontobench.sim.senses import coarse_ranges, nominal_calibration
from iontobench.testing import PortRules

from .link_bench import NAME
from .link_board import Board
from .link_firmware import BOARD, Firmware
from .link_memory import Memory

MODULE = resources.load_board("pico_pwm")
ROWS = nominal_calibration(coarse_ranges(BOARD))


class Rig:
    """A calibrated board at the only port, and a command that opens its lead."""

    def __init__(self, plug, monkeypatch, folder):
        self.plug, self.folder, self.acts = plug, folder, []
        memory = Memory({PATH: pack(ROWS, BOARD.name, "2026-11-22")})
        self.board = plug.board = Board(memory=memory)
        self.board.pins = MODULE.PINS
        monkeypatch.setattr(calibration, "open", memory.open, raising=False)
        self.board.calibration = calibration
        calibration.read(MODULE.SCALES)
        self.firmware = Firmware()
        self.board.globals.update(bench=self.firmware)
        self.firmware.board = self.board
        monkeypatch.setattr("iontobench.hil.__main__._switch", self.switch)

    def switch(self, command):
        self.acts.append(command)
        self.firmware.port.load_ohm = None if command[-1] == "open" else 5000

    def hil(self, *words, **given):
        """(exit code, what was said, the result or None)"""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            where = ("--out", str(self.folder))
            code = main([NAME, *map(str, words), *where], Out(ports=self.plug.ports, **given))
        files = sorted(self.folder.glob("hil-*.json"))
        return code, said.getvalue(), json.loads(files[-1].read_text()) if files else None


@pytest.fixture
def rig(plug, monkeypatch, tmp_path):
    return Rig(plug, monkeypatch, tmp_path / "sent")


def verdicts(told, verdict):
    return [one["name"] for one in told["checks"] if one["verdict"] == verdict]


def test_a_good_board_passes_and_what_is_not_shown_is_named(rig):
    code, said, told = rig.hil("--dummy", 5000, "--relay", "relay board")
    assert (code, verdicts(told, FAIL)) == (0, []), said
    assert rig.acts == [["relay", "board", "open"], ["relay", "board", "close"]]
    assert {"proof", "rhythm", "charge wall", "stop", "pull-downs"} <= set(verdicts(told, PASS))
    assert "open lead: the fault latches" in verdicts(told, PASS)
    assert set(SKIPS) <= set(verdicts(told, SKIPPED))
    rules = [one for one in dir(PortRules) if one.startswith("test_")]
    assert sum(one["name"].startswith("contract: ") for one in told["checks"]) == len(rules)
    assert rig.board.mode == "friendly"
    assert rig.firmware.info()["fault"] == "none"


def test_what_is_sent_holds_no_port_no_path_and_no_serial_number(rig):
    _, _, told = rig.hil("--dummy", 5000, "--yes")
    [file] = rig.folder.iterdir()
    text = file.read_text()
    assert re.fullmatch(r"hil-pico-pwm-[0-9t-]+z\.json", file.name)
    for secret in (NAME, str(rig.folder), "1234", "/home", "/root", "/tmp"):
        assert secret not in text
    assert told.keys() >= {"firmware", "firmware_sha256", "micropython", "board", "load_ohm"}


@pytest.mark.long
def test_without_a_hand_or_a_relay_the_open_lead_is_skipped_by_name(rig):
    code, said, told = rig.hil("--dummy", 5000, "--yes")
    assert code == 0, said
    assert "open lead: the gate goes low" in verdicts(told, SKIPPED)


@pytest.mark.long
def test_a_hand_takes_the_lead_off(rig):
    warned = Out.warn

    def asked(question):
        rig.firmware.port.load_ohm = 5000
        return ""

    def warn(out, text):
        if text.startswith("take a lead off"):
            rig.firmware.port.load_ohm = None
        warned(out, text)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Out, "warn", warn)
        code, said, told = rig.hil("--dummy", 5000, ask=asked)
    assert code == 0, said
    assert "open lead: the fault latches" in verdicts(told, PASS)


@pytest.mark.parametrize(
    ("part", "failed"),
    [("limiter", "proof"), ("series", "proof"), ("gate", "proof")],
)
@pytest.mark.short_cases("limiter-proof")
def test_a_broken_part_fails_its_check(rig, part, failed):
    rig.firmware.port.broken.add(part)
    code, said, told = rig.hil("--dummy", 5000, "--yes")
    assert code == 1, said
    assert failed in verdicts(told, FAIL)
    assert {"regulation", "charge wall", "stop", "open lead"} <= set(verdicts(told, SKIPPED))
    assert rig.firmware.info()["fault"] != "none"  # it stays: `run` refuses
    assert bytes(rig.board.heard).count(b"bench.run") == 1


@pytest.mark.long
def test_a_sense_that_is_5_percent_off_fails_its_check(rig):
    rig.firmware.port.second_q4 = 50 * 16
    _, _, told = rig.hil("--dummy", 5000, "--yes")
    assert [one for one in verdicts(told, FAIL) if one.startswith("senses at")]


@pytest.mark.long
def test_an_uncalibrated_board_has_its_senses_skipped(rig):
    del rig.board.memory.files[PATH]
    calibration.read(MODULE.SCALES)
    code, said, told = rig.hil("--dummy", 5000, "--yes")
    assert code == 0, said
    assert len([one for one in verdicts(told, SKIPPED) if one.startswith("senses at")]) == 3


@pytest.mark.long
def test_a_line_without_its_pull_down_fails_its_check(rig):
    rig.board.floating.add(MODULE.PINS["gate"])
    code, _, told = rig.hil("--dummy", 5000, "--yes")
    assert (code, verdicts(told, FAIL)) == (1, ["pull-downs"])


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "which resistor is on the leads? Say --dummy OHM"),
        (("--dummy", "5"), 2, "--dummy 5: pico_pwm takes 1000 to 10000"),
        (("--board", "virtual", "--dummy", "5000"), 2, "the board there is a pico_pwm"),
    ],
)
def test_bad_input_is_one_line_and_nothing_flows(rig, words, code, told):
    found, said, result = rig.hil(*words)
    assert (found, result) == (code, None)
    assert told in said
    assert b"bench.run" not in bytes(rig.board.heard)


GOOD = {
    "missing": [],
    "replaced": [],
    "stale": 0,
    "ticks": [WRAP_US - 10_000, 9_999],  # the clock wraps
    "again": [WRAP_US - 1_999 + 1000 * at & WRAP_US for at in range(9)],
    "rest": [0, 0, 0, 5000, 0],
    "read": [0, True],
    "put": [WRAP_US, 10],
    "timing": [0, 1100, 199, 200],
}


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("missing", ["pump"], "every_call"),
        ("replaced", ["wait"], "every_call"),
        ("stale", 1, "fills_every_entry"),
        ("ticks", [0, 20_301], "a_tick_is_1_ms"),
        ("again", [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8301], "a_resample"),
        ("rest", [126 * 16, 0, 0, 5000, 0], "at_rest"),
        ("rest", [0, -126 * 16, 0, 5000, 0], "at_rest"),
        ("rest", [0, 0, 801, 5000, 0], "at_rest"),
        ("rest", [0, 0, 0, 0, 0], "at_rest"),
        ("rest", [0, 0, 0, 5000, 1], "at_rest"),
        ("read", [1, True], "a_read"),
        ("read", [0, False], "a_read"),
        ("put", [0, 1001], "a_write_and_a_put"),
        ("timing", [1, 1100, 199, 200], "the_timing"),
        ("timing", [0, 1901, 199, 200], "the_timing"),
        ("timing", [0, 1100, 199, 1000], "the_timing"),
    ],
)
def test_a_broken_rule_of_the_contract_is_found_and_no_other(key, value, rule):
    board = resources.board_of("pico_pwm")
    assert all(is_kept for is_kept, _ in judged(GOOD, board).values())
    broken = [name for name, (kept, _) in judged(GOOD | {key: value}, board).items() if not kept]
    assert len(broken) == 1
    assert rule in broken[0]
    assert set(judged(GOOD, board)) <= set(dir(PortRules))


def test_a_latched_fault_is_exit_3_and_stays(rig):
    rig.firmware._bench._fault = codes.FAULT_OPEN
    code, said, _ = rig.hil("--dummy", 5000)
    assert code == 3
    assert "a fault is latched: open" in said
    assert rig.firmware.info()["fault"] == "open"


def test_no_port_is_exit_4(rig):
    rig.plug.error = OSError(2, "could not open port")
    code, said, _ = rig.hil("--dummy", 5000)
    assert code == 4
    assert "no such port; plug the board in" in said


def test_a_relay_that_fails_is_one_line(rig, monkeypatch):
    monkeypatch.undo()
    from iontobench.errors import UserError
    from iontobench.hil.__main__ import _switch

    with pytest.raises(UserError, match="--relay: no-such-relay open: "):
        _switch(["no-such-relay", "open"])
