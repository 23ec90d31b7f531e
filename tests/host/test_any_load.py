"""Any load, any segments, any storm of commands: never more than 1 kOhm would have got.

There are 47 short sessions everywhere, of at most 5 s. Where there is a compiled build, 500
examples of at most 10 s; in the long tier the same on the plain sources, and 5,000 of half a
minute: all of every kind of segment, load and command.
"""

import json

import pytest
from msgspec.structs import replace
from tests.host import any_load
from tests.host.any_load import (
    KINDS,
    LONG,
    MIDDLE,
    SHORT,
    by_charge,
    hold_for,
    made_of,
    never_more_than_1_kohm,
    on_1_kohm,
    run_and_check,
    skins,
    storm_of,
    timed,
)
from tests.support.compiled import compiled_or_skip, python
from tests.support.programs import hold_charge, hold_time, train

from ionto.core import program
from iontobench.compiled import select
from iontobench.sim.skin import load_skin

MAIN = "import iontobench; from tests.host import any_load; any_load.main()"


@pytest.mark.hazard("H-06", "H-15", "H-30")
def test_no_load_and_no_storm_gets_more_of_a_timed_program_than_1_kohm():
    assert hold_for(10, timed(SHORT)) == 10


@pytest.mark.hazard("H-06", "H-15")
def test_no_load_gets_more_of_any_program_than_1_kohm():
    assert hold_for(6, by_charge(SHORT)) == 6


@pytest.mark.hazard("H-06", "H-30")
def test_no_skin_and_no_storm_of_commands_ends_in_a_fault():
    assert hold_for(7, skins(SHORT)) == 7


@pytest.mark.hazard("H-06", "H-15", "H-30")
def test_500_sessions_of_10_s_on_the_compiled_modules_get_no_more_and_end_in_no_fault():
    compiled_or_skip()
    done = python("-c", MAIN, asked="1")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == select.sentence(None)  # and not the plain sources
    assert json.loads(done.stdout) == any_load.EXAMPLES


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("length", "share"), [(MIDDLE, 1), (LONG, 10)], ids=["10 s", "30 s"])
def test_thousands_of_longer_sessions_get_no_more_than_1_kohm_and_end_in_no_fault(
    kind, length, share
):
    examples = any_load.EXAMPLES[kind] * share
    assert hold_for(examples, KINDS[kind](length)) == examples


def test_a_load_that_got_more_would_be_seen(monkeypatch):
    """The check itself: a 1 kOhm that got a fifth less than it does."""
    hold = [hold_time(2000, 500, 4000)]
    never_more_than_1_kohm(hold, "resistor:3000", (), 1)
    less = on_1_kohm(tuple(made_of(hold)), storm_of(())) * 0.8
    monkeypatch.setattr(any_load, "on_1_kohm", lambda *_: less)
    with pytest.raises(AssertionError):
        never_more_than_1_kohm(hold, "resistor:3000", (), 1)


def test_a_load_that_meets_compliance_just_after_its_slow_states_moved_gets_no_peak():
    """A train whose second pulse is limited, on a dry forearm; the fall of r0 is fast there."""
    skin = load_skin("forearm")
    skin = replace(skin, r0_kohm_cm2=782.33)
    first, limited = train(146, 198, 79, 6, 40, 5573), train(3914, 123, 197, 6, 3)
    last = hold_charge(182, 227, 4974)
    run_and_check([first, limited, last], skin, ((599, "set 4944"), (220, "set 438")), 201)


@pytest.mark.parametrize("kind", [program.HOLD_TIME, program.HOLD_CHARGE])
@pytest.mark.short_cases("1")
def test_a_set_in_a_limited_hold_adds_nothing(kind):
    held = hold_time(2000, 8000, 4000) if kind == program.HOLD_TIME else hold_charge(2000, 16_000)
    never_more_than_1_kohm([held], "resistor:18500", ((300, "set 3000"),), 1)
