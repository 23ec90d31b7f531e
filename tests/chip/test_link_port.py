"""The command line at an emulated chip's serial port, and what other programs left at it.

The chip is found by pyserial at `chip://one`; everything else is as with a real board.
"""

import pytest

from .forks import in_copy


def _call(*args, **given):
    from tests.host.cli import call

    said = call(*args, **given)
    return said.code, said.out, said.err


def _session(booted, folder, opens_after_us):
    """`run --on PORT --json`; with a time, the load's lead opens so long after the first gate."""
    import json

    from .course import MODULE
    from .link_plugged import NAME, PROTOCOL, bench_on, plug

    chip, calibration = booted
    plug(chip)
    plant, wiring = bench_on(chip, calibration)

    def on_gate(value, last):
        if opens_after_us and not plant.injected():
            plant.inject(f"open@{(plant.now_us + opens_after_us) / 1e6}")

    chip.mcu.gpio[MODULE.PINS["gate"]].add_listener(on_gate)
    protocol = folder / "short.toml"
    protocol.write_text(PROTOCOL)
    where = ("--on", NAME, "--data", folder, "--speed", "max")
    code, out, err = _call("run", protocol, "--json", "--plain", *where)
    wiring.sync()
    told = json.loads(out.splitlines()[-1])
    return code, told, err, plant.truth.gross_uc, bool(plant.gate)


_NEAR_UC = 5


@pytest.mark.parametrize(
    ("opens_after_us", "ended"),
    [
        pytest.param(450_000, (3, "fault", "open"), id="open"),
        pytest.param(None, (0, "complete", None), id="whole", marks=pytest.mark.long),
    ],
)
@pytest.mark.long
def test_session_on_a_port_is_run_recorded_and_left_off(booted, tmp_path, opens_after_us, ended):
    from iontobench.records import RecordStore, verify

    code, told, err, true_uc, gate = in_copy(_session, booted, tmp_path, opens_after_us)
    assert (code, told["outcome"], told["fault"]) == ended, err
    assert not gate
    assert true_uc > _NEAR_UC
    assert told["dose_mamin"] * 60_000 == pytest.approx(true_uc, rel=0.05, abs=_NEAR_UC)
    [entry] = RecordStore(tmp_path).list()
    assert verify(entry.record).sentence().startswith("intact")


_TICKS = 150


def timed_by_doctor(booted, ticks=_TICKS):
    """`doctor --timing`, with fewer ticks in two batches, and whether any output moved."""
    import json

    from rp2040py.gpio_pin import GPIOPinState

    from iontobench.device import timing

    from .course import MODULE
    from .link_plugged import NAME, bench_on, plug

    chip, calibration = booted
    plug(chip)
    plant, wiring = bench_on(chip, calibration)
    moved = []
    for line in ("gate", "enable", "probe"):
        pin = chip.mcu.gpio[MODULE.PINS[line]]
        pin.add_listener(lambda value, last: moved.append(value == GPIOPinState.HIGH))
    timing.TICKS, timing._BATCH = ticks, ticks // 2
    code, out, err = _call("doctor", NAME, "--timing", "--json")
    wiring.sync()
    told = json.loads(out.splitlines()[-1])
    info = chip.exec("print(bench.last(), bench.info()['fault'])")
    return code, told, err, any(moved), wiring.drive, plant.truth.gross_uc, info


@pytest.mark.long
def test_doctor_times_the_ticks_of_a_board_and_energises_nothing(booted):
    from iontobench.device.timing import MODELS

    code, told, err, moved, drive, charge_uc, info = in_copy(timed_by_doctor, booted)
    assert code == 0, err
    assert f"{_TICKS} ticks with nothing energised" in err
    lengths_us = sorted(told["timing"]["lengths_us"])
    assert len(lengths_us) == _TICKS
    assert (moved, drive, charge_uc) == (False, 0, 0)
    assert info == b"None none\r\n"
    # No model of the flash cache: its counters stand still, and the figures are the table's.
    assert "its counters stand still" in err
    assert lengths_us[_TICKS // 2] == pytest.approx(MODELS[0].lengths_us[0], abs=2)
    for model in MODELS:
        assert model.name in err


def _counted(booted):
    """Misses and accesses of 60 ticks, where each look adds 5 hits and 7 accesses."""
    from iontobench.chip.patches import CTR_ACC, CTR_HIT
    from iontobench.device import timing
    from iontobench.device.connection import connect

    from .link_plugged import NAME, bench_on, plug

    chip = booted[0]
    plug(chip)
    on_the_pins = bench_on(*booted)
    counts = {CTR_HIT: 0, CTR_ACC: 0}

    def count(offset):
        counts[offset] += 5 if offset == CTR_HIT else 7
        return counts[offset]

    chip.mcu.xip_ctrl.read_uint32 = count
    timing._BATCH = 60
    with connect(NAME) as connection:
        ticks = timing.measure(connection, 60)
    return ticks.misses, ticks.accesses, on_the_pins[0].truth.gross_uc


def test_doctor_counts_hits_and_accesses_of_every_tick(booted):
    misses, accesses, charge_uc = in_copy(_counted, booted)
    assert accesses == [7] * 60
    assert misses == [7 - 5] * 60
    assert charge_uc == 0


def _left_raw(booted):
    """What a crashed program leaves: the raw REPL with half a source in it."""
    from iontobench.device.board_probe import Found
    from iontobench.device.connection import connect
    from iontobench.device.port import HOST_PORTS, look

    from .link_plugged import NAME, plug

    chip = booted[0]
    plug(chip)
    port = HOST_PORTS.open(NAME)
    port.write(b"\r\x03\x01")
    chip.run_until_us(chip.now_us + 50_000)
    port.write(b"bench.ru")
    port.close()
    port = HOST_PORTS.open(NAME)
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


def _left_block(booted):
    """A person has typed the head and a line of a statement, and gone: the prompt shows `...`."""
    from iontobench.device.connection import connect

    from .link_plugged import NAME, plug

    chip = booted[0]
    plug(chip)
    chip.usb.write(b"\x02")
    chip.run_until_us(chip.now_us + 50_000)
    for line in (b"for typed in range(3):\r", b"run = typed\r"):
        chip.usb.write(line)
        chip.run_until_us(chip.now_us + 50_000)
    shown = chip.usb.read(chip.usb.in_waiting)
    with connect(NAME) as connection:
        ran = connection.repl.do("print('typed' in globals())")
    return shown.endswith(b"...     "), ran


def test_statement_left_half_typed_is_not_run_by_a_connection(booted):
    assert in_copy(_left_block, booted) == (True, b"False\r\n")


def _asked(booted, supervised):
    """A second program opens the port in the middle of a session, three times."""
    from iontobench.chip.meter import TickMeter

    from .course import by_time
    from .link_course import course_of
    from .link_plugged import NAME, plug

    course = course_of(booted, by_time(1000, 6_000), supervised)
    while course.plant.load_ua < 950:  # no host beats, reads or asks meanwhile
        if course.now_us > 2_500_000:
            raise AssertionError("no current within 2.5 s")
        course.chip.run_until_us(course.chip.now_us + 20_000)
        course.bench.wiring.sync()
    course.chip.run_until_us(course.chip.now_us + 50_000)
    plug(course.chip)
    meter = TickMeter(course.chip, resolution_us=1000)
    run = ("run", "dexamethasone-40", "--on", NAME)
    said = [_call(*command) for command in (run, ("doctor", NAME), ("deploy", NAME))]
    meter.stop()
    course.bench.wiring.sync()
    return said, bool(course.plant.gate), max(meter.intervals_us)


@pytest.mark.long
@pytest.mark.parametrize("supervised", [False, True])
def test_second_program_says_what_it_sees_and_the_session_goes_on(booted, supervised):
    said, gate, longest_us = in_copy(_asked, booted, supervised)
    for code, _, err in said:
        assert code == 4
        _, seen, state = err.partition("a session is running on this board (hold, ")
        assert seen
        assert float(state.partition(" mA")[0]) == pytest.approx(1.0, rel=0.02)
    assert gate
    assert longest_us <= 2_000


def _cut_run(booted, folder):
    from .link_plugged import LONGER, NAME, bench_on, plug
    from .link_serial.protocol_chip import Serial

    chip, calibration = booted
    plug(chip)
    bench_on(chip, calibration)
    protocol = folder / "short.toml"
    protocol.write_text(LONGER)
    Serial.cut_after = 30
    where = ("--on", NAME, "--data", folder, "--speed", "max", "--plain")
    from iontobench.device.port import HostPorts

    def back(seconds):
        Serial.cut_after = None
        chip.run_until_us(chip.now_us + round(seconds * 1e6))

    ports = HostPorts(sleep=back, clock=lambda: chip.now_us / 1e6)
    return _call("run", protocol, *where, ports=ports)


@pytest.mark.long
def test_cable_pulled_in_a_session_is_exit_4_and_then_the_board_tells(booted, tmp_path):
    code, out, _ = in_copy(_cut_run, booted, tmp_path)
    assert code == 4
    assert "the link was lost" in out
    assert "the board is back" in out
