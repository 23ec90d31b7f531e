"""The board with 16-bit converters, calibrated by its seed: regulation, dose, bus faults.

Regulation is the true current of a hold against its set point, the dose what the firmware counted
against the true charge. What the calibration's meter is off by is in both. Currents in uA, charge
in uC, times in us.
"""

from statistics import fmean

import pytest
from tests.closed_loop.sessions import by_time
from tests.support.trial import Trial

from ionto.core import codes
from iontobench.campaign.converters import Converters
from iontobench.campaign.thresholds import proof_thresholds
from iontobench.resources import board_of
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort
from iontobench.sim.senses import CH_A, CH_B, CH_V, WideAdc, own_adc, wide_ranges

BOARD = board_of("pico_dac")
COMPLETE = codes.OUTCOME_NAMES[codes.OUTCOME_COMPLETE]
SHARE, LEAST_UA = 0.003, 3.0
DOSE_FROM_UA = 1000
SEEDS = [1, 2, *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 21))]
LEVELS_UA = [50, 1000, *(pytest.param(n, marks=pytest.mark.long) for n in (300, 2000)), 4000]
RAMP_US, HOLD_MS = 500_000, 4000


def held(level_ua, seed, faults=()):
    """A trial of one hold, and the true currents (t_us, ua) of every tick."""
    flowed = []
    trial = Trial("resistor:5000", "ads8688", seed, faults, board=BOARD)
    trial.each = lambda plant: flowed.append((plant.now_us, plant.load_ua))
    trial.run(by_time((level_ua, HOLD_MS), slew_ua_s=max(1, 2 * level_ua), time_s=20))
    return trial, flowed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("level_ua", LEVELS_UA)
def test_a_hold_is_within_3_permille_and_3_ua_and_its_dose_within_3_permille(level_ua, seed):
    trial, flowed = held(level_ua, seed)
    assert trial.last["outcome"] == COMPLETE
    from_us = trial.first_ms(codes.STATE_HOLD) * 1000 + 1_000_000
    to_us = trial.first_ms(codes.STATE_RAMP_DOWN) * 1000
    mean_ua = fmean(ua for t_us, ua in flowed if from_us < t_us < to_us)
    assert abs(mean_ua - level_ua) <= SHARE * level_ua + LEAST_UA
    if level_ua >= DOSE_FROM_UA:
        true_uc = trial.truth.gross_uc
        assert abs(trial.last["dose_uc"] - true_uc) <= SHARE * true_uc


@pytest.mark.parametrize(
    ("count", "seed"), [(100, 1), pytest.param(1000, 2, marks=pytest.mark.long)]
)
@pytest.mark.hazard("H-08", "H-09")
def test_the_proof_at_three_times_the_noise_refuses_no_healthy_board_and_passes_no_dead_sense(
    count, seed
):
    converters = Converters(BOARD, count, seed, noise=3.0)
    found = {row.fault: row for row in proof_thresholds(converters)}
    assert {"nothing flows", "B dead"} < found.keys()
    assert {name: (row.nuisance, row.miss) for name, row in found.items()} == dict.fromkeys(
        found, (0.0, 0.0)
    )


# fault -> which faults may end the session, and within how many ms of its onset the gate is low
BUS = {
    "miso-stuck@3:0": 20,
    "miso-stuck@3:1": 20,
    "channels-swapped@3:1": 20,
    "channels-swapped@3:2": 20,
    "no-reference@3": 20,
    "dac-dead@3": 20,
}


@pytest.mark.parametrize("level_ua", [1000, 2013])  # at 2013 A and B swapped would both be right
@pytest.mark.parametrize("spec", BUS)
@pytest.mark.hazard("H-11")
def test_a_bus_fault_in_a_hold_has_the_gate_low_in_time(spec, level_ua):
    trial, _ = held(level_ua, 1, [spec])
    assert trial.last["outcome"] == "fault"
    assert trial.truth.gate_low_us - trial.truth.fault_onset_us <= BUS[spec] * 1000


@pytest.mark.parametrize("spec", [one.replace("@3", "@0") for one in BUS])
@pytest.mark.hazard("H-11")
def test_a_bus_fault_before_the_start_lets_no_ramp_begin(spec):
    trial, flowed = held(1000, 1, [spec])
    assert trial.last["fault"] is not None
    assert codes.STATE_RAMP not in [state for _, state, _ in trial.states()]
    assert max(ua for _, ua in flowed) < 150


@pytest.mark.parametrize("change_ua", [100, -100])
@pytest.mark.hazard("H-11")
def test_a_dac_that_keeps_its_code_is_found_within_50_ms_of_a_change_by_2_percent(change_ua):
    level_ua = 1000
    trial = Trial("resistor:5000", "ads8688", 1, ["dac-stuck@3"], board=BOARD)
    changed_us = []

    def each(plant):
        set_ua = trial.bench._loop.tick.ramp.set_q4 / 16
        if plant.now_us > 3_000_000 and abs(set_ua - level_ua) >= abs(change_ua):
            changed_us.append(plant.now_us)

    trial.each = each
    trial.say(4, f"set {level_ua + change_ua}")
    trial.run(by_time((level_ua, HOLD_MS), slew_ua_s=2000, time_s=20, peak_ua=level_ua + 200))
    assert trial.last["outcome"] == "fault"
    assert trial.truth.gate_low_us - changed_us[0] <= 50_000


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_16_bit_converter_is_within_what_its_page_says(seed):
    adc = WideAdc(BOARD, seed)
    for channel, quantity in ((CH_A, 0.0), (CH_A, 5000.0), (CH_B, -5000.0), (CH_V, 20000.0)):
        scale = wide_ranges(BOARD)[channel]
        read = [adc.code(channel, quantity) for _ in range(400)]
        ideal = scale.zero + scale.per_unit * quantity
        assert abs(fmean(read) - ideal) <= 50 + 0.0035 * max(ideal, scale.zero)
        spread = fmean((one - fmean(read)) ** 2 for one in read) ** 0.5
        assert 2.5 < spread < 7
        assert all(isinstance(one, int) for one in read)
    assert (adc.code(CH_A, 1e6), adc.code(CH_A, -1e6)) == (65535, 0)


def test_the_board_names_its_converter_and_its_drive_has_16_bits():
    assert (own_adc(BOARD), own_adc(board_of("pico_pwm"))) == ("ads8688", "rp2040")
    bench = SimulatedBench(BOARD, "resistor:5000", "ads8688", 1)
    port = VirtualPort(BOARD, bench)
    port.begin()
    currents = []
    for drive in (1000, 1001):
        port.actuate(1, drive)
        currents.append(bench.drive_ua)
    assert currents[1] - currents[0] == pytest.approx(6250 / 65536, rel=1e-3)
