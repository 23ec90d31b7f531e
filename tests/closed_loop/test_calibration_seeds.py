"""Five readings on known resistors, taken in the firmware's own sessions, recover a board.

The whole is `python -m iontobench.campaign.calibration_seeds`; here two seeds of each board, and
the 1,000 in the long tier. Gains are shares, offsets in uA.
"""

from functools import partial

import pytest

from iontobench.campaign.calibration_seeds import (
    BOARDS,
    COARSE,
    WIDE,
    Recovery,
    goal_of,
    is_good,
    is_recovered,
    is_told,
    recovery,
    report,
)
from iontobench.campaign.fault_bench import board_of
from iontobench.campaign.known_loads import bench_of, drawn_levels, fitted, readings_of
from iontobench.campaign.parallel import over_seeds
from iontobench.device.calibration import CalibrationError

BOARD = board_of("pico_dac")


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("seeds", [2, pytest.param(1000, marks=pytest.mark.long)])
def test_five_readings_recover_gain_and_offset_or_the_rest_is_refused_or_told(board, seeds):
    found = over_seeds(partial(recovery, board), range(1, seeds + 1), 1 if seeds < 10 else 2)
    assert is_good(found, goal_of(board)), report(board, found, goal_of(board))


def test_the_boards_are_asked_what_their_converters_allow():
    assert (goal_of("pico_dac"), goal_of("pico_pwm")) == (WIDE, COARSE)
    assert (WIDE.gain, WIDE.offset_ua, COARSE.offset_ua) == (0.002, 3.0, 10.0)


def test_a_miss_is_good_where_it_is_refused_or_told_and_bad_in_silence():
    fine = Recovery(1, None, 0.001, 1.0, 0.0005, 0.5)
    refused = Recovery(2, "5 readings over 900 uA")
    told = Recovery(3, None, 0.001, 3.5, 0.0005, 1.5)
    silent = told._replace(u_offset_ua=0.5)
    off = fine._replace(gain=0.0021)
    assert is_recovered(fine, WIDE)
    assert not any(is_recovered(one, WIDE) for one in (refused, told, silent, off))
    assert is_recovered(off, COARSE)
    assert (is_told(refused), is_told(told), is_told(silent)) == (True, True, False)
    assert is_good([fine] * 99 + [told], WIDE)
    assert not is_good([fine] * 99 + [silent], WIDE)
    assert not is_good([fine] * 98 + [told] * 2, WIDE)
    said = report("pico_dac", [fine, refused, silent], WIDE)
    assert (
        "1 of 3 recovered (gain within 0.2% and offset within 3 µA); 1 refused, 1 missed" in said
    )
    assert "seed 3: gain +0.100%, offset +3.50 µA" in said


def test_the_levels_of_a_seed_are_five_and_one_is_in_each_fifth_of_the_range():
    plans = [drawn_levels(BOARD, seed) for seed in range(20)]
    assert drawn_levels(BOARD, 3) == plans[3] != plans[4]
    for plan in plans:
        tops_ua = [min(5000, 40_000_000 / ohm) for ohm, _ in plan]
        shares = sorted(
            level_ua / top_ua
            for (_, levels_ua), top_ua in zip(plan, tops_ua, strict=True)
            for level_ua in levels_ua
        )
        assert [int((share - 0.1) / 0.136 + 1e-3) for share in shares] == [0, 1, 2, 3, 4]


def test_one_converter_serves_all_readings_and_its_noise_goes_on():
    bench = bench_of(BOARD, 4)
    first, second = (readings_of(bench, [])[0] for _ in range(2))
    assert bench.adc is bench.adc
    assert first.a_code != second.a_code
    assert abs(first.a_code - second.a_code) < 1.0


def test_resistors_and_meter_are_drawn_within_what_is_said_of_them():
    gains = []
    for seed in range(40):
        bench = bench_of(BOARD, seed)
        bench.load(1000.0, 0.1)
        gains.append(bench._true_ohm / 1000.0 - 1)
    assert max(map(abs, gains)) <= 0.001
    assert max(gains) > 0.0007
    assert min(gains) < -0.0007


def test_a_board_whose_readings_are_too_close_is_refused():
    bench = bench_of(BOARD, 1)
    plan = [one._replace(levels_ua=[1000, 1100, 1200]) for one in drawn_levels(BOARD, 1)]
    with pytest.raises(CalibrationError, match="6 readings over 200 µA: at least 5 over 1000 µA"):
        fitted(bench, readings_of(bench, plan))
