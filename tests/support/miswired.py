"""Benches that somebody has built wrongly: one row a mistake, and what a bring-up has to name.

A mistake is one of the simulation's faults from the beginning, a line that is not low by itself,
or a plant whose wires are crossed. Currents in uA. Must not know how a mistake is found.
"""

from typing import NamedTuple

from iontobench.bringup.benches import VirtualBringUpBench
from iontobench.bringup.seen import LineSeen
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.plant_state import NEVER_US
from iontobench.sim.senses import CH_A, CH_B, CH_V, Converter

FLOATING = LineSeen(0, 1)  # the chip's pull-up lifts it
HIGH = LineSeen(1, 1)


class Crossed(Converter):
    """A converter whose inputs are on other senses, with other shunts; A, B and V alone.

    Args:
        adc: the one that is wired right; quantity: the plant's, by channel.
        order: which sense each of the inputs A, B and V is on; None: on nothing, at 0 V.
        times: each sense's factor.
        ends: for an input on nothing, the code that it stands at.
    """

    def __init__(self, adc, quantity, order=(CH_A, CH_B, CH_V), times=(1.0, 1.0, 1.0), ends=0):
        self._adc, self._quantity = adc, quantity
        self._order, self._times, self._ends = order, times, ends
        self.name, self.ranges = adc.name, adc.ranges

    def codes3(self, a_ua, b_ua, v_mv):
        a, b, v = (self._code(channel) for channel in (CH_A, CH_B, CH_V))
        return a, b, v

    def code(self, channel, quantity):
        return self._adc.code(channel, quantity) if channel > CH_V else self._code(channel)

    def _code(self, channel):
        sense = self._order[channel]
        if sense is None:
            return self._ends
        return self._adc.code(sense, self._quantity(sense) * self._times[sense])


def crossed(**how):
    """Makes plants whose converter is `Crossed`."""

    class Plant(SimulatedBench):
        def __init__(self, *args):
            super().__init__(*args)
            self.adc = Crossed(self.adc, self.quantity, **how)

    return Plant


class BridgeReversed(SimulatedBench):
    """The bridge's contacts are crossed: at rest the load is the wrong way round."""

    def __init__(self, *args):
        super().__init__(*args)
        super().set_polarity(-1)

    def set_polarity(self, sign):
        super().set_polarity(-sign)


class WithoutGate(SimulatedBench):
    """GATE reaches nothing."""

    def set_gate(self, on):
        pass


class WithoutProbe(SimulatedBench):
    """PROBE reaches nothing."""

    def set_probe(self, on):
        pass


class WithoutLimTest(SimulatedBench):
    """LIM_TEST reaches nothing."""

    def set_lim_test(self, on):
        pass


class WithoutRearm(SimulatedBench):
    """REARM reaches nothing."""

    def rearm(self):
        pass


class LevelHolds(SimulatedBench):
    """The dead-man's pump is bridged: a high level holds it, not edges alone."""

    def pump(self):
        super().pump()
        self._hold()

    def set_enable(self, high):
        super().set_enable(high)
        self._hold()

    def _hold(self):
        if self.enable:
            self.live_us, self.dead_us = min(self.live_us, self.now_us), NEVER_US
        elif self.dead_us == NEVER_US:
            self.dead_us = self.now_us + self.hold_us
        self.switch()


class TenfoldDrive(SimulatedBench):
    """The converter's resistors make ten times the current of its design."""

    def __init__(self, *args):
        super().__init__(*args)
        self.gain = 10.0
        self.recompute()


class Mistake(NamedTuple):
    """One row: what is wrong, at which step it shows, and what has to be named among others."""

    step: str
    named: str
    faults: tuple[str, ...] = ()
    lines: dict[str, LineSeen] | None = None
    plant_for: type[SimulatedBench] = SimulatedBench
    real_ohm: float = 0.0  # of the resistor on the leads, where it is another than told

    def bench(self, board, load_ohm=5000.0):
        """A bench with this mistake."""
        told = VirtualBringUpBench(board, load_ohm, 1, self.faults, self.lines, self.plant_for)
        if self.real_ohm:
            told.load_ohm = self.real_ohm
        return told


MISTAKES = {
    "5 V missing": Mistake("supply", "supply", ("sag@0:0",)),
    "5 V low": Mistake("supply", "supply", ("sag@0:3900",)),
    "gate wire on 3.3 V": Mistake("lines", "high gate", lines={"gate": HIGH}),
    "no pull-down on PROBE": Mistake("pull-downs", "pull-down probe", lines={"probe": FLOATING}),
    "gate wire missing": Mistake(
        "pull-downs", "wire gate", lines={"gate": FLOATING}, plant_for=WithoutGate
    ),
    "dead-man's wire missing": Mistake(
        "pull-downs", "wire enable", ("enable-stuck@0",), {"enable": FLOATING}
    ),
    "reference missing": Mistake("senses", "reference", ("no-reference@0",)),
    "senses swapped": Mistake(
        "senses", "swapped A B", plant_for=crossed(order=(CH_B, CH_A, CH_V))
    ),
    "A and voltage swapped": Mistake(
        "senses", "swapped A V", plant_for=crossed(order=(CH_V, CH_B, CH_A))
    ),
    "senses turned": Mistake(
        "senses", "turned A B V", plant_for=crossed(order=(CH_B, CH_V, CH_A))
    ),
    "sense B not connected": Mistake(
        "senses", "sense B", plant_for=crossed(order=(CH_A, None, CH_V))
    ),
    "amplifiers without supply": Mistake(
        "senses", "amplifiers", plant_for=crossed(order=(None, None, None))
    ),
    "stop on ground": Mistake("senses", "stop line", ("stop@0:0",)),
    "limiter line open": Mistake("senses", "limiter line", ("limiter-trip@0",)),
    "lead open": Mistake("probe", "lead", ("open@0",)),
    "leads shorted": Mistake("probe", "shorted leads", ("short@0:1",)),
    "PROBE's resistor missing": Mistake("open leads", "PROBE", plant_for=WithoutProbe),
    "load voltage dead": Mistake("open leads", "load voltage", ("v-dead@0",)),
    "another resistor": Mistake("probe", "other resistor", real_ohm=10_000.0),
    "high voltage missing": Mistake("switches", "high voltage", ("stage-off@0",)),
    "dead-man dead": Mistake("switches", "chain", ("enable-stuck@0",)),
    "bridge reversed": Mistake("probe", "bridge reversed", plant_for=BridgeReversed),
    "shunt A ten times": Mistake(
        "probe", "A shunt high", plant_for=crossed(times=(10.0, 1.0, 1.0))
    ),
    "shunt A a tenth": Mistake(
        "switches", "A shunt low", plant_for=crossed(times=(0.1, 1.0, 1.0))
    ),
    "shunt B ten times": Mistake(
        "probe", "B shunt high", plant_for=crossed(times=(1.0, 10.0, 1.0))
    ),
    "shunt B a tenth": Mistake(
        "switches", "B shunt low", plant_for=crossed(times=(1.0, 0.1, 1.0))
    ),
    "sense A dead": Mistake("switches", "sense A", ("a-dead@0",)),
    "sense B dead": Mistake("switches", "sense B", ("b-dead@0",)),
    "return on ground": Mistake("switches", "return grounded", ("return-grounded@0",)),
    "drive ten times": Mistake("switches", "drive scale", plant_for=TenfoldDrive),
    "gate stuck": Mistake("switches", "gate stuck", ("gate-welded@0",)),
    "series switch shorted": Mistake("dead-man", "series shorted", ("series-welded@0",)),
    "dead-man conducts": Mistake("dead-man", "dead-man holds", ("dead-man-welded@0",)),
    "dead-man's pump bridged": Mistake("dead-man", "dead-man holds", plant_for=LevelHolds),
    "limiter missing": Mistake("limiter", "limiter dead", ("limiter-dead@0",)),
    "LIM_TEST without effect": Mistake("limiter", "LIM_TEST", plant_for=WithoutLimTest),
    "REARM without effect": Mistake("limiter", "REARM", plant_for=WithoutRearm),
    "bridge stuck": Mistake("bridge", "bridge stuck", ("bridge-welded@0",)),
    "shunt A 20 % high": Mistake(
        "switches", "A shunt high", plant_for=crossed(times=(1.2, 1.0, 1.0))
    ),
    "shunt B 10 % low": Mistake("scale", "B shunt low", plant_for=crossed(times=(1.0, 0.9, 1.0))),
    "divider 10 % high": Mistake("scale", "divider", plant_for=crossed(times=(1.0, 1.0, 1.1))),
}
