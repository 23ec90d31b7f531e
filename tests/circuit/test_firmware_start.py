"""The firmware's own pins in the circuit: what its proof finds, and that nothing else flows."""

import pytest

from ionto.core import codes
from iontobench.circuit import firmware_start
from iontobench.circuit.bench import stage
from iontobench.circuit.faults import FAULTS

_ON_UA, _TEST_UA = 31.0, 46.0
pytestmark = pytest.mark.usefixtures("ngspice")
_LIMITER = codes.FAULT_LIMITER  # the stage's own limiter was faster
_FOUND = {  # failed part: what the firmware then refuses the start for; 0 is passed
    "M2 drain to source": _LIMITER,
    "M2 drain to source, gate low": _LIMITER,
    "M3 drain to source": codes.FAULT_PROOF_SERIES,
    "M1 drain to source": _LIMITER,
    "R202 short": _LIMITER,
    "R202 open": codes.FAULT_PROOF_STAGE,
    "R211 open": codes.FAULT_LEAK,
    "R213 short": codes.FAULT_LEAK,
    "U2 output low": _LIMITER,
    "U1B output high": _LIMITER,
    "D501 short": 0,
    "C501 short": codes.FAULT_PROOF_STAGE,
    "R401 open": _LIMITER,
    "R401 short": codes.FAULT_PROOF_LIMITER,
    "R601 open": codes.FAULT_SENSES_APART,
    "R601 short": codes.FAULT_PROOF_STAGE,
    "R612 open": codes.FAULT_SENSES_APART,
    "limiter's threshold at 0 V": _LIMITER,
    "U4A output low": codes.FAULT_PROOF_LIMITER,
    "U4B output low": codes.FAULT_PROOF_LIMITER,
    "U5A output low": _LIMITER,
    "U5A output high": codes.FAULT_PROOF_LIMITER,
    "U5B output low": codes.FAULT_PROOF_LIMITER,
    "M4 drain to source": codes.FAULT_PROOF_LIMITER,
    "U4C output low": codes.FAULT_PROOF_STAGE,
    "U4C output open": 0,
    "M5 drain to source": codes.FAULT_PROOF_SERIES,
    "return lead to ground": codes.FAULT_PROOF_STAGE,
}
# Its limiter opens and closes the switch each 75 us, so the circuit runs for 2 ms of it only.
_LATCH_GONE = "U5B output low"


def test_the_firmware_passes_the_circuit_with_the_pins_that_it_was_recorded_with():
    start, again = firmware_start.recorded(), firmware_start.whole().verdict()
    assert (again.fault, again.proven) == (0, 31)
    assert again.states_us == start.states_us
    ramping_us = start.states_us[codes.STATE_RAMP]
    for pin in ("gate", "enable", "probe", "polarity", "lim_test"):
        assert again.edges[pin] == start.edges[pin], pin
    share = [edge for edge in start.edges["duty"] if edge[0] < ramping_us]
    assert list(again.edges["duty"])[: len(share)] == share


@pytest.mark.hazard("H-09", "H-10")
def test_a_gate_that_closes_gives_no_more_than_the_drive():
    conducts, series, limiter, ramp = firmware_start.recorded().rises_us("gate")
    whole = firmware_start.whole()
    assert 29 < whole.peak_ua(conducts) < _ON_UA
    assert 29 < whole.peak_ua(series) < _ON_UA
    assert 43 < whole.peak_ua(limiter) < _TEST_UA
    assert whole.peak_ua(ramp) < 3


@pytest.mark.hazard("H-10")
def test_the_test_current_opens_the_latch_after_lim_test_and_rearm_gives_no_packet():
    whole = firmware_start.whole()
    assert 5 < whole.trips_us() < 20
    start = firmware_start.recorded()
    assert whole.peak_ua(start.rises_us("lim_test")[0], 100) < 150
    assert whole.peak_ua(start.rearms_us[-1], 30_000) < 1


@pytest.mark.hazard("H-10")
def test_a_dead_limiter_does_not_trip_and_the_firmware_refuses_it():
    dead = firmware_start.dead_limiter()
    assert dead.trips_us() == float("inf")
    assert dead.verdict().fault == codes.FAULT_PROOF_LIMITER


@pytest.mark.hazard("H-10")
@pytest.mark.long
def test_a_third_of_the_test_current_trips_nothing_so_no_packet_does():
    # 15 uA into 10 kOhm: in another order the packet trips there (test_tolerances).
    weak = firmware_start.played_limiter(ohm=10e3, drive_factor=1 / 3)
    assert weak.trips_us() == float("inf")
    assert weak.verdict().fault == codes.FAULT_PROOF_LIMITER


def test_every_failed_part_is_known_to_the_proof():
    assert list(_FOUND) == [fault.name for fault in FAULTS]


@pytest.mark.long
@pytest.mark.hazard("H-09", "H-10")
@pytest.mark.parametrize(
    "fault", [one for one in FAULTS if one.name != _LATCH_GONE], ids=lambda one: one.name
)
def test_the_firmware_refuses_a_failed_part(fault):
    shown = firmware_start.played(firmware_start.proof_from_us(), fault.netlist()).verdict()
    assert codes.FAULT_NAMES[shown.fault] == codes.FAULT_NAMES[_FOUND[fault.name]]


@pytest.mark.long
@pytest.mark.hazard("H-10")
def test_the_firmware_refuses_a_limiter_whose_latch_does_not_hold():
    (fault,) = (one for one in FAULTS if one.name == _LATCH_GONE)
    (lim_test_us,) = firmware_start.recorded().rises_us("lim_test")
    gone = firmware_start.played(
        firmware_start.limiter_from_us(), fault.netlist(), until_us=lim_test_us + 1000
    )
    after = gone.result.t_ms > gone.ms(lim_test_us + 100)
    load_ua = abs(gone.result["load_ua"][after])
    assert load_ua.min() < 10
    assert load_ua.max() > 40
    assert gone.verdict().fault == _FOUND[_LATCH_GONE]


@pytest.mark.long
@pytest.mark.hazard("H-09")
def test_a_gate_that_stays_closed_is_refused():
    welded = stage().added("Rwelded gated drive 1")
    shown = firmware_start.played(firmware_start.proof_from_us(), welded).verdict()
    assert shown.fault == codes.FAULT_PROOF_GATE


@pytest.mark.long
@pytest.mark.hazard("H-10")
def test_a_lim_test_that_does_nothing_is_refused():
    shown = firmware_start.played_limiter(stage().added("Rdead lim_test 0 1"))
    assert shown.trips_us() == float("inf")
    assert shown.verdict().fault == codes.FAULT_PROOF_LIMITER


@pytest.mark.long
@pytest.mark.hazard("H-03")
def test_a_load_that_is_not_there_in_the_proof_is_told_as_open():
    shown = firmware_start.played(firmware_start.proof_from_us(), ohm=1e9).verdict()
    assert shown.fault == codes.FAULT_OPEN
