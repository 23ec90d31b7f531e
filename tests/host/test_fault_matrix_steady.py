"""The fault matrix's cells of a steady hold: what its seconds show, when, and when they cannot."""

import pytest

from ionto.core import codes
from iontobench.campaign.fault_bench import FaultBench, Moment
from iontobench.campaign.fault_result import LATE, MISSED, NOT_OBSERVABLE, OK
from iontobench.campaign.matrix import PHASES, Load, Trial, excess_ua, load_program
from iontobench.campaign.observability import (
    SetPoint,
    drifted_us,
    fell_us,
    lifted_us,
    mean_over_us,
)
from iontobench.campaign.required import CASES
from iontobench.campaign.trial import prepared, run_trial
from iontobench.resources import load_board

BOARD = load_board("virtual").BOARD
TOOTH = Load("tooth", 250)
HOLDS = {phase.name: phase for phase in PHASES}


def row_of(fault, load=TOOTH, phase="hold", **changes):
    """The row of one cell, its requirement changed."""
    (case,) = (case for case in CASES if case.fault == fault)
    return run_trial(Trial(case._replace(**changes), HOLDS[phase], load))


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize(("phase", "within_ms"), [("hold", 2016), ("pulses", 4800)])
def test_a_small_current_held_too_high_trips_within_two_seconds_of_what_is_judged(
    phase, within_ms
):
    row = row_of("overcurrent:1.25", phase=phase)
    assert (row.verdict, row.fault_code) == (OK, "overcurrent")
    assert 900 < row.detected_ms <= within_ms
    assert row.peak_ua < 325.0  # no single sample passed the running limit


def test_half_of_that_is_only_told():
    row = row_of("overcurrent:1.22")
    assert (row.verdict, row.reaction, row.outcome) == (OK, "warn", "complete")
    assert row_of("overcurrent:1.22", expect="trip").verdict == NOT_OBSERVABLE
    assert row_of("overcurrent:1.22", expect="trip").reason


def test_the_mean_that_a_hold_may_have_is_5_percent_or_the_boards_accuracy():
    assert excess_ua(Load("tooth", 250), BOARD) == 12.5
    assert excess_ua(Load("tooth", 100), BOARD) == 10


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(
    ("fault", "load"), [("short:30", TOOTH), ("short:300", Load("forearm", 4000))]
)
@pytest.mark.short_cases("short:30-load0")
def test_a_fall_to_a_quarter_of_the_load_trips_within_three_seconds(fault, load):
    row = row_of(fault, load)
    assert (row.verdict, row.fault_code) == (OK, "low impedance")
    assert 1000 < row.detected_ms <= 3016
    assert row_of(fault, load, required_ms=row.detected_ms - row.visible_ms - 1).verdict == LATE


@pytest.mark.long
def test_a_short_from_before_the_hold_is_no_fall_and_the_cell_says_so():
    row = row_of("short:30", phase="ramp up")
    assert row.verdict == NOT_OBSERVABLE
    assert "8 s after a ramp's start" in row.reason


@pytest.mark.long
def test_a_sudden_lift_is_told_and_one_that_nobody_tells_is_missed():
    load = Load("resistor:2000", 2000)
    row = row_of("part-lift:50", load)
    assert (row.verdict, row.reaction) == (OK, "warn")
    assert row.detected_ms <= 2000
    assert row_of("part-lift:50", load, expect="trip").verdict == MISSED


def test_a_weak_stage_on_a_dry_load_limits_and_completes():
    load = Load("resistor:10000", 3000)
    row = row_of("low-compliance:0.88+part-lift:50", load)
    assert (row.verdict, row.outcome) == (OK, "complete")
    assert row.peak_ua < 2000.0  # at 35.2 V
    plain = prepared(load, HOLDS["hold"], "virtual", "ideal")
    assert codes.EVENT_LIMITED not in {item.code for item in plain.seen.host.events}


class Told:
    """A set point of 1 mA from 0 us on, the ramp long over."""

    def __init__(self, train=False, level_until_us=1 << 40):
        self.ramps_us = [-20_000_000]
        self._train, self._until_us = train, level_until_us

    def is_at_level(self, t_us):
        return t_us < self._until_us and not (self._train and t_us // 300_000 % 2)

    def is_train(self, t_us):
        return self._train

    def at(self, t_us):
        return 1000.0

    def ramp_us(self, t_us):
        return -20_000_000


class Shown:
    """A plant whose ticks were noted."""

    def __init__(self, load_ua=1000.0, node_mv=5000.0, onset_mv=5000.0, seconds=4):
        self.onset_mv = self.onset_ten_mv = onset_mv
        self.moments = [
            Moment(t_us, load_ua, 0.0, node_mv, True, 0.0, True)
            for t_us in range(0, seconds * 1_000_000, 10_000)
        ]


def test_an_excess_shows_when_it_has_lasted_two_seconds_of_what_is_judged():
    assert mean_over_us(Shown(1051.0), Told(), 50.0, 0) == 2_032_000
    assert mean_over_us(Shown(1049.0), Told(), 50.0, 0) is None
    assert mean_over_us(Shown(1051.0), Told(level_until_us=1_900_000), 50.0, 0) is None
    in_train_us = mean_over_us(Shown(1051.0), Told(train=True), 50.0, 0)
    assert in_train_us is not None
    assert in_train_us > 3_500_000  # only half of it is flat


@pytest.mark.parametrize(("now_mv", "at_us"), [(1150.0, 2_000_000), (1250.0, None)])
def test_a_fall_shows_where_it_stays_below_a_quarter(now_mv, at_us):
    assert fell_us(Shown(node_mv=now_mv), Told(), 0) == at_us
    assert fell_us(Shown(node_mv=100.0, onset_mv=30_000.0), Told(), 0) is None
    assert fell_us(Shown(node_mv=now_mv), Told(), -13_000_000) is None  # 7 s after the ramp


@pytest.mark.parametrize(("now_mv", "at_us"), [(5330.0, 0), (5300.0, None)])
def test_a_lift_shows_where_it_stays_6_percent_above_the_ten_seconds(now_mv, at_us):
    assert lifted_us(Shown(node_mv=now_mv), Told(), 0) == at_us
    assert lifted_us(Shown(node_mv=now_mv), Told(), -1_000_000) is None
    assert lifted_us(Shown(node_mv=now_mv), Told(level_until_us=1_000_000), 0) is None


def test_a_drift_shows_after_three_minutes_of_a_hold():
    rising = Shown(seconds=180)
    last = rising.moments[-1]
    rising.moments.append(last._replace(t_us=180_000_000, node_mv=5330.0))
    assert drifted_us(rising, _ramped(-8_000_000)) == 180_000_000
    assert drifted_us(rising, _ramped(-20_000_000)) is None
    assert drifted_us(Shown(seconds=180), _ramped(-8_000_000)) is None


def _ramped(ramp_us):
    told = Told()
    told.ramps_us = [ramp_us]
    told.ramp_us = lambda t_us: ramp_us
    return told


@pytest.mark.long
def test_the_ten_seconds_before_an_onset_are_those_that_ended_two_before():
    load = Load("resistor:2000", 2000)
    bench = FaultBench(
        BOARD, load.name, faults=("drying@8:100", "part-lift@20:50"), from_us=20_000_000
    )
    seen = bench.run(load_program(load, 19_000))
    per_ms = 2.0 ** (1 / 60_000)
    factor = bench.plant.onset_mv / (4000.0 * per_ms**12_000)
    assert factor == pytest.approx(1.0, abs=0.002)
    assert bench.plant.onset_ten_mv == pytest.approx(4000.0 * per_ms**5_000, rel=0.002)
    assert SetPoint(seen.host.events, 0, 2000).is_at_level(10_000_000)
