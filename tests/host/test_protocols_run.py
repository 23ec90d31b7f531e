"""Every shipped protocol, run on its own virtual board and its site's median load."""

from functools import cache
from itertools import pairwise

import pytest
from tests.host.protocol_bench import Run, board_of, run_protocol, shipped
from tests.support.programs import hold_time, protocol_words, train

from ionto.core import codes, program
from iontobench.protocols import compile_protocol, list_protocols, load, profile
from iontobench.protocols.program_words import segments_of
from iontobench.protocols.timeline import RESTART_S, START_S
from iontobench.resources import load_board
from iontobench.sessions.job import Job, calibration_for
from iontobench.sessions.virtual import run_virtual

NAMES = [
    *("acetic-acid-80", "acetylcholine-5x20s", "demo", "dental-fluoride", "dexamethasone-40"),
    *("dexamethasone-80", "galvanisation", "lidocaine-40", "patch-two-phase", "sham"),
    *("sweat-test-pilocarpine", "tapwater-axilla", "tapwater-feet", "tapwater-hands"),
    "tapwater-reversal",
]
# Each is of the kind of another of the short tier, on the same board.
LIKE = (
    *("acetic-acid-80", "dexamethasone-80", "galvanisation", "lidocaine-40", "tapwater-hands"),
)
# Beside 0.2 %: probe, proof, and the stored charge that leaves when the gate opens; per range.
STRAY_UC = {"virtual": 20.0, "virtual_30ma": 50.0, "virtual_500ua": 20.0}
# What the load sends back through the stage's divider after a pulse, against the plan: 0.082 uC
# measured. The slow branches of its constant-phase element outlast a pulse's off part.
BACK_UC = 0.09


@cache
def ran(name, short):
    """What became of a shipped protocol: (compiled, board, run). Tests only look at it."""
    return run_protocol(shipped(name, short))


def complete_and_right(name, short):
    """Complete, within its plan by polarity, and never switched while something flows."""
    made, board, run = ran(name, short)
    assert run.last["outcome"] == "complete"
    train = sum(segment.count for segment in made.timeline.segments)
    stray_uc = STRAY_UC[board.name] + BACK_UC * train
    for planned_uc, true_uc, said_uc in (
        (made.timeline.positive_uc, run.truth.positive_uc, run.last["positive_uc"]),
        (made.timeline.negative_uc, run.truth.negative_uc, run.last["negative_uc"]),
    ):
        allowed_uc = 0.002 * planned_uc + stray_uc
        assert true_uc == pytest.approx(planned_uc, abs=allowed_uc)
        assert said_uc == pytest.approx(planned_uc, abs=allowed_uc)
    assert run.truth.peak_ua <= made.bounds.peak_ua * 1.01 + board.full_scale_ua / 1250
    assert all(ua <= max(20, board.full_scale_ua / 1000) for ua in run.plant.switched_ua)
    return made, run


def test_the_protocols_that_ship_are_these():
    assert list_protocols() == sorted(NAMES)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.long if name in LIKE else ()) for name in NAMES],
)
@pytest.mark.short_cases(
    "dexamethasone-40",
    "tapwater-reversal",
    "sweat-test-pilocarpine",
    "acetylcholine-5x20s",
    "dental-fluoride",
    "demo",
)
def test_each_protocol_shortened_completes_with_its_charge_by_polarity(name):
    made, run = complete_and_right(name, short=True)
    # A frame of the end may come a little before the plan's last rest is over.
    assert run.last["t_ms"] == pytest.approx(made.timeline.total_s * 1000, abs=1100)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_each_protocol_as_it_ships_completes_with_its_charge_by_polarity(name):
    complete_and_right(name, short=False)


DEMOS = [
    (name, skin, adc)
    for name in ("virtual", "pico_pwm")
    for skin in ("forearm", "resistor:1000", "resistor:2200", "resistor:5000")
    for adc in ("ideal", "rp2040")
]
# The board that ships, and the ends of what it may stand on.
SHORT_DEMOS = {
    *(("virtual", "forearm", "ideal"), ("pico_pwm", "forearm", "rp2040")),
    *(("pico_pwm", "resistor:1000", "rp2040"), ("pico_pwm", "resistor:5000", "rp2040")),
}


@pytest.mark.parametrize(
    ("name", "skin", "adc"),
    [pytest.param(*demo, marks=() if demo in SHORT_DEMOS else pytest.mark.long) for demo in DEMOS],
)
@pytest.mark.short_cases("pico_pwm-resistor:1000-rp2040", "virtual-forearm-ideal")
def test_the_demo_completes_in_12_s_on_its_skin_and_on_plain_resistors(name, skin, adc):
    board = load_board(name).BOARD
    job = Job(
        protocol=compile_protocol(load("demo"), profile("eu"), board),
        board=board,
        skin=skin,
        adc=adc,
        calibration=calibration_for(board, adc, 1),
    )
    result = run_virtual(job, [])
    assert result.outcome == "complete"
    assert 11e6 <= result.duration_us <= 13e6
    assert result.true_peak_ua <= 303
    assert result.dose_uc == pytest.approx(3000, rel=0.01)
    # 3 %: the converter, calibrated, is right to 10 uA of 300.
    assert result.true_charge_uc == pytest.approx(3000, rel=0.01 if adc == "ideal" else 0.033)


def test_a_reversal_switches_once_and_at_no_current():
    _, board, run = ran("tapwater-reversal", True)
    assert len(run.plant.switched_ua) == 1
    assert run.plant.switched_ua[0] <= max(20, board.full_scale_ua / 1000)
    [event] = [one for one in run.events if one.code == codes.EVENT_POLARITY]
    assert event.a == -1


def test_a_start_and_a_reversal_take_as_long_as_every_plan_says():
    _, _, run = ran("tapwater-reversal", True)
    states = [(one.t_ms, one.a) for one in run.events if one.code == codes.EVENT_STATE]
    first_ms, again_ms = (t_ms for t_ms, state in states if state == codes.STATE_RAMP)
    [rest_ms] = [t_ms for t_ms, state in states if state == codes.STATE_REST]
    assert first_ms == pytest.approx(float(START_S) * 1000, abs=10)
    assert again_ms - rest_ms == pytest.approx(float(RESTART_S) * 1000, abs=10)


class ChargeByTick:
    """The charge that has flowed, tick by tick."""

    def __init__(self):
        self._seen = []

    def __call__(self, plant):
        self._seen.append((plant.now_us, plant.truth.charge_uc))

    def each_uc(self, begun_us, period_us):
        """The charge of each period from `begun_us` on."""
        marks_uc = []
        for now_us, charge_uc in self._seen:
            while now_us >= begun_us + len(marks_uc) * period_us:
                marks_uc.append(charge_uc)
        return [late_uc - early_uc for early_uc, late_uc in pairwise(marks_uc)]


@pytest.mark.parametrize(
    ("board", "level_ua", "on_ms", "off_ms", "edge_ms"),
    [
        ("virtual", 2000, 10, 10, 1),
        ("virtual", 2000, 50, 50, 5),
        ("virtual", 5000, 400, 100, 40),
        ("virtual_500ua", 100, 2000, 1000, 10),
        ("virtual_500ua", 100, 20, 40, 2),
        ("virtual_30ma", 8000, 50, 50, 5),
        ("virtual_30ma", 30000, 100, 300, 20),
    ],
)
@pytest.mark.short_cases(
    "virtual-5000-400-100-40",
    "virtual_30ma-8000-50-50-5",
    "virtual_500ua-100-20-40-2",
    "virtual-2000-10-10-1",
    "virtual-2000-50-50-5",
)
def test_a_pulse_carries_what_is_programmed(board, level_ua, on_ms, off_ms, edge_ms):
    made = protocol_words(
        [train(level_ua, on_ms, off_ms, 12, edge_ms)],
        peak_ua=level_ua,
        slew_ua_s=1000,
        down_slew_ua_s=1000,
    )
    made[program.H_AREA_MM2] = 20000
    charge = ChargeByTick()
    found = Run(made, board_of(board), "resistor:1000", each=charge)
    assert found.last["outcome"] == "complete"
    begun_ms = next(
        one.t_ms
        for one in found.events
        if one.code == codes.EVENT_STATE and one.a == codes.STATE_PULSE
    )
    # From the middle of one off part to the middle of the next.
    period_us = segments_of(made)[0].period_ms * 1000
    programmed_uc = level_ua * (on_ms + edge_ms) / 1000
    pulses_uc = charge.each_uc((begun_ms - off_ms // 2) * 1000, period_us)[:12]
    assert len(pulses_uc) >= 11
    for pulse_uc in pulses_uc[1:-1]:  # the first and the last have a neighbour of another kind
        assert pulse_uc == pytest.approx(programmed_uc, abs=max(0.01 * programmed_uc, 1.0))


def test_a_set_point_moves_by_ramp_within_the_peak_and_the_record_says_so():
    made = protocol_words([hold_time(1000, 8000)], peak_ua=2000)
    currents_ua = []
    run = Run(
        made,
        board_of("virtual"),
        "resistor:5000",
        [(4.0, "set 4000")],
        each=lambda plant: currents_ua.append(plant.load_ua),
    )
    assert run.last["outcome"] == "complete"
    assert 2000 <= run.truth.peak_ua <= 2003
    climbs_ua = [late - early for early, late in zip(currents_ua, currents_ua[100:], strict=False)]
    assert max(climbs_ua[500:]) <= 500 * 0.1 + 5
    [event] = [one for one in run.events if one.code == codes.EVENT_COMMAND]
    assert event.b == 4000
