"""What the load of boards/pico_demo gets at most with any part failed, and with any two: at DC.

A fault is a joint of two nodes (a short, a solder bridge, a chip's pins) or a part that is open.
The network is linear: resistors, switches that are open or closed, and sources. Each of the Pico's
outputs, the comparator's output and every switch may stand either way, each on its own, so a pin
that is stuck, a dead comparator or a program gone wrong is no fault here but one of the states.
The current is then the sum of each source's share, and the most of it is that of the worse shares.
Diodes count as open: they are in the dead-man and the indicator alone. Currents in uA, nodes by
their names in the netlist. Must not know what the firmware would do.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from .demo_stage import LOAD_LEAST_OHM, demo_stage
from .netlist import Element, Netlist, number
from .ngspice import Array

RAIL_V = 3.4  # 3.3 V and 3 %
RAIL_FAILED_V = 5.25  # the Pico's regulator passes what USB gives at most
_R_SHARE = 0.99  # the least of a resistor of 1 %
_SWITCH_OHM = 40.0  # the least of a 74HC4066
_PIN_OHM = 20.0  # the least of an output
_JOINT_OHM = 0.01
_RAIL_OHM = 1e-5  # a short of the rail is no fault that helps
_NOWHERE_OHM = 1e12
_GROUND, _RAIL = "0", "v33"
_SOURCES = ("pwm", "gate", "probe", "enable", "run")  # each of them at the rail or at ground
_LOAD = ("n", "return_top")
# Neighbours on the Pico's header, and what stands beside ground or the rail there.
_HEADER = (("pwm", "gate"), ("gate", "0"), ("enable", "0"), ("enable", "probe"))
_HEADER += (("adc_a", "adc_b"), ("adc_b", "0"), ("adc_v", "0"))
_INPUTS = ("adc_a", "adc_b", "adc_v")


@dataclass(frozen=True)
class DemoFault:
    """One thing that is wrong: two nodes joined, a part's line that is gone, or another rail."""

    part: str  # reference; "load" and "leads" are none of the list
    words: str
    joint: tuple[str, str] | None = None
    gone: str = ""  # the line's name
    rail_v: float = RAIL_V

    @property
    def name(self) -> str:
        """As a table has it."""
        return f"{self.part} {self.words}"


def _of_part(reference: str, elements: Sequence[Element]) -> Iterable[DemoFault]:
    """Every joint of two of a part's pins, and each of its lines gone."""
    pins = dict.fromkeys(pin for one in elements for pin in _pins(one))
    for a, b in itertools.combinations(pins, 2):
        words = "short" if len(pins) == 2 else f"{a} to {b}"
        yield DemoFault(reference, words, joint=(a, b))
    if len(pins) == 2:
        yield DemoFault(reference, "open", gone=elements[0].name)


def _pins(one: Element) -> tuple[str, ...]:
    ends = one.fields[: one.fields.index(one.model)]
    return (*ends, _GROUND) if one.name[0] == "X" else ends  # a chip has a pin of ground


def _of_pico() -> Iterable[DemoFault]:
    yield DemoFault("A1", "regulator passes 5.25 V", rail_v=RAIL_FAILED_V)
    for a, b in _HEADER:
        yield DemoFault("A1", f"{a} to {b}", joint=(a, b))
    for pin in _INPUTS:
        yield DemoFault("A1", f"{pin} to {_RAIL}", joint=(pin, _RAIL))


LOAD_SHORT = DemoFault("load", "short")  # the load's own resistance is then a joint's
# Faults of a person's wires and no part's; told apart.
LEADS = (
    DemoFault("leads", "return lead to ground", joint=("return_top", _GROUND)),
    DemoFault("leads", "live lead to ground", joint=("n", _GROUND)),
    DemoFault("leads", "live lead to 3.3 V", joint=("n", _RAIL)),
    DemoFault("leads", "return lead to 3.3 V", joint=("return_top", _RAIL)),
)


def part_faults(netlist: Netlist | None = None) -> tuple[DemoFault, ...]:
    """Every single fault: of the netlist's parts, of the Pico, and the load's short."""
    found: list[DemoFault] = [LOAD_SHORT, *_of_pico()]
    references: dict[str, list[Element]] = {}
    for one in (demo_stage() if netlist is None else netlist).elements():
        references.setdefault(one.reference, []).append(one)
    for reference, elements in references.items():
        found += _of_part(reference, elements)
    return tuple(found)


class DcStage:
    """The stage at direct current, with its load."""

    def __init__(self, netlist: Netlist | None = None, load_ohm: float = LOAD_LEAST_OHM) -> None:
        self._load_ohm = load_ohm
        self._resistors: list[tuple[str, str, str, float]] = []  # name, nodes, least ohm
        self._switches: list[tuple[str, str]] = []
        for one in (demo_stage() if netlist is None else netlist).elements():
            if one.name[0] == "R":
                a, b, said = one.fields
                self._resistors.append((one.name, a, b, _R_SHARE * number(said)))
            elif one.model == "hc4066" and one.fields[0] != one.fields[1]:
                self._switches.append((one.fields[0], one.fields[1]))

    @cached_property
    def _nodes(self) -> dict[str, int]:
        ends = [end for _, *both, _ in self._resistors for end in both]
        ends += [end for both in self._switches for end in both]
        extra = ("hold", "hold_min", "pump", "led", *_SOURCES, *_INPUTS)
        names = dict.fromkeys((*ends, *extra, *_LOAD, _RAIL))
        names.pop(_GROUND, None)
        return {name: at for at, name in enumerate(names)}

    def most_ua(self, faults: Sequence[DemoFault] = ()) -> float:
        """The most that the load can get in any state, either way."""
        return float(self.most_of([faults])[0])

    def most_of(self, cases: Sequence[Sequence[DemoFault]]) -> Array:
        """The same of many cases at once, uA."""
        loads_ohm = np.array(
            [_JOINT_OHM if LOAD_SHORT in case else self._load_ohm for case in cases]
        )
        bases = np.array([self._conductances(case) for case in cases])
        for base, load_ohm in zip(bases, loads_ohm, strict=True):
            self._join(base, *_LOAD, load_ohm)
        rails_v = np.array([max([one.rail_v for one in case] + [RAIL_V]) for case in cases])
        most = np.zeros(len(cases))
        for closed in itertools.product((False, True), repeat=len(self._switches)):
            matrix = bases.copy()
            for is_on, (a, b) in zip(closed, self._switches, strict=True):
                self._join(matrix, a, b, _SWITCH_OHM if is_on else _NOWHERE_OHM)
            np.maximum(most, self._worst_ua(matrix, rails_v, loads_ohm), out=most)
        return most

    def _conductances(self, case: Sequence[DemoFault]) -> Array:
        size = len(self._nodes)
        matrix = np.eye(size) / _NOWHERE_OHM
        gone = {one.gone for one in case}
        for name, a, b, ohm in self._resistors:
            if name not in gone:
                self._join(matrix, a, b, ohm)
        for pin in _SOURCES:
            self._join(matrix, pin, _GROUND, _PIN_OHM)  # to ground or to the rail: no matter
        self._join(matrix, _RAIL, _GROUND, _RAIL_OHM)
        for one in case:
            if one.joint is not None:
                self._join(matrix, *one.joint, _JOINT_OHM)
        return matrix

    def _join(self, matrix: Array, a: str, b: str, ohm: float) -> None:
        nodes = self._nodes
        ends = [nodes[end] for end in (a, b) if end != _GROUND]
        for one in ends:
            matrix[..., one, one] += 1 / ohm
        if len(ends) == 2 and ends[0] != ends[1]:
            matrix[..., ends[0], ends[1]] -= 1 / ohm
            matrix[..., ends[1], ends[0]] -= 1 / ohm

    def _worst_ua(self, matrix: Array, rails_v: Array, loads_ohm: Array) -> Array:
        """The sum of the rail's share and of the shares of the pins that add to it."""
        nodes = self._nodes
        given = np.zeros((len(nodes), 1 + len(_SOURCES)))
        given[nodes[_RAIL], 0] = 1 / _RAIL_OHM
        for at, pin in enumerate(_SOURCES, start=1):
            given[nodes[pin], at] = 1 / _PIN_OHM
        volts = np.linalg.solve(matrix, given)
        over_load = volts[:, nodes[_LOAD[0]]] - volts[:, nodes[_LOAD[1]]]
        shares = over_load / loads_ohm[:, None]
        always, pins = shares[:, 0], shares[:, 1:]
        up = always + np.clip(pins, 0, None).sum(axis=1)
        down = always + np.clip(pins, None, 0).sum(axis=1)
        return 1e6 * rails_v * np.maximum(np.abs(up), np.abs(down))


def singles(stage: DcStage | None = None) -> list[tuple[float, DemoFault]]:
    """Every single fault with the most that the load gets, the worst first."""
    faults = part_faults()
    most = (stage or DcStage()).most_of([(one,) for one in faults])
    return sorted(zip(most.tolist(), faults, strict=True), key=lambda row: -row[0])


@cache
def pairs(stage: DcStage | None = None) -> list[tuple[float, DemoFault, DemoFault]]:
    """Every two faults, two of one part too, the worst first; calculated once in a process."""
    stage = stage or DcStage()
    both = list(itertools.combinations(part_faults(), 2))
    most: list[float] = []
    for at in range(0, len(both), 2000):
        most += stage.most_of(both[at : at + 2000]).tolist()
    rows = [(ua, *pair) for ua, pair in zip(most, both, strict=True)]
    return sorted(rows, key=lambda row: -row[0])
