"""Tests of the heap runner: an allocating or overflowing tick is caught at its tick."""

import pytest

from .runner import LOCKED
from .traces import Driver, TraceDifference, assert_same_traces, assert_takes_no_bytes

HEAD = """
class State:
    def __init__(self, params):
        self.value = params[0]
        self.kept = None

def start(params):
    return State(params)
"""
CLEAN = HEAD + "def step(state, row):\n    state.value = (state.value + row[0]) & 0xFFFF\n"
ALLOCATES_AT_40 = (
    HEAD
    + """
def step(state, row):
    if row[0] == 40:
        state.kept = [1, 2]
"""
)
COUNTS_UP = HEAD + "def step(state, row):\n    state.value += 1\n"
LEAKS = HEAD + "def step(state, row):\n    state.kept = [row[0]]\n"


def _last(vm, driver, params, ticks):
    """The last value after `ticks` ticks under one lock."""
    return assert_same_traces(vm, driver, [(params, ticks)], LOCKED)[0].column("value")[-1]


def test_a_clean_tick_passes_both_ways_and_returns_its_last_integers(vm):
    assert _last(vm, Driver(CLEAN), [0], 1000) == (499500 & 0xFFFF)
    assert_takes_no_bytes(vm, Driver(CLEAN), [0], 1000)


def test_a_deliberately_allocating_tick_is_caught_at_its_tick(vm):
    with pytest.raises(TraceDifference, match="tick 40: the VM needed heap"):
        _last(vm, Driver(ALLOCATES_AT_40), [0], 100)


def test_the_tick_that_passes_two_to_the_thirty_is_caught(vm):
    below = 0x3FFFFFFF - 10
    assert _last(vm, Driver(COUNTS_UP), [below], 10) == 0x3FFFFFFF
    with pytest.raises(TraceDifference, match="tick 10: the VM needed heap"):
        _last(vm, Driver(COUNTS_UP), [below], 11)


def test_bytes_taken_unlocked_are_counted_with_the_collector_off(vm):
    with pytest.raises(TraceDifference, match=": 3200 bytes taken"):
        assert_takes_no_bytes(vm, Driver(LEAKS), [0], 100)


def test_the_vm_is_usable_after_a_caught_allocation(vm):
    with pytest.raises(TraceDifference):
        _last(vm, Driver(ALLOCATES_AT_40), [0], 100)
    assert vm.exec("import gc\nprint([gc.isenabled()])") == "[True]"
