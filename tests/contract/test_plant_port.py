"""The virtual port against the port contract, and the parts of a chip that it stands for."""

import pytest

from ionto.core.units import (
    INPUT_LIMITER,
    INPUT_STOP,
    SAMPLE_A,
    SAMPLE_INPUTS,
    SAMPLE_LEN,
    SAMPLE_SUPPLY,
    WRAP_US,
)
from iontobench.resources import load_board
from iontobench.sim.port import VirtualPort
from iontobench.testing import CheckedPort

VIRTUAL = load_board("virtual")
BOARD = VIRTUAL.BOARD


class Console:
    """A link that notes when it is polled and what is written, with bytes to read."""

    def __init__(self, waiting=b""):
        self.waiting = bytearray(waiting)
        self.written = b""
        self.polled_us = []

    def poll(self, t_us):
        self.polled_us.append(t_us)

    def read(self):
        return self.waiting.pop(0) if self.waiting else -1

    def write(self, data):
        self.written += data


def port_on(skin="resistor:5000", **options):
    return VIRTUAL.make_port(skin=skin, **options)


def ticks(port, count, drive=20000, gate=1):
    buf = [0] * SAMPLE_LEN
    for _ in range(count):
        port.wait()
        port.sample(buf)
        port.actuate(gate, drive if gate else 0)
        port.feed()
        port.pump()
    return buf


@pytest.mark.parametrize("adc", ["ideal", "rp2040"])
def test_the_virtual_port_keeps_the_contract(adc):
    console = Console(b"x")
    checked = CheckedPort(port_on("forearm", adc=adc, console=console), BOARD)
    checked.begin()
    buf, byte = [0] * SAMPLE_LEN, bytearray(1)
    checked.set_polarity(1)
    checked.probe(1)
    checked.wait()
    checked.sample(buf)
    checked.probe(0)
    checked.rearm()
    ticks(checked, 11, gate=0)
    ticks(checked, 50, 10000)
    checked.lim_test(1)
    checked.lim_test(0)
    checked.resample(buf)
    assert checked.read(byte) == 1
    assert (byte, checked.read(byte)) == (b"x", 0)
    checked.write(bytearray(b"status\nrest"), 7)
    checked.off()
    checked.end()
    assert console.written == b"status\n"


def test_wait_keeps_the_grid_of_1_ms_after_resampling():
    port = port_on()
    port.begin()
    buf = ticks(port, 3)
    port.resample(buf)
    port.resample(buf)
    assert port.now_us() == 3300
    port.wait()
    assert port.now_us() == 4000


def test_time_wraps_at_2_to_the_30():
    port = port_on()
    bench = port.bench
    bench.now_us = bench.refresh_us = bench._slow_since_us = WRAP_US - 500
    bench.recompute()
    port.begin()
    port.wait()
    port.wait()
    assert port.now_us() < 2000
    assert port.bench.now_us > WRAP_US


def test_a_resample_reads_the_current_150_us_later_and_nothing_else():
    port = port_on()
    port.begin()
    buf = ticks(port, 50, 10000)
    port.actuate(1, 30000)
    before = list(buf)
    port.resample(buf)
    assert buf[SAMPLE_A] == round(port.bench.shunt_ua * 16)
    assert buf[SAMPLE_A] > before[SAMPLE_A] + 1000
    assert buf[1:] == before[1:]


def test_off_is_off_and_stays_so_until_begin():
    port = port_on()
    port.begin()
    ticks(port, 30)
    port.off()
    port.off()
    ticks(port, 30)
    assert not port.bench.gate
    assert port.bench.drive_ua == 0
    assert abs(port.bench.load_ua) < 0.01
    port.end()
    port.begin()
    ticks(port, 30)
    assert port.bench.load_ua > 1000


def test_off_needs_no_begin():
    port = port_on()
    port.bench.set_gate(True)
    port.bench.set_probe(True)
    port.off()
    assert not port.bench.gate
    assert not port.bench.probe


def test_the_drive_has_the_steps_of_a_12_bit_pwm():
    port = port_on()
    port.begin()
    port.wait()
    drives = set()
    for counts in range(30000, 30160):
        port.actuate(1, counts)
        drives.add(port.bench.drive_ua)
    steps = sorted(drives)
    assert len(steps) in (10, 11)
    assert steps[1] - steps[0] == pytest.approx(6250 / 4096)
    port.actuate(1, BOARD.drive_counts)
    assert port.bench.drive_ua == 6250


def test_an_unfed_watchdog_resets_every_pin_after_100_ms():
    port = port_on()
    port.begin()
    ticks(port, 50)
    for _ in range(99):
        port.wait()
        port.actuate(1, 20000)
        port.pump()
    assert not port.watchdog_bit
    assert port.bench.gate
    port.wait()
    assert port.watchdog_bit
    assert not port.bench.gate
    ticks(port, 50)
    assert abs(port.bench.load_ua) < 0.01


def test_the_watchdog_is_asleep_before_begin_and_after_end():
    port = port_on()
    for _ in range(300):
        port.wait()
    assert not port.watchdog_bit
    port.begin()
    port.end()
    for _ in range(300):
        port.wait()
    assert not port.watchdog_bit


def test_the_console_is_polled_every_20_ms_of_virtual_time():
    console = Console()
    port = port_on(console=console)
    port.begin()
    ticks(port, 100)
    assert console.polled_us == [20000, 40000, 60000, 80000, 100000]


def test_inputs_and_supply_are_in_the_sample():
    port = port_on()
    port.begin()
    assert ticks(port, 2)[SAMPLE_INPUTS] == 0
    port.bench.stop_pressed = True
    buf = ticks(port, 30, BOARD.drive_counts)
    assert buf[SAMPLE_INPUTS] == INPUT_STOP | INPUT_LIMITER
    assert buf[SAMPLE_SUPPLY] == 5000


def test_a_calibration_has_four_rows_of_three():
    for rows in ([], [(0, 1, 0)] * 3, [(0, 1)] * 4):
        with pytest.raises(ValueError, match="calibration") as caught:
            VirtualPort(BOARD, port_on().bench, None, rows or [()])
        assert "4 x" in str(caught.value)
