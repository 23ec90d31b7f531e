"""The harness itself: a result comes back, an error keeps its traceback, a hang ends."""

import pytest

from .harness import VmDied, VmError, VmHang

LOCKED_FOR_GOOD = """
import micropython

def run():
    micropython.heap_lock()
    return [1, 2]
"""


def test_the_vm_is_micropython_with_31_bit_small_ints(vm):
    source = """
import sys, micropython

def fits(value, step):
    micropython.heap_lock()
    try:
        value + step
    except MemoryError:
        return False
    finally:
        micropython.heap_unlock()
    return True

def run():
    top, bottom = 0x3fffffff, -0x3fffffff - 1
    return [sys.implementation.name, fits(top - 1, 1), fits(top, 1), fits(bottom, -1)]
"""
    assert vm.call(source, "run") == ["micropython", True, False, False]


def test_a_call_takes_arguments_and_returns_json(vm):
    source = "def run(a, b):\n    return {'sum': a + b[0], 'text': 'µΩ'}\n"
    assert vm.call(source, "run", 40, [2]) == {"sum": 42, "text": "µΩ"}


def test_exec_returns_what_was_printed_and_keeps_the_main_module(vm):
    vm.exec("kept = 6")
    assert vm.exec("print(kept * 7)\nprint('end')") == "42\nend"


def test_a_call_does_not_see_the_names_of_another(vm):
    vm.call("leftover = 1\ndef run(): return leftover", "run")
    with pytest.raises(VmError) as caught:
        vm.call("def run(): return leftover", "run")
    assert caught.value.kind == "NameError"


def test_an_error_carries_the_traceback_of_the_vm_with_file_and_line(vm):
    source = "def deeper():\n    return 1 // 0\n\ndef run():\n    print('before')\n    deeper()\n"
    with pytest.raises(VmError) as caught:
        vm.call(source, "run", file="mine.py")
    assert caught.value.kind == "ZeroDivisionError"
    assert 'File "mine.py", line 2, in deeper' in str(caught.value)
    assert str(caught.value).startswith("before\n")


def test_the_firmware_package_loads_with_its_relative_imports_and_folded_consts(vm):
    source = """
def run():
    from ionto.core import ramp, units
    return [units.TICK_US, hasattr(ramp, "_PA_PER_Q4"), ramp.Ramp().step(16, 1000, 1000)]
"""
    assert vm.call(source, "run") == [1000, False, 16]


def test_an_endless_loop_is_killed_and_the_next_request_meets_a_new_vm(vm):
    vm.exec("survivor = 1")
    with pytest.raises(VmHang):
        vm.exec("while True: pass", timeout_s=0.5)
    assert vm.exec("print('survivor' in globals())") == "False"
    assert vm.call("def run():\n    import ionto.core.units as u\n    return u.UA_Q4", "run") == 16


@pytest.mark.long
def test_a_heap_left_locked_ends_as_an_error_not_as_a_dead_test_run(vm):
    with pytest.raises((VmHang, VmError)):
        vm.call(LOCKED_FOR_GOOD, "run", timeout_s=2.0)
    vm.restart()
    assert vm.exec("print([1])") == "[1]"


def test_a_vm_that_ends_by_itself_says_so_and_comes_back(vm):
    with pytest.raises(VmDied, match="code 7"):
        vm.exec("import js\njs.process.exit(7)")
    assert vm.exec("print(1)") == "1"
