"""Every simulated board is calibrated on its own known loads, whatever its range.

Afterwards the charge that it counts is apart from the load's by no more than its stated accuracy
for as long as it takes; with another board's calibration it does not start. uA, uC, us.
"""

import pytest
from msgspec.structs import replace
from tests.host.protocol_bench import board_of, compiled, shipped
from tests.support.programs import segment, words
from tests.support.trial import calibration
from tests.vm.short_programs import cut_short

from ionto.core import codes, limits, program
from iontobench.device.calibration import CalibrationError, Reading, fit_calibration
from iontobench.protocols.timeline import Timeline
from iontobench.sessions.job import Job
from iontobench.sessions.virtual import run_virtual

NAMES = ("virtual", "virtual_30ma", "virtual_500ua")
COMPLETE = codes.OUTCOME_NAMES[codes.OUTCOME_COMPLETE]
ROUNDING_UC = 2


def ran(board, made, seed, fitted, skin=None):
    """A session of these words on this converter's board."""
    protocol, _ = compiled(shipped("acetylcholine-5x20s"))
    job = Job(
        protocol=replace(protocol, timeline=Timeline(made)),
        board=board,
        skin=skin or f"resistor:{board.compliance_mv * 500 // board.max_ua}",
        adc="rp2040",
        seed=seed,
        calibration=fitted,
    )
    return run_virtual(job, [])


def apart_ua(result):
    """How far the current that was counted is from the true one, on the mean."""
    apart_uc = abs(result.dose_uc - result.true_charge_uc) - ROUNDING_UC
    return apart_uc * 1e6 / result.duration_us


def most_of(board):
    """Two seconds at 80 % of the range."""
    level_ua = board.max_ua * 4 // 5
    slew_ua_s = min(board.max_ua, limits.SLEW_MAX_UA_S)
    one = segment(program.HOLD_TIME, level_ua, slew_ua_s, 0, 2000)
    wall = {"charge_uc": level_ua * 60, "area_mm2": 100_000}
    return words([one], peak_ua=level_ua, slew_ua_s=slew_ua_s, **wall)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
@pytest.mark.parametrize("name", NAMES)
def test_a_board_of_any_range_is_calibrated_on_known_loads_and_counts_truly(name, seed):
    board = board_of(name)
    result = ran(board, most_of(board), seed, calibration(board, "rp2040", seed))
    assert result.outcome == COMPLETE
    assert apart_ua(result) <= board.accuracy_ua


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.short_cases("virtual", "virtual_30ma")
def test_with_another_boards_calibration_a_board_of_any_range_refuses_to_start(name):
    board = board_of(name)
    result = ran(board, most_of(board), 1, calibration(board, "rp2040", 2))
    assert (result.outcome, result.fault) == ("refused", "senses apart")


def test_the_small_ranges_pulses_run_on_its_calibrated_converter():
    protocol, board = compiled(shipped("acetylcholine-5x20s", short=False))
    made = cut_short(protocol.words, 1000, 3000)
    result = ran(board, made, 1, calibration(board, "rp2040", 1), "forearm")
    assert (board.name, result.outcome) == ("virtual_500ua", COMPLETE)
    assert apart_ua(result) <= board.accuracy_ua


@pytest.mark.parametrize("max_ua", [500, 5000, 30_000])
def test_readings_have_to_span_a_fifth_of_the_range(max_ua):
    used = [(0, 1, 0)] * 4

    def over(span_ua):
        levels_ua = [100 + span_ua * step / 7 for step in range(8)]
        return [Reading(ua, ua, ua, ua, ua) for ua in levels_ua]

    fit_calibration(over(max_ua / 5), used, max_ua)
    with pytest.raises(CalibrationError, match=f"at least 5 over {max_ua // 5} µA"):
        fit_calibration(over(max_ua / 5 - 1), used, max_ua)
