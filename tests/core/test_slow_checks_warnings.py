"""What the slow checks warn of and is no fault: noise of sense A; when a steady hold is looked at.

On the 5 mA board, currents in 1/16 uA.
"""

import pytest

from ionto.core import codes
from ionto.core.supervisor import BY_PULSES
from ionto.core.units import FLOW_EDGE, FLOW_OFF, FLOW_STEADY, FLOW_ZERO

from .slow_check_bench import CYCLE_MS, SlowCheckBench


def heard(slow, bends_q4, gate=1, step_q4=0):
    """What noise is told after each reading of sense A; the ramp's step changes by each bend."""
    current_q4 = 16_000
    told = []
    for number, bend_q4 in enumerate([0, 0, *bends_q4]):
        step_q4 += bend_q4
        current_q4 += step_q4 if number else 0
        for _ in range(2):
            slow.check(gate, frozen=1, current_q4=current_q4, load_mv=5000)
        told.append(slow.slow_checks.noise_q4)
    assert bool(slow.slow_checks.warning & codes.WARN_NOISE) == bool(told[-1])
    return told[2:]


@pytest.mark.parametrize(
    ("bends_q4", "told_q4"),
    [
        ([4595, 0, 0, 0], [0, 0, 0, 0]),
        ([4596, 0, 0, 0], [0, 0, 0, 1149]),
        ([0, 0, 0, -4596], [0, 0, 0, 1149]),
        ([2298, -2298, 0, 0], [0, 0, 0, 1149]),
        ([4595, 1, 0, 0], [0, 0, 0, 1149]),
        ([0, 0, 0, 0, 4595, 0, 0, 0], [0] * 8),
        ([0, 0, 0, 0, 4596, 0, 0, 0], [0] * 7 + [1149]),
        ([0, 0, 0, 0, 0, 0, 0, 4596], [0] * 7 + [1149]),
        ([4600, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4600], [0, 0, 0] + [1150] * 9),
        ([0, 2300, 2298, 0, 0, 2298, 2298, 0], [0, 0, 0] + [1149] * 5),
    ],
)
@pytest.mark.parametrize("step_q4", [0, 90, -90])
def test_noise_is_the_mean_of_four_bends_above_1148_on_any_ramp(bends_q4, told_q4, step_q4):
    assert heard(SlowCheckBench(), bends_q4, step_q4=step_q4) == told_q4


def test_no_noise_is_heard_with_the_gate_low_or_in_pulses():
    loud = [9000, -9000] * 6
    slow = SlowCheckBench()
    assert set(heard(slow, loud, FLOW_OFF)) == {0}
    slow.slow_checks.pulsing = BY_PULSES
    assert set(heard(slow, loud, FLOW_EDGE)) == {0}


@pytest.mark.parametrize("readings", range(7))
def test_noise_before_the_gate_opened_is_not_heard_after_it(readings):
    slow = SlowCheckBench()
    for _ in range(readings):
        heard(slow, [])
    heard(slow, [1000, 1000, 1000])
    slow.slow_checks.output_off()
    assert set(heard(slow, [0, 0, 1000, 0, 0, 0, 0])) == {0}


def low(slow, seconds=1, least_ohm=15_000, **given):
    """Whether a hold of so many seconds is told as a load below a third of `least_ohm`."""
    slow.slow_checks.steady.arm(least_ohm, lift_percent=6)
    slow.cycles(62 * seconds + 1, **given)
    return bool(slow.slow_checks.steady.warning & codes.WARN_LOW_LOAD)


def settled(clock_ms=6000):
    """A hold at this time after its ramp has begun."""
    slow = SlowCheckBench(time_ms=2**29)
    slow.slow_checks.clock_ms = 8000
    slow.slow_checks.begin_ramp()
    slow.slow_checks.clock_ms += clock_ms
    return slow


@pytest.mark.hazard("H-01", "H-07", "H-32")
def test_a_hold_is_looked_at_for_seconds_every_16_ms():
    for turns, told in ((62, 0), (63, 1)):
        slow = settled()
        slow.slow_checks.steady.arm(15_003, lift_percent=6)
        slow.cycles(turns)
        assert bool(slow.slow_checks.steady.warning & codes.WARN_LOW_LOAD) == told


@pytest.mark.hazard("H-07", "H-32")
@pytest.mark.parametrize(("clock_ms", "told"), [(6000, False), (6001, True)])
def test_a_voltage_counts_6_s_after_the_ramp_began(clock_ms, told):
    # The sample that closes the second is taken 62 turns on, less its last two rounds.
    assert low(settled(clock_ms - 62 * CYCLE_MS + 8), least_ohm=15_003) == told


def over(slow, turns=62, **given):
    """What so many turns with 10 % too much lead to."""
    return slow.cycles(turns, current_q4=17_600, **given)[1]


@pytest.mark.hazard("H-01")
def test_too_much_for_a_second_trips_in_holds_and_in_the_flat_parts_of_pulses():
    assert over(settled(0)) == codes.FAULT_OVERCURRENT
    slow = settled(0)
    slow.slow_checks.pulsing = BY_PULSES
    assert over(slow) == codes.FAULT_OVERCURRENT
    slow.slow_checks.output_off()
    slow.slow_checks.pulsing = BY_PULSES
    for gate in (FLOW_EDGE, FLOW_ZERO):
        assert over(slow, gate=gate) == codes.FAULT_NONE


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize("event", ["moving", "limited", "opens"])
def test_a_ramp_a_limit_and_an_open_gate_begin_a_second_anew(event):
    slow = settled()
    assert over(slow, 61) == codes.FAULT_NONE
    if event == "moving":
        slow.envelope.follow(16_016, 10_000, 0)
    elif event == "opens":
        slow.slow_checks.output_off()
    gate = FLOW_OFF if event == "opens" else FLOW_STEADY
    assert slow.cycle(gate, frozen=event == "limited") == [codes.FAULT_NONE] * 4
    slow.expect(16_000)
    assert over(slow, 61) == codes.FAULT_NONE
    assert over(slow, 1) == codes.FAULT_OVERCURRENT


@pytest.mark.hazard("H-07", "H-32")
def test_pulses_say_nothing_about_the_load():
    slow = settled()
    slow.slow_checks.pulsing = BY_PULSES
    assert not low(slow, 5, 15_003)


def near(slow):
    """A load near compliance."""
    slow.cycle(load_mv=32_000)


def noise(slow):
    """Noise on sense A."""
    heard(slow, [9000, -9000, 9000, -9000])


@pytest.mark.parametrize("first", [near, noise])
def test_no_warning_takes_the_place_of_another(first):
    slow = SlowCheckBench()
    for cause in (first, near, noise, first):
        cause(slow)
    assert slow.slow_checks.warning == codes.WARN_COMPLIANCE | codes.WARN_NOISE
