"""One course of pins and leads, driven into the circuit and into the simulated stage alike.

A course is what the Pico's pins and the leads do, in ms; `in_circuit` and `in_plant` run it and
return the load's current on the same grid. Edges are moments after which the two may differ for a
millisecond: their charge above where the current then stands is compared instead. Must not judge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.noise import seeded
from iontobench.sim.skin import RcParams

from .bench import (
    FULL_SCALE_UA,
    LOAD,
    PIN_V,
    DummyLoad,
    PinDrive,
    StageBench,
    line,
    share,
    stage,
    steps,
)
from .netlist import Netlist
from .ngspice import Array, transient

Steps = tuple[tuple[float, float], ...]  # (ms, value from there on)
ARMED_MS = 0.5  # a pulse of REARM, for the latch's state is any in a circuit simulator
AFTER_MS = 1.0  # of an edge
_GRID_MS = 0.05
_JUMP_UA = FULL_SCALE_UA / 200  # a step of the drive that is an edge: the firmware's ramps are not
_NOMINAL_SHARE = 1.008  # 40.33 V at 5 mA
_US = 1000  # in a ms


@dataclass(frozen=True)
class Course:
    """What pins and leads do. Levels are 0 or 1; `drive` is in uA; polarity 1 turns the load."""

    name: str
    ohm: float
    end_ms: float
    drive: Steps
    gate: Steps
    enable: Steps = ()  # empty: an edge each ms from 1 ms on
    lim_test: Steps = ()
    rearm: Steps = ()  # a pulse of 3 us at each 1
    polarity: Steps = ()
    probe: Steps = ()
    contact: Steps = ()
    load_step: tuple[float, float] | None = None  # ms, and the resistance from there on
    parallel_nf: float = 0.0
    series_ohm: float = 1.0
    looks_ms: tuple[float, ...] = ()  # where else a charge is compared: a chain closes, a trip

    def pumped(self) -> Steps:
        """ENABLE's edges."""
        if self.enable:
            return self.enable
        return tuple((1.0 + k, (k + 1) % 2) for k in range(int(self.end_ms)))

    def edges_ms(self) -> list[float]:
        """When something jumps, but for ENABLE."""
        found = {0.0, *self.looks_ms}
        if self.load_step is not None:
            found.add(self.load_step[0])
        for given in (self.gate, self.polarity, self.probe, self.contact, self.rearm):
            found |= {t_ms for t_ms, _ in given}
        for (_, before), (t_ms, after) in zip(((0, 0), *self.drive), self.drive, strict=False):
            if abs(after - before) > _JUMP_UA:
                found.add(t_ms)
        return sorted(found)


@dataclass(frozen=True)
class Trace:
    """The load's current on the grid, the charge through it so far, and the latch."""

    t_ms: Array
    load_ua: Array
    charge_nc: Array
    tripped: NDArray[np.bool_]  # the latch

    def excess_nc(self, from_ms: float, to_ms: float) -> float:
        """The charge of a stretch above the current at its end."""
        charge = np.interp([from_ms, to_ms], self.t_ms, self.charge_nc)
        end_ua = np.interp(to_ms, self.t_ms, self.load_ua)
        return float(charge[1] - charge[0] - end_ua * (to_ms - from_ms))


def grid(course: Course) -> Array:
    """The times at which both are looked at."""
    return np.arange(0.0, course.end_ms + _GRID_MS / 2, _GRID_MS)


def deck(course: Course, netlist: Netlist | None = None) -> str:
    """The text for ngspice."""
    gate, lim_test, polarity, probe = (
        steps([(t, PIN_V * level) for t, level in given])
        for given in (course.gate, course.lim_test, course.polarity, course.probe)
    )
    enable = steps([(t, PIN_V * level) for t, level in course.pumped()], 1e-4)
    rises = [t for t, level in ((ARMED_MS, 1), *course.rearm) if level]
    rearm = steps([p for t in rises for p in ((t, PIN_V), (t + 0.003, 0.0))], 1e-5)
    duty = steps([(t, share(ua)) for t, ua in course.drive])
    drive = PinDrive(gate, enable, probe, polarity, lim_test, rearm, duty)
    load = DummyLoad(
        course.ohm - course.series_ohm,
        course.series_ohm,
        course.parallel_nf,
        contact=_contact(course) if course.contact else None,
        step=course.load_step,
    )
    return StageBench(drive, load, stage() if netlist is None else netlist).deck()


def in_circuit(course: Course, netlist: Netlist | None = None) -> Trace:
    """Run it in ngspice."""
    result = transient(deck(course, netlist), course.end_ms, 10, LOAD, most_us=40)
    current_ua = result["load_ua"]
    parts_nc = np.diff(result.t_ms) * (current_ua[1:] + current_ua[:-1]) / 2
    charge_nc = np.concatenate(([0.0], np.cumsum(parts_nc)))
    t_ms = grid(course)
    return Trace(
        t_ms,
        np.interp(t_ms, result.t_ms, current_ua),
        np.interp(t_ms, result.t_ms, charge_nc),
        np.interp(t_ms, result.t_ms, result["tripped_v"]) > 2.5,
    )


def _contact(course: Course) -> str:
    points, last = [(0.0, 1.0)], 1.0
    for t_ms, level in course.contact:
        points += [(t_ms, last), (t_ms + 1e-4, level)]
        last = level
    return line(points)


def nominal_bench(course: Course, faults: Sequence[str] = ()) -> SimulatedBench:
    """The simulated stage as nearly nominal as it comes, with the course's load."""
    board = load_board("pico_pwm").BOARD
    load = RcParams(name=course.name, label="", r_ohm=course.ohm, c_nf=course.parallel_nf)
    bench = SimulatedBench(board, load, faults=faults, compliance_share=_NOMINAL_SHARE)
    if course.parallel_nf:
        bench.load.series_kohm = course.series_ohm / 1000
        bench.load.r1_kohm = (course.ohm - course.series_ohm) / 1000
        bench.worsen(1.0)  # takes the load's figures anew
    return bench


def in_plant(course: Course, bench: SimulatedBench | None = None) -> Trace:
    """Run it in the simulated stage."""
    bench = nominal_bench(course) if bench is None else bench
    events = sorted(_events(course), key=lambda event: event[0])
    rows = []
    for t_ms in grid(course):
        now_us = round(t_ms * _US)
        while events and events[0][0] <= now_us:
            at_us, act, value = events.pop(0)
            bench.advance(at_us)
            _act(bench, act, value)
        bench.advance(now_us)
        charge_nc = bench.truth.charge_uc * 1e3
        rows.append((bench.load_current_ua, charge_nc, bench.limiter_tripped))
    load_ua, charge_nc, tripped = np.array(rows).T
    return Trace(grid(course), load_ua, charge_nc, tripped > 0)


def _events(course: Course) -> Iterator[tuple[int, str, float]]:
    acts = {
        "drive": course.drive,
        "gate": course.gate,
        "enable": course.pumped(),
        "lim_test": course.lim_test,
        "rearm": ((ARMED_MS, 1), *course.rearm),
        "polarity": course.polarity,
        "probe": course.probe,
        "contact": course.contact,
    }
    if course.load_step is not None:
        at_ms, then_ohm = course.load_step
        yield round(at_ms * _US), "load", then_ohm / course.ohm
    for act, given in acts.items():
        for t_ms, value in given:
            yield round(t_ms * _US), act, value


def _act(bench: SimulatedBench, act: str, value: float) -> None:
    on = bool(value)
    if act == "drive":
        bench.set_drive(value / FULL_SCALE_UA)
    elif act == "rearm":
        if on:
            bench.rearm()
    elif act == "contact":
        (bench.meet if on else bench.lift)()
    elif act == "load":
        bench.worsen(value)
        bench.edge()
    elif act == "polarity":
        bench.set_polarity(-1 if on else 1)
    else:
        getattr(bench, f"set_{act}")(on)


def ramp(start_ms: float, from_ua: float, to_ua: float, step_ua: float) -> Steps:
    """A step each ms."""
    count = round(abs(to_ua - from_ua) / step_ua)
    way = (to_ua - from_ua) / count
    return tuple((start_ms + k, from_ua + way * k) for k in range(1, count + 1))


LEVELS_10K = Course(
    "10 kΩ: ramp, holds, saturation, re-contact, gate",
    10e3,
    75,
    drive=(
        *ramp(12, 0, 600, 30),
        *((37, 2000), (45, 5000), (52, 1000)),
    ),
    gate=((12, 1), (70, 0)),
    contact=((60, 0), (64, 1)),
)
LEVELS_1K = Course(
    "1 kΩ: holds from 30 µA to 5 mA, re-contact, gate",
    1e3,
    48,
    drive=((5, 30), (20, 500), (26, 5000)),
    gate=((12, 1), (43, 0)),
    contact=((34, 0), (38, 1)),
)
SATURATED_30K = Course(
    "30 kΩ: saturation at 2 mA and back",
    30e3,
    40,
    drive=((5, 500), (20, 2000), (28, 800)),
    gate=((12, 1), (35, 0)),
)
REVERSED = Course(
    "10 kΩ with 100 nF: ramp, reversal at zero",
    10e3,
    56,
    drive=(*ramp(12, 0, 300, 30), (24, 0), (40, 300)),
    gate=((12, 1), (28, 0), (40, 1)),
    polarity=((34, 1),),
    parallel_nf=100.0,
    series_ohm=1e3,
)
CLOSING = Course(
    "1 kΩ: the series switch closes behind a high gate; LIM_TEST; REARM",
    1e3,
    52,
    drive=((2, 30), (24, 45), (36, 0)),
    gate=((3, 1), (30, 0)),
    enable=tuple((8.0 + k, (k + 1) % 2) for k in range(44)),
    lim_test=((25, 1), (34, 0)),
    rearm=((44, 1),),
    looks_ms=(10.5, 25.0),
)
# 15 uA are below the limiter's 28: what trips is the packet of a chain that closes [S-16].
TEST_FIRST = Course(
    "10 kΩ: LIM_TEST before the chain closes",
    10e3,
    16,
    drive=((2, 15),),
    gate=((3, 1),),
    enable=tuple((8.0 + k, (k + 1) % 2) for k in range(8)),
    lim_test=((4, 1),),
    looks_ms=(10.5,),
)
# The port's contract waits 10 ms; sooner, what is wound up goes through the load.
REARMED_SOON = Course(
    "1 kΩ: REARM 1 ms after the gate",
    1e3,
    24,
    drive=((2, 45), (20, 0)),
    gate=((12, 1), (20, 0)),
    lim_test=((14, 1), (20, 0)),
    rearm=((21, 1),),
    looks_ms=(14.0,),
)
SHORT = (LEVELS_10K, LEVELS_1K, SATURATED_30K, REVERSED, CLOSING, TEST_FIRST)

HALVED = tuple(
    Course(
        f"{ohm / 1000:g} kΩ halve at {ua} µA",
        ohm,
        18,
        drive=((2, ua),),
        gate=((12, 1),),
        load_step=(16.0, ohm / 2),
    )
    for ohm, ua in ((8e3, 5000), (16e3, 2000), (5e3, 4500), (1e3, 5100))
)
PROBED = tuple(
    Course(f"PROBE into {ohm:g} Ω", ohm, 12, (), (), probe=((2, 1),)) for ohm in (1.1, 1e4, 1e5)
)


def stepped(seed: int) -> Course:
    """The load step of a seed: any current from 300 µA on, any two loads within 39 V."""
    dice = seeded(seed, "load step")
    level_ua = dice.uniform(300, 5000)
    first_ohm, then_ohm = (dice.uniform(500, 39e6 / level_ua) for _ in range(2))
    name = f"{first_ohm:.0f} to {then_ohm:.0f} Ω at {level_ua:.0f} µA"
    drive, gate = ((2, level_ua),), ((12, 1),)
    return Course(name, first_ohm, 18, drive, gate, load_step=(16.0, then_ohm))


STEPPED = tuple(stepped(seed) for seed in range(6))
LONG = (*HALVED, *PROBED, REARMED_SOON)
