"""The timer's interrupt finds its tick due: 100 to 300 us, in every tick of every session.

Both instants are seen from outside (`chip.meter`), in emulated time, so they may be asserted. The
emulator runs from a flash without a cache: what a cold cache delays is delayed here by a timer
that takes its time to be made.
"""

import pytest

from .forks import in_copy

pytestmark = pytest.mark.hazard("H-19")

_LEAST_US, _MOST_US = 100, 300
_STARTED_US = 82_000
_STARTED_TICKS = 45
_NEAREST_US, _FARTHEST_US = 750, 1250  # from tick to tick; one that slept on comes after 1900
_OVERRUN_US = 1400
_OTHER_DELAYS = ((0, 90), (0, 400), (0, 850), (150, 0), (700, 0))

# A timer that takes its time to be made, before and after it has been set.
_SLOWLY = """
    time.sleep_us({earlier_us})
    timer = machine.Timer(*args, **words)
    time.sleep_us({later_us})
    return timer
"""

# Another timer's alarm stands before the loop's first: to fire once, or cancelled.
_BESIDE_ANOTHER = """
    other = machine.Timer(-1, mode=0, freq={freq_hz}, callback=lambda timer: None, hard=True)
    if {cancelled}:
        other.deinit()
    return machine.Timer(*args, **words)
"""

# The alarm has no place that the loop's timer could have: that one runs already.
_MADE_BEFORE = """
    return _ran
"""

_MADE = """
import machine, time
import ionto.rp2.clock as _clock
def _make(*args, **words):{body}
class _Timer:
    PERIODIC = machine.Timer.PERIODIC
    def __call__(self, *args, **words):
        return _make(*args, **words)
class _Machine:
    Timer = _Timer()
_clock.machine = _Machine
"""
_RAN = """
_ran = machine.Timer(-1, freq=1000, callback=lambda timer: None, hard=True)
"""

# One tick in 25 takes longer than its period.
_OVERRUNS = f"""
import time
_start = bench._loop.tick.start
def _slowly(ticks):
    at = 0
    for is_over in ticks:
        at += 1
        if at % 25 == 0:
            time.sleep_us({_OVERRUN_US})
        yield is_over
bench._loop.tick.start = lambda program, supervised: _slowly(_start(program, supervised))
"""


def _phases(booted, patch):
    """A session's beginning: the interrupts' places and the intervals between ticks."""
    from iontobench.chip.meter import PhaseMeter, TickMeter, due_address

    from .course import Course, by_time

    chip, _ = booted
    phase = PhaseMeter(chip, due_address(chip))
    ticks = TickMeter(chip, resolution_us=1000)
    course = Course(booted, by_time(2000, 300), patch=patch)
    course.run_to(_STARTED_US)
    return phase.after_us, ticks.intervals_us


def _are_due(after_us):
    return all(_LEAST_US <= us <= _MOST_US for us in after_us)


def test_every_interrupt_of_a_session_finds_its_tick_due_for_100_to_300_us(short_session):
    after_us, intervals_us = short_session.after_us, short_session.intervals_us
    assert len(after_us) > 900
    assert len(after_us) >= len(intervals_us)
    assert _are_due(after_us), f"{min(after_us)} .. {max(after_us)} us"


def test_a_session_tells_its_own_rhythm_as_it_is_seen_from_outside(short_session):
    timing = short_session.last["timing"]
    assert timing["longest_us"] == pytest.approx(max(short_session.intervals_us), abs=50)
    late = [us for us in short_session.intervals_us if us > _OVERRUN_US]
    assert timing["late_ticks"] == len(late)
    assert _are_due(timing["margin_us"])
    # The loop is awake a little later than the interrupt comes.
    assert 0 <= timing["margin_us"][0] - min(short_session.after_us) <= 50


@pytest.mark.parametrize(
    ("earlier_us", "later_us"),
    [
        (2500, 1500),
        *(pytest.param(*case, marks=pytest.mark.long) for case in _OTHER_DELAYS),
    ],
)
def test_slow_start_moves_no_interrupt_before_its_tick_is_due(booted, earlier_us, later_us):
    body = _SLOWLY.format(earlier_us=earlier_us, later_us=later_us)
    patch = _MADE.format(body=body)
    after_us, intervals_us = in_copy(_phases, booted, patch)
    assert len(intervals_us) >= _STARTED_TICKS
    assert _are_due(after_us), f"{min(after_us)} .. {max(after_us)} us"
    assert all(_NEAREST_US <= us <= _FARTHEST_US for us in intervals_us[1:])


@pytest.mark.long
def test_tick_that_outlasts_its_period_leaves_the_next_ones_in_their_place(booted):
    after_us, intervals_us = in_copy(_phases, booted, _OVERRUNS)
    assert max(intervals_us) >= _OVERRUN_US
    assert len(intervals_us) >= _STARTED_TICKS
    assert _are_due(after_us), f"{min(after_us)} .. {max(after_us)} us"


@pytest.mark.parametrize(
    ("freq_hz", "cancelled"),
    [
        (1100, False),
        pytest.param(2000, False, marks=pytest.mark.long),
        pytest.param(2000, True, marks=pytest.mark.long),
    ],
)
@pytest.mark.long
def test_another_timers_alarm_is_not_taken_for_the_loops(booted, freq_hz, cancelled):
    body = _BESIDE_ANOTHER.format(freq_hz=freq_hz, cancelled=cancelled)
    after_us, intervals_us = in_copy(_phases, booted, _MADE.format(body=body))
    assert len(intervals_us) >= _STARTED_TICKS
    assert _are_due(after_us), f"{min(after_us)} .. {max(after_us)} us"
    assert all(_NEAREST_US <= us <= _FARTHEST_US for us in intervals_us[1:])


@pytest.mark.long
def test_alarm_that_never_is_the_loops_keeps_no_session_from_starting(booted):
    patch = _MADE.format(body=_MADE_BEFORE) + _RAN
    _, intervals_us = in_copy(_phases, booted, patch)
    assert len(intervals_us) >= _STARTED_TICKS
