"""What every trip of the supervisor keeps, whatever it is about: a trip declares its numbers once.

Just under and at its threshold it never trips; above it trips at its debounce and not a tick
before; what recovers one tick before the debounce starts from nothing; once tripped it stays so,
keeps its cause and drives nothing until `clear()`. Ticks are of 1 ms; samples are arguments of
`LedSupervisor.tick`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.programs import SMALL

from ionto.core import codes
from ionto.core.limits import Board

from .led_supervisor import LedSupervisor


def tick(judge, given):
    """One tick as the loop makes it: an over-limit sample is taken again until it is judged."""
    verdict = judge.tick(**given)
    while verdict == codes.VERDICT_RECHECK:
        verdict = judge.supervisor.recheck(given["current_q4"])
    return verdict


def at_1_ma(judge):
    """Where most trips are judged: 1 mA flows into 5 kOhm."""
    judge.hold(1000)


@dataclass(frozen=True)
class Trip:
    """One trip.

    `at` is given for `at_ticks` and is harmless, `over` trips at a tick of `first`..`last` (one
    tick, but for what is judged in rounds). `good` for `recovery_ticks` forgets it all; 0 where
    nothing does. `event` gives one such tick, `before_over` strikes once before `over`.
    """

    name: str
    fault: int
    first: int
    over: dict
    at: dict
    last: int = 0
    at_ticks: int = 200
    good: dict = field(default_factory=dict)
    recovery_ticks: int = 1
    header: dict = field(default_factory=dict)
    board: Board = SMALL
    prepare: Callable = at_1_ma
    before_over: Callable = lambda judge: None
    event: Callable = tick

    def judge(self):
        """A supervisor where this trip is judged."""
        made = LedSupervisor(self.board, **self.header)
        self.prepare(made)
        assert made.supervisor.tripped == 0
        return made

    def give(self, judge, given, ticks):
        """How many of `ticks` ticks it took to a fault, or 0 where none came."""
        for count in range(1, ticks + 1):
            if self.event(judge, given) >= codes.FAULT_OVERCURRENT:
                return count
        return 0

    def tripped(self):
        """A supervisor that has just tripped so."""
        judge = self.judge()
        self.before_over(judge)
        assert self.give(judge, self.over, self.last or self.first)
        return judge


class TripContract:
    """Join by subclassing with a parametrised fixture `trip`."""

    def test_at_its_threshold_it_never_trips(self, trip):
        judge = trip.judge()
        assert trip.give(judge, trip.at, trip.at_ticks) == 0
        assert judge.supervisor.tripped == 0

    def test_just_over_it_trips_at_its_debounce_and_not_a_tick_before(self, trip):
        judge = trip.judge()
        trip.before_over(judge)
        count = trip.give(judge, trip.over, (trip.last or trip.first) + 50)
        assert trip.first <= count <= (trip.last or trip.first)
        assert judge.supervisor.tripped == trip.fault

    def test_what_recovers_a_tick_before_the_debounce_starts_from_nothing(self, trip):
        if not trip.recovery_ticks:
            assert trip.first, "this one forgets nothing, and is not asked to"
            return
        judge = trip.judge()
        for _ in range(3):
            assert trip.give(judge, trip.over, trip.first - 1) == 0
            assert trip.give(judge, trip.good, trip.recovery_ticks) == 0
        assert judge.supervisor.tripped == 0

    def test_it_latches_its_cause_and_drives_nothing_until_it_is_cleared(self, trip):
        judge = trip.tripped()
        supervisor = judge.supervisor
        for given, counted in ((trip.good, 0), ({**trip.good, "inputs": 2}, 1), (trip.good, 0)):
            later = supervisor.later
            tick(judge, given)
            assert (supervisor.tripped, supervisor.later) == (trip.fault, later + counted)
            assert (supervisor.clamp_drive(1000, 1), supervisor.clamp_drive(60_000, 1)) == (0, 0)
        supervisor.follow(1600, 100, 0, 0)
        supervisor.output_off()
        supervisor.set_polarity(-1)
        supervisor.allow(10_000, 1)
        assert supervisor.tripped == trip.fault
        assert supervisor.clamp_drive(1000, 1) == 0

    def test_a_clear_leaves_it_and_drives_nothing_before_the_next_program(self, trip):
        judge = trip.tripped()
        supervisor = judge.supervisor
        supervisor.clear()
        assert (supervisor.tripped, supervisor.later, supervisor.clamp_drive(1000, 1)) == (0, 0, 0)
        supervisor.arm(trip.judge().program)
        assert supervisor.clamp_drive(1000, 1) == 1000
