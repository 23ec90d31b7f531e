"""A person at the terminal of a board: `bench.run()`, its first line, a line a second, `stop`.

Everything goes through the friendly prompt, as `mpremote repl` sends it: Enter is a carriage
return. Times in emulated us.
"""

import pytest

from ionto.core.telemetry import LINK_VERSION

from .forks import in_copy

_PROMPT = b">>> "


def _typed(booted, hold_ms, keys):
    """`bench.run()` typed by hand, then `keys` as (after us, bytes); all that was shown."""
    from .course import by_time
    from .link_course import course_of

    course = course_of(booted, by_time(2000, hold_ms), start=False)
    chip, usb = course.chip, course.chip.usb
    usb.write(b"\x02")
    usb.read_until(_PROMPT, 1_000_000)
    usb.write(b"bench.run()\r")
    course.bench.wiring.start()
    shown = b""
    for after_us, data in keys:
        chip.run_until_us(chip.now_us + after_us)
        shown += usb.read(usb.in_waiting)
        usb.write(data)
    shown += usb.read_until(b"\r\n" + _PROMPT, 6_000_000)
    usb.write(b"bench.info()['fault'], bench.info()['link_version']\r")
    told = usb.read_until(b"\r\n" + _PROMPT, 1_000_000)
    return shown.decode(), told.decode()


@pytest.mark.long
def test_a_run_typed_by_hand_says_that_it_is_unattended_and_tells_a_line_a_second(booted):
    shown, told = in_copy(_typed, booted, 5_000, [(2_500_000, b"stop\r")])
    first, *rest = shown.partition("bench.run()\r\n")[2].split("\r\n")
    assert first.startswith("unattended: no beats needed")
    assert "Ctrl-C" in first
    lines = [line for line in rest if "mA min" in line]
    assert 2 <= len(lines) <= 4
    assert all(line.index(":") == 4 and "mA (set" in line for line in lines)
    assert "hold" in lines[-1]
    assert "'outcome': 'stopped'" in shown
    assert "~" not in shown
    assert f"('none', {LINK_VERSION})" in told


@pytest.mark.long
def test_what_is_typed_after_the_end_is_not_run_at_the_prompt(booted):
    keys = [(600_000, b"stop\r"), (150_000, b"stop\r"), (20_000, b"stop\r")]
    shown, _ = in_copy(_typed, booted, 5_000, keys)
    assert "NameError" not in shown
    assert shown.rstrip().endswith(">>>")
