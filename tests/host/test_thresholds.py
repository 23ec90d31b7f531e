"""The Monte Carlo of thresholds: its converters, its tails, its table, and that it can fail."""

import math

import numpy as np
import pytest
from tests.support.trial import calibration

from ionto.core import limits
from iontobench.campaign import normal_tails, thresholds
from iontobench.campaign.converters import Converters
from iontobench.campaign.normal_tails import log10_beyond, log10_trips, no_run
from iontobench.campaign.thresholds import proof_thresholds, slow_thresholds
from iontobench.resources import load_board
from iontobench.sim.senses import CH_A, CH_B, Rp2040Adc

BOARDS = {name: load_board(name).BOARD for name in thresholds.BOARDS}
BOARD = BOARDS["virtual"]


def test_tails_are_the_normal_ones_near_and_far():
    assert 10 ** log10_beyond(0.0) == pytest.approx(0.5)
    assert 10 ** log10_beyond(-40.0) == pytest.approx(1.0)
    assert 10 ** log10_beyond(3.0) == pytest.approx(1.35e-3, rel=0.01)
    assert log10_beyond(35.0) == pytest.approx(-267.9, abs=0.5)
    assert log10_trips(3.0, 5, 1e6) == pytest.approx(6 + 5 * math.log10(1.35e-3), abs=0.01)
    assert log10_trips(-3.0, 5, 1e6) == 0.0


@pytest.mark.parametrize(
    ("chance", "run", "readings", "none"),
    [
        (0.0, 5, 20, 1.0),
        (1.0, 5, 20, 0.0),
        (1.0, 5, 4, 1.0),
        (0.5, 1, 3, 0.125),
        (0.5, 2, 2, 0.75),
        (0.5, 2, 3, 0.625),
    ],
)
def test_runs_are_counted_exactly(chance, run, readings, none):
    assert no_run(chance, run, readings) == pytest.approx(none)


def test_many_boards_at_once_err_as_single_boards_do():
    many = Converters(BOARD, 400, 1)
    levels_ua = np.array([[0.0, 300.0, 1000.0, 2500.0, 4000.0]])
    errors = many.mean_ua(CH_A, levels_ua) - levels_ua
    for seed in (1, 2, 3):
        zero, mul, shift = calibration(BOARD, "rp2040", seed)[CH_A]
        adc = Rp2040Adc(BOARD, seed)
        for level, drawn in zip(levels_ua[0], errors.T, strict=True):
            codes = [adc.code(CH_A, level) for _ in range(64)]
            read_ua = np.mean([(code - zero) * mul >> shift for code in codes]) / 16
            assert drawn.min() - 1.0 <= read_ua - level <= drawn.max() + 1.0


def test_one_seed_gives_the_same_readings_on_every_platform():
    few = Converters(BOARD, 2, 1)
    read = few.read_q4(CH_A, np.array([[0.0, 1000.0, 4000.0]]))
    assert read.tolist() == [[-74, 15973, 63991], [-25, 15901, 63952]]


def test_without_e11_and_with_more_noise_it_is_another_converter():
    level = np.linspace(0, BOARD.max_ua, 200)[None, :]

    def spread(**options):
        one = Converters(BOARD, 50, 1, **options)
        return (one.mean_ua(CH_A, level) - level).std()

    assert spread(has_e11=False) < 0.6 * spread()
    loud = Converters(BOARD, 50, 1, noise=3.0)
    assert loud.sigma_ua(CH_B).mean() == pytest.approx(
        3 * Converters(BOARD, 50, 1).sigma_ua(CH_B).mean()
    )


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.hazard("H-03", "H-08", "H-09", "H-11", "H-12")
@pytest.mark.short_cases("virtual", "virtual_500ua")
def test_no_threshold_trips_in_health_or_misses_its_fault_at_the_converters_own_noise(name):
    few = Converters(BOARDS[name], 40, 1)
    found = normal_tails.calculated(few) + proof_thresholds(few)
    assert [row for row in found if row.nuisance > 1e-9 or row.miss > 1e-9] == []


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.short_cases("virtual_30ma")
def test_the_slow_checks_find_a_frozen_sense_and_noise_and_trip_on_no_healthy_ramp(name):
    found = slow_thresholds(Converters(BOARDS[name], 4, 2))
    assert [row for row in found if row.nuisance or row.miss] == []


def test_a_floor_too_low_trips_in_health_and_one_too_high_misses(monkeypatch):
    few = Converters(BOARD, 40, 1)
    monkeypatch.setattr(limits, "floor_q4", lambda board: 16)
    low = {row.threshold: row for row in normal_tails.calculated(few)}
    assert low["leak, gate low"].nuisance > 0.5
    monkeypatch.setattr(limits, "floor_q4", lambda board: 16 * board.full_scale_ua // 10)
    high = normal_tails.calculated(few)[0]
    assert (high.nuisance, high.miss) == (0.0, 1.0)


def test_a_proof_without_margin_refuses_healthy_boards(monkeypatch):
    from ionto.core import proof

    monkeypatch.setattr(proof, "_FLOWS_UA", 30)
    assert proof_thresholds(Converters(BOARD, 40, 1))[0].nuisance > 0.1


@pytest.mark.long
def test_the_command_prints_a_line_for_each_threshold_and_a_column_for_each_range(capsys):
    thresholds.main(["--many", "3", "--some", "1", "--jobs", "2"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| threshold | fault | 0.5 mA | 5 mA | 30 mA |"
    assert len(lines) > 14
    assert (
        "| I_open | open lead at 10% of the maximum | 5 µA: 0 / 0; 0 / 0 | 50 µA: "
        in "\n".join(lines)
    )
