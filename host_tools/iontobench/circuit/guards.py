"""The guards that work when the Pico does not: dead-man, limiter, its test, REARM, the proof."""

import functools
import math

import numpy as np

from ionto.core import codes
from iontobench.circuit import firmware_start
from iontobench.circuit.bench import (
    HV_V,
    LOAD,
    PICO_PWM,
    PIN_V,
    V5_V,
    BoardStage,
    DummyLoad,
    PinDrive,
    StageBench,
    Waveform,
    during,
    line,
    pulses,
    share,
    stage,
    steps,
    toggled,
)
from iontobench.circuit.netlist import MODELS, Netlist
from iontobench.circuit.ngspice import Analysis, transient

from .edges import LIMIT_UA, is_tripped

_ON_V = HV_V - 4.0  # M3's gate below this: it conducts
_FIRST_EDGE_MS = 1.0
_LAST_MS = 30.0
_GONE_UA = 60.0
_TEST_UA = 45.0  # of the proof
_ALL_PROVEN = (
    codes.PROVEN_STAGE
    | codes.PROVEN_GATE
    | codes.PROVEN_SERIES
    | codes.PROVEN_LIMITER
    | codes.PROVEN_SIGN
)


@functools.cache
def dead_man_alone() -> Netlist:
    """The dead-man and what it drives, without the rest."""
    both = Netlist.of_blocks(MODELS, "dead_man", "series_switch").without("M3", "M4")
    return both.added("Rtop and_top and_middle 0.1", f"Vhv hv 0 {HV_V}", "Rs_top s_top hv 1k")


def pumped(enable: Waveform, end_ms: float, netlist: Netlist, temp_c=27.0, v5_v=V5_V) -> Analysis:
    """The dead-man with that ENABLE."""
    pin = (f"Venable pin 0 {enable}", "Rpin pin enable 40", "Rlow enable 0 10k")
    deck = netlist.added(f"Vv5 v5 0 {v5_v:g}", *pin, f".temp {temp_c:g}").text
    return transient(deck, end_ms, 20, {"gate_v": "v(gate_series)", "hold_v": "v(hold)"})


def hold(last: int, netlist: Netlist | None = None, **more: float) -> dict[str, float]:
    """How long the switch stays on after the last edge, and how soon it came on."""
    netlist = dead_man_alone() if netlist is None else netlist
    result = pumped(toggled((_FIRST_EDGE_MS, _LAST_MS), last=last), 46, netlist, **more)
    last_ms = _last_edge_ms(last)
    on_ms = result.t_ms[result["gate_v"] < _ON_V]
    if not len(on_ms):
        return {"hold_ms": 0.0, "ready_ms": float("inf")}
    return {
        "hold_ms": float(on_ms[-1] - last_ms),
        "ready_ms": float(on_ms[0] - _FIRST_EDGE_MS),
    }


def _last_edge_ms(last: int) -> float:
    edges = round(_LAST_MS - _FIRST_EDGE_MS)  # odd: the level is then high
    return _LAST_MS - 1 if edges % 2 == last else _LAST_MS


def dead_man() -> dict[str, float]:
    """Nominal: frozen high, frozen low, ready after pumping, and one single edge."""
    high, low = hold(1), hold(0)
    single = pumped(steps([(2, PIN_V)]), 15, dead_man_alone())
    return {
        "shortest_ms": min(high["hold_ms"], low["hold_ms"]),
        "longest_ms": max(high["hold_ms"], low["hold_ms"]),
        "ready_ms": max(high["ready_ms"], low["ready_ms"]),
        "one_edge_conducts": float((single["gate_v"] < _ON_V).any()),
    }


def limiter_threshold(
    netlist: Netlist | None = None, test: bool = False, on: BoardStage = PICO_PWM
) -> float:
    """The load's current in uA at which the latch opens, raised slowly; inf = it does not."""
    first, top = (5.0, 60.0) if test else (5000.0, 5600.0)
    duty = line([(0, 0), (12, 0), (13, share(first)), (16, share(first)), (36, share(top))])
    lim_test = steps([(14, PIN_V)]) if test else "0"
    drive = PinDrive.steady(0.0, duty=duty, lim_test=lim_test)
    bench = StageBench(drive, DummyLoad(1e3), netlist, on=on)
    result = transient(bench.deck(), 36, 20, LOAD, from_ms=12, most_us=40)
    opened = np.flatnonzero(result["tripped_v"] > 2.5)
    if not len(opened):
        return float("inf")
    return float(result["load_ua"][max(0, opened[0] - 3)])


def thresholds(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """The limiter's threshold."""
    return {"threshold_ua": limiter_threshold(on=on)}


def lim_test_threshold(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """The limiter's threshold while LIM_TEST is high."""
    return {"lim_test_ua": limiter_threshold(test=True, on=on)}


def trip(
    current_ua: float = 5000.0,
    factor: float = 1.1,
    netlist: Netlist | None = None,
    on: BoardStage = PICO_PWM,
) -> dict[str, float]:
    """The current jumps by `factor` because part of the high side's resistor is bridged."""
    netlist = on.netlist() if netlist is None else netlist
    whole, part = netlist.value("R212") + netlist.value("R213"), netlist.value("R213")
    left = whole / factor - netlist.value("R212")
    bridge = 1 / (1 / left - 1 / part)
    fault = (
        f"Vfault fault 0 {line([(0, 0), (16, 0), (16.0001, 1)])}",
        "Sfault sense_tap bridged fault 0 IDEAL",
        f"Rfault bridged s_top {bridge:.6g}",
    )
    bench = StageBench(PinDrive.steady(current_ua), DummyLoad(1e3), netlist, more=fault, on=on)
    result = transient(bench.deck(), 16.15, 0.5, LOAD, from_ms=15.95, most_us=4)
    over_ms = result.t_ms[result["load_ua"] > LIMIT_UA]
    if not len(over_ms) or not is_tripped(result):
        return {"trip_us": float("inf"), "gone_us": float("inf"), "trip_nc": float("inf")}
    start_ms = over_ms[0]
    gone = (result.t_ms > start_ms) & (result["load_ua"] > _GONE_UA)
    gone_ms = result.t_ms[gone][-1]
    return {
        "trip_us": float((over_ms[-1] - start_ms) * 1e3),
        "gone_us": float((gone_ms - start_ms) * 1e3),
        "trip_nc": result.charge_nc(result["load_ua"], start_ms, gone_ms),
    }


def trips(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """5 mA times 1.1, and 2 mA times 3: the worse of each."""
    both = [trip(5000.0, 1.1, on=on), trip(2000.0, 3.0, on=on)]
    return {name: max(one[name] for one in both) for name in both[0]}


def rearm(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """A tripped latch, REARM with the gate high, then 1 us of it 10 ms after the gate."""
    drive = PinDrive.steady(
        5900.0,
        gate=steps([(9, PIN_V), (16, 0.0)]),
        rearm=pulses((5, 5.003), (13, 13.003), (26, 26.001)),
    )
    result = transient(
        StageBench(drive, DummyLoad(1e3), on=on).deck(), 28, 5, LOAD, from_ms=12, most_us=20
    )
    return {
        "tripped_before": float(result.at("tripped_v", 12.5) > 2.5),
        "tripped_after_gate_high": float(result.at("tripped_v", 15.5) > 2.5),
        "tripped_after_gate_low": float(result.at("tripped_v", 27.5) > 2.5),
        "rearm_nc": result.charge_nc(np.abs(result["load_ua"]), 25.9, 28),
    }


def limiter_test(
    netlist: Netlist | None = None, current_ua=_TEST_UA, pumping_first=True, ohm=1e3
) -> dict[str, float]:
    """The last step of the proof: does the latch open, and was it by the test current itself?

    With `pumping_first` the pump runs before the gate rises, so that no packet flows; without
    it the chain closes behind a high gate while LIM_TEST is high already.
    """
    if pumping_first:
        gate_ms, enable, test_ms = 12.0, toggled((1.0, 30.0)), 13.0
    else:
        gate_ms, enable, test_ms = 3.0, toggled((8.0, 30.0)), 4.0
    drive = PinDrive.steady(
        current_ua,
        gate_ms=gate_ms,
        enable=enable,
        rearm=pulses((0.5, 0.503)),
        lim_test=during((test_ms, 29.0)),
    )
    bench = StageBench(drive, DummyLoad(ohm), stage() if netlist is None else netlist)
    result = transient(bench.deck(), 24, 10, LOAD, most_us=20)
    armed_since = result.t_ms > 2.0
    opened = np.flatnonzero((result["tripped_v"] > 2.5) & armed_since)
    return {
        "trips": float(len(opened) > 0),
        "peak_ua": float(result["load_ua"][armed_since].max()),
        "trip_at_ms": float(result.t_ms[opened[0]]) if len(opened) else float("inf"),
    }


def proof(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """The firmware's own start, judged by the firmware: whole, and with a dead limiter."""
    whole, dead = firmware_start.whole(on), firmware_start.dead_limiter(on)
    start = firmware_start.recorded(on)
    first_us = start.rises_us("gate")[0]
    return {
        "proven": float(whole.verdict().proven == _ALL_PROVEN),
        "closing_ua": whole.peak_ua(first_us),
        "trips_us": whole.trips_us(),
        "peak_ua": whole.peak_ua(first_us, start.end_us - first_us),
        "dead_trips": float(dead.trips_us() < math.inf),
        "dead_refused": float(dead.verdict().fault == codes.FAULT_PROOF_LIMITER),
    }
