"""A part of the fault matrix on the emulated chip: the same cases, the same required times.

Each strikes in a copy of one session of 2 mA, in its ramp or its hold, or before its start; what
is true comes from the plant and the pins. Left to the virtual bench: what takes many seconds, and
what happens inside the processor, which `test_chip_ways_off` and the link's tests cover.
"""

import pytest

from ionto.core import codes
from iontobench.campaign.required import CASES

from .forks import in_copy

pytestmark = pytest.mark.long

_REQUIRED_MS = {case.fault: case.required_ms for case in CASES}
_APART = (codes.FAULT_SENSES_APART,)
_OPEN = (codes.FAULT_OPEN,)
HOLD = {
    "open": _OPEN,
    # Cut as an open lead; the probe finds the load, and the next proof the stage.
    "stage-off": (codes.FAULT_PROOF_STAGE,),
    "enable-stuck": (codes.FAULT_PROOF_STAGE,),
    "limiter-trip": (codes.FAULT_LIMITER,),
    "overcurrent:1.5": (codes.FAULT_OVERCURRENT,),
    "stage-on:20000": (codes.FAULT_OVERCURRENT, codes.FAULT_OVER_ABSOLUTE, codes.FAULT_LIMITER),
    "weak:0.5": (codes.FAULT_UNDERCURRENT,),
    "bridge-flip": _APART,
    "shoot-through": _APART,
    "a-dead": (codes.FAULT_SENSES_APART, codes.FAULT_OPEN),
    "a-scale:0.5": _APART,
    "a-scale:1.5": (codes.FAULT_SENSES_APART, codes.FAULT_OVERCURRENT),
    "b-dead": _APART,
    "a-offset:500": (codes.FAULT_SENSES_APART, codes.FAULT_OVERCURRENT),
    "b-offset:500": _APART,
    "mux-stuck:0": _APART,
    "mux-stuck:2": (
        codes.FAULT_SENSES_APART,
        codes.FAULT_OPEN,
        codes.FAULT_OVERCURRENT,
        codes.FAULT_OVER_ABSOLUTE,
    ),
    "sag:4200": (codes.FAULT_SUPPLY,),
    "sag:3500": (codes.FAULT_SUPPLY, codes.FAULT_OPEN),
}
# The set point has to move for these to show: 100 uA of it, 10 ms of this ramp.
RAMP = {
    "a-stuck": (codes.FAULT_STUCK, codes.FAULT_SENSES_APART),
    "adc-stuck": (codes.FAULT_STUCK,),
}
_CHANGE_MS = 10
BEFORE = {
    "gate-welded": (codes.FAULT_PROOF_GATE,),
    "series-welded": (codes.FAULT_PROOF_SERIES, codes.FAULT_PROOF_LIMITER),
    "dead-man-welded": (codes.FAULT_PROOF_SERIES,),
    "limiter-dead": (codes.FAULT_PROOF_LIMITER,),
    "stage-off": (codes.FAULT_PROOF_STAGE,),
    "b-dead": (codes.FAULT_PROOF_SIGN,),
}
# So that the faults of the senses find their place between stage and converter.
_LATER = ("b-dead@9000",)


def _strike(course, fault, limit_ms):
    """From the onset until the gate fell, us, then what the board says and whether all is off."""
    kind, _, value = fault.partition(":")
    onset_us = course.inject(kind, float(value) if value else None)
    course.run_to(onset_us + int(limit_ms * 1000))
    gate_us = course.gate_off_us(onset_us)
    course.run_to_end()
    course.bench.leave()
    return gate_us, course.bench.last()["fault"], course.is_off()


def _story(booted):
    from .course import Course, by_time

    course = Course(booted, by_time(2000, 60_000), faults=_LATER)
    course.run_to_current(1000)
    told = {}
    for fault in RAMP:
        told[fault] = in_copy(_strike, course, fault, _REQUIRED_MS[fault] + _CHANGE_MS)
    course.run_to_current(1950)
    course.run_to(course.now_us + 100_000)
    for fault in HOLD:
        told[fault] = in_copy(_strike, course, fault, _REQUIRED_MS[fault])
    return told


@pytest.fixture(scope="module")
def story(booted):
    return in_copy(_story, booted)


@pytest.mark.parametrize("fault", [*RAMP, *HOLD])
def test_the_chip_is_off_within_the_matrixs_time_and_names_the_fault(story, fault):
    gate_us, said, is_off = story[fault]
    assert gate_us is not None, "the gate had not fallen by then"
    assert said in {codes.FAULT_NAMES[code] for code in {**RAMP, **HOLD}[fault]}
    assert is_off


def _refused(booted, fault):
    from .course import Course, by_time

    course = Course(booted, by_time(2000, 60_000), faults=(f"{fault}@0",))
    course.run_to_end()
    course.bench.leave()
    peak_ua = course.plant.truth.peak_ua
    return course.bench.last()["outcome"], course.bench.last()["fault"], peak_ua, course.is_off()


@pytest.mark.parametrize("fault", BEFORE)
def test_the_chips_proof_refuses_a_stage_that_cannot_protect(booted, fault):
    outcome, said, peak_ua, is_off = in_copy(_refused, booted, fault)
    assert outcome == "refused"
    assert said in {codes.FAULT_NAMES[code] for code in BEFORE[fault]}
    assert peak_ua < 100, "the proof's own currents, no ramp"
    assert is_off
