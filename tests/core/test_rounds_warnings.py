"""What the rounds warn of and is no fault: noise of sense A, and a load that drifts.

On the 5 mA board, currents in 1/16 uA.
"""

import pytest

from ionto.core.rounds import WARN_COMPLIANCE, WARN_DRIFT, WARN_NOISE
from ionto.core.supervisor import BY_PULSES
from ionto.core.units import GATE_CLOSED, GATE_EDGE, GATE_LOW

from .slow_rounds import TURN_MS, Slow

MINUTES_3_MS = 180_000


def heard(slow, bends_q4, gate=1, step_q4=0):
    """What noise is told after each reading of sense A; the ramp's step changes by each bend."""
    current_q4 = 16_000
    told = []
    for number, bend_q4 in enumerate([0, 0, *bends_q4]):
        step_q4 += bend_q4
        current_q4 += step_q4 if number else 0
        for _ in range(2):
            slow.round(gate, limited=1, current_q4=current_q4, load_mv=5000)
        told.append(slow.rounds.noise_q4)
    assert bool(slow.rounds.warning & WARN_NOISE) == bool(told[-1])
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
    assert heard(Slow(), bends_q4, step_q4=step_q4) == told_q4


def test_no_noise_is_heard_with_the_gate_low_or_in_pulses():
    loud = [9000, -9000] * 6
    slow = Slow()
    assert set(heard(slow, loud, GATE_LOW)) == {0}
    slow.rounds.pulsing = BY_PULSES
    assert set(heard(slow, loud, GATE_EDGE)) == {0}


@pytest.mark.parametrize("readings", range(7))
def test_noise_before_the_gate_opened_is_not_heard_after_it(readings):
    slow = Slow()
    for _ in range(readings):
        heard(slow, [])
    heard(slow, [1000, 1000, 1000])
    slow.rounds.open_gate()
    assert set(heard(slow, [0, 0, 1000, 0, 0, 0, 0])) == {0}


def spread(slow, count, load_mv, current_q4=8000):
    """Turns whose readings have a mean that is nearly the next whole number."""
    for number in range(count):
        more = number % 16 > 0
        slow.turn(load_mv=load_mv + more, current_q4=current_q4 + more)
    return slow.rounds.warning & WARN_DRIFT


def seen_first(before_mv=5000):
    """A load that was seen for 16 turns, and the clock where three minutes have just passed."""
    slow = Slow(time_ms=2**29)
    assert spread(slow, 16, before_mv) == 0
    # The sixteenth reading was in the second round of the last turn.
    slow.rounds.clock_ms += MINUTES_3_MS - TURN_MS
    return slow


@pytest.mark.parametrize(
    ("before_mv", "after_mv", "warns"),
    [
        (5000, 5300, 0),
        (5000, 5301, 1),
        (5000, 4700, 0),
        (5000, 4699, 1),
        (5049, 5349, 0),
        (5049, 5350, 1),
    ],
)
def test_a_drift_by_more_than_6_percent_is_told_in_whole_ohm(before_mv, after_mv, warns):
    """At 0.5 mA: two ohm for each mV."""
    slow = seen_first(before_mv)
    assert spread(slow, 15, after_mv) == 0
    spread(slow, 16, after_mv)
    rounds = slow.rounds
    found = (rounds.warning & WARN_DRIFT, rounds.drift_from_ohm, rounds.drift_ohm)
    assert found == ((WARN_DRIFT, 2 * before_mv, 2 * after_mv) if warns else (0, 0, 0))


@pytest.mark.parametrize(("early_ms", "turns"), [(1, 17), (0, 16), (-1, 16)])
def test_a_drift_is_judged_by_the_first_16_turns_after_180_s(early_ms, turns):
    slow = seen_first()
    slow.rounds.clock_ms -= early_ms
    assert spread(slow, turns - 1, 9000) == 0
    assert spread(slow, 1, 9000) == WARN_DRIFT


@pytest.mark.parametrize("event", ["moving", "limited", "pulsing", "opens"])
@pytest.mark.parametrize("turns", [0, 8])
def test_a_ramp_a_limit_pulses_and_an_open_gate_begin_three_minutes_anew(event, turns):
    slow = seen_first()
    assert spread(slow, turns, 9000) == 0
    if event == "moving":
        slow.envelope.follow(16_016, 10_000, 0)
    elif event == "pulsing":
        slow.rounds.pulsing = BY_PULSES
    elif event == "opens":
        slow.rounds.open_gate()
    gate = GATE_LOW if event == "opens" else GATE_CLOSED
    slow.turn(gate, limited=event == "limited", load_mv=9000)
    slow.rounds.pulsing = 0
    slow.expect(16_000)
    assert spread(slow, 16, 9500) == 0
    slow.rounds.clock_ms += MINUTES_3_MS
    assert spread(slow, 15, 5000) == 0
    assert spread(slow, 2, 5000) == WARN_DRIFT
    assert slow.rounds.drift_from_ohm == pytest.approx(19_000, abs=100)


def near(slow):
    """A load near compliance."""
    slow.turn(load_mv=32_000)


def noise(slow):
    """Noise on sense A."""
    heard(slow, [9000, -9000, 9000, -9000])


def drift(slow):
    """A load that drifts."""
    spread(slow, 16, 5000)
    slow.rounds.clock_ms += MINUTES_3_MS
    spread(slow, 17, 9000)


@pytest.mark.parametrize("first", [near, noise, drift])
def test_no_warning_takes_the_place_of_another(first):
    slow = Slow()
    for cause in (first, near, noise, drift, first):
        cause(slow)
    assert slow.rounds.warning == WARN_COMPLIANCE | WARN_NOISE | WARN_DRIFT
