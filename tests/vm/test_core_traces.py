"""Every part of the core gives the same integers in the VM as on CPython, tick by tick.

The heap of the VM is locked in every tick, so an allocation or a product of 2^30 fails too.
"""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.tiers import examples

from . import rows
from .cases import (
    batch,
    boards,
    boards_with_programs,
    byte_rows,
    damaged_programs,
)
from .runner import OPEN
from .traces import Driver, assert_same_traces

# Each example is several cases of hundreds of ticks: fewer examples than elsewhere.
few = settings(max_examples=examples(4, 200))
# What runs a whole session or supervisor costs most of all.
fewer = settings(max_examples=examples(2, 200))


@few
@given(batch(st.just([]), rows.ramp_rows))
def test_the_ramp_is_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("ramp"), cases)


@few
@given(batch(rows.regulator_params, rows.regulator_rows))
def test_the_regulator_is_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("regulator"), cases)


@few
@given(batch(st.sampled_from([[1], [-1]]), rows.dose_rows))
def test_the_dose_is_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("dose"), cases)


@few
@given(batch(st.just([5000, 100_000]), rows.probe_rows))
def test_the_probe_is_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("impedance"), cases)


@few
@given(batch(st.sampled_from([[1000], [10_000], [60_000]]), rows.window_rows))
def test_windows_are_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("window"), cases)


@few
@given(batch(st.sampled_from([[10, 0, 6], [1, 3000, 4], [60, 1_000_000, 100]]), rows.steady_rows))
def test_steady_holds_are_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("steady"), cases)


@fewer
@given(batch(boards_with_programs(), rows.supervisor_rows, cases=3))
def test_the_supervisor_is_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("supervisor"), cases)


@fewer
@given(batch(boards_with_programs(), rows.session_rows, cases=3))
def test_the_session_is_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("session"), cases)


@fewer
@given(batch(st.just([]), rows.telemetry_rows, cases=3))
def test_telemetry_is_the_same_in_the_vm_byte_by_byte(vm, cases):
    assert_same_traces(vm, Driver.read("telemetry"), cases)


@few
@given(batch(st.sampled_from([[0], [1]]), byte_rows, cases=6))
def test_the_command_parser_is_the_same_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("command"), cases)


@few
@given(batch(boards, st.lists(damaged_programs(), min_size=1, max_size=6), cases=2))
def test_programs_are_taken_or_refused_in_the_same_words_in_the_vm(vm, cases):
    assert_same_traces(vm, Driver.read("program"), cases, OPEN)
