"""Every trip of the supervisor, by its numbers, under the contract of `trip_contract`.

For the 5 mA board, in 1/16 uA unless a name says otherwise; figures from [docs/control.md,
Supervisor].
"""

import ast

import pytest
from tests.arch.sources import CORE, tree

from ionto.core import codes
from ionto.core.units import INPUT_LIMITER, INPUT_STOP

from .led_supervisor import LedSupervisor
from .trip_contract import Trip, TripContract

HOLDS_2_MA = {"prepare": lambda judge: judge.hold(2000)}
LOW = {"current_q4": 0, "load_mv": 40_000}
ROUND_TICKS = 16  # all four rounds


def leave(judge):
    """Gate low for longer than the stage needs to settle."""
    judge.hold(1000).leave().ticks(20, current_q4=0)


def near_the_time_wall(judge):
    """A second before the wall of 121 s."""
    judge.hold(1000)
    judge.supervisor.slow_checks.energised_ms = 120_000


def past_the_quiet_time(judge):
    """Polarisation after a ramp's start is over."""
    judge.hold(1000).ticks(5000)


def commanded_more(judge):
    """The set point goes up by 100 uA from here."""
    judge.hold(1000).go(1100)


def lag(judge, given):
    """A tick of a sense that shows `moved` of the 1600 by which the set point goes up."""
    shown_q4 = (judge.ramp.set_q4 - 16_000) * given.get("moved", 1600) // 1600
    return judge.tick(current_q4=16_000 + shown_q4)


def dip(judge, given):
    """A gap one tick shorter than the debounce, where `given` is low; then a good tick."""
    for _ in range(4):
        assert judge.tick(**given) == codes.FAULT_NONE
    return judge.tick()


def flip_a_bit(judge):
    """Memory changes under a running program."""
    judge.program.words[3] ^= 1 << 7


def forget_a_limit(judge):
    """Memory changes under a limit."""
    judge.supervisor._over_q4 += 1 << 10


NEVER = {"recovery_ticks": 0}
TRIPS = [
    pytest.param(
        Trip(
            *("overcurrent", codes.FAULT_OVERCURRENT, 1),
            **{"over": {"current_q4": 34_601}, "at": {"current_q4": 34_600}, **HOLDS_2_MA},
        ),
        marks=pytest.mark.hazard("H-01"),
    ),
    pytest.param(
        Trip(
            *("absolute", codes.FAULT_OVER_ABSOLUTE, 1),
            over={"current_q4": 82_721},
            at={"current_q4": 82_720},
            prepare=lambda judge: judge.hold(5000),
            header={"peak_ua": 5000},
        ),
        marks=pytest.mark.hazard("H-01"),
    ),
    pytest.param(
        Trip(
            *("envelope", codes.FAULT_ENVELOPE, 5),
            over={"current_q4": 18_401},
            at={"current_q4": 18_400},
        ),
        marks=pytest.mark.hazard("H-02"),
    ),
    pytest.param(
        Trip(
            *("senses apart", codes.FAULT_SENSES_APART, 5),
            over={"current_q4": 16_000, "second_q4": 16_000 - 1801},
            at={"current_q4": 16_000, "second_q4": 16_000 - 1800},
        ),
        marks=pytest.mark.hazard("H-11", "H-13"),
    ),
    pytest.param(
        Trip(
            *("leak", codes.FAULT_LEAK, 5),
            over={"current_q4": 1001},
            at={"current_q4": 1000},
            good={"current_q4": 0},
            prepare=leave,
        ),
        marks=pytest.mark.hazard("H-08"),
    ),
    pytest.param(
        Trip("late", codes.FAULT_LATE, 1, {"dt_us": 3001}, {"dt_us": 3000}, at_ticks=2),
        marks=pytest.mark.hazard("H-19"),
    ),
    pytest.param(
        Trip(
            *("late thrice", codes.FAULT_LATE, 3, {"dt_us": 2001}, {"dt_us": 2000}),
            recovery_ticks=1001,
        ),
        marks=pytest.mark.hazard("H-19"),
    ),
    pytest.param(
        Trip(
            *(
                "limiter",
                codes.FAULT_LIMITER,
                1,
                {"inputs": INPUT_LIMITER},
                {"inputs": INPUT_STOP},
            ),
        ),
        marks=pytest.mark.hazard("H-01"),
    ),
    pytest.param(
        Trip(
            *("charge wall", codes.FAULT_CHARGE_WALL, 1, {"charge_uc": 5001}, {"charge_uc": 5000}),
            header={"charge_uc": 5000},
        ),
        marks=pytest.mark.hazard("H-15"),
    ),
    pytest.param(
        Trip(
            *("time wall", codes.FAULT_TIME_WALL, 1000 - ROUND_TICKS, {}, {}),
            last=1000 + ROUND_TICKS,
            at_ticks=1000 - ROUND_TICKS - 1,
            prepare=near_the_time_wall,
            header={"time_s": 1},
            **NEVER,
        ),
        marks=pytest.mark.hazard("H-16"),
    ),
    pytest.param(
        Trip(
            *("dips", codes.FAULT_INTERMITTENT, 3, LOW, {"current_q4": 1600}),
            event=dip,
            recovery_ticks=2001,
        ),
        marks=pytest.mark.hazard("H-05"),
    ),
    pytest.param(
        Trip(
            *("low impedance", codes.FAULT_LOW_IMPEDANCE, 1000 - ROUND_TICKS),
            over={"load_mv": 199},
            at={"load_mv": 200},
            last=1000 + ROUND_TICKS,
            at_ticks=1200,
            prepare=past_the_quiet_time,
            recovery_ticks=ROUND_TICKS,
        ),
        marks=pytest.mark.hazard("H-07"),
    ),
    pytest.param(
        Trip(
            *("undercurrent", codes.FAULT_UNDERCURRENT, 1000 - ROUND_TICKS),
            over={"current_q4": 28_319},
            at={"current_q4": 28_320},
            last=1000 + ROUND_TICKS,
            at_ticks=1200,
            recovery_ticks=ROUND_TICKS,
            **HOLDS_2_MA,
        ),
        marks=pytest.mark.hazard("H-17"),
    ),
    pytest.param(
        Trip(
            *("supply", codes.FAULT_SUPPLY, ROUND_TICKS + 1),
            over={"supply_mv": 4299},
            at={"supply_mv": 4300},
            last=2 * ROUND_TICKS,
            recovery_ticks=ROUND_TICKS,
        ),
        marks=pytest.mark.hazard("H-18"),
    ),
    pytest.param(
        Trip(
            *("supply, gate low", codes.FAULT_SUPPLY, ROUND_TICKS + 1),
            over={"supply_mv": 4299, "current_q4": 0},
            at={"supply_mv": 4300, "current_q4": 0},
            good={"current_q4": 0},
            last=2 * ROUND_TICKS,
            prepare=leave,
            recovery_ticks=ROUND_TICKS,
        ),
        marks=pytest.mark.hazard("H-18"),
    ),
    pytest.param(
        Trip(
            *("stuck", codes.FAULT_STUCK, 42),
            over={"moved": 399},
            at={"moved": 400},
            event=lag,
            last=12 + 66,
            at_ticks=500,
            prepare=commanded_more,
            recovery_ticks=0,
        ),
        marks=pytest.mark.hazard("H-12"),
    ),
    pytest.param(
        Trip(
            *("program", codes.FAULT_CORRUPT, 1, {}, {}),
            last=2 * 6 * ROUND_TICKS,
            before_over=flip_a_bit,
            **NEVER,
        ),
        marks=pytest.mark.hazard("H-24"),
    ),
    pytest.param(
        Trip(
            *("limits", codes.FAULT_CORRUPT, 1, {}, {}),
            last=ROUND_TICKS,
            before_over=forget_a_limit,
            **NEVER,
        ),
        marks=pytest.mark.hazard("H-24"),
    ),
]


class TestTrips(TripContract):
    @pytest.fixture(params=TRIPS, ids=lambda trip: trip.name)
    def trip(self, request):
        """Each in turn."""
        return request.param


LATCHING = {
    name: value
    for name, value in vars(codes).items()
    if name.startswith("FAULT_") and isinstance(value, int) and value
}


def _given(name):
    """The faults that a module of the core names."""
    nodes = [node for node in ast.walk(tree(CORE / name)) if isinstance(node, ast.Attribute)]
    named = {node.attr for node in nodes if ast.unparse(node.value) == "codes"}
    return {LATCHING[name] for name in named & set(LATCHING)}


def test_every_fault_that_the_supervisor_can_give_is_under_the_contract():
    given = _given("supervisor.py") | _given("slow_checks.py") | _given("steady.py")
    assert given == {one.values[0].fault for one in TRIPS}


def test_every_fault_is_given_somewhere_and_has_a_name_and_a_sentence():
    given = set().union(*(_given(path.name) for path in CORE.glob("*.py")))
    assert given | {codes.FAULT_INTERNAL} == set(LATCHING.values()), "INTERNAL is the bench's"
    assert set(LATCHING.values()) == set(codes.FAULT_NAMES) - {codes.FAULT_NONE}
    assert set(LATCHING.values()) == set(codes.FAULT_SENTENCES)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"inputs": INPUT_LIMITER}, codes.FAULT_LIMITER),
        ({"dt_us": 3001}, codes.FAULT_LATE),
        ({"charge_uc": 10_000_001}, codes.FAULT_CHARGE_WALL),
    ],
)
@pytest.mark.hazard("H-26")
def test_a_fault_is_not_hidden_by_contact_lost_in_the_same_tick(given, fault):
    judge = LedSupervisor().hold(1000)
    assert judge.ticks(4, **LOW) == [codes.FAULT_NONE]
    assert judge.tick(**LOW, **given) == fault
