"""`run --on PORT`: view, record and exit codes as on a virtual bench; what it leaves alone."""

import json

import pytest

from ionto.core import program
from iontobench.cli.main import COMMANDS
from iontobench.records import RecordStore, verify

from .cli import call
from .link_bench import NAME
from .link_board import Board
from .link_run import lines_of, plugged, runner
from .test_link_probe import DATA


@pytest.fixture
def run(plug, tmp_path):
    """Runs the short protocol at the plugged board."""
    return runner(tmp_path)


def test_a_session_on_a_port_ends_as_on_a_virtual_bench(plug, run):
    firmware = plugged(plug)
    said = run()
    assert (said.code, said.object["outcome"]) == (0, "complete"), said.err
    assert said.object["dose_mamin"] == pytest.approx(0.1, rel=0.02)
    assert said.object["peak_ma"] == pytest.approx(1.0, rel=0.02)
    assert said.object["dose_true_mamin"] is None
    assert "end: complete" in said.err
    assert firmware.port.gate == 0
    assert plug.board.mode == "friendly"


@pytest.mark.parametrize("took_s", [200.0, 12.5, 0.125])
@pytest.mark.short_cases("12.5")
def test_the_real_time_factor_is_board_time_over_wall_time(plug, run, took_s):
    """An emulated board's port has a clock of its own: by that clock it is never slow."""
    plugged(plug)
    times_s = iter([1000.0, 1000.0 + took_s])
    said = run(ports=plug.ports_with(clock=lambda: next(times_s)))
    expected = said.object["duration_s"] / took_s
    assert said.object["realtime_factor"] == pytest.approx(expected, rel=0.005)
    assert f"{expected:.3g} x real time" in said.err


def test_its_record_is_whole_and_says_when_and_on_which_board(plug, run, tmp_path):
    plugged(plug)
    header, *_, close = lines_of(run())
    header = header["header"]
    assert header["rung"] == "serial"
    assert header["started_at"]
    assert header["board_id"] == "1234"
    assert (header["seed"], header["skin"]) == (None, None)
    assert NAME not in json.dumps(header)
    assert close["close"]["summary"]["outcome"] == "complete"
    assert close["close"]["summary"]["true_charge_uc"] is None
    [entry] = RecordStore(tmp_path / "data").list()
    assert verify(entry.record).sentence().startswith("intact")


@pytest.mark.long
def test_no_frame_is_lost_and_nothing_on_the_link_is_unreadable(plug, run):
    plugged(plug)
    kinds = [next(iter(line)) for line in lines_of(run())]
    assert "gap" not in kinds
    assert "note" not in kinds


def test_a_fault_is_exit_3_and_latches_on_the_board_until_run_clear(plug, run):
    firmware = plugged(plug)

    def open_lead(port, tick=firmware.port.on_tick):
        if port.tick == 3000:
            port.load_ohm = None
        tick(port)

    firmware.port.on_tick = open_lead
    said = run()
    assert (said.code, said.object["fault"]) == (3, "open")
    firmware.port.load_ohm = 5000
    refused = run()
    assert refused.code == 3
    assert "latched by a fault: open" in refused.err
    assert run("--clear").code == 0


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (NAME, "look into it, then use run --clear"),
        ("emulated://pico.flash", "this bench is simulated: look into it, go on with --clear: "),
    ],
)
def test_a_latched_board_is_said_to_be_simulated_only_where_it_is(plug, run, name, told):
    firmware = plugged(plug)
    firmware.info = lambda info=firmware.info: info() | {"fault": "open"}
    refused = run("--on", name)
    assert refused.code == 3
    [line] = [one for one in refused.err.splitlines() if "latched by a fault: open" in one]
    assert told in line
    assert ("iontobench run --on emulated://pico.flash --clear" in line) == (name != NAME)


def test_ctrl_c_here_is_ctrl_c_there(plug, run, monkeypatch):
    firmware = plugged(plug)

    def strike(stop):
        if firmware.port.tick > 2000:
            raise KeyboardInterrupt("Ctrl-C")

    monkeypatch.setattr("iontobench.cli.session_view.StopSignal.check", strike)
    said = run()
    assert (said.code, said.object["outcome"]) == (3, "stopped")
    assert plug.board.session.port.gate == 0


def in_session(plug, supervised):
    """A board in the middle of a session that another program has started."""
    firmware = plugged(plug)
    firmware.load(DATA, program.crc16(DATA))
    firmware.run(supervised)
    firmware.live_to_hold()
    return firmware


def test_a_hand_started_session_is_disturbed_by_no_command(plug, run):
    firmware = in_session(plug, supervised=False)
    for said in (run(), call("doctor", NAME), call("deploy", NAME)):
        assert said.code == 4
        assert "a session is running on this board (hold, 1.00" in said.err
        assert "it is left alone" in said.err
    assert plug.board.interrupts() == 0
    assert plug.board.mode == "running"
    assert firmware.port.gate == 1


def test_a_session_of_another_host_is_not_disturbed(plug, run):
    in_session(plug, supervised=True)
    assert run().code == 4
    assert plug.board.interrupts() == 0
    assert plug.board.mode == "running"


def test_a_board_without_firmware_is_told_to_deploy(plug, run):
    plug.board = Board()
    said = run()
    assert said.code == 4
    assert f"no firmware on the board; put it there: iontobench deploy {NAME}" in said.err


def test_another_link_version_is_told_to_deploy(plug, run):
    plugged(plug, link_version=0)
    said = run()
    assert said.code == 4
    assert "speaks link version 0" in said.err
    assert f"iontobench deploy {NAME}" in said.err


def test_another_board_than_the_one_asked_for_is_exit_4(plug, run):
    plugged(plug)
    said = run("--board", "virtual")
    assert said.code == 4
    assert "is a pico_pwm, not a virtual" in said.err


def test_a_board_that_this_program_does_not_know_is_one_line(plug, run):
    plugged(plug, name="pico_xyz")
    said = run()
    assert said.code == 2
    assert "pico_xyz" in said.err


@pytest.mark.parametrize("option", [("--skin", "forearm"), ("--fault", "open@3")])
def test_options_of_simulated_benches_are_refused(plug, run, option):
    plugged(plug)
    said = run(*option)
    assert said.code == 2
    assert f"{option[0]} is for simulated benches" in said.err
    assert plug.board.mode == "friendly"


def test_the_commands_for_boards_are_listed():
    assert {"deploy", "doctor", "monitor", "repl"} <= COMMANDS.keys()
