"""`deploy PORT`: over a cable that may be pulled, onto a board that may be another or full."""

import pytest
import serial

from ionto.core.telemetry import LINK_VERSION
from iontobench.device.connection import connect
from iontobench.device.port import PortError

from .cli import call
from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware
from .link_memory import Memory
from .link_slots import OLD, boots, deployed, slot_files


def test_a_deploy_over_the_cable_writes_the_same_and_restarts_the_board(plug):
    board = plug.board = Board(memory=Memory())
    board.on_reset = lambda: board.globals.update(bench=Firmware())
    said = call("deploy", NAME, "--json")
    assert said.code == 0, said.err
    assert boots(board.memory) == said.object["slot"] == "a"
    assert board.resets == 1
    assert said.object["firmware"]
    assert said.object["files"] == len(board.memory.files)
    assert f"next: iontobench run demo --on {NAME}" in said.err
    again = call("deploy", NAME, "--json")
    assert (again.code, again.object["files"], board.resets) == (0, 0, 1)


def test_an_old_board_gets_the_new_link_and_falls_back_to_the_old_when_that_does_not_boot(plug):
    """A board of link version 3, this program's deploy, a slot that rots, and what `run` says."""
    board = plug.board = Board(Firmware(link_version=3), Memory(deployed("a")))

    def boot():
        """The firmware of the slot that `main.py` chooses."""
        is_old = slot_files(board.memory, boots(board.memory)) == OLD
        firmware = Firmware(link_version=3 if is_old else None)
        board.globals.update(bench=firmware)
        firmware.board = board

    def refused():
        said = call("run", "demo", "--on", NAME, "--plain")
        deploys = f"deploy the matching firmware: iontobench deploy {NAME}" in said.err
        versions = f"speaks link version 3, this program {LINK_VERSION}" in said.err
        return said.code == 4 and deploys and versions

    board.on_reset = boot
    assert refused()
    said = call("deploy", NAME, "--json")
    assert (said.code, said.object["slot"]) == (0, "b"), said.err
    assert boots(board.memory) == "b"
    with connect(NAME, plug.ports) as connection:
        assert connection.about().info["link_version"] == LINK_VERSION
    board.memory.files["/b/ionto/tick.mpy"] = b"rotten"
    board.reset()
    assert boots(board.memory) == "a"
    assert refused()
    again = call("deploy", NAME, "--json")
    assert (again.code, again.object["slot"], boots(board.memory)) == (0, "b", "b")


def test_a_cable_pulled_at_any_write_of_a_deploy_is_exit_4_and_says_to_deploy_again(plug):
    for count in (0, 1, 5, 40, 150, 400):
        plug.board = Board(Firmware(), Memory(deployed("a")))
        plug.cut_at = count
        said = call("deploy", NAME)
        assert said.code == 4
        assert "Traceback" not in said.err
        assert slot_files(plug.board.memory, boots(plug.board.memory)) == OLD


def test_a_board_of_an_unknown_kind_is_not_overwritten_unless_its_hardware_is_named(plug):
    files = deployed("a") | {"/calibration": b"1 2 3"}
    plug.board = Board(Firmware(name="pico_xyz"), Memory(files))
    said = call("deploy", NAME)
    assert said.code == 4
    assert "its firmware is a pico_xyz's, a board this program does not know" in said.err
    assert f"iontobench deploy {NAME} --board NAME" in said.err
    assert plug.board.memory.files == files
    doctor = call("doctor", NAME, "--json")
    assert doctor.code == 1
    [board] = [one for one in doctor.object["findings"] if one["what"] == "board"]
    assert "--board NAME" in board["remedy"]

    plug.board.on_reset = lambda: plug.board.globals.update(bench=Firmware())
    said = call("deploy", NAME, "--board", "pico_pwm", "--json")
    assert said.code == 0, said.err
    assert "the firmware of a pico_xyz is replaced by that of a pico_pwm" in said.err
    assert said.object["board"] == "pico_pwm"
    assert "/calibration" not in plug.board.memory.files


@pytest.mark.parametrize("name", ["virtual", "pico_nothing"])
def test_a_board_that_cannot_be_built_for_is_exit_2_and_nothing_is_written(plug, name):
    plug.board = Board(Firmware(), Memory(deployed("a")))
    before = dict(plug.board.memory.files)
    said = call("deploy", NAME, "--board", name)
    assert said.code == 2
    assert name in said.err
    assert plug.board.memory.files == before


def test_a_full_board_is_one_line_and_boots_as_before(plug):
    plug.board = Board(Firmware(), Memory(deployed("a")))

    def full(act):
        if act[0] == "write":
            raise OSError(28, "ENOSPC")

    plug.board.memory.before = full
    said = call("deploy", NAME)
    assert said.code == 4
    assert "ENOSPC" in said.err
    assert "the firmware that runs stays; the board's flash is full: remove files of" in said.err
    plug.board.memory.before = lambda act: None
    assert slot_files(plug.board.memory, boots(plug.board.memory)) == OLD


def test_a_port_that_fails_while_it_is_used_is_a_lost_link(plug):
    plug.board = Board(Firmware())
    with connect(NAME, plug.ports) as connection:
        plug.opened[-1].cut_at = 0
        with pytest.raises(PortError, match="the link to the board broke"):
            connection.about()
    assert isinstance(serial.SerialException(), OSError)
