"""Every reachable combination of state, event and guard: what the table may never lead to.

The walk reads the table alone; the session is then held to it, state by state.
"""

from itertools import combinations

import pytest
from tests.support.tiers import thinned

from ionto.core import codes, transitions
from ionto.core.session import Session
from ionto.core.transitions import REVERSE, TRANSITIONS

from .led_session import LedSession
from .transition_table import (
    ENDS,
    ENERGISED,
    EVENTS,
    GUARDS,
    LIVE,
    STATES,
    Row,
    as_markdown,
    expanded,
    on_the_page,
    rows_of,
    taken,
)

_OUTSIDE = {codes.ASK_STOP, codes.ASK_PAUSE, codes.ASK_RESUME, codes.ASK_SET}
_PASSIVE = set(EVENTS) - _OUTSIDE - {transitions.TRIPPED, transitions.LOST}

_ENDING = (codes.STATE_RAMP_DOWN, codes.STATE_PROOF_STOPPING)  # on their way to DONE


def reached(rows, start, events=None):
    """The states that rows of these events lead to from `start`, itself among them."""
    found = {start}
    while True:
        more = {
            row.following
            for row in rows
            if row.state in found and (events is None or row.event in events)
        } - found
        if not more:
            return found
        found |= more


def problems(rows):
    """What is wrong with a table, as sentences."""
    found = []
    everywhere = reached(rows, codes.STATE_PROBE)
    if everywhere != {*LIVE, *ENDS}:
        found.append("a state is never reached")
    for row in rows:
        found += _wrong_row(row)
    for state in LIVE:
        found += _wrong_state(rows, state)
        for event in EVENTS:
            found += _wrong_choice(rows_of(rows, state, event))
    return found


def _wrong_row(row):
    found = []
    energises = row.following in ENERGISED and row.state not in ENERGISED
    if energises and (row.state, row.event) != (codes.STATE_PROOF, transitions.PROVEN):
        found.append(f"{row} energises without a proof")
    if row.following == codes.STATE_PROOF and row.event != transitions.LOAD_FOUND:
        found.append(f"{row} proves without a load")
    if row.following == codes.STATE_PROBE and row.event != transitions.RESTED:
        found.append(f"{row} starts anew without a rest")
    fails = (row.state, row.event) == (codes.STATE_DONE, transitions.TRIPPED)
    if row.state in ENDS and not fails:
        found.append(f"{row} leaves an end")
    if row.actions & REVERSE and {row.state, row.following} & ENERGISED:
        found.append(f"{row} reverses with the gate closed")
    if row.event == transitions.TRIPPED and row.following not in ENDS:
        found.append(f"{row} goes on after a fault")
    if row.following == codes.STATE_FAULT and not (
        row.actions & (transitions.BLAME | transitions.BLAME_CONTACT)
    ):
        found.append(f"{row} is a fault without a cause")
    if row.event == codes.ASK_STOP and not row.actions & transitions.STOP:
        found.append(f"{row} stops without saying so")
    if row.event == transitions.LOST and row.following in ENERGISED:
        found.append(f"{row} stays energised without contact")
    return found


def _wrong_state(rows, state):
    """A live state is left by a fault and by `stop`, and ends by itself or by `resume`."""
    found = []
    if not any(row.event == transitions.TRIPPED for row in rows if row.state == state):
        found.append(f"{STATES[state]} is not left by a fault")
    stopped = taken(rows, state, codes.ASK_STOP, ())
    after = stopped.following if stopped else state
    ways = reached(rows, after, _PASSIVE)
    if codes.STATE_DONE not in ways:
        found.append(f"{STATES[state]} is not left by stop")
    if stopped and after not in ENERGISED and ways & ENERGISED:
        found.append(f"{STATES[state]} energises after stop")
    if not stopped and (state not in _ENDING or ways - {state, codes.STATE_DONE}):
        found.append(f"{STATES[state]} hears no stop and does not end")
    leads = reached(rows, state, _PASSIVE | {codes.ASK_RESUME})
    if codes.STATE_DONE not in leads:
        found.append(f"{STATES[state]} is a dead end")
    return found


def _wrong_choice(rows):
    """Of rows with one state and event all but the last have guards of their own."""
    guards = [row.guard for row in rows]
    if not guards or (guards[-1] == transitions.ALWAYS and len(set(guards)) == len(guards)):
        return []
    return [f"{rows[0]}: no row, or two, for a combination of guards"]


@pytest.mark.hazard("H-03", "H-12", "H-14")
def test_no_reachable_combination_of_state_event_and_guard_is_unsafe():
    assert problems(expanded()) == []


def _mutated(number, **changes):
    rows = expanded()
    rows[number] = rows[number]._replace(**changes)
    return rows


@pytest.mark.parametrize("state", LIVE, ids=STATES.get)
@pytest.mark.parametrize("event", [transitions.TRIPPED, codes.ASK_STOP], ids=EVENTS.get)
def test_a_state_that_loses_its_row_for_a_fault_or_a_stop_is_noticed(state, event):
    rows = expanded()
    lost = rows_of(rows, state, event)
    if not lost:
        assert event == codes.ASK_STOP
        assert state in _ENDING
        return
    assert problems([row for row in rows if row not in lost])


@pytest.mark.parametrize("number", thinned(range(len(expanded())), part=4))
def test_a_row_from_a_low_gate_that_is_led_to_an_energised_state_is_noticed(number):
    row = expanded()[number]
    if row.state in ENERGISED or row.event == transitions.PROVEN:
        return
    for state in ENERGISED:
        assert problems(_mutated(number, following=state))


@pytest.mark.parametrize("number", thinned(range(len(expanded())), part=4))
def test_a_row_that_reverses_where_the_gate_is_closed_is_noticed(number):
    row = expanded()[number]
    closed = {row.state, row.following} & ENERGISED
    wrong = problems(_mutated(number, actions=row.actions | REVERSE))
    assert bool(wrong) == bool(closed)


@pytest.mark.parametrize("number", thinned(range(len(TRANSITIONS)), part=4))
def test_any_altered_row_differs_from_the_page(number):
    table = list(TRANSITIONS)
    state, event, guard, actions, following = table[number]
    others = [
        (state, event, guard, actions, one) for one in STATES if one not in (following, state)
    ]
    others += [(state, event, one, actions, following) for one in GUARDS if one != guard]
    others += [(state, event, guard, actions ^ 1 << bit, following) for bit in range(12)]
    for other in others:
        assert as_markdown([*table[:number], other, *table[number + 1 :]]) != on_the_page()


def test_the_page_shows_the_table():
    assert on_the_page() == as_markdown(), "python -m tests.core.transition_table writes it"


class Guarded(Session):
    """A session whose guards hold as told."""

    true_guards = ()

    def _is_so(self, guard):
        return guard == transitions.ALWAYS or guard in self.true_guards


def _truths(rows):
    guards = [row.guard for row in rows if row.guard != transitions.ALWAYS]
    return [set(some) for count in range(len(guards) + 1) for some in combinations(guards, count)]


@pytest.mark.parametrize("state", [*LIVE, *ENDS], ids=STATES.get)
def test_the_session_goes_where_the_table_says_and_its_gate_with_it(state):
    rows = expanded()
    for event in EVENTS:
        for truth in _truths(rows_of(rows, state, event)) if event else ():
            led = LedSession().in_state(state)
            session = led.session
            session.__class__ = Guarded
            session.true_guards = truth
            polarity, row = session.polarity, taken(rows, state, event, truth)
            left = []
            led.proof.leave = lambda left=left: left.append(1)
            try:
                session._happen(event)
            except IndexError:  # there is no next segment here; the row takes one
                assert row.actions & transitions.NEXT
                continue
            following = row.following if row else state
            assert bool(left) == bool(row and row.actions & transitions.LEAVE_PROOF)
            assert session.state == following
            assert session.gate == (following in ENERGISED)
            assert session.polarity == polarity or not (session.gate or state in ENERGISED)
            if not session.gate:
                assert (led.ramp.set_q4, session.target_q4) == (0, 0)
            session._trip(codes.FAULT_LEAK)
            assert session.gate == 0


@pytest.mark.parametrize("state", [codes.STATE_IDLE, codes.STATE_FAULT], ids=STATES.get)
def test_nothing_leads_out_of_idle_and_fault(state):
    first = transitions.first_rows()
    cells = first[state * transitions.EVENTS : (state + 1) * transitions.EVENTS]
    assert set(cells) == {transitions.NO_ROW}


def test_the_row_taken_is_the_first_whose_guard_holds():
    rows = [
        Row(1, 7, transitions.IF_LAST, 0, 2),
        Row(1, 7, transitions.IF_OFF, 0, 3),
        Row(1, 7, transitions.ALWAYS, 0, 4),
    ]
    truths = [(), {transitions.IF_OFF}, {transitions.IF_OFF, transitions.IF_LAST}]
    assert [taken(rows, 1, 7, truth).following for truth in truths] == [4, 3, 2]
