"""Tests of the trace comparison: what it must find, it finds, and says where."""

import shutil

import pytest

from .harness import FIRMWARE, Vm, VmError
from .runner import OPEN
from .traces import Driver, TraceDifference, assert_same_traces

HEAD = """
import sys

class State:
    def __init__(self, params):
        self.sum_q4 = params[0]
        self.only_there = 0

def start(params):
    return State(params)
"""
SUM = HEAD + "def step(state, row):\n    state.sum_q4 = state.sum_q4 + row[0] * row[1]\n"
TELLTALE = (
    HEAD
    + """
def step(state, row):
    state.sum_q4 += row[0]
    if row[0] == 5 and sys.implementation.name == "micropython":
        state.only_there = 7
"""
)


def test_equal_ticks_pass_and_return_the_trace_by_column(vm):
    cases = [([1], [[2, 3], [-4, 5]]), ([0], [[0x3FFFFFFF, 1], [-1, 0x3FFFFFFF]])]
    traces = assert_same_traces(vm, Driver(SUM), cases)
    assert [list(trace.column("sum_q4")) for trace in traces] == [[1, 7, -13], [0, 0x3FFFFFFF, 0]]


def test_the_first_difference_is_shown_with_case_tick_column_inputs_and_state(vm):
    cases = [([0], [[1], [2]]), ([10], [[3], [4], [5], [6]])]
    with pytest.raises(TraceDifference) as caught:
        assert_same_traces(vm, Driver(TELLTALE), cases)
    text = str(caught.value)
    assert "case 1, tick 2: only_there: CPython 0, VM 7" in text
    assert "inputs [5]" in text
    assert "params [10]" in text
    assert "'sum_q4': 17" in text


def test_a_product_of_two_to_the_thirty_that_leaves_no_trace_is_caught_in_the_vm(vm):
    source = HEAD + "def step(state, row):\n    state.sum_q4 = (row[0] * row[1]) >> 20\n"
    fits, overflows = [32767, 32768], [32768, 32768]
    assert_same_traces(vm, Driver(source), [([0], [fits])])
    with pytest.raises(TraceDifference, match="case 0, tick 1: the VM needed heap"):
        assert_same_traces(vm, Driver(source), [([0], [fits, overflows])])


def test_an_allocation_in_a_tick_is_caught_though_the_integers_agree(vm):
    source = HEAD + "def step(state, row):\n    state.sum_q4 = max([row[0], row[1]])\n"
    with pytest.raises(TraceDifference, match="tick 0: the VM needed heap"):
        assert_same_traces(vm, Driver(source), [([0], [[1, 2]])])
    assert_same_traces(vm, Driver(source), [([0], [[1, 2]])], mode=OPEN)


def test_a_column_that_turns_into_a_float_is_refused(vm):
    source = HEAD + "def step(state, row):\n    state.sum_q4 = row[0] / 2\n"
    with pytest.raises(TypeError, match="sum_q4 is no integer"):
        assert_same_traces(vm, Driver(source), [([0], [[4]])])


def test_a_column_beyond_31_bits_is_refused_locked_or_not(vm):
    cases = [([1], [[0, 0], [0x3FFFFFFF, 1]])]
    with pytest.raises(TraceDifference, match="case 0, tick 1: the VM needed heap"):
        assert_same_traces(vm, Driver(SUM), cases)
    with pytest.raises(TraceDifference, match="tick 1: sum_q4: 1073741824 is beyond 31 bits"):
        assert_same_traces(vm, Driver(SUM), cases, mode=OPEN)


def test_integers_of_held_objects_are_columns_too(vm):
    source = """
class Inner:
    def __init__(self):
        self.inner_ua = 1
        self.ring = bytearray(4)

class State:
    def __init__(self):
        self.inner = Inner()
        self.again = self
        self.flag = True

def start(params):
    return State()

def step(state, row):
    state.inner.inner_ua += row[0]
"""
    trace = assert_same_traces(vm, Driver(source), [([], [[2]])])[0]
    assert trace.named(0) == {"flag": 1, "inner.inner_ua": 1}
    assert trace.named(1) == {"flag": 1, "inner.inner_ua": 3}


def test_a_name_that_only_cpython_has_fails_with_the_traceback_of_the_vm(vm):
    source = HEAD + "def step(state, row):\n    state.sum_q4 = (5).bit_length()\n"
    with pytest.raises(VmError, match=r"driver.py.*\n.*bit_length"):
        assert_same_traces(vm, Driver(source), [([0], [[1]])], mode=OPEN)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("return super().step(target_q4, slew_ua_s, dt_us + 1)", r"tick 0: .*ramp\._remainder_pa"),
        ("return super().step(*(target_q4, slew_ua_s, dt_us))", "tick 0: the VM needed heap"),
    ],
)
def test_firmware_that_differs_or_allocates_in_the_vm_alone_is_found(
    vm_path, tmp_path, body, found
):
    shutil.copytree(FIRMWARE / "ionto", tmp_path / "ionto")
    with open(tmp_path / "ionto/core/ramp.py", "a", encoding="utf-8") as ramp:
        ramp.write("\n\nclass Ramp(Ramp):\n    def step(self, target_q4, slew_ua_s, dt_us):\n")
        ramp.write(f"        {body}\n")
    with Vm(vm_path, tmp_path) as odd, pytest.raises(TraceDifference, match=found):
        assert_same_traces(odd, Driver.read("ramp"), [([], [[0, 16, 1000, 100, 0]])])
