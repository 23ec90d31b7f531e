"""The host's end of the serial port: emulated time, no hidden running, a host that can go deaf."""

import pytest

_TIME_40_WRITES = (
    "import sys, time\n"
    "t = []\n"
    "for _ in range(40):\n"
    " a = time.ticks_ms(); sys.stdout.buffer.write(b'.' * 47 + b'\\n')\n"
    " t.append(time.ticks_diff(time.ticks_ms(), a))\n"
)


def test_writing_and_asking_do_not_run_the_chip(chip):
    before_us = chip.now_us
    assert chip.usb.write(b"1\r\n") == 3
    assert chip.usb.in_waiting == 0
    assert chip.now_us == before_us


def test_read_waits_in_emulated_time_and_returns_what_there_is(chip):
    chip.usb.timeout = 0.05
    before_us = chip.now_us
    assert chip.usb.read(10) == b""
    assert chip.now_us == before_us + 50_000


def test_read_returns_as_soon_as_the_bytes_are_there(chip):
    chip.usb.timeout = 60
    before_us = chip.now_us
    chip.usb.write(b"a")
    assert chip.usb.read(1) == b"a"
    assert chip.now_us - before_us < 5_000


def test_read_without_a_timeout_waits_for_the_chip(chip):
    chip.usb.timeout = None
    chip.usb.write(b"import time\r\ntime.sleep(3); print('w' + 'oken')\r\n")
    seen = b""
    while b"woken" not in seen:
        seen += chip.usb.read(1)


def test_long_input_arrives_whole(chip):
    payload = bytes(range(32, 127)) * 30
    chip.exec(b"data = " + repr(payload).encode())
    assert int(chip.exec("print(sum(data), end='')")) == sum(payload)


@pytest.mark.long
def test_port_that_is_not_read_blocks_the_chip_for_half_a_second_a_write(chip):
    chip.exec("import time")
    chip.usb.write(b"\r\x03\x01")
    chip.usb.read_until(b">", 100_000)
    chip.usb.reading = False
    chip.usb.write(_TIME_40_WRITES.encode() + b"\x04")
    chip.run_until_us(chip.now_us + 3_000_000)
    assert chip.usb.in_waiting == 0
    chip.usb.reading = True
    chip.usb.read_until(b"\x04\x04>", 5_000_000)
    blocked_ms = [int(t) for t in chip.exec("print(*t)").split() if int(t) > 100]
    assert blocked_ms
    # The last of them ended when the host read again.
    assert all(abs(ms - 500 * round(ms / 500)) <= 10 for ms in blocked_ms[:-1])


def test_closed_port_never_blocks_the_chip(chip):
    chip.usb.write(b"\r\x03\x01")
    chip.usb.read_until(b">", 100_000)
    chip.usb.close()
    chip.usb.reading = False
    chip.usb.write(_TIME_40_WRITES.encode() + b"\x04")
    chip.run_until_us(chip.now_us + 1_000_000)
    chip.usb.reading = True
    chip.usb.dtr = True
    chip.usb.reset_input_buffer()
    chip.run_until_us(chip.now_us + 100_000)
    chip.usb.reset_input_buffer()
    assert max(int(t) for t in chip.exec("print(*t)").split()) <= 1
