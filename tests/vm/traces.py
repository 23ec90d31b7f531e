"""The same ticks on CPython and in the VM: equal integers, nothing allocated, nothing overflowed.

A test supplies a `Driver` (`runner.py` says what its source defines) and cases: `(params, rows)`,
all integers. Ticks are numbered from 0; a difference is shown where it begins. The VM keeps
bytecode frames on a stack of its own, so a frame that the chip would put on its heap is not seen
here: that is the chip tier's to find.
"""

import tempfile
from array import array
from dataclasses import dataclass
from pathlib import Path

from . import runner
from .install import HERE

SMALL_MAX = 0x3FFFFFFF
RUNNER = (HERE / "runner.py").read_text(encoding="utf-8")
_VM_CELLS = "/cells"
NEEDED_HEAP = "the VM needed heap: an allocation, or an integer beyond 31 bits"


class TraceDifference(AssertionError):
    """The two Pythons disagree, or the VM needed heap where none may be taken."""


@dataclass(frozen=True)
class Driver:
    """Source that both Pythons run, and the name that tracebacks give it."""

    source: str
    file: str = "driver.py"

    @classmethod
    def read(cls, name):
        """The driver `drivers/<name>.py`."""
        path = HERE / "drivers" / f"{name}.py"
        return cls(path.read_text(encoding="utf-8"), path.name)


@dataclass(frozen=True)
class Trace:
    """What a driver's integers were: row n before tick n, the last row after all ticks."""

    columns: list[str]
    rows: int
    ticks: int
    heap_tick: int
    cells: array

    def row(self, number):
        """One row of integers."""
        width = len(self.columns)
        return self.cells[number * width : (number + 1) * width]

    def column(self, name):
        """One column, all rows of it."""
        at = self.columns.index(name)
        return self.cells[at : self.rows * len(self.columns) : len(self.columns)]

    def named(self, number):
        """One row by the names of its columns."""
        return dict(zip(self.columns, self.row(number), strict=True))


def assert_same_traces(vm, driver, cases, mode=runner.TRACED):
    """Run all cases on both Pythons; return CPython's traces.

    CPython goes first: what is simply wrong fails there, with the better traceback.

    Args:
        cases: `(params, rows)` each; all go to the VM in one request. Rows may be a number of
            ticks.
        mode: of `runner.py`. TRACED and LOCKED find an allocation or an integer beyond 31 bits
            even where it leaves no trace; OPEN is for what is no tick.

    Raises:
        TraceDifference: with the case, tick, column and inputs of the first difference.
    """
    args = driver.source, driver.file, cases, mode
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cells")
        here = _traces(runner.run_cases(*args, path), path.read_bytes())
    results = vm.call(RUNNER, "run_cases", *args, _VM_CELLS, file="runner.py")
    there = _traces(results, vm.take_file(_VM_CELLS))
    for number, (case, cpython, micropython) in enumerate(zip(cases, here, there, strict=True)):
        _compare(f"case {number}", case, cpython, micropython)
    return here


def assert_takes_no_bytes(vm, driver, params, rows):
    """Run a driver with the heap open and the collector off: not a byte may be taken.

    Raises:
        TraceDifference: with the number of bytes.
    """
    args = driver.source, driver.file, params, rows
    runner.run_counted(*args)
    taken = vm.call(RUNNER, "run_counted", *args, file="runner.py")
    if taken:
        raise TraceDifference(f"{driver.file}: {taken} bytes taken from the heap")


def _traces(results, cells):
    """Results and cells of `runner.run_cases`, case by case; blocks are padded with zeros."""
    traces = []
    for result in results:
        width = len(result["columns"])
        blocks = -(-result["rows"] // runner.BLOCK_ROWS)
        size = 4 * blocks * runner.BLOCK_ROWS * width
        traces.append(Trace(**result, cells=array("i", cells[: 4 * result["rows"] * width])))
        cells = cells[size:]
    return traces


def _compare(label, case, cpython, micropython):
    if cpython.columns != micropython.columns:
        raise TraceDifference(f"columns: CPython {cpython.columns}, VM {micropython.columns}")
    for at in range(min(cpython.rows, micropython.rows)):
        if cpython.row(at) != micropython.row(at):
            others = micropython.named(at)
            wrong = [
                f"{name}: CPython {value}, VM {others[name]}"
                for name, value in cpython.named(at).items()
                if value != others[name]
            ]
            raise TraceDifference(_report(label, case, cpython, at - 1, "; ".join(wrong)))
    if micropython.heap_tick != runner.NEVER:
        tick = micropython.heap_tick
        raise TraceDifference(_report(label, case, micropython, tick, NEEDED_HEAP))
    if cpython.rows != micropython.rows:
        raise TraceDifference(f"{label}: rows: CPython {cpython.rows}, VM {micropython.rows}")
    _check_31_bits(label, case, cpython)


def _check_31_bits(label, case, cpython):
    """For ticks that ran unlocked, where both Pythons agree on an integer too large."""
    if not cpython.cells or -SMALL_MAX <= min(cpython.cells) <= max(cpython.cells) <= SMALL_MAX:
        return
    for at in range(cpython.rows):
        for name, value in cpython.named(at).items():
            if not -SMALL_MAX <= value <= SMALL_MAX:
                what = f"{name}: {value} is beyond 31 bits"
                raise TraceDifference(_report(label, case, cpython, at - 1, what))


def _report(label, case, trace, tick, what):
    """What was wrong, after which inputs, from which integers."""
    params, rows = case
    if tick < 0:
        return f"{label}, after start: {what}\n  params {params}"
    inputs = rows[tick] if isinstance(rows, list) and tick < len(rows) else rows
    before = trace.named(min(tick, trace.rows - 1)) if trace.rows else "not known"
    return f"{label}, tick {tick}: {what}\n  params {params}\n  inputs {inputs}\n  before {before}"
