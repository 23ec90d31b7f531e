"""The time left that a view says, against what whole sessions of the firmware then took."""

import pytest
from tests.host.protocol_bench import Run, board_of
from tests.support.programs import hold_charge, hold_time, off, protocol_words, train

from ionto.core import codes
from ionto.core.fields import FLAG_LIMITED
from iontobench.link.events import Event, Sample
from iontobench.protocols.timeline import RESTART_S, Timeline
from iontobench.sessions.time_left import TimeLeft


def told(made, skin="resistor:5000", commands=()):
    """(sample, time left in ms, time that it really took in ms) of each sample of a session."""
    run = Run(made, board_of("virtual"), skin, commands)
    progress, found = TimeLeft(Timeline(made)), []
    for item in run.items:
        progress.add(item)
        if isinstance(item, Sample):
            found.append((item, progress.left_ms()))
    end_ms = next(
        one.t_ms
        for one in run.events
        if one.code == codes.EVENT_STATE and one.a == codes.STATE_DONE
    )
    return [(sample, left_ms, max(end_ms - sample.t_ms, 0)) for sample, left_ms in found]


@pytest.mark.parametrize(
    "segments",
    [
        [hold_charge(1500, 9000)],
        [hold_time(1500, 4000), hold_time(700, 3000)],
        [hold_charge(1500, 9000), hold_charge(700, 3000)],
        [hold_time(1500, 4000), hold_charge(1500, 9000, polarity=-1)],
        [hold_time(1500, 2000), off(2000), train(1500, 400, 300, 6, 100)],
    ],
)
@pytest.mark.short_cases("segments0", "segments1", "segments2")
def test_the_time_left_is_true_all_the_way_of_a_session_that_nothing_limits(segments):
    found = told(protocol_words(segments))
    for sample, left_ms, really_ms in found:
        # A start or a rest counts as a whole until it is over.
        waits = sample.state in (codes.STATE_PROBE, codes.STATE_PROOF, codes.STATE_REST)
        assert left_ms == pytest.approx(really_ms, abs=float(RESTART_S) * 1000 if waits else 50)
    assert found[-1][1] == 0.0


def test_a_hold_by_time_is_over_in_its_time_on_a_load_that_limits_it():
    found = told(
        protocol_words([hold_time(1500, 6000), hold_time(1000, 3000, polarity=-1)]),
        "resistor:50000",
    )
    held = [row for row in found if row[0].state == codes.STATE_HOLD]
    assert sum(bool(sample.flags & FLAG_LIMITED) for sample, _, _ in held) > len(held) / 2
    for _, left_ms, really_ms in held:
        # What is limited comes down sooner: the ramp to 0 begins below the level.
        assert left_ms == pytest.approx(really_ms, abs=2300)


@pytest.mark.parametrize(
    "made", [protocol_words([hold_time(1500, 9000)]), protocol_words([hold_charge(1500, 15000)])]
)
@pytest.mark.short_cases("made0")
def test_a_pause_stops_the_time_left_and_adds_a_ramp(made):
    found = told(made, commands=[(6.0, "pause"), (14.0, "resume")])
    again = [row for row in found if row[0].t_ms > 18_000]
    assert {row[0].state for row in again} >= {codes.STATE_HOLD, codes.STATE_RAMP_DOWN}
    for _, left_ms, really_ms in again:
        assert left_ms == pytest.approx(really_ms, abs=400)
    paused = [left_ms for sample, left_ms, _ in found if sample.state == codes.STATE_PAUSED]
    assert len(paused) > 10
    assert len(set(paused)) == 1


def test_without_a_sample_nothing_is_known():
    progress = TimeLeft(Timeline(protocol_words([hold_time(1500, 9000)])))
    progress.add(Event(0, 0, codes.EVENT_STATE, codes.STATE_PROBE, 0))
    assert progress.left_ms() is None
