"""The tick meter sees from outside what a loop on the chip measures of itself."""

import pytest

from .forks import Later

_LOOP = """
from machine import ADC, Timer, idle
from time import ticks_us, ticks_diff, ticks_add
adc = ADC(26)
def loop(ticks, work_us):
    timer = Timer(-1, freq=1000, callback=lambda t: None, hard=True)
    due = ticks_add(ticks_us(), 1000)
    for _ in range(ticks):
        while ticks_diff(due, ticks_us()) > 0:
            idle()
        due = ticks_add(due, 1000)
        start = ticks_us()
        adc.read_u16()
        while ticks_diff(ticks_us(), start) < work_us:
            pass
    timer.deinit()
"""
_PASS_US = 80  # waking, reading and pacing around the work, and one pass of each loop


@pytest.fixture
def looping(chip):
    """A chip with the loop defined, and its meter."""
    return Later(lambda: _looping(chip.make()))


def _looping(chip):
    from iontobench.chip.meter import TickMeter

    chip.exec(_LOOP)
    return chip, TickMeter(chip)


def _run(chip, source):
    """Run to the sleep that ends the last tick; the REPL's own work is in that one."""
    chip.exec(source)
    chip.run_until_us(chip.now_us + 5_000)


@pytest.mark.parametrize("work_us", [100, 400, 800])
@pytest.mark.short_cases("100", "800")
def test_length_of_a_tick_is_the_work_in_it(looping, work_us):
    chip, meter = looping
    _run(chip, f"loop(20, {work_us})")
    assert len(meter.lengths_us) == 20
    assert all(work_us <= us <= work_us + _PASS_US for us in meter.lengths_us[:-1])


@pytest.mark.long
def test_ticks_that_never_sleep_count_from_one_to_the_next(looping):
    chip, meter = looping
    _run(chip, "loop(20, 1500)")
    assert len(meter.lengths_us) == 20
    assert all(1500 <= us <= 1500 + 2 * _PASS_US for us in meter.lengths_us[1:-1])


def test_wake_up_without_a_conversion_is_no_tick(looping):
    chip, meter = looping
    _run(chip, "for _ in range(10): idle()")
    assert meter.lengths_us == []


def test_stopped_meter_counts_nothing_more(looping):
    chip, meter = looping
    meter.stop()
    _run(chip, "loop(5, 100)")
    assert meter.lengths_us == []


def test_meter_does_not_change_the_run(make_chip):
    from iontobench.chip.meter import TickMeter

    def run(metered):
        chip = make_chip()
        chip.prompt()
        if metered:
            TickMeter(chip)
        chip.exec(_LOOP)
        return chip.exec("loop(10, 300)\nprint(ticks_us())"), bytes(chip.mcu.sram)

    assert run(True) == run(False)


def test_intervals_are_those_of_the_loop(looping):
    chip, meter = looping
    _run(chip, "loop(20, 300)")
    assert len(meter.samples_us) == 20
    assert len(meter.intervals_us) == 19
    assert all(1000 - _PASS_US <= us <= 1000 + _PASS_US for us in meter.intervals_us)


def test_quantiles_are_lengths_that_occurred(looping):
    _, meter = looping
    with pytest.raises(ValueError, match="no quantile"):
        meter.quantile_us(0.5)
    meter.lengths_us = list(range(1, 1001))
    assert [meter.quantile_us(q) for q in (0, 0.5, 0.999, 1)] == [1, 501, 1000, 1000]
