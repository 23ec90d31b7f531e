"""The firmware's own proof on the circuit and on the simulated stage, with single failed parts.

The pins are those of a proof that passes; up to where a proof fails they are the same. What the
senses and the latch then show goes through the firmware's proof, tick by tick, so its own limits
judge both. Must not know them.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from ionto.core import codes
from ionto.core.proof import Proof
from ionto.core.units import (
    INPUT_LIMITER,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_LEN,
    SAMPLE_V,
)
from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort

from .bench import FULL_SCALE_UA, LOAD, SENSES, sense_a_ua, sense_b_ua, sense_v_mv, stage
from .courses import Course, deck, nominal_bench
from .netlist import Netlist
from .ngspice import transient

OHM = 5e3
_FROM_MS = 2  # the first tick; REARM's pulse is over
_MOST_MS = 400
_JUST_MS = 0.002  # the senses are read before the pins move
_Q4 = 16
_PINS = ("drive", "gate", "enable", "lim_test", "rearm")

Reading = tuple[int, int, int, int]  # A and B in _q4, V in mV, the inputs


@dataclass(frozen=True)
class ProofFault:
    """A part that has failed from the start: lines and the same of the simulated stage."""

    name: str
    plant: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    replaced: tuple[str, str] | None = None
    is_open: bool = False

    def netlist(self) -> Netlist:
        """The stage with that fault."""
        made = stage().without(*self.without).added(*self.added)
        return made if self.replaced is None else made.substituted(*self.replaced)


HEALTHY = ProofFault("none")
FAULTS = (
    ProofFault(
        "gate welded",
        ("gate-welded",),
        replaced=("XU7 gated drive 0 gate v33 ", "XU7 gated drive 0 v33 v33 "),
    ),
    ProofFault("series switch welded", ("series-welded",), ("Rfault s_top chain 1",)),
    ProofFault("limiter dead", ("limiter-dead",), ("Rfault delay 0 1",)),
    ProofFault("U4B output low", ("limiter-dead",), ("Rfault trip 0 1",)),
    ProofFault("U5A output high", ("limiter-dead",), ("Rfault armed v5 1",)),
    ProofFault("M4 drain to source", ("limiter-dead",), ("Rfault and_top and_middle 1",)),
    ProofFault("limiter's reference gone", ("limiter-reference",), ("Rfault threshold 0 0.001",)),
    ProofFault("limiter's shunt short", ("limiter-dead",), ("Rfault return_top a_top 1",)),
    ProofFault("dead-man stuck on", ("dead-man-welded",), ("Rfault and_middle 0 1",)),
    ProofFault("dead-man stuck off", ("enable-stuck",), without=("C312",)),
    ProofFault("output transistor short", ("output-short",), ("Rfault chain out_drain 1",)),
    # Without U2: its model works at any supply, and with its output on vee it regulates by vee.
    ProofFault("amplifier stuck", ("amplifier-stuck",), ("Rfault out_high vee 1",), ("XU2",)),
    ProofFault("shunt of A open", ("a-open",), without=("R601",)),
    ProofFault("shunt of A short", ("a-short",), ("Rfault a_top 0 0.1",)),
    ProofFault("shunt of B open", ("b-open",), without=("R612",)),
    ProofFault("shunt of B short", ("b-dead",), ("Rfault leg_2 return_top 0.01",)),
    ProofFault("return on bench ground", ("return-grounded",), ("Rfault lead_2 0 0.1",)),
    ProofFault("open lead", ("open",), is_open=True),
)


def said(proof: Proof) -> str:
    """What a proof that has ended found."""
    return codes.FAULT_NAMES[proof.fault] if proof.fault else "proven"


def in_plant(fault: ProofFault = HEALTHY) -> str:
    """The verdict on the simulated stage."""
    return said(_proof_of_plant(fault)[0])


def _proof_of_plant(fault: ProofFault) -> tuple[Proof, Course]:
    """Run a proof on the simulated stage; what became of it, and its pins as a course."""
    kinds = tuple(f"{kind}@0" for kind in fault.plant)
    bench = nominal_bench(Course(fault.name, OHM, 0, (), ()), kinds)
    port = VirtualPort(bench.board, bench)
    proof = Proof(bench.board)
    buf = [0] * SAMPLE_LEN
    moves: dict[str, list[tuple[float, float]]] = {name: [] for name in _PINS}
    t_ms = _FROM_MS
    for t_ms in range(_FROM_MS, _MOST_MS):
        bench.advance(t_ms * 1000)
        port.sample(buf)
        if proof.step(buf[SAMPLE_A], buf[SAMPLE_B], buf[SAMPLE_V], buf[SAMPLE_INPUTS]):
            break
        for name, value in _moved(proof, bench):
            moves[name].append((float(t_ms), value))
    drive, gate, enable, lim_test, rearm = (tuple(moves[name]) for name in _PINS)
    pins = Course("proof", OHM, float(t_ms), drive, gate, enable, lim_test, rearm)
    return proof, pins


def _moved(proof: Proof, bench: SimulatedBench) -> Iterator[tuple[str, float]]:
    """Set the pins of the simulated stage as the proof asks; say which."""
    if proof.moved:
        proof.moved = 0
        share = proof.drive / bench.board.drive_counts
        bench.set_lim_test(bool(proof.lim_test))
        bench.set_gate(bool(proof.gate))
        bench.set_drive(share)
        yield "lim_test", proof.lim_test
        yield "gate", proof.gate
        yield "drive", share * FULL_SCALE_UA
        if proof.rearm:
            bench.rearm()
            yield "rearm", 1
    if proof.pump:
        bench.pump()
        yield "enable", float(bench.enable)


@functools.cache
def passing() -> Course:
    """The pins of a proof that passes."""
    return _proof_of_plant(HEALTHY)[1]


def in_circuit(fault: ProofFault = HEALTHY) -> str:
    """The verdict on the circuit."""
    proof = Proof(load_board("pico_pwm").BOARD)
    for reading in _readings(fault):
        if proof.step(*reading):
            break
        proof.moved = 0
    return said(proof)


def peak_ua() -> float:
    """The largest current through the circuit's load in a proof that passes."""
    result = transient(deck(passing()), passing().end_ms, 10, LOAD, from_ms=1.5, most_us=40)
    return float(result["load_ua"].max())


def _readings(fault: ProofFault) -> Iterator[Reading]:
    course = passing()
    netlist = fault.netlist()
    text = deck(course, netlist)
    if fault.is_open:
        text = (
            text.replace("Vload lead_1 load_in", "Vload lead_off load_in") + "Roff lead_off 0 1k"
        )
    signals = {**LOAD, **SENSES}
    result = transient(text, course.end_ms, 20, signals, most_us=50)
    for t_ms in range(_FROM_MS, int(course.end_ms) + 1):
        at = {name: result.at(name, t_ms - _JUST_MS) for name in signals}
        a_ua, b_ua = sense_a_ua(at["adc_a_v"]), sense_b_ua(at["adc_b_v"])
        inputs = INPUT_LIMITER if at["tripped_v"] > 2.5 else 0
        yield (
            *(round(float(_Q4 * a_ua)), round(float(_Q4 * b_ua))),
            *(round(float(sense_v_mv(at["adc_v_v"]))), inputs),
        )
