"""The proven bounds hold against the firmware's own session, whatever happens to it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ionto.core import faults, limits, program, supervisor
from ionto.core.dose import Dose
from ionto.core.ramp import Ramp
from ionto.core.session import ASK_NONE, ASK_PAUSE, ASK_RESUME, ASK_SET, Session
from ionto.core.units import SAMPLE_LEN
from iontobench.protocols.bounds import bounds, trips

BOARD = limits.Board("virtual", 5000, 40000, 40)
STEP_US = 20000  # the longest interval that the firmware's sums accept
STEPS_MAX = 12000


def words(segments, slew=500, down=400, wall_uc=10**7, time_s=60, peak=2000):
    """A program of (kind, level, charge or time) segments."""
    made = [1, len(segments), 1, peak, slew, down, wall_uc, time_s, 1000, 2000, 80, 0]
    for kind, level_ua, end in segments:
        by_charge = kind == program.HOLD_CHARGE
        made += [kind, level_ua, slew, end if by_charge else 0, 0 if by_charge else end, 0, 0, 0]
    return made


class Found:
    """A probe that always finds a load."""

    current_q4 = 800

    def reset(self):
        pass

    def step(self, load_mv):
        return 1

    def now_q4(self, load_mv):
        return 800


class Bench:
    """Session, ramp and dose of the firmware, with a regulator and a load that follow exactly.

    `step` takes one of: go on, pause, resume, a new set point, contact lost, a limited load.
    """

    def __init__(self, made):
        self.ramp, self.dose = Ramp(), Dose()
        self.session = Session([0] * SAMPLE_LEN, self.ramp, self.dose, Found())
        self.dose.reset(1)
        self.session.start(program.Program(made, BOARD))
        self.wall_uc = made[program.H_CHARGE_UC]
        self.peak_q4 = self.energised_us = self.true_q4_us = self.steepest_q4 = 0

    def step(self, what, value):
        before_q4, gate_before = self.ramp.set_q4, self.session.gate
        fault, ask = 0, ASK_NONE
        if self.dose.gross_uc > self.wall_uc:
            fault = faults.CHARGE_WALL
        elif what == "lose" and self.session.gate:
            fault = faults.CUT
        elif what == "set":
            self.session.value, ask = value, ASK_SET
        elif what in ("pause", "resume"):
            ask = ASK_PAUSE if what == "pause" else ASK_RESUME
        gate = self.session.step(fault, ask, STEP_US)
        if gate:
            self.ramp.step(self.session.target_q4, self.session.slew_ua_s, STEP_US)
            if what == "limit":
                self.ramp.retract(self.ramp.set_q4 * value // 5000)
        current_q4 = self.ramp.set_q4 if gate else 0
        self.dose.step(current_q4, STEP_US)
        self.peak_q4 = max(self.peak_q4, current_q4)
        self.steepest_q4 = max(self.steepest_q4, current_q4 - before_q4)
        self.energised_us += STEP_US if gate or gate_before else 0
        return self.session.state < faults.DONE


def run(made, script):
    """Run the script, (what, value, steps) each, then on to the end; a pause is resumed.

    A command comes once, then the session goes on: the loop takes in one byte a tick, so no two
    commands are closer than five ticks.
    """
    bench = Bench(made)
    for what, value, steps in script:
        for step in range(steps):
            once = what in ("pause", "resume", "set") and step > 0
            if not bench.step("go" if once else what, value):
                return bench
    for _ in range(STEPS_MAX):
        resume = bench.session.state == faults.PAUSED
        if not bench.step("resume" if resume else "go", 0):
            return bench
    raise RuntimeError("the session does not end")


def holds(made, bench):
    """Every bound of the words, against what the bench saw."""
    proven = bounds(made)
    assert bench.peak_q4 <= proven.peak_ua * 16
    assert bench.dose.gross_uc <= proven.charge_uc
    assert bench.energised_us <= proven.longest_s * 1000000
    # A step of the ramp carries the remainder of the one before: less than one 1/16 uA.
    assert (bench.steepest_q4 - 1) * 1000000 < proven.slew_ua_s * 16 * STEP_US


SEGMENTS = st.lists(
    st.one_of(
        st.tuples(st.just(program.HOLD_CHARGE), st.integers(1, 2000), st.integers(1, 40000)),
        st.tuples(st.just(program.HOLD_TIME), st.integers(1, 2000), st.integers(1, 15000)),
    ),
    min_size=1,
    max_size=3,
)
BY_CHARGE = st.lists(
    st.tuples(st.just(program.HOLD_CHARGE), st.integers(1, 2000), st.integers(1, 40000)),
    min_size=1,
    max_size=3,
)
WHAT = st.sampled_from(["go", "go", "pause", "resume", "set", "lose", "limit"])
SCRIPT = st.lists(st.tuples(WHAT, st.integers(1, 5000), st.integers(1, 250)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(SEGMENTS, SCRIPT, st.integers(100, 3000), st.integers(100, 1000), st.integers(5, 60))
def test_no_session_passes_the_bounds_of_its_words(segments, script, slew, down, time_s):
    made = words(segments, slew=slew, down=min(down, slew), time_s=time_s, wall_uc=60000)
    holds(made, run(made, script))


@settings(max_examples=60, deadline=None)
@given(BY_CHARGE, SCRIPT, st.integers(100, 10000), st.integers(100, 1000))
def test_doses_alone_bound_the_charge_without_any_wall(segments, script, slew, down):
    made = words(segments, slew=slew, down=min(down, slew))
    assert bounds(made).charge_uc < made[program.H_CHARGE_UC]
    holds(made, run(made, script))


def test_the_bound_of_a_dose_is_near_to_what_is_delivered():
    made = words([(program.HOLD_CHARGE, 2000, 40000)])
    bench = run(made, [])
    assert bench.session.outcome == faults.COMPLETE
    assert 0 <= bounds(made).charge_uc - bench.dose.gross_uc < 300


def test_a_pause_at_the_end_of_a_phase_needs_its_ramp_in_the_bound():
    made = words([(program.HOLD_CHARGE, 2000, 20000), (program.HOLD_CHARGE, 2000, 20000)])
    alone = run(made, []).dose.gross_uc
    worst = max(
        (run(made, [("go", 0, steps), ("pause", 0, 1)]) for steps in range(600, 760, 5)),
        key=lambda bench: bench.dose.gross_uc,
    )
    assert worst.dose.gross_uc > alone + 2000
    holds(made, worst)


def test_a_rise_at_the_end_of_the_dose_needs_its_slew_in_the_bound():
    made = words([(program.HOLD_CHARGE, 1000, 40000)], slew=10000, down=100)
    worst = max(
        (run(made, [("go", 0, steps), ("set", 2000, 1)]) for steps in range(1600, 1900, 3)),
        key=lambda bench: bench.dose.gross_uc,
    )
    assert worst.dose.gross_uc > 40000 + 1000
    holds(made, worst)


def test_the_time_limit_and_one_ramp_down_bound_the_energised_time():
    made = words([(program.HOLD_TIME, 2000, 50000)], time_s=20)
    bench = run(made, [])
    assert bench.session.outcome == faults.SHORT
    assert 24 * 1000000 <= bench.energised_us <= bounds(made).longest_s * 1000000 == 26 * 1000000


def test_a_hold_by_time_is_bounded_by_its_wall_or_by_its_time():
    held = [(program.HOLD_TIME, 2000, 10000)]
    assert bounds(words(held, wall_uc=30000)).charge_uc == 30000 + 80
    assert bounds(words(held, time_s=10, wall_uc=10**7)).charge_uc == 2000 * (10 + 6)


def test_the_supervisor_cuts_where_the_trip_bound_says():
    made = words([(program.HOLD_CHARGE, 2000, 40000)])
    over = trips(made, BOARD)
    assert over.peak_ua * 16 - limits.running_limit_q4(BOARD, 2000) < 16
    watch = supervisor.Supervisor(BOARD)
    watch.arm(program.Program(made, BOARD))
    assert watch.recheck((over.peak_ua - 1) * 16) == faults.OK
    assert watch.recheck((over.peak_ua + 1) * 16) != faults.OK


def test_near_the_board_maximum_its_absolute_limit_cuts_first():
    made = words([(program.HOLD_CHARGE, 5000, 400000)], peak=5000)
    assert trips(made, BOARD).peak_ua == 5170
    assert trips(made, BOARD).density_ua_cm2 == 517


def test_density_and_charge_density_are_over_the_smaller_area_and_rounded_up():
    made = words([(program.HOLD_CHARGE, 1999, 40000)], peak=1999)
    made[program.H_AREA_MM2] = 333
    assert bounds(made).density_ua_cm2 == 601
    charge_uc = bounds(made).charge_uc
    assert bounds(made).charge_uc_cm2 == -(-charge_uc * 100 // 333)
