"""The supervisor's rules about time: late ticks, dips, walls, low impedance, near compliance."""

import pytest
from tests.support.programs import SMALL, sample

from ionto.core import codes
from ionto.core.supervisor import Supervisor

from .led_supervisor import LedSupervisor

LOW_MA_Q4 = 16000


@pytest.mark.parametrize(
    ("dt_us", "verdict", "warning"),
    [
        (2000, codes.FAULT_NONE, 0),
        (2001, codes.FAULT_NONE, codes.WARN_LATE),
        (3000, codes.FAULT_NONE, codes.WARN_LATE),
        (3001, codes.FAULT_LATE, 0),
        (20000, codes.FAULT_LATE, 0),
    ],
)
def test_a_late_tick_warns_above_2_ms_and_trips_above_3_ms(dt_us, verdict, warning):
    judge = LedSupervisor().hold(1000)
    assert judge.tick(dt_us=dt_us) == verdict
    assert judge.supervisor.warning & codes.WARN_LATE == warning


@pytest.mark.parametrize(
    ("apart", "verdict"), [(10, codes.FAULT_LATE), (480, codes.FAULT_LATE), (515, 0)]
)
def test_three_late_warnings_within_a_second_trip(apart, verdict):
    judge = LedSupervisor().hold(1000)
    for _ in range(2):
        assert judge.tick(dt_us=2500) == codes.FAULT_NONE
        judge.ticks(apart)
    assert judge.tick(dt_us=2500) == verdict


@pytest.mark.hazard("H-05", "H-19")
def test_one_warning_does_not_take_the_place_of_another():
    dip_last = LedSupervisor().hold(1000)
    dip_last.tick(dt_us=2500)
    dip_last.ticks(4, current_q4=0)
    dip_last.tick()
    late_last = LedSupervisor().hold(1000)
    late_last.ticks(4, current_q4=0)
    late_last.tick()
    late_last.tick(dt_us=2500)
    for judge in (dip_last, late_last):
        assert judge.supervisor.warning == codes.WARN_LATE | codes.WARN_DIP


@pytest.mark.hazard("H-19")
@pytest.mark.parametrize(
    ("third_ms", "verdict"), [(1000, codes.FAULT_LATE), (1001, codes.FAULT_NONE)]
)
def test_three_late_ticks_are_counted_over_a_second(third_ms, verdict):
    supervisor = LedSupervisor().supervisor
    for at_ms, expected in ((0, codes.FAULT_NONE), (1, codes.FAULT_NONE), (third_ms, verdict)):
        supervisor.slow_checks.clock_ms = at_ms
        assert supervisor.check(sample(), 0, 0, 2500) == expected


@pytest.mark.hazard("H-05")
@pytest.mark.parametrize(
    ("third_ms", "verdict"), [(10_000, codes.FAULT_INTERMITTENT), (10_001, codes.FAULT_NONE)]
)
def test_three_dips_are_counted_over_10_s(third_ms, verdict):
    judge = LedSupervisor().hold(1000)
    supervisor = judge.supervisor
    for at_ms, expected in ((0, codes.FAULT_NONE), (1, codes.FAULT_NONE), (third_ms, verdict)):
        supervisor.slow_checks.clock_ms = at_ms
        assert supervisor.check(sample(0, 40_000), 1, 0, 1000) == codes.FAULT_NONE
        assert supervisor.check(sample(16_000, 5000), 1, 0, 1000) == expected


def test_charge_at_the_wall_passes_and_one_above_trips():
    judge = LedSupervisor(charge_uc=5000).hold(1000)
    assert judge.tick(charge_uc=5000) == codes.FAULT_NONE
    assert judge.tick(charge_uc=5001) == codes.FAULT_CHARGE_WALL


def test_the_time_wall_counts_energised_time_only_and_lies_behind_the_sessions_own():
    judge = LedSupervisor(time_s=1)
    assert judge.ticks(70_000, dt_us=2000) == [codes.FAULT_NONE]
    judge.hold(1000)
    ramp_ms = 160
    count, verdict = judge.until(70_000, dt_us=2000)
    assert verdict == codes.FAULT_TIME_WALL
    assert count * 2 + ramp_ms == pytest.approx(121_000, abs=20)


@pytest.mark.hazard("H-16")
def test_the_time_wall_is_120_s_behind_the_programs_own_to_the_millisecond():
    judge = LedSupervisor(time_s=1).go(1000)
    checks = judge.supervisor.slow_checks
    checks.energised_ms = 121_000 - 16
    assert [checks.step(sample(), 1, 0) for _ in range(5)] == [codes.FAULT_NONE] * 4 + [
        codes.FAULT_TIME_WALL
    ]


@pytest.mark.parametrize(
    ("current_q4", "load_mv", "verdict"),
    [
        (LOW_MA_Q4, 199, codes.FAULT_LOW_IMPEDANCE),
        (LOW_MA_Q4, 200, codes.FAULT_NONE),
        (LOW_MA_Q4 - 1, 0, codes.FAULT_NONE),
        (LOW_MA_Q4, -300, codes.FAULT_LOW_IMPEDANCE),
    ],
)
def test_less_than_200_ohm_for_a_second_with_1_ma_trips(current_q4, load_mv, verdict):
    judge = LedSupervisor().hold(1000)
    assert judge.ticks(5000) == [codes.FAULT_NONE]
    count, found = judge.until(2000, current_q4=current_q4, load_mv=load_mv)
    assert found == verdict
    assert verdict == codes.FAULT_NONE or 984 <= count <= 1016


def test_low_impedance_is_not_judged_in_the_5_s_after_a_ramp_starts():
    judge = LedSupervisor().go(1000)
    count, verdict = judge.until(9000, load_mv=0)
    assert verdict == codes.FAULT_LOW_IMPEDANCE
    assert 5984 <= count <= 6016
    judge = LedSupervisor().hold(1000)
    judge.ticks(6000)
    judge.leave().ticks(1000, current_q4=0)
    judge.go(1000)
    assert 5984 <= judge.until(9000, load_mv=0)[0] <= 6016


def test_low_impedance_for_less_than_a_second_is_forgotten():
    judge = LedSupervisor().hold(1000)
    judge.ticks(6000)
    for _ in range(3):
        assert judge.ticks(950, load_mv=0) == [codes.FAULT_NONE]
        assert judge.ticks(3000) == [codes.FAULT_NONE]


def test_near_compliance_warns_and_is_no_fault():
    judge = LedSupervisor().hold(1000)
    judge.ticks(16, load_mv=31999)
    assert judge.supervisor.slow_checks.warning == 0
    assert judge.ticks(16, load_mv=32000) == [codes.FAULT_NONE]
    assert judge.supervisor.slow_checks.warning == codes.WARN_COMPLIANCE


@pytest.mark.hazard("H-24")
def test_before_it_is_armed_neither_limits_nor_program_are_whole():
    supervisor = Supervisor(SMALL)
    found = [supervisor.slow_checks.step(sample(), 0, 0) for _ in range(4)]
    assert found == [codes.FAULT_NONE, codes.FAULT_NONE, codes.FAULT_CORRUPT, codes.FAULT_CORRUPT]
