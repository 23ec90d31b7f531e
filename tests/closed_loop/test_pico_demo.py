"""The board of two chips: into its range of loads, with and without a calibration, with faults.

Its stage is a voltage behind resistors, so the regulator makes the current. Currents in uA,
voltages in mV, times in us.
"""

from statistics import fmean

import pytest
from tests.closed_loop.sessions import by_time
from tests.support.trial import Trial

from ionto.core import codes
from ionto.core.units import SAMPLE_A, SAMPLE_B, SAMPLE_V
from iontobench.resources import board_of, load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort
from iontobench.sim.senses import own_adc

BOARD = board_of("pico_demo")
SCALES = load_board("pico_demo").SCALES
ROWS = [SCALES[at : at + 3] for at in range(0, 12, 3)]
COMPLETE = codes.OUTCOME_NAMES[codes.OUTCOME_COMPLETE]
LOADS = (600, 1100, 1600)
SEEDS = [1, 2, *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 21))]
MOST_UA = 800  # whatever single part fails [boards/pico_demo/README.md], D-09


def held(load_ohm, seed, level_ua=300, faults=(), rows=None):
    """A trial of one hold of 2 s, and its samples: (t_us, true ua, shown ua)."""
    trial = Trial(f"resistor:{load_ohm}", "rp2040", seed, faults, board=BOARD, rows=rows)
    flowed = []
    trial.each = lambda plant: flowed.append((plant.now_us, plant.load_ua))
    trial.run(by_time((level_ua, 2000), slew_ua_s=200, time_s=20))
    return trial, flowed


def in_hold(trial, flowed):
    from_us = trial.first_ms(codes.STATE_HOLD) * 1000 + 500_000
    to_us = trial.first_ms(codes.STATE_RAMP_DOWN) * 1000
    return [ua for t_us, ua in flowed if from_us < t_us < to_us]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("load_ohm", LOADS)
def test_a_calibrated_hold_is_within_the_boards_accuracy_over_its_loads(load_ohm, seed):
    trial, flowed = held(load_ohm, seed)
    assert (trial.last["outcome"], trial.last["fault"]) == (COMPLETE, None)
    assert abs(fmean(in_hold(trial, flowed)) - 300) <= BOARD.accuracy_ua
    proven = codes.PROVEN_STAGE | codes.PROVEN_GATE | codes.PROVEN_SERIES | codes.PROVEN_SIGN
    assert trial.last["proof"] == proven


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("load_ohm", LOADS)
def test_the_scales_of_its_design_carry_a_session_without_a_calibration(load_ohm, seed):
    # Its zeros hold what the chip's converter adds by itself: the first evening needs no meter.
    trial, flowed = held(load_ohm, seed, rows=ROWS)
    assert (trial.last["outcome"], trial.last["fault"]) == (COMPLETE, None)
    assert abs(fmean(in_hold(trial, flowed)) - 300) <= BOARD.accuracy_ua


@pytest.mark.parametrize("load_ohm", LOADS)
def test_the_load_voltage_is_the_loads_alone(load_ohm):
    trial, _ = held(load_ohm, 1)
    shown = [one for one in trial.samples() if one.state == codes.STATE_HOLD]
    mean_mv = fmean(one.load_mv for one in shown)
    assert mean_mv == pytest.approx(0.3 * load_ohm, abs=15)


@pytest.mark.hazard("H-08", "H-09")
@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("gate-welded", codes.FAULT_PROOF_GATE),
        ("series-welded", codes.FAULT_PROOF_SERIES),
        ("dead-man-welded", codes.FAULT_PROOF_SERIES),
        ("enable-stuck", codes.FAULT_PROOF_STAGE),
        ("b-dead", codes.FAULT_SENSES_APART),
        ("open", codes.FAULT_NO_LOAD),
    ],
)
def test_what_it_lacks_weakens_no_other_step_of_the_proof(fault, named):
    trial, flowed = held(1100, 1, faults=[f"{fault}@0"])
    assert trial.last["fault"] == codes.FAULT_NAMES[named]
    assert max(ua for _, ua in flowed) < 100


@pytest.mark.hazard("H-01", "H-03", "H-11")
@pytest.mark.parametrize("fault", ["short@3", "open@3", "a-dead@3", "a-scale@3:0.8", "b-dead@3"])
def test_a_fault_in_a_hold_ends_it_and_the_load_gets_at_most_what_the_resistors_let(fault):
    trial, flowed = held(1100, 1, faults=[fault])
    assert trial.last["outcome"] == "fault"
    assert trial.truth.gate_low_us - trial.truth.fault_onset_us <= 20_000
    assert max(ua for _, ua in flowed) < MOST_UA


@pytest.mark.hazard("H-14")
def test_a_program_that_reverses_the_load_is_refused():
    trial = Trial("resistor:1100", "ideal", 1, board=BOARD)
    with pytest.raises(ValueError, match="needs a bridge"):
        trial.run(by_time((100, 500), polarity=-1, slew_ua_s=200, time_s=20))


def test_the_polarity_line_leads_nowhere():
    bench = SimulatedBench(BOARD, "resistor:1100", "ideal", 1)
    port = VirtualPort(BOARD, bench)
    port.begin()
    port.set_polarity(-1)
    assert bench.polarity == 1


def test_it_has_the_chips_own_converter_and_no_limiter():
    bench = SimulatedBench(BOARD, "resistor:1100", own_adc(BOARD), 1)
    assert own_adc(BOARD) == "rp2040"
    assert bench.limiter.dead
    bench.set_lim_test(True)
    assert not bench.limiter.watch(10_000.0, 1000.0, 1000)


@pytest.mark.parametrize(("load_ohm", "current_ua"), [(600, 330.5), (1100, 309.7), (1600, 291.4)])
def test_three_quarters_of_full_drive_make_the_circuits_current(load_ohm, current_ua):
    bench = SimulatedBench(BOARD, f"resistor:{load_ohm}", "ideal", 1)
    port = VirtualPort(BOARD, bench)
    port.begin()
    buf = [0] * 5
    for tick in range(60):
        port.wait()
        port.sample(buf)
        port.actuate(1 if tick > 15 else 0, BOARD.drive_counts * 3 // 4 if tick > 15 else 0)
        port.feed()
        port.pump()
    assert buf[SAMPLE_A] / 16 == pytest.approx(current_ua, rel=0.005)
    assert buf[SAMPLE_B] == pytest.approx(buf[SAMPLE_A], abs=2)
    assert buf[SAMPLE_V] == pytest.approx(current_ua * load_ohm / 1000, rel=0.01)
