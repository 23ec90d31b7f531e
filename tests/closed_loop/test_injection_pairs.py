"""Two faults at once: the output still goes off, and the first cause is the one that is kept."""

from functools import cache
from itertools import combinations

import pytest
from tests.closed_loop.plants import BOARD

from iontobench.campaign.fault_bench import FaultBench
from iontobench.campaign.matrix import LOADS, load_program
from iontobench.campaign.trial import spec_of

COMMONEST = (
    *("open", "stage-off", "overcurrent:1.5", "stage-on:20000", "a-dead", "a-scale:0.5"),
    *("b-dead", "limiter-trip", "stall:10", "bridge-flip"),
)
LOAD = LOADS[1]


def _apart(one, other):
    """Steps between two of the commonest in their ring."""
    steps = abs(COMMONEST.index(one) - COMMONEST.index(other))
    return min(steps, len(COMMONEST) - steps)


_PROBE_UA = 55  # what the probe may send after a cut
FIRST_US, LATER_US = 3_000_137, 3_060_137


PAIRS = list(combinations(COMMONEST, 2))
# In the short tier each fault meets the two that stand next to it, in a ring.
SHORT = [pair for pair in PAIRS if _apart(*pair) == 1]
TIERS = [
    pytest.param(pair, id="+".join(pair), marks=() if pair in SHORT else pytest.mark.long)
    for pair in PAIRS
]


def session(*faults_at):
    """A session with faults (text, us)."""
    specs = tuple(spec_of(fault, at_us) for fault, at_us in faults_at)
    return FaultBench(BOARD, LOAD.name, faults=specs).run(load_program(LOAD))


@cache
def alone(fault):
    """The fault code of one alone."""
    return session((fault, FIRST_US)).last["fault"]


@pytest.mark.parametrize("pair", TIERS)
@pytest.mark.short_cases(
    "open+stage-off", "stall:10+bridge-flip", "a-scale:0.5+b-dead", "limiter-trip+stall:10"
)
def test_two_faults_in_the_same_tick_end_off_with_a_cause(pair):
    seen = session(*((fault, FIRST_US) for fault in pair))
    assert seen.last["outcome"] == "fault"
    assert not seen.plant.gate
    above_us = max((one.t_us for one in seen.plant.moments if one.load_ua > _PROBE_UA), default=0)
    low_us = seen.plant.gates[-1][0]
    assert above_us <= max(low_us, FIRST_US) + 10_000
    first_low_us = next(t_us for t_us, on in seen.plant.gates if not on and t_us >= FIRST_US)
    assert first_low_us <= FIRST_US + 20_000


@pytest.mark.parametrize("pair", TIERS)
@pytest.mark.short_cases(
    "open+stage-off",
    "a-dead+a-scale:0.5",
    "b-dead+limiter-trip",
    "stall:10+bridge-flip",
    "overcurrent:1.5+stage-on:20000",
)
def test_the_first_cause_is_kept_when_another_fault_follows(pair):
    first, second = pair
    if alone(first) in ("open", "intermittent contact"):
        # It latches 100 ms after the cut, or with the third; what trips at once comes before.
        at_us = FIRST_US + 200_000 if alone(first) == "open" else FIRST_US + 6_000_000
    elif alone(first).startswith("proof"):
        at_us = FIRST_US + 3_000_000  # it is cut like a lost contact, and the proof finds it
    else:
        at_us = LATER_US
    seen = session((first, FIRST_US), (second, at_us))
    assert seen.last["fault"] == alone(first)
    assert seen.last["outcome"] == "fault"
