"""The command line at an emulated chip's serial port, from a blank chip to a logged session.

The chip is found by pyserial at `chip://one`; everything else is as with a real board.
"""

import pytest

from .forks import in_copy

pytestmark = pytest.mark.xdist_group("link")


def _call(*args):
    from tests.host.cli import call

    said = call(*args)
    return said.code, said.out, said.err


def _session(booted, folder):
    """`doctor`, then `run --on PORT --json`."""
    import json

    from .link_plugged import NAME, PROTOCOL, bench_on, plug

    chip, calibration = booted
    plug(chip)
    plant, wiring = bench_on(chip, calibration)
    protocol = folder / "short.toml"
    protocol.write_text(PROTOCOL)
    where = ("--on", NAME, "--data", folder, "--speed", "max")
    code, out, err = _call("run", protocol, "--json", "--plain", *where)
    wiring.sync()
    told = json.loads(out.splitlines()[-1])
    return code, told, err, plant.truth.gross_uc, bool(plant.gate)


def test_session_on_a_port_is_run_recorded_and_left_off(booted, tmp_path):
    from iontobench.records import RecordStore, verify

    code, told, err, true_uc, gate = in_copy(_session, booted, tmp_path)
    assert (code, told["outcome"]) == (0, "complete"), err
    assert not gate
    assert told["dose_mamin"] * 60_000 == pytest.approx(true_uc, rel=0.05)
    [entry] = RecordStore(tmp_path).list()
    assert verify(entry.record).sentence().startswith("intact")


def _left_raw(booted):
    """What a crashed program leaves: the raw REPL with half a source in it."""
    from iontobench.device.connection import connect
    from iontobench.device.repl import Found
    from iontobench.device.serial_port import look, open_port

    from .link_plugged import NAME, plug

    chip = booted[0]
    plug(chip)
    port = open_port(NAME)
    port.write(b"\r\x03\x01")
    chip.run_until_us(chip.now_us + 50_000)
    port.write(b"bench.ru")
    port.close()
    port = open_port(NAME)
    found = look(port).found
    port.close()
    with connect(NAME) as connection:
        about = connection.about()
    return found is Found.SILENCE, about.info["board"], chip.resets


def test_raw_repl_left_behind_is_found_by_silence_and_left(booted):
    assert in_copy(_left_raw, booted) == (True, "pico_pwm", [])


def _left_typed(booted):
    """A person has typed `bench.run()` without Enter, and gone."""
    from iontobench.device.connection import connect

    from .link_plugged import NAME, plug

    chip = booted[0]
    plug(chip)
    chip.usb.write(b"\x02")
    chip.run_until_us(chip.now_us + 50_000)
    chip.usb.write(b"typed = 1")
    chip.run_until_us(chip.now_us + 50_000)
    with connect(NAME) as connection:
        return connection.repl.do("print('typed' in globals())")


def test_line_typed_and_left_at_the_prompt_is_not_run_by_a_look(booted):
    assert in_copy(_left_typed, booted) == b"False\r\n"


def _asked(booted, supervised):
    """A second program opens the port in the middle of a session, three times."""
    from iontobench.chip.meter import TickMeter

    from .course import by_time
    from .link_course import course_of
    from .link_plugged import NAME, plug

    course = course_of(booted, by_time(1000, 5_000), supervised)
    course.chip.run_until_us(course.chip.now_us + 600_000)
    plug(course.chip)
    meter = TickMeter(course.chip, resolution_us=1000)
    said = [_call("run", "dexamethasone-40", "--on", NAME), _call("doctor", NAME)]
    meter.stop()
    course.bench.wiring.sync()
    return said, bool(course.plant.gate), max(meter.intervals_us)


@pytest.mark.long
@pytest.mark.parametrize("supervised", [False, True])
def test_second_program_says_what_it_sees_and_the_session_goes_on(booted, supervised):
    said, gate, longest_us = in_copy(_asked, booted, supervised)
    for code, _, err in said:
        assert code == 4
        assert "a session is running on this board (hold, 1.0" in err
    assert gate
    assert longest_us <= 2_000


def _cut_run(booted, folder):
    from .link_plugged import NAME, PROTOCOL, bench_on, plug
    from .link_serial.protocol_chip import Serial

    chip, calibration = booted
    plug(chip)
    bench_on(chip, calibration)
    protocol = folder / "short.toml"
    protocol.write_text(PROTOCOL)
    Serial.cut_after = 30
    where = ("--on", NAME, "--data", folder, "--speed", "max", "--plain")
    from iontobench.cli import serial_rung

    def back(seconds):
        Serial.cut_after = None
        chip.run_until_us(chip.now_us + round(seconds * 1e6))

    serial_rung.time = type("Clock", (), {"sleep": back, "monotonic": lambda: chip.now_us / 1e6})
    return _call("run", protocol, *where)


@pytest.mark.long
def test_cable_pulled_in_a_session_is_exit_4_and_then_the_board_tells(booted, tmp_path):
    code, out, _ = in_copy(_cut_run, booted, tmp_path)
    assert code == 4
    assert "the link was lost" in out
    assert "the board is back" in out


@pytest.mark.long
def test_four_commands_from_a_blank_chip_to_a_logged_session(chip_image, calibration, tmp_path):
    from iontobench.chip.machine import Chip

    from .link_plugged import NAME, PROTOCOL, bench_on, plug

    chip = Chip(chip_image)
    plug(chip)
    bench_on(chip, calibration)
    protocol = tmp_path / "short.toml"
    protocol.write_text(PROTOCOL)
    where = ("--on", NAME, "--data", tmp_path, "--plain", "--speed", "max")
    code, _, err = _call("run", protocol, *where)
    assert code == 4
    assert f"iontobench deploy {NAME}" in err
    assert _call("deploy", NAME)[0] == 0
    assert _call("doctor", NAME)[0] == 0
    code, out, err = _call("run", protocol, *where)
    assert code in (0, 3), err  # nobody has calibrated this board
    assert "record" in out
    assert _call("records", "verify", "last", "--data", tmp_path)[0] == 0


def _cut_deploy(chip_image, count):
    """A tiny firmware is replaced by another; cut at a write, and the power goes."""
    import hashlib

    from iontobench import tree
    from iontobench.chip.machine import Chip
    from iontobench.device.board_files import BoardFiles
    from iontobench.device.connection import connect
    from iontobench.device.deploy import deploy
    from iontobench.device.serial_port import PortError

    from .link_plugged import NAME, plug
    from .link_serial.protocol_chip import Serial

    def firmware(mark):
        files = {
            "ionto/__init__.py": b"",
            "ionto/board.py": b"BOARD = %r\ndef make_port(): return None\n" % mark,
            "ionto/bench.py": b"class Bench:\n def __init__(self, port, board): self.b = board\n",
        }
        lines = [f"{hashlib.sha256(data).hexdigest()} {name}\n" for name, data in files.items()]
        return files | {"manifest": "".join(lines).encode()}

    root = {name: tree.main_py().read_bytes() for name in ("main.py",)} | {"boot.py": b"x = 1\n"}
    old = {f"a/{name}": data for name, data in firmware("old").items()}
    chip = Chip(chip_image, old | root | {"slot": b"a", "boot.py": b"x = 0\n"})
    plug(chip)
    Serial.cut_after = None
    connection = connect(NAME)
    Serial.cut_after = count
    was_cut = False
    try:
        deploy(BoardFiles(connection), firmware("new"), root)
    except PortError:
        was_cut = True
    Serial.cut_after = None
    chip.hard_reset()
    chip.prompt()
    return was_cut, chip.exec("print(bench.b)").decode().strip()


@pytest.mark.long
def test_deploy_cut_on_the_chip_boots_old_or_new(chip_image):
    seen = [in_copy(_cut_deploy, chip_image, count) for count in (3, 20, 33, 45, 60, 75, 90, 400)]
    assert {booted for _, booted in seen} == {"old", "new"}
    assert all(booted == "old" for was_cut, booted in seen[:3])
    assert seen[-1] == (False, "new")
