"""Ctrl-C, once or twice, at any instant of a session: off within 20 ms, and a board that works.

Instants and gaps are seeded; each is tried on its own copy of one session, which has all its
states: probe, ramp, hold, ramp down. Times in us (way off 3: the loop's `finally`).
"""

import ast
import random

import pytest

from iontobench.link.frames import command_line

from .forks import in_copy

_CTRL_C = b"\x03"
_FROM_US = 15_000  # before it `bench.run` gets ready
_HOLD_MS = 300
_OFF_US = 20_000
_GAP_US = 5_000
_SILENCE_US = 95_000  # of the 100 ms that the board drains its input
_TAIL_US = 600  # more than `bench.run` needs from its last wait to the prompt
_TAIL_STEP_US = 10
_TO_END_US = 350_000  # from the middle of the hold
_FLOOD = command_line("beat 1") * 50


def _struck(course, keys):
    """Type `keys`: (us from now, bytes), and see what they leave behind."""
    from .acts import aftermath

    since_us = course.now_us
    for after_us, data in keys:
        course.chip.run_until_us(course.chip.now_us + since_us + after_us - course.now_us)
        course.key(data)
    return aftermath(course, since_us)


def _trials(booted, trials):
    """Each of `trials` (instant, keys) on a copy of one session."""
    from .course import Course, by_time

    course = Course(booted, by_time(2000, _HOLD_MS))
    found = []
    for at_us, keys in trials:
        course.run_to(at_us)
        found.append(in_copy(_struck, course, keys))
    return found


@pytest.fixture(scope="module")
def length_us(calibration):
    """How long the session lasts if nobody strikes: the virtual bench's word."""
    from iontobench.sessions.virtual import run_virtual

    from .course import by_time, job_of

    job = job_of(by_time(2000, _HOLD_MS), "resistor:10000", calibration)
    return run_virtual(job, []).last["t_ms"] * 1000


def _instants(seed, count, length_us):
    draw = random.Random(seed)
    return sorted(draw.randrange(_FROM_US, length_us) for _ in range(count))


def _assert_stopped(found):
    from .acts import assert_left_well

    assert_left_well(found)
    assert found["last"]["outcome"] == "stopped"
    assert found["last"]["fault"] is None
    assert found["fault"] == "none"


def _assert_struck(keys, found):
    _assert_stopped(found)
    # The second falls on deaf ears: were it heard, the board would not wait for silence.
    assert found["prompt_us"] >= keys[-1][0] + _SILENCE_US


def _struck_later(course, after_us, keys):
    return _struck(course.run_to(course.now_us + after_us), keys)


@pytest.mark.parametrize(
    ("place", "gap_us"),
    [("begun", None), ("ramp", 700), ("held", 4_100)],
    ids=["once as it begins", "twice in the ramp", "twice in the hold"],
)
@pytest.mark.short_cases("once as it begins")
def test_ctrl_c_in_each_part_of_a_session_ends_it_off_and_stopped(at_2_ma, place, gap_us):
    """The second while the first is being dealt with, which takes about a ms, or after that."""
    keys = [(0, _CTRL_C), *([] if gap_us is None else [(gap_us, _CTRL_C)])]
    _assert_struck(keys, at_2_ma.do(place, _struck_later, _FROM_US, keys))


@pytest.mark.long
def test_ctrl_c_once_or_twice_ends_a_session_off_and_stopped(booted, length_us):
    draw = random.Random(12)
    single = [(at_us, [(0, _CTRL_C)]) for at_us in _instants(11, 40, length_us)]
    double = [
        # Half of them while the first is being dealt with, which takes about a millisecond.
        (at_us, [(0, _CTRL_C), (draw.randrange(draw.choice((1_500, _GAP_US + 1))), _CTRL_C)])
        for at_us in _instants(13, 100, length_us)
    ]
    trials = sorted(single + double)
    for (_, keys), found in zip(trials, in_copy(_trials, booted, trials), strict=True):
        _assert_struck(keys, found)


_RUN_AND_SPIN = """
_run = bench.run
def _run_and_spin(supervised):
    _run(supervised)
    print("has run")
    while True: pass
bench.run = _run_and_spin
"""


def _interrupted_twice(booted):
    from .course import Course, by_time

    course = Course(booted, by_time(2000, _HOLD_MS), patch=_RUN_AND_SPIN)
    course.run_to(100_000)
    course.key(_CTRL_C)
    course.chip.usb.read_until(b"has run", 1_000_000)
    course.chip.run_until_us(course.chip.now_us + 2_000)
    course.key(_CTRL_C)
    course.chip.run_until_us(course.chip.now_us + 5_000)
    return course.chip.usb.read(course.chip.usb.in_waiting)


def test_code_that_called_run_can_be_interrupted_afterwards(booted):
    assert b"KeyboardInterrupt" in in_copy(_interrupted_twice, booted)


@pytest.mark.long
def test_ctrl_c_and_ctrl_d_in_a_row_are_off_too_and_do_not_soft_reset(booted, length_us):
    draw = random.Random(14)
    trials = [
        (at_us, [(0, _CTRL_C), (draw.randrange(_GAP_US + 1), b"\x04")])
        for at_us in _instants(15, 20, length_us)
    ]
    for found in in_copy(_trials, booted, trials):
        _assert_stopped(found)


@pytest.mark.long
def test_ctrl_c_behind_a_backlog_is_off_within_20_ms(booted, length_us):
    backlogs = (100, 250, 400, 500)
    hold_us = length_us - _TO_END_US
    trials = [(hold_us + n, [(0, _FLOOD[:count] + _CTRL_C)]) for n, count in enumerate(backlogs)]
    for found in in_copy(_trials, booted, trials):
        assert found["off"]
        assert found["current_off_us"] <= _OFF_US
        assert found["resets"] == []


def _after_the_end(booted):
    """Ctrl-C while the board drains its input, which takes 100 ms."""
    from .course import Course, by_time

    course = Course(booted, by_time(2000, _HOLD_MS)).run_to_end()
    found = []
    for _ in range(4):
        found.append(in_copy(_struck, course, [(0, _CTRL_C)]))
        course.run_to(course.now_us + 20_000)
    return found


@pytest.mark.long
def test_ctrl_c_after_the_end_changes_nothing_of_what_is_told(booted):
    from .acts import assert_left_well

    for found in in_copy(_after_the_end, booted):
        assert_left_well(found)
        assert found["last"]["outcome"] == "complete"


def _prompt_us(course):
    course.chip.usb.read_until(b"\x04>", 3_000_000)
    return course.now_us


def _told_after(course, at_us):
    """Type Ctrl-C at `at_us` of the session; the latched fault, and the one of the last run."""
    course.chip.run_until_us(course.chip.now_us + at_us - course.now_us)
    course.key(_CTRL_C)
    course.chip.run_until_us(course.chip.now_us + 300_000)
    told = course.chip.exec("print((bench.info()['fault'], (bench.last() or {}).get('fault')))")
    return ast.literal_eval(told.decode())


def _latched(booted):
    """An over-current, and a Ctrl-C at every moment between the drain's end and the prompt."""
    from .course import Course, by_time

    course = Course(booted, by_time(2000, _HOLD_MS))
    course.run_to_current(1950)
    course.inject("overcurrent", 1.5)
    course.run_to_end()
    prompt_us = in_copy(_prompt_us, course)
    return [
        in_copy(_told_after, course, prompt_us + us) for us in range(-_TAIL_US, 0, _TAIL_STEP_US)
    ]


@pytest.mark.long
def test_ctrl_c_on_the_way_to_the_prompt_loses_no_latched_fault(booted):
    assert set(in_copy(_latched, booted)) == {("overcurrent", "overcurrent")}
