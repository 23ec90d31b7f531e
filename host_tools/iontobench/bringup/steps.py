"""The steps of a bring-up, in their order: what to connect, what must be seen, what to do else.

One table. Each step looks at a bench and returns what was seen, its verdict, and the mistakes that
explain a failure. Current flows in the firmware's own sessions alone. Must not ask for a bench, or
write anything; what a person has to do goes through `Bringup.ask`.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from ionto.core import codes
from ionto.core.limits import Board
from iontobench import signs
from iontobench.sessions.calibrate import ZERO_UA

from . import naming, programs
from .benches import BringUpBench
from .seen import SessionSeen, currents

PASS, FAIL, SKIPPED = "pass", "fail", "skipped"
_HOLD_MS = 300
_SCALE_HOLD_MS = 1200
_HIGH_LEAST, _HIGH_MOST = 1.05, 1.3  # the high voltage over the board's compliance
_SWITCHES = codes.PROVEN_STAGE | codes.PROVEN_GATE | codes.PROVEN_SIGN
_OF_LIMITER = codes.FAULT_NAMES[codes.FAULT_PROOF_LIMITER]
_LATER = (codes.FAULT_NAMES[codes.FAULT_PROOF_SERIES], _OF_LIMITER)
_TIMES = len(programs.OFF_MS) + 1  # proofs of one session


class StepSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a step has found; `fault` is the one that it has left latched on the board."""

    verdict: str
    seen: tuple[str, ...]
    mistakes: tuple[str, ...] = ()
    fault: str | None = None


class Bringup(NamedTuple):
    """A bench, the resistor on its leads, and who helps.

    `ask` puts a question to a person, None where nobody is there. `calibrate` and `first_run` do
    these steps, and return what was seen, None for a failure already told.
    """

    bench: BringUpBench
    load_ohm: float
    ask: Callable[[str], str] | None
    calibrate: Callable[[], str | None]
    first_run: Callable[[], str | None]


class Step(NamedTuple):
    """One step; `connect`, `see` and `otherwise` may have {ohm}, {volt} and {supply}.

    `needs_hand`: what is connected changes, so somebody has to say when it is done.
    """

    name: str
    connect: str
    see: str
    otherwise: str
    act: Callable[[Bringup], StepSeen]
    needs_hand: bool = False

    def filled(self, text: str, board: Board, load_ohm: float) -> str:
        """One of its texts with this board's numbers."""
        volt = f"{board.compliance_mv * _HIGH_LEAST / 1000:.0f} to "
        volt += f"{board.compliance_mv * _HIGH_MOST / 1000:.0f} V"
        supply = f"{board.supply_min_mv / 1000:.1f} V"
        return text.format(ohm=f"{load_ohm:g} {signs.OHM}", volt=volt, supply=supply)


def _found(seen: str, mistakes: list[str], session: SessionSeen | None = None) -> StepSeen:
    """A pass where there are no mistakes."""
    fault = None if session is None else session.fault
    if fault == codes.FAULT_NAMES[codes.FAULT_NO_LOAD]:
        fault = None  # it does not latch
    return StepSeen(
        verdict=FAIL if mistakes else PASS,
        seen=(seen,),
        mistakes=tuple(mistakes[:3]),
        fault=fault,
    )


def _skipped(why: str) -> StepSeen:
    return StepSeen(verdict=SKIPPED, seen=(why,))


def _supply(up: Bringup) -> StepSeen:
    rest = up.bench.rest()
    return _found(
        f"the board reads {rest.supply_mv} mV", naming.of_supply(rest.supply_mv, up.bench.board)
    )


def _lines(up: Bringup) -> StepSeen:
    lines = up.bench.lines()
    high = [line for line, seen in lines.items() if seen.rest]
    return _found(f"{len(lines)} lines, high: {', '.join(high) or 'none'}", naming.of_lines(lines))


def _pull_downs(up: Bringup) -> StepSeen:
    lines = up.bench.lines()
    lifted = [line for line, seen in lines.items() if seen.pulled_up]
    told = f"{len(lines)} lines, lifted by the chip's pull-up: {', '.join(lifted) or 'none'}"
    return _found(told, naming.of_pull_downs(lines))


def _senses(up: Bringup) -> StepSeen:
    rest, designed = up.bench.rest(), up.bench.nominal
    pairs = zip(("A", "B", "V"), (rest.a_code, rest.b_code, rest.v_code), designed, strict=False)
    told = ", ".join(f"{name} {code:.0f} ({row[0]})" for name, code, row in pairs)
    return _found(
        f"codes at rest (design): {told}", naming.of_rest(rest, designed, up.bench.board)
    )


def _zeros(up: Bringup) -> StepSeen:
    rest = up.bench.rest()
    if rest.off_ua <= ZERO_UA:
        return _found(f"at most {rest.off_ua:.1f} {signs.UA} at rest", [])
    up.bench.keep_zeros(rest)
    after = up.bench.rest()
    told = f"{rest.off_ua:.1f} {signs.UA} at rest, {after.off_ua:.1f} with its zeros on the board"
    return _found(told, [] if after.off_ua <= ZERO_UA else ["noise", "leak"])


def _high_voltage(up: Bringup) -> StepSeen:
    if up.bench.board.loads_ohm:
        return _skipped("this board has none: the Pico's own 3.3 V drive it")
    if up.ask is None:
        return _skipped("nobody is there who could measure it")
    board = up.bench.board
    least_v, most_v = (board.compliance_mv * share / 1000 for share in (_HIGH_LEAST, _HIGH_MOST))
    while True:
        typed = up.ask("the meter at the stage's high voltage, V (Enter: not measured): ").strip()
        if not typed:
            return _skipped("not measured")
        try:
            volts = float(typed.lower().removesuffix("v").strip().replace(",", "."))
        except ValueError:
            continue
        told = f"{volts:g} V, {least_v:.0f} to {most_v:.0f} V"
        return _found(told, [] if least_v <= volts <= most_v else ["high voltage"])


def _open_leads(up: Bringup) -> StepSeen:
    if up.bench.can_lift:
        up.bench.lift(True)
        try:
            seen = _small(up)
        finally:
            up.bench.lift(False)
    elif up.ask is None:
        return _skipped("the load is on the leads, and nobody takes it off")
    else:
        seen = _small(up)
    if seen.fault == codes.FAULT_NAMES[codes.FAULT_NO_LOAD]:
        return _found("refused: the probe sees no load", [], seen)
    if seen.probe_ohm is None:
        return _found(seen.told, naming.of_session(seen, up.load_ohm, up.bench.board), seen)
    told = f"the probe sees {seen.probe_ohm} {signs.OHM}; {seen.told}"
    return _found(told, ["on the leads", "PROBE", "load voltage"], seen)


def _small(up: Bringup, polarity: int = 1, offs_ms: tuple[int, ...] = ()) -> SessionSeen:
    """A session at a tenth of the board's range."""
    board = up.bench.board
    level_ua = programs.level_ua(board, up.load_ohm, programs.SMALL_PART)
    words = programs.hold(board, level_ua, _HOLD_MS, polarity, offs_ms)
    return up.bench.run(words, polarity)


def _probe(up: Bringup) -> StepSeen:
    seen = _small(up)
    if seen.probe_ohm is None and seen.fault != codes.FAULT_NAMES[codes.FAULT_NO_LOAD]:
        return _failed(up, seen)
    read = "no load" if seen.probe_ohm is None else f"{seen.probe_ohm} {signs.OHM}"
    told = f"the probe reads {read}, {up.load_ohm:g} {signs.OHM} are there"
    return _found(told, naming.of_probe(seen, up.load_ohm, up.bench.board), seen)


def _switches(up: Bringup) -> StepSeen:
    seen = _small(up)
    is_proven = seen.proof & _SWITCHES == _SWITCHES
    if is_proven and (seen.is_complete or seen.fault in _LATER):
        return _found(f"stage, gate and the sign of sense B are proven; {seen.told}", [], seen)
    return _failed(up, seen)


def _dead_man(up: Bringup) -> StepSeen:
    seen = _small(up, offs_ms=programs.OFF_MS)
    if not seen.proof & codes.PROVEN_SERIES:
        return _failed(up, seen)
    if seen.is_complete:
        return _found(f"the current ended each of {_TIMES} times that ENABLE stood still", [])
    if seen.fault == _OF_LIMITER:  # its own step names it, and proves the dead-man again
        return _found(
            "the current ended when ENABLE stood still, once; then the limiter failed", [], seen
        )
    return _failed(up, seen)


def _limiter(up: Bringup) -> StepSeen:
    if not up.bench.board.limiter:
        return _skipped("this board has no limiter: its resistors are what bounds it")
    if not up.bench.board.lim_test:
        return _skipped("this board has no LIM_TEST: only a meter shows its limiter")
    seen = _small(up, offs_ms=programs.OFF_MS)
    if seen.is_complete and seen.proof & codes.PROVEN_LIMITER:
        return _found(f"it tripped at its test threshold and was re-armed, {_TIMES} times", [])
    return _failed(up, seen)


def _bridge(up: Bringup) -> StepSeen:
    if not up.bench.board.bridge:
        return _skipped("this board has no bridge: no program reverses its load")
    seen = _small(up, polarity=-1)
    if seen.is_complete:
        return _found("sense B has the other sign with POLARITY high", [])
    return _failed(up, seen, -1)


def _scale(up: Bringup) -> StepSeen:
    board = up.bench.board
    level_ua = programs.level_ua(board, up.load_ohm, programs.SCALE_PART)
    seen = up.bench.run(programs.hold(board, level_ua, _SCALE_HOLD_MS))
    if seen.held is None or not seen.is_complete:
        return _failed(up, seen)
    a, b, mv = seen.held
    told = (
        f"at {level_ua} {signs.UA}: A {a:.0f}, B {b:.0f}, over the resistor "
        f"{mv * 1000 / up.load_ohm:.0f} {signs.UA}"
    )
    return _found(told, naming.of_hold(seen, up.load_ohm, level_ua, board), seen)


def _failed(up: Bringup, seen: SessionSeen, polarity: int = 1) -> StepSeen:
    """A session that did not show what it should: what the senses said near its end."""
    board = up.bench.board
    _, a, b, load = currents(seen, up.load_ohm, 0.0, polarity)
    told = f"{seen.told}; A {a:.0f}, B {b:.0f}, by the load {load:.0f} {signs.UA}"
    mistakes = naming.of_session(seen, up.load_ohm, board, polarity) or ["noise"]
    return _found(told, mistakes, seen)


def _calibration(up: Bringup) -> StepSeen:
    told = up.bench.calibrated()
    if told is not None:
        return _found(f"calibrated: {told}", [])
    done = up.calibrate()
    return (
        _skipped("needs two resistors, a meter and somebody") if done is None else _found(done, [])
    )


def _first_run(up: Bringup) -> StepSeen:
    done = up.first_run()
    if done is None:
        return StepSeen(verdict=FAIL, seen=("the session did not come to its end: see above",))
    return _found(done, [])


STEPS = (
    Step(
        "supply",
        "The stage's 5 V, then the Pico's USB. High voltage off, nothing on the leads.",
        "the board reads at least {supply} on its supply",
        "measure the 5 V at the stage; VSYS is header pin 39",
        _supply,
        needs_hand=True,
    ),
    Step(
        "lines",
        "Nothing more.",
        "each output line is low by itself",
        "switch off; look for a solder bridge to a neighbour or to 3.3 V",
        _lines,
    ),
    Step(
        "pull-downs",
        "Nothing more.",
        "each output line stays low against the chip's own pull-up of 50 to 80 kΩ",
        "follow that line from the Pico's pin to the resistor of 10 kΩ on the stage",
        _pull_downs,
    ),
    Step(
        "senses",
        "Nothing more.",
        "each sense stands near its designed zero, stop and limiter are quiet",
        "measure ADC 0, 1 and 2 (header pins 31, 32, 34) against the page of the stage",
        _senses,
    ),
    Step(
        "zeros",
        "Nothing more.",
        f"both currents read at most {ZERO_UA:g} µA; else their zeros go onto the board",
        "wait until the board is warm; clean it; then again",
        _zeros,
    ),
    Step(
        "high voltage",
        "High voltage on, with a current limit. Nothing on the leads. A meter on its output.",
        "the meter reads {volt}",
        "switch off and discharge; look at the regulator and its divider",
        _high_voltage,
        needs_hand=True,
    ),
    Step(
        "open leads",
        "Nothing on the leads.",
        "the firmware's probe finds no load and refuses to start",
        "take everything off the leads; look at PROBE and at the load voltage's divider",
        _open_leads,
        needs_hand=True,
    ),
    Step(
        "probe",
        "A resistor of {ohm} between the leads, nothing else.",
        "the probe reads it within 15 % and 150 Ω",
        "measure the resistor, and 5 V behind 100 kΩ on the output while the probe is on",
        _probe,
        needs_hand=True,
    ),
    Step(
        "switches",
        "The same resistor.",
        "30 µA flow with both switches on and none with the gate low; sense B agrees in sign",
        "look at the parts that are named; go on only when this step passes",
        _switches,
    ),
    Step(
        "dead-man",
        "The same resistor.",
        "no current while ENABLE stands still: three times, frozen high and frozen low",
        "never use the board so: nothing stops the current when the Pico hangs",
        _dead_man,
    ),
    Step(
        "limiter",
        "The same resistor: a dummy load.",
        "with LIM_TEST high 45 µA trip the limiter, and REARM arms it again, three times",
        "never use the board so: between a fault and the load stands the firmware alone",
        _limiter,
    ),
    Step(
        "bridge",
        "The same resistor.",
        "with POLARITY high sense B has the other sign",
        "look at the bridge's relay and its driver",
        _bridge,
    ),
    Step(
        "scale",
        "The same resistor.",
        "set point, sense A, sense B and the voltage over the resistor agree within 4 % and 20 µA",
        "measure the shunts and the resistors that are named",
        _scale,
    ),
    Step(
        "calibration",
        "Two resistors or more, one after the other, and a meter.",
        "gain and offset of each sense, with their uncertainty",
        "iontobench calibrate says what is wrong with which reading",
        _calibration,
    ),
    Step(
        "first run",
        "A dummy load of {ohm}.",
        "the protocol `demo` is complete, and its record intact",
        "the report beside the record says what ended it",
        _first_run,
    ),
)
NAMES = tuple(step.name for step in STEPS)
