"""The phase meter sees from outside how long a loop's tick has been due at its interrupt."""

import pytest

from .forks import Later

# The due time is set by the timer's own alarm register, so its distance is known. The SDK leaves
# a cancelled alarm standing there until it has fired.
_LOOP = """
import machine, uctypes
from array import array
from time import sleep_us
adc = machine.ADC(26)
due = array("I", [0])
ticks_us = 0x40054028
def loop(ticks, early_us, work_us):
    timer = machine.Timer(-1, freq=1000, callback=lambda t: None, hard=True)
    due[0] = machine.mem32[0x4005401C] - early_us
    for _ in range(ticks):
        while due[0] - machine.mem32[ticks_us] > 0:
            machine.idle()
        while due[0] - machine.mem32[ticks_us] <= 0:
            due[0] += 1000
        adc.read_u16()
        sleep_us(work_us)
    timer.deinit()
"""
_EMULATORS_US = 1  # an alarm fires less than 1 us early


@pytest.fixture
def looping(chip):
    """A chip with the loop defined, and its meter."""
    return Later(lambda: _looping(chip.make()))


def _looping(chip):
    from iontobench.chip.meter import PhaseMeter

    chip.exec(_LOOP)
    return chip, PhaseMeter(chip, int(chip.exec("print(uctypes.addressof(due))")))


@pytest.mark.parametrize("early_us", [-60, 40, 200, 450])
@pytest.mark.short_cases("-60", "200")
def test_place_is_the_distance_from_due_to_the_interrupt(looping, early_us):
    chip, meter = looping
    chip.exec(f"loop(20, {early_us}, 100)")
    assert len(meter.after_us) >= 19
    assert all(early_us - _EMULATORS_US <= us <= early_us for us in meter.after_us)


def test_interrupt_in_a_tick_that_outlasts_its_period_has_the_next_ones_place(looping):
    chip, meter = looping
    chip.exec("loop(20, 200, 1100)")
    assert len(meter.after_us) >= 19
    assert all(200 - _EMULATORS_US <= us <= 200 for us in meter.after_us)


def test_interrupts_before_the_first_tick_and_after_the_last_are_not_counted(
    looping,
):
    chip, meter = looping
    chip.exec("other = machine.Timer(-1, freq=700, callback=lambda t: None, hard=True)")
    chip.run_until_us(chip.now_us + 10_000)
    chip.exec("other.deinit()\nsleep_us(2000)\nloop(20, 200, 100)")
    chip.exec("other = machine.Timer(-1, freq=700, callback=lambda t: None, hard=True)")
    chip.run_until_us(chip.now_us + 10_000)
    assert all(200 - _EMULATORS_US <= us <= 200 for us in meter.after_us)


def test_stopped_phase_meter_counts_nothing_more(looping):
    chip, meter = looping
    meter.stop()
    chip.exec("loop(5, 200, 100)")
    assert meter.after_us == []
