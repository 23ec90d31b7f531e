"""A deployed board boots with its output off and `bench` at the prompt (way off 4: boot.py)."""

import pytest

from .forks import in_copy

_BOOT_LIMIT_US = 1_500_000  # 1.43 s: 37 imports and a hash of each file


def test_no_output_pin_was_high_at_any_moment_from_power_on_to_the_prompt(booting):
    _, _, highs = booting
    assert highs == []


def test_watch_for_high_pins_sees_one(booting):
    def lift(booting):
        chip, _, highs = booting
        chip.exec("from machine import Pin\nPin(17, Pin.OUT, value=1)")
        return [pin for pin, _ in highs]

    assert in_copy(lift, booting) == [17]


def test_at_the_prompt_every_output_is_low_and_driven_or_pulled_so(booting):
    from rp2040py.gpio_pin import GPIOPinState

    from .course import OUTPUTS

    chip = booting[0]
    assert {chip.mcu.gpio[pin].value for pin in OUTPUTS} <= {
        GPIOPinState.LOW,
        GPIOPinState.INPUT_PULL_DOWN,
    }


def test_boot_says_nothing_but_the_banner_when_all_is_well(booting):
    shown = booting[1].split(b"\r\n")
    assert shown[0].startswith(b"MicroPython v1.26.1")
    assert b"Traceback" not in booting[1]


def test_boot_to_the_prompt_takes_less_than_a_second_and_a_half(booting):
    chip = booting[0]
    assert chip.now_us < _BOOT_LIMIT_US


def test_bench_at_the_prompt_knows_its_board_and_has_no_fault(booting):
    def ask(chip):
        return chip.exec("i = bench.info(); print(i['board'], i['max_ua'], i['fault'])")

    assert in_copy(ask, booting[0]) == b"pico_pwm 5000 none\r\n"


def test_bench_uses_the_calibration_that_lies_beside_the_slots(booting, calibration):
    def ask(chip):
        return chip.exec("from ionto.rp2.calibration import read\nprint(read(None))")

    numbers = tuple(number for row in calibration for number in row)
    assert in_copy(ask, booting[0]).strip() == repr(numbers).encode()


@pytest.mark.long
def test_soft_reset_from_the_prompt_boots_again_and_raises_no_pin(booting):
    def reset(booting):
        chip, _, highs = booting
        chip.usb.write(b"\x04")
        shown = chip.usb.read_until(b">>> ", 3_000_000)
        return shown, chip.exec("print(bench.info()['fault'])"), highs

    shown, said, highs = in_copy(reset, booting)
    assert b"soft reboot" in shown
    assert said == b"none\r\n"
    assert highs == []


def test_at_the_prompt_at_least_64_kb_are_free_in_one_piece(booting):
    """What stays is not to be scattered over the heap: a program has to find its room."""
    assert in_copy(_piece, booting[0]) == b"65536"


@pytest.mark.long
def test_after_a_session_and_after_a_soft_reset_64_kb_are_free_in_one_piece(booted):
    from .course import Course, by_time

    def use(booted):
        course = Course(booted, by_time(1000, 100))
        course.run_to_end()
        course.bench.leave()
        found = [_piece(booted[0])]
        for _ in range(2):
            booted[0].usb.write(b"\x02\x04")
            booted[0].usb.read_until(b"soft reboot", 3_000_000)
            booted[0].usb.read_until(b">>> ", 3_000_000)
            found.append(_piece(booted[0]))
        return found

    assert in_copy(use, booted) == [b"65536"] * 3


def _piece(chip):
    return chip.exec("print(len(bytearray(65536)))").strip()
