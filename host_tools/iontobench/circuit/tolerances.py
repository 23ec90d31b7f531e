"""Corners and Monte Carlo: parts moved within the tolerances that the list of parts gives.

Resistors and capacitors by their own tolerance, comparators by their offset, references by theirs,
and for the dead-man its supply and temperature. Seeded. Must not judge what comes out.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .bench import stage
from .conversion import compliance_of
from .guards import dead_man_alone, hold
from .netlist import Netlist
from .parts_list import parts_list

OFFSET_V = 3.5e-3  # most of a TLV1704 over temperature
REFERENCE = 0.005  # of the LM4040
V5_SPAN_V = (4.5, 5.25)
TEMPERATURE_SPAN_C = (-10.0, 60.0)
HV_SPAN_V = (45.2, 46.0)  # S-27
VTO_SPAN_V = (-3.5, -1.5)  # of a ZVP3310F
# What moves each guard.
DEAD_MAN_PARTS = ("C311", "C312", "C313", "R312", "R313", "R315", "R316")
LIMITER_PARTS = ("R401", "R403", "R404", "R405", "R406", "C402", "R601")


@dataclass(frozen=True)
class Corner:
    """One drawing: what each part is, as a share of its tolerance from -1 to 1."""

    shares: dict[str, float]
    offset_v: float = 0.0
    reference: float = 0.0
    v5_v: float = 5.0
    temp_c: float = 27.0
    last: int = field(default=0)  # where ENABLE freezes

    def apply(self, netlist: Netlist) -> Netlist:
        """The netlist with these parts."""
        tolerances = {part.reference: part.tolerance_share for part in parts_list()}
        for name, share in self.shares.items():
            netlist = netlist.scaled(name, 1 + share * tolerances[name])
        return netlist


def dead_man_corners() -> Iterator[Corner]:
    """Every corner: pump and hold capacitors, the rest, supply, temperature, either level."""
    for pump in (-1.0, 1.0):
        for slow in (-1.0, 1.0):
            for v5_v in V5_SPAN_V:
                for temp_c in TEMPERATURE_SPAN_C:
                    for last in (0, 1):
                        shares = {
                            "C311": pump,
                            "C312": pump,
                            "C313": slow,
                            "R313": slow,
                            "R312": slow,
                            "R315": slow,
                            "R316": -slow,
                        }
                        offset = slow * OFFSET_V
                        yield Corner(shares, offset, 0.0, v5_v, temp_c, last)


def drawn(parts: Iterable[str], count: int, seed: int) -> Iterator[Corner]:
    """Corners drawn at random, uniform within the tolerances."""
    dice = random.Random(seed)
    names = tuple(parts)
    for _ in range(count):
        yield Corner(
            {name: dice.uniform(-1, 1) for name in names},
            dice.uniform(-OFFSET_V, OFFSET_V),
            dice.uniform(-REFERENCE, REFERENCE),
            dice.uniform(*V5_SPAN_V),
            dice.uniform(*TEMPERATURE_SPAN_C),
            dice.randint(0, 1),
        )


def hold_ms(corner: Corner) -> float:
    """The dead-man's hold there."""
    netlist = corner.apply(dead_man_alone()).with_parameter("XU4C", "vos", corner.offset_v)
    return hold(corner.last, netlist, temp_c=corner.temp_c, v5_v=corner.v5_v)["hold_ms"]


def limiter_stage(corner: Corner, netlist: Netlist) -> Netlist:
    """The stage with a limiter of that corner."""
    moved = corner.apply(netlist).with_parameter("XU4A", "vos", corner.offset_v)
    # The reference's error as one of the divider that it feeds: the threshold is their product.
    return (
        moved.with_parameter("XU4B", "vos", -corner.offset_v)
        .substituted("R403 r25 ", "R403 r25_moved ")
        .added(f"Br25_moved r25_moved 0 v=v(r25)*{1 + corner.reference:.6f}")
    )


def limiter_corners() -> Iterator[Corner]:
    """The lowest and the highest threshold: shunts, divider, offset and reference."""
    for sign in (-1.0, 1.0):
        shares = {"R401": sign, "R601": sign, "R403": sign, "R404": -sign, "R405": -sign}
        yield Corner(shares, sign * OFFSET_V, -sign * REFERENCE)


def compliance_corners() -> Iterator[dict[str, float]]:
    """The compliance in each corner of the high voltage, the transistors' threshold, temperature.

    Shunts and the copy's resistor are of 0.1 %: 3 mV at 5 mA, less than a step of the sweep.
    """
    text = "ZVP3310F PMOS(LEVEL=1 VTO="
    for hv_v in HV_SPAN_V:
        for vto_v in VTO_SPAN_V:
            for temp_c in TEMPERATURE_SPAN_C:
                moved = stage().substituted(f"{text}-2.5", f"{text}{vto_v}")
                yield compliance_of(moved, hv_v, temp_c)
