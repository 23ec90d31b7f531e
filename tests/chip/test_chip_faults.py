"""A fault of the load or the stage turns the gate off in time, on the chip, by the plant's truth.

Onsets fall at several phases of the 1 ms tick; times in us, of the emulated chip, so exact.
"""

import pytest

from .forks import in_copy

_SETTLE_US = 3_000  # longer than what a limit is asked for, and the drain
# Phases of the tick; the last one falls into another part of the loop's slow work.
_PHASES_US = (520, 3700)
_MANY_PHASES_US = tuple(range(0, 8000, 163))
_DRAINED_US = 1000  # from the gate's fall: what the output capacitance still holds
_OPEN_MAX_US = 20_000
_PEAK_MAX_US = 2_000
_ENVELOPE_MAX_US = 7_000


def _fault(course, kind, value, limit_us):
    """Inject now; what became of it."""
    onset_us = course.inject(kind, value)
    course.run_to(onset_us + limit_us + _SETTLE_US)
    return course.gate_off_us(onset_us), course.current_off_us(onset_us)


def _word(course, kind, value):
    """What the board says once it has left its loop, and whether all is off."""
    course.inject(kind, value)
    course.run_to_end()
    course.bench.leave()
    return course.bench.last()["fault"], course.is_off()


def _refused(course):
    """A dead limiter: what the board says, and LIM_TEST's edges: whether each rose."""
    from rp2040py.gpio_pin import GPIOPinState

    from .course import MODULE

    levels = []
    pin = course.chip.mcu.gpio[MODULE.PINS["lim_test"]]
    pin.add_listener(lambda value, last: levels.append(value == GPIOPinState.HIGH))
    return _word(course, "limiter-dead", None), levels


def _phased(course, phases_us, kind, value, limit_us):
    results = []
    base_us = course.now_us
    for phase_us in phases_us:
        course.run_to(base_us + phase_us)
        results.append(in_copy(_fault, course, kind, value, limit_us))
    return results


def _load_ua(course):
    return course.plant.load_ua


def _story(stay, phases_us):
    told = {"limiter dead": stay.do("begun", _refused)}
    told["set_ua"] = stay.do("ramp", _load_ua)
    over = "overcurrent", 1.5
    told["envelope"] = stay.do("ramp", _phased, phases_us, *over, _ENVELOPE_MAX_US)
    told["envelope fault"] = stay.do("ramp", _word, *over)
    told["held_ua"] = stay.do("held", _load_ua)
    told["peak"] = stay.do("held", _phased, phases_us, *over, _PEAK_MAX_US)
    told["peak fault"] = stay.do("held", _word, *over)
    told["limiter"] = stay.do("held", _phased, phases_us[:2], "overcurrent", 3.0, _PEAK_MAX_US)
    told["open"] = stay.do("held", _phased, phases_us, "open", 0.0, _OPEN_MAX_US)
    told["open fault"] = stay.do("held", _word, "open", 0.0)
    told["short"] = stay.do("held", _fault, "short", 10.0, _OPEN_MAX_US)
    return told


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(_PHASES_US, id="few"),
        pytest.param(_MANY_PHASES_US, id="many", marks=pytest.mark.long),
    ],
)
def story(request, at_2_ma):
    """One session to its hold, and what each fault does to it from there."""
    return _story(at_2_ma, request.param)


def test_the_session_was_where_the_faults_were_meant_to_strike(story):
    assert 1000 <= story["set_ua"] < 1100
    assert 1980 < story["held_ua"] < 2020


def _all_within(results, limit_us):
    assert len(results) > 1
    for gate_us, current_us in results:
        assert gate_us is not None
        assert gate_us <= limit_us
        assert current_us <= limit_us + _DRAINED_US


def test_current_beyond_the_programs_peak_has_the_gate_off_within_2_ms(story):
    _all_within(story["peak"], _PEAK_MAX_US)
    assert story["peak fault"] == ("overcurrent", True)


def test_current_beyond_the_ramps_envelope_has_the_gate_off_within_7_ms(story):
    _all_within(story["envelope"], _ENVELOPE_MAX_US)
    assert story["envelope fault"] == ("above ramp envelope", True)


def test_open_lead_has_the_gate_off_within_20_ms(story):
    _all_within(story["open"], _OPEN_MAX_US)
    assert story["open fault"] == ("open", True)


def test_current_beyond_the_board_is_cut_by_the_stages_own_limiter_and_then_by_the_gate(story):
    _all_within(story["limiter"], _PEAK_MAX_US)


@pytest.mark.hazard("H-10")
def test_a_limiter_that_fails_its_proof_is_left_with_lim_test_low(story):
    word, rises = story["limiter dead"]
    assert word == ("proof: the hardware limiter does not act", True)
    assert rises[-2:] == [True, False]


def test_shorted_load_is_no_overcurrent_of_a_current_source(story):
    gate_us, _ = story["short"]
    assert gate_us is None
