"""The half of trace and heap tests that runs on both Pythons: MicroPython-compatible source.

A driver is source that defines `start(params)`, which returns a state object, and one of

- `step(state, row)`: one tick on a row of integers; or
- `run(state, rows, hooks)`: all ticks, with `hooks.lock()` before the first, `hooks.look()` at
  the start of each and `hooks.unlock()` after the last.

Every integer that hangs on the state, its own or of the objects it holds, is a column of the
trace. No time, no randomness.
"""

import gc
from array import array

try:
    from micropython import heap_lock, heap_unlock

    mem_alloc = gc.mem_alloc
except ImportError:  # CPython has no heap to lock: here the same ticks run unlocked

    def heap_lock():
        """Nothing to lock."""

    def heap_unlock():
        """Nothing to unlock."""

    def mem_alloc():
        """Nothing to count."""
        return 0


TRACED = "traced"  # the heap locked in every tick, a row of the trace for each
LOCKED = "locked"  # the heap locked once for all ticks, a row at the end
OPEN = "open"  # the heap never locked, a row for each tick: for what is no tick
NEVER = -1
BLOCK_ROWS = 64
_CELL_MAX = 0x7FFFFFFF
_INTEGERS = (int, bool)  # two unrelated types in MicroPython


class Trace:
    """The integer columns of a state and what they held; the hooks that fill them."""

    def __init__(self, state, mode):
        self._names = []
        self._columns = []
        self._find([], "", state)
        self._locks = mode != OPEN
        self._every = mode != LOCKED
        self._fill = _filling(self._columns) if self._every else None
        self._ticks = 0
        self._heap_tick = NEVER
        self.blocks = []  # of whole rows: one growing array would be copied again and again
        self._used = BLOCK_ROWS * len(self._columns)

    def lock(self):
        """Ticks begin."""
        if self._locks:
            heap_lock()

    def unlock(self):
        """Ticks have ended."""
        if self._locks:
            heap_unlock()

    def look(self):
        """A tick begins; where every tick is traced, the heap opens for a moment."""
        self._ticks += 1
        if self._every:
            self.unlock()
            try:
                self.add_row()
            finally:
                self.lock()

    def add_row(self):
        """Add what the columns hold now, as 32-bit cells."""
        width = len(self._columns)
        if self._used == BLOCK_ROWS * width:
            self.blocks.append(array("i", bytes(4 * BLOCK_ROWS * width)))
            self._used = 0
        self._add_cells(self.blocks[-1], self._used)
        self._used += width

    def _add_cells(self, block, at):
        if self._fill:
            try:
                self._fill(block, at)
                return
            except (TypeError, OverflowError):
                pass  # the way below says which it is, or puts the largest in its place
        width = len(self._columns)
        for thing, attribute in self._columns:
            try:
                is_word = isinstance(thing, array)
                block[at] = thing[attribute] if is_word else getattr(thing, attribute)
            except TypeError:
                value = getattr(thing, attribute)
                raise TypeError(f"{self._names[at % width]} is no integer: {value!r}") from None
            except OverflowError:
                block[at] = _CELL_MAX
            at += 1

    def needed_heap(self):
        """The tick that began last needed heap."""
        self._heap_tick = self._ticks - 1

    def result(self):
        """What belongs to the cells: columns, rows, ticks and the tick that needed heap."""
        width = len(self._columns)
        rows = (len(self.blocks) - 1) * BLOCK_ROWS + self._used // width if self.blocks else 0
        return {
            "columns": self._names,
            "rows": rows,
            "ticks": self._ticks,
            "heap_tick": self._heap_tick,
        }

    def _find(self, seen, prefix, thing):
        seen.append(thing)
        for name in sorted(thing.__dict__):
            value = getattr(thing, name)
            if isinstance(value, _INTEGERS):
                self._names.append(prefix + name)
                self._columns.append((thing, name))
            elif isinstance(value, array):
                for index in range(len(value)):
                    self._names.append(f"{prefix}{name}[{index}]")
                    self._columns.append((value, index))
            elif _is_instance(value) and not any(value is other for other in seen):
                self._find(seen, prefix + name + ".", value)


class Count:
    """Hooks that leave the heap open and count what is taken from it, the collector off."""

    def __init__(self):
        self.taken = 0

    def lock(self):
        """Begin to count."""
        gc.collect()
        gc.disable()
        self.taken = -mem_alloc()

    def unlock(self):
        """End the count."""
        self.taken += mem_alloc()
        gc.enable()

    def look(self):
        """Nothing: this counts."""


def run_cases(source, file, cases, mode, cells_path):
    """Run a driver over each `[params, rows]`; return each case's `Trace.result`.

    The cells of all traces go to a binary file, as JSON of their size takes the VM seconds.

    Row n of a trace is the state before tick n, the last row the one after all. It ends with the
    tick that needed heap, if one did.
    """
    driver = _load(source, file)
    results = []
    with open(cells_path, "wb") as cells:
        for params, rows in cases:
            trace = _traced(driver, params, _rows(rows), mode)
            for block in trace.blocks:
                cells.write(block)
            results.append(trace.result())
    return results


def _traced(driver, params, rows, mode):
    state = driver["start"](params)
    trace = Trace(state, mode)
    try:
        driver["run"](state, rows, trace)
        trace.add_row()
    except MemoryError:
        trace.needed_heap()
    return trace


def run_counted(source, file, params, rows):
    """Bytes that the ticks of a driver took from the heap."""
    driver = _load(source, file)
    state = driver["start"](params)
    count = Count()
    driver["run"](state, _rows(rows), count)
    return count.taken


def _load(source, file):
    """The names that a driver's source defines, `run` among them."""
    scope = {"__name__": "__driver__"}
    exec(compile(source, file, "exec"), scope)
    if "run" not in scope:
        scope["run"] = _runs(scope["step"])
    return scope


def _runs(step):
    """A `run` out of a `step`."""

    def run(state, rows, hooks):
        hooks.lock()
        try:
            for tick in range(len(rows)):
                hooks.look()
                step(state, rows[tick])
        finally:
            hooks.unlock()

    return run


def _rows(rows):
    """Rows as they are; a number stands for as many ticks, whose rows hold their number."""
    return [[tick] for tick in range(rows)] if isinstance(rows, int) else rows


def _filling(columns):
    """A function `fill(block, at)` made for these columns: six times as fast as asking by name."""
    things = []
    lines = ["def fill(block, at):", " pass"]
    for offset, (thing, attribute) in enumerate(columns):
        if not things or things[-1] is not thing:
            lines.append(f" thing = things[{len(things)}]")
            things.append(thing)
        part = f"[{attribute}]" if isinstance(thing, array) else f".{attribute}"
        lines.append(f" block[at + {offset}] = thing{part}")
    scope = {"things": things}
    exec("\n".join(lines), scope)
    return scope["fill"]


def _is_instance(value):
    return hasattr(value, "__dict__") and type(value) not in (type, type(gc), type(_load))
