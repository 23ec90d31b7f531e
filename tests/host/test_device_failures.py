"""What goes wrong on the way to a board: one line that says what and what to do, the right code.

A table of failures by a table of commands, at the fake board's port. A command that only looks
(`doctor`) answers NO, exit 1; the others end with exit 4. None shows a traceback, and none
disturbs what runs.
"""

import errno
import os

import pytest
import serial

from ionto.core import program
from iontobench.cli.console import Out
from iontobench.hil.__main__ import main as hil

from .cli import GIVEN, call
from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware
from .link_run import PROTOCOL
from .test_link_probe import DATA

COMMANDS = {
    "run": ("run", "FILE", "--on", NAME, "--speed", "max", "--plain", "--data", "DIR"),
    "deploy": ("deploy", NAME),
    "doctor": ("doctor", NAME),
    "bringup": ("bringup", NAME, "--yes", "--dummy", "5000", "--data", "DIR"),
    "calibrate": ("calibrate", NAME, "--load", "1000:0.1", "--load", "8200:0.1"),
    "monitor": ("monitor", NAME),
    "repl": ("repl", NAME),
    "hil": ("hil", NAME, "--dummy", "5000", "--yes", "--out", "DIR"),
}
NEEDS_FIRMWARE = ("run", "bringup", "calibrate", "hil")
AT_THE_PROMPT = ("run", "deploy", "doctor", "bringup", "calibrate", "hil")


def typed(command, folder, capsys):
    """(exit code, what was said)"""
    protocol = folder / "short.toml"
    protocol.write_text(PROTOCOL)
    words = [
        {"FILE": str(protocol), "DIR": str(folder)}.get(one, one) for one in COMMANDS[command]
    ]
    if command == "hil":
        code = hil(words[1:], Out(ports=GIVEN["ports"]))
        return code, capsys.readouterr().err
    said = call(*words)
    return said.code, said.out + said.err


def holds(command, code, said, told):
    """One line with what and what to do, and the right exit code; of `doctor` a NO and a `do`."""
    assert "Traceback" not in said
    what, _, do = told.partition("; ")
    if command == "doctor":
        assert code == 1
        assert f"NO  access       {what}" in said
        assert f"do: {do}" in said
        return
    assert code == 4, said
    [line] = [one for one in said.splitlines() if one.startswith(("iontobench: ", "hil: "))]
    assert f"{NAME}: {told}" in line


OPENING = {
    "no port": (OSError(errno.ENOENT, "no such file"), "no such port; plug the board in"),
    "no permission": (
        OSError(errno.EACCES, "Permission denied"),
        "permission denied; on Linux: sudo usermod -aG dialout $USER, then log in again",
    ),
    "held by another": (
        serial.SerialException("Could not exclusively lock port: [Errno 11]"),
        "busy, another program holds it; close that one (mpremote, Thonny, a monitor)",
    ),
    "out of order": (
        OSError(errno.EIO, "Input/output error"),
        "cannot be opened ([Errno 5] Input/output error); see doctor, or use --on virtual",
    ),
}


@pytest.mark.parametrize("failure", OPENING)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_port_that_cannot_be_opened(plug, tmp_path, capsys, command, failure):
    plug.error, told = OPENING[failure]
    code, said = typed(command, tmp_path, capsys)
    holds(command, code, said, told)


@pytest.mark.parametrize("command", AT_THE_PROMPT)
def test_a_port_that_is_no_boards(plug, tmp_path, capsys, command):
    plug.board = Board(mode="mute")
    code, said = typed(command, tmp_path, capsys)
    told = "no MicroPython answers there; is it the right port? Unplug the board and plug it in"
    holds(command, code, said, told)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "repl"])
def test_a_board_on_which_another_program_prints(plug, tmp_path, capsys, command):
    plug.board = Board(mode="chatting")
    code, said = typed(command, tmp_path, capsys)
    assert code == 4
    assert "another program is running on this board and prints; it is left alone: stop it" in said
    assert plug.board.interrupts() == 0


@pytest.mark.parametrize("command", AT_THE_PROMPT)
def test_a_board_that_is_energised_is_left_alone(plug, tmp_path, capsys, command):
    firmware = Firmware()
    plug.board = Board(firmware)
    firmware.load(DATA, program.crc16(DATA))
    firmware.run(False)
    firmware.live_to_hold()
    code, said = typed(command, tmp_path, capsys)
    assert code == 4
    assert "a session is running on this board (hold, 1.00" in said
    assert "it is left alone, wait for its end" in said
    assert (plug.board.interrupts(), plug.board.mode, firmware.port.gate) == (0, "running", 1)


@pytest.mark.parametrize("command", NEEDS_FIRMWARE)
@pytest.mark.parametrize(
    ("made", "told"),
    [
        (Board, f"no firmware on the board; put it there: iontobench deploy {NAME}"),
        (
            lambda: Board(Firmware(link_version=0)),
            "its firmware speaks link version 0, this program",
        ),
    ],
    ids=["no firmware", "old firmware"],
)
def test_a_board_without_the_matching_firmware(plug, tmp_path, capsys, command, made, told):
    plug.board = made()
    code, said = typed(command, tmp_path, capsys)
    holds(command, code, said, told)
    assert f"iontobench deploy {NAME}" in said


@pytest.mark.parametrize("command", AT_THE_PROMPT)
@pytest.mark.parametrize("cut_at", [1, 3, 6])
def test_a_board_that_is_unplugged_while_it_is_asked(plug, tmp_path, capsys, command, cut_at):
    plug.board = Board(Firmware())
    plug.cut_at = cut_at
    code, said = typed(command, tmp_path, capsys)
    assert "Traceback" not in said
    if command == "doctor":
        assert code == 1
        assert "NO  access       the link to the board broke (write failed: " in said
        assert "do: plug it in again" in said
        return
    assert code == 4
    [line] = [one for one in said.splitlines() if one.startswith(("iontobench: ", "hil: "))]
    assert f"{NAME}: the link to the board broke (write failed: " in line
    assert "); plug it in again" in line


def test_a_board_that_is_unplugged_while_it_is_watched(plug, tmp_path, capsys):
    plug.board = Board(Firmware())
    plug.cut_at = 0
    code, said = typed("monitor", tmp_path, capsys)
    assert code == 4
    assert f"iontobench: {NAME}: the link to the board broke" in said


def full(*_args, **_more):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_is_full_while_readings_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.open", full)
    loads = ("--load", "1000:0.1", "--load", "8200:0.1")
    said = call("calibrate", "virtual", *loads, "--readings", tmp_path / "mine.csv")
    assert said.code == 2
    assert "No space left on device; make room there, or name another place" in said.err
    assert "Traceback" not in said.err


def test_a_disk_that_takes_no_record_is_told_before_anything_flows(plug, tmp_path, monkeypatch):
    firmware = Firmware()
    plug.board = Board(firmware)
    monkeypatch.setattr("pathlib.Path.mkdir", full)
    code, said = typed("run", tmp_path, None)
    assert code == 2
    assert "No space left on device; name another folder with --data" in said
    assert firmware.port.closings == []


@pytest.mark.long
def test_a_resistor_that_is_not_the_one_that_was_told(tmp_path):
    """Of a calibration: the readings are told apart, and the board keeps what it has."""
    said = call("calibrate", "virtual", "--load", "1000:0.1", "--load", "8200:0.1", "--dry-run")
    assert said.code == 0
    file = tmp_path / "mine.csv"
    call("calibrate", "virtual", "--load", "1000:0.1", "--load", "8200:0.1", "--readings", file)
    file.write_text(file.read_text().replace("8200.0,0.1", "9400.0,0.1"))
    wrong = call("calibrate", "virtual", "--readings", file)
    assert wrong.code == 1
    [line] = [one for one in wrong.err.splitlines() if one.startswith("iontobench: ")]
    assert "no calibration: " in line
