"""The start of a session as the firmware drives it: its own pins in the circuit, and its verdict.

`recorded` runs the real core on the virtual bench and keeps every pin of probe, proof and the
first milliseconds of the ramp. `played` puts these pins into the circuit. Its `verdict` runs the
same core again, with what the circuit's senses show: so the firmware itself judges the circuit,
and a proof that fails ends as it would on a board. A pin changes at the begin of its
tick; a sample is taken just before. Times in us of the session, from `begin` on. Must not hold a
sequence of pins of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ionto.core import codes
from ionto.core.program import Program
from ionto.core.units import (
    INPUT_LIMITER,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_V,
    UA_Q4,
)
from ionto.tick import Tick
from iontobench.campaign.matrix import short_program
from iontobench.resources import load_board
from iontobench.sim.port import VirtualPort, simulated

from .bench import (
    LOAD,
    PICO_PWM,
    PIN_V,
    BoardStage,
    DummyLoad,
    PinDrive,
    StageBench,
    Waveform,
    once_a_stage,
    pulses,
    sense_a_ua,
    sense_b_ua,
    sense_v_mv,
    steps,
)
from .netlist import Netlist
from .ngspice import Analysis, transient

PINS = ("gate", "enable", "probe", "polarity", "lim_test")
_LEVEL_UA = 300
_OHM = 1000.0
_BEFORE_US = 15_000  # of ENABLE's edges before the proof: then the chain is as closed as ever
_AFTER_US = 12_000  # of the ramp
_ARMED_MS = (0.5, 0.503)  # the latch, whose state a simulator chooses as it likes
_PULSE_MS = 0.003  # of REARM
_STARTED_MS = 1  # then the circuit has left what the simulator began with
_TRIPPED_V = 2.5

Edges = tuple[tuple[int, float], ...]  # us, level


@dataclass(frozen=True)
class RecordedStart:
    """What the pins did: for each the times of its edges, with the level from there on."""

    edges: Mapping[str, Edges]  # PINS, and `duty` as a share
    rearms_us: tuple[int, ...]
    states_us: Mapping[int, int]  # when each state began
    fault: int  # codes.FAULT_*, 0 for none
    proven: int  # codes.PROVEN_*
    end_us: int

    def rises_us(self, pin: str) -> list[int]:
        """When a pin rose, from the proof's begin on."""
        begin_us = self.states_us[codes.STATE_PROOF]
        return [at for at, level in self.edges[pin] if level and at >= begin_us]


class _RecordingPort(VirtualPort):
    """The virtual port; it keeps what each pin does, and may take its samples from the circuit."""

    def __init__(self, board, bench, shown: Callable[[float], list[int]] | None, from_us: float):
        super().__init__(board, bench)
        self.edges: dict[str, list[tuple[int, float]]] = {
            pin: [(0, 0.0)] for pin in (*PINS, "duty")
        }
        self.rearms_us: list[int] = []
        self._shown = shown
        self._from_us = from_us

    def _note(self, pin: str, level: float) -> None:
        edges = self.edges[pin]
        if edges[-1][1] != level:
            edges.append((self.now_us(), level))

    def sample(self, buf) -> None:
        super().sample(buf)
        if self._shown is not None and self.now_us() >= self._from_us:
            a_q4, b_q4, load_mv, inputs = self._shown(self.now_us())
            buf[SAMPLE_A], buf[SAMPLE_B], buf[SAMPLE_V] = a_q4, b_q4, load_mv
            buf[SAMPLE_INPUTS] = inputs

    def actuate(self, gate: int, drive: int) -> None:
        super().actuate(gate, drive)
        self._note("gate", gate)
        counts, steps = self.board.drive_counts, self.board.drive_steps
        self._note("duty", (drive * steps + counts // 2) // counts / steps)

    def pump(self) -> None:
        super().pump()
        self._note("enable", 1.0 - self.edges["enable"][-1][1])

    def probe(self, on: int) -> None:
        super().probe(on)
        self._note("probe", on)

    def lim_test(self, on: int) -> None:
        super().lim_test(on)
        self._note("lim_test", on)

    def set_polarity(self, sign: int) -> None:
        super().set_polarity(sign)
        self._note("polarity", float(sign < 0))

    def rearm(self) -> None:
        super().rearm()
        self.rearms_us.append(self.now_us())

    def off(self) -> None:
        super().off()
        for pin in self.edges:
            if pin != "polarity":
                self._note(pin, 0.0)


def _run(
    on: BoardStage, shown: Callable[[float], list[int]] | None = None, from_us=0.0
) -> RecordedStart:
    """A session on the virtual bench until its ramp has begun or it has failed."""
    board = load_board(on.board).BOARD
    bench = simulated(board, skin=f"resistor:{_OHM:g}").bench
    port = _RecordingPort(board, bench, shown, from_us)
    tick = Tick(port, board)
    program = Program(short_program(_LEVEL_UA), board)
    going = tick.start(program, supervised=False)
    port.begin()
    states_us: dict[int, int] = {}
    for _ in going:
        state = tick.session.state
        states_us.setdefault(state, port.now_us())
        if state >= codes.STATE_DONE:
            break
        if state == codes.STATE_RAMP and port.now_us() >= states_us[state] + _AFTER_US:
            break
        port.wait()
    end_us = port.now_us()
    edges = {pin: tuple(found) for pin, found in port.edges.items()}
    proof = tick.proof
    fault, proven = tick.session.fault, proof.proven
    return RecordedStart(edges, tuple(port.rearms_us), states_us, fault, proven, end_us)


@once_a_stage
def recorded(on: BoardStage) -> RecordedStart:
    """The start of a healthy session."""
    return _run(on)


def proof_from_us(on: BoardStage = PICO_PWM) -> int:
    """Where the circuit begins for the whole proof."""
    return recorded(on).states_us[codes.STATE_PROOF] - _BEFORE_US


def limiter_from_us(on: BoardStage = PICO_PWM) -> int:
    """Where the circuit begins for the limiter's step alone: its drive comes, the gate is low."""
    start = recorded(on)
    begin_us, end_us = start.states_us[codes.STATE_PROOF], start.states_us[codes.STATE_RAMP]
    in_proof = [at for at, share in start.edges["duty"] if share and begin_us <= at < end_us]
    return in_proof[1]


def pin_drive(from_us: int, drive_factor: float = 1.0, on: BoardStage = PICO_PWM) -> PinDrive:
    """The recorded pins as waveforms; 0 ms is `from_us`. The latch is armed at the beginning."""
    start = recorded(on)

    def volts(pin: str, high: float) -> Waveform:
        edges = start.edges[pin]
        (*_, first) = (level for at, level in edges if at <= from_us)
        later = [((at - from_us) / 1e3, high * level) for at, level in edges if at > from_us]
        return steps(later, first=high * first)

    rearms_ms = [(at - from_us) / 1e3 for at in start.rearms_us if at >= from_us]
    rearm = pulses(_ARMED_MS, *((at_ms, at_ms + _PULSE_MS) for at_ms in rearms_ms))
    return PinDrive(
        gate=volts("gate", PIN_V),
        enable=volts("enable", PIN_V),
        probe=volts("probe", PIN_V),
        polarity=volts("polarity", PIN_V),
        lim_test=volts("lim_test", PIN_V),
        rearm=rearm,
        duty=volts("duty", drive_factor),
    )


@dataclass(frozen=True)
class PlayedStart:
    """The circuit with the recorded pins; times in us of the session."""

    result: Analysis
    from_us: int
    on: BoardStage = PICO_PWM

    def ms(self, at_us: int) -> float:
        """The circuit's time."""
        return (at_us - self.from_us) / 1e3

    def peak_ua(self, at_us: int, for_us: int = 1000) -> float:
        """The most that flows through the load from a moment on, either way."""
        t_ms = self.result.t_ms
        inside = (t_ms >= self.ms(at_us)) & (t_ms <= self.ms(at_us + for_us))
        return float(np.abs(self.result["load_ua"][inside]).max())

    def trips_us(self) -> float:
        """How long after LIM_TEST the latch has opened; negative before it, inf if it has not."""
        lim_test_ms = self.ms(recorded(self.on).rises_us("lim_test")[0])
        t_ms = self.result.t_ms
        opened = t_ms[(self.result["tripped_v"] > _TRIPPED_V) & (t_ms > _STARTED_MS)]
        return float((opened[0] - lim_test_ms) * 1e3) if len(opened) else float("inf")

    def verdict(self) -> RecordedStart:
        """The session again, with the circuit's samples from its first ms on."""
        result = self.result
        a_q4 = sense_a_ua(result["adc_a_v"], self.on) * UA_Q4
        b_q4 = sense_b_ua(result["adc_b_v"], self.on) * UA_Q4
        load_mv = sense_v_mv(result["adc_v_v"], self.on)

        def shown(now_us: float) -> list[int]:
            values = (a_q4, b_q4, load_mv, result["tripped_v"])
            at_ms = (now_us - self.from_us) / 1e3
            *senses, tripped_v = (float(np.interp(at_ms, result.t_ms, one)) for one in values)
            return [*map(round, senses), INPUT_LIMITER if tripped_v > _TRIPPED_V else 0]

        return _run(self.on, shown, self.from_us + _STARTED_MS * 1000)


def played(
    from_us: int,
    netlist: Netlist | None = None,
    ohm: float = _OHM,
    drive_factor: float = 1.0,
    until_us: int | None = None,
    on: BoardStage = PICO_PWM,
) -> PlayedStart:
    """The circuit with the recorded pins from a moment on, 1 ms longer than `until_us`."""
    drive = pin_drive(from_us, drive_factor, on)
    bench = StageBench(drive, DummyLoad(ohm), netlist, on=on)
    end_us = recorded(on).end_us if until_us is None else until_us
    end_ms = (end_us - from_us) / 1e3 + 1
    result = transient(bench.deck(), end_ms, 100, {**LOAD, **on.senses}, most_us=200)
    return PlayedStart(result, from_us, on)


def played_limiter(
    netlist: Netlist | None = None, on: BoardStage = PICO_PWM, **more: float
) -> PlayedStart:
    """The limiter's step alone, until it is judged."""
    until_us = recorded(on).rearms_us[-1]
    return played(limiter_from_us(on), netlist, until_us=until_us, on=on, **more)


@once_a_stage
def whole(on: BoardStage) -> PlayedStart:
    """The nominal circuit through a whole proof and into the ramp, 1 kOhm."""
    return played(proof_from_us(on), on=on)


@once_a_stage
def dead_limiter(on: BoardStage) -> PlayedStart:
    """The limiter's step, with a comparator that never sees an over-current."""
    return played_limiter(on.netlist().added("Rdead delay 0 1"), on)
