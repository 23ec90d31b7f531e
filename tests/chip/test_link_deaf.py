"""A host that stops reading, or that floods: no tick is late, and the output is off in the end.

The port stays open, so that a write that finds no room would wait for half a second. Intervals
between ticks are measured from outside (`chip.meter`). Times in us since the session's start.
"""

import pytest

from .forks import in_copy

_INTERVAL_US = 2_000
_OFF_US = 20_000
_LEVEL_UA = 1_950  # of 2 mA: the hold has begun or is about to
_SILENCE_US = 3_000_000
_LEAVE_US = 2_500_000  # frames that wait, then the drain of what still comes
_RAMP_US = 200_000  # 2 mA at the fastest slew
_ASK = b"\x0b\x15\n?\n"
_LONG = pytest.mark.long


def _metered(booted, hold_ms, supervised=True):
    from iontobench.chip.meter import TickMeter

    from .course import by_time
    from .link_course import course_of

    course = course_of(booted, by_time(2000, hold_ms), supervised)
    return course, TickMeter(course.chip, resolution_us=1000)


def _longest_us(meter):
    meter.stop()
    return max(meter.intervals_us)


def _deaf(booted, hold_ms, beats, questions, deaf_us):
    """From 400 ms on the host reads nothing; with or without beats and questions."""
    course, meter = _metered(booted, hold_ms)
    course.run_to_current(_LEVEL_UA)
    course.chip.usb.reading = False
    deaf_from_us = course.now_us
    while course.now_us < deaf_from_us + deaf_us and not course.gate_off_us(deaf_from_us):
        if beats:
            course.run_to(course.now_us + 20_000)
        else:
            course.chip.run_until_us(course.chip.now_us + 20_000)
        if questions:
            course.key(_ASK)
    off_us = course.gate_off_us(deaf_from_us)
    longest_us = _longest_us(meter)
    course.chip.usb.reading = True
    while not course.ended and course.now_us < deaf_from_us + deaf_us + _LEAVE_US:
        course.run_to(course.now_us + 20_000)
    course.chip.run_until_us(course.chip.now_us + _LEAVE_US)
    items = course.items.items
    return longest_us, off_us, course.bench.last(), [type(item).__name__ for item in items]


@_LONG
@pytest.mark.parametrize("questions", [False, True])
def test_host_that_stops_reading_and_beating_is_lost_in_3_s_and_no_tick_is_late(booted, questions):
    longest_us, off_us, last, _ = in_copy(_deaf, booted, 20_000, False, questions, 5_000_000)
    assert longest_us <= _INTERVAL_US
    assert last["outcome"] == "stopped"
    assert _SILENCE_US - 200_000 <= off_us <= _SILENCE_US + _RAMP_US + 400_000


@_LONG
def test_host_that_reads_again_sees_the_gap_and_the_session_goes_on(booted):
    longest_us, _, last, kinds = in_copy(_deaf, booted, 7_000, True, False, 5_000_000)
    assert longest_us <= _INTERVAL_US
    assert last["outcome"] == "complete"
    assert last["dropped"] > 0
    assert "GapNote" in kinds
    assert "LinkNote" not in kinds


def _deaf_person(booted, deaf_us):
    course, meter = _metered(booted, deaf_us // 1000, supervised=False)
    course.chip.usb.reading = False
    course.chip.run_until_us(course.chip.now_us + deaf_us)
    gate = course.plant.gate
    longest_us = _longest_us(meter)
    course.chip.usb.reading = True
    course.key(b"\x03")
    course.bench.leave()
    return longest_us, bool(gate), course.bench.last()["outcome"]


@_LONG
def test_terminal_that_stops_reading_makes_no_tick_of_an_unattended_session_late(booted):
    longest_us, gate, outcome = in_copy(_deaf_person, booted, 8_000_000)
    assert longest_us <= _INTERVAL_US
    assert gate
    assert outcome == "stopped"


_MEGABYTE = "a megabyte"
FLOODS = {
    _MEGABYTE: bytes(range(128, 256)) * 8192,
    "garbage": bytes(range(128, 256)) * 40,
    "nuls": bytes(4000),
    "one line without an end": b"stop" * 1500,
    "wrong checksums": b"set 100*0000\nstop*1234\n" * 200,
    "cut lines": b"sett 1\nbea\nsto\nset \nset 99999999999\n" * 120,
    "lines that lost their checksums": b"set 15\nresume\nbeat 1\n" * 120,
}


def _flooded(course, name):
    """At the set level, a flood at once; beats come behind it. To the gate's fall, and 50 ms."""
    from iontobench.chip.meter import TickMeter

    meter = TickMeter(course.chip, resolution_us=1000)
    since_us = course.now_us
    course.key(FLOODS[name])
    while course.gate_off_us(since_us) is None and course.now_us < since_us + 2_000_000:
        course.chip.run_until_us(course.chip.now_us + 10_000)
    off_us = course.gate_off_us(since_us)
    course.run_to(course.now_us + 50_000)
    longest_us = _longest_us(meter)
    items = course.items.items
    return {
        "longest_us": longest_us,
        "off_us": off_us,
        "highest_ua": max(item.set_ua for item in items if hasattr(item, "set_ua")),
        "commands": [item for item in items if getattr(item, "code", 0) == 11],
        "current_ua": course.plant.load_ua,
        "peak_ua": course.plant.truth.peak_ua,
        "resets": course.chip.resets,
    }


def _struck(course, queued):
    """Ctrl-C behind `queued` bytes that nobody has read, all in one go: to the gate's fall."""
    since_us = course.now_us
    course.key(b"x" * queued + b"\x03")
    course.chip.run_until_us(course.chip.now_us + 2 * _OFF_US)
    return course.gate_off_us(since_us)


def _at_level(stay, floods, queues):
    """One session at its level, and what each flood, and each Ctrl-C in a queue, does to it."""
    flooded = {name: stay.do("held", _flooded, name) for name in floods}
    return flooded, {queued: stay.do("held", _struck, queued) for queued in queues}


_MANY = tuple(FLOODS), (0, 64, 256)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(((), (500,)), id="few"),
        pytest.param(_MANY, id="many", marks=_LONG),
    ],
)
def at_level(request, at_2_ma):
    """`(what each flood did, when each Ctrl-C had the gate off)`, of one session."""
    return _at_level(at_2_ma, *request.param)


@pytest.mark.parametrize("at_level", [pytest.param(_MANY, id="many", marks=_LONG)], indirect=True)
def test_flood_ramps_down_makes_no_tick_late_and_moves_no_set_point(at_level):
    assert at_level[0]
    for found in at_level[0].values():
        assert found["longest_us"] <= _INTERVAL_US
        assert found["highest_ua"] == 2000
        assert found["peak_ua"] < 2100
        assert found["commands"] == []
        # Two bytes in four ticks, and each end of a line takes turns of its own: four ticks a
        # byte.
        assert found["off_us"] <= 256 * 4000 + _RAMP_US + 100_000
        assert found["current_ua"] < 5
        assert found["resets"] == []


def test_ctrl_c_behind_at_most_500_bytes_is_off_within_20_ms(at_level):
    assert at_level[1]
    for off_us in at_level[1].values():
        assert off_us is not None
        assert off_us <= _OFF_US


def _after_a_flood(booted, data):
    """The whole of `data` has gone by: what the board says of its run, and that it still works."""
    course, _ = _metered(booted, 2_000)
    course.run_to_current(_LEVEL_UA)
    course.key(data)
    course.chip.run_until_us(course.chip.now_us + 1_500_000 + _LEAVE_US)
    return course.bench.last()


@_LONG
@pytest.mark.parametrize("name", list(FLOODS)[1:])
def test_board_works_after_a_flood_and_tells_that_it_stopped(booted, name):
    last = in_copy(_after_a_flood, booted, FLOODS[name])
    assert (last["outcome"], last["fault"]) == ("stopped", None)
