"""The commonest faults in every phase of a session, each in its time: a slice of the matrix.

The whole of it is `iontobench faults`.
"""

import pytest
from tests.closed_loop.plants import BOARD

from iontobench.campaign.fault_result import NOT_OBSERVABLE, OK
from iontobench.campaign.matrix import PHASES, trials
from iontobench.campaign.trial import run_trial
from iontobench.sim.bench import SimulatedBench

LOAD = "resistor:2000"
COMMONEST = (
    *("open", "stage-on:20000", "stage-on:20000+limiter-dead", "overcurrent:3", "a-dead"),
    *("bridge-flip", "flip:13", "stall:10", "gate-welded"),
)
FAULTS = (
    *COMMONEST,
    *("stage-on:500", "stage-off", "adc-stuck", "sag:4200", "limit-flip", "stop"),
    *("limiter-trip", "dead-man-welded", "limiter-dead"),
)
OTHERS = [phase.name for phase in PHASES if phase.name != "hold"]


@pytest.mark.hazard("H-01", "H-03", "H-08", "H-09", "H-10", "H-11", "H-12", "H-13", "H-18")
@pytest.mark.hazard("H-19", "H-24", "H-27", "H-31")
@pytest.mark.parametrize(
    ("phase", "faults"),
    [
        ("hold", COMMONEST),
        pytest.param("hold", FAULTS, marks=pytest.mark.long),
        # A third of them in turn: each in every third phase.
        *((phase, COMMONEST[at % 3 :: 3]) for at, phase in enumerate(OTHERS)),
        *(pytest.param(phase, FAULTS, marks=pytest.mark.long) for phase in OTHERS),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} faults",
)
@pytest.mark.short_cases(
    "hold-9 faults",
    "turning-3 faults",
    "contact lost-3 faults",
    "pulses-3 faults",
    "ramp up-3 faults",
    "proof-3 faults",
    "probe-3 faults",
)
def test_the_commonest_faults_are_off_in_time_in_each_phase(phase, faults):
    rows = [run_trial(cell) for cell in trials((phase, LOAD)) if cell.case.fault in faults]
    assert len(rows) == len(faults)
    assert [row for row in rows if row.verdict not in (OK, NOT_OBSERVABLE)] == []
    assert sum(row.verdict == OK for row in rows) >= len(faults) - 2


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("clock-rate:1", marks=pytest.mark.hazard("H-29")),
        pytest.param("brown-out", marks=pytest.mark.hazard("H-21")),
        pytest.param("hang", marks=pytest.mark.hazard("H-19", "H-21")),
    ],
)
def test_a_wrong_clock_and_a_processor_that_is_gone_end_in_time_during_a_hold(fault):
    (cell,) = (cell for cell in trials(("hold", LOAD)) if cell.case.fault == fault)
    row = run_trial(cell)
    assert (row.verdict, row.reason) == (OK, None)
    assert row.reaction in ("ramp", "reset")


def test_two_faults_that_each_take_a_lead_off_need_both_leads_back():
    plant = SimulatedBench(BOARD, LOAD, faults=("open@0.001:10", "open@0.004:3"))
    states = []
    for at_ms in (0, 2, 5, 8, 12):
        plant.advance(at_ms * 1000)
        states.append(plant.contact)
    assert states == [True, False, False, False, True]


def test_a_lead_that_comes_back_twice_is_on_once():
    plant = SimulatedBench(BOARD, LOAD)
    plant.meet()
    plant.lift()
    assert not plant.contact
    plant.meet()
    assert plant.contact
