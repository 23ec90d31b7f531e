"""One session on a booted chip, and all that can be seen of it: one run serves many tests.

Emulated seconds are dear, so that what looks at a session without changing it looks at the same
one: the meters of ticks and interrupts, which are outside, and the count of bytes on the heap.
The load is a forearm. Currents in uA, charge in uC, times in us of the emulated chip.
"""

import ast

from .course import Course, by_dose

LOAD = "forearm"
SHORT = (2000, 1_200, 10_000)  # level, charge, slew: some 1.2 s with probe and proof

# The allocation is gc.mem_alloc() before the first tick and after the last, with the heap
# unlocked: locked, a frame too large for its stack would hide [micropython#7373].
_COUNT_BYTES = """
import gc, micropython
_start, _end, _seen = bench._loop.tick.start, bench._port.end, [0, 0]
def _counted(ticks):
    micropython.heap_unlock()
    _seen[0] = gc.mem_alloc()
    for is_over in ticks:
        {each}
        yield is_over
def _counted_end():
    _seen[1] = gc.mem_alloc()
    micropython.heap_lock()
    _end()
bench._loop.tick.start = lambda program, supervised: _counted(_start(program, supervised))
bench._port.end = _counted_end
"""


class Measured:
    """What became of a session; plain values, so that a copy can hand it over.

    `lengths_us` are of ticks, each at most `resolution_us` too short; `intervals_us` from tick to
    tick, `after_us` from a tick's due time to its interrupt. `heap_bytes` are those in use before
    and after the ticks. `items` is what the link told, `truth_uc` and `peak_ua` the load's.
    """

    def __init__(self, booted, made, resolution_us, each="pass"):
        from iontobench.chip.meter import PhaseMeter, TickMeter, due_address

        chip = booted[0]
        phase = PhaseMeter(chip, due_address(chip))
        course = Course(booted, made, LOAD, patch=_COUNT_BYTES.format(each=each))
        ticks = TickMeter(chip, resolution_us=resolution_us)
        course.run_to_end(limit_us=120_000_000)
        ticks.stop()
        phase.stop()
        course.bench.leave()
        self.resolution_us = resolution_us
        self.last = course.bench.last()
        self.lengths_us, self.intervals_us = ticks.lengths_us, ticks.intervals_us
        self.after_us = phase.after_us
        self.heap_bytes = ast.literal_eval(chip.exec("print(_seen)").decode())
        self.items = course.items.items
        truth = course.plant.truth
        self.truth_uc, self.peak_ua = truth.gross_uc, truth.peak_ua


def session(booted, level_ua, charge_uc, slew_ua_s, resolution_us=20):
    """A session of one level until its charge."""
    return Measured(booted, by_dose(level_ua, charge_uc, slew_ua_s), resolution_us)


def allocating(booted, level_ua, charge_uc, slew_ua_s):
    """The same with 16 bytes taken from the heap in each tick."""
    made = by_dose(level_ua, charge_uc, slew_ua_s)
    return Measured(booted, made, 1000, each="bytearray(16)")
