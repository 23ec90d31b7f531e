"""Power: coming, going, too low; the supply on a bench of its own; discharge."""

import functools

import numpy as np

from iontobench.circuit.bench import (
    HIGH,
    LOAD,
    PICO_PWM,
    BoardStage,
    DummyLoad,
    PinDrive,
    StageBench,
    line,
    moving_rails,
    once_a_stage,
)
from iontobench.circuit.netlist import MODELS, SUPPLY, Netlist
from iontobench.circuit.ngspice import Analysis, analyse, transient

from .edges import after, is_tripped

_ORDERS = {  # hv, 5 V, 3.3 V
    "5 V first": (
        [(0, 0), (3, 0), (8, 45.5)],
        [(0, 0), (1, 0), (2, 5)],
        [(0, 0), (2, 0), (2.5, 3.3)],
    ),
    "45.5 V first": (
        [(0, 0), (1, 0), (1.01, 45.5)],
        [(0, 0), (6, 0), (7, 5)],
        [(0, 0), (7, 0), (7.5, 3.3)],
    ),
    "together": (
        [(0, 0), (1, 0), (1.01, 45.5)],
        [(0, 0), (1, 0), (1.01, 5)],
        [(0, 0), (1, 0), (1.01, 3.3)],
    ),
}
_NOTICED_UA = 5.0
# Loads of the high voltage, of the stage: at rest and at 6.25 mA.
REST_MA, FULL_MA = 3.0, 11.0


def power_up(order: str, wrong_pins: bool = False, on: BoardStage = PICO_PWM) -> dict[str, float]:
    """Every pin open (or GATE, ENABLE and the drive high from the start): what reaches 1 kOhm."""
    rails = moving_rails(*(line(points) for points in _ORDERS[order]), on=on)
    wrong = on.driven_wrong if wrong_pins else ()
    more = (*rails, *DummyLoad(1e3).lines(), *wrong)
    result = transient(on.at_rest().added(*more).text, 14, 20, LOAD, most_us=20)
    return {
        "peak_ua": float(np.abs(result["load_ua"]).max()),
        "charge_nc": result.charge_nc(np.abs(result["load_ua"]), 0, 14),
        "armed": float(not is_tripped(result)),
    }


@once_a_stage
def power_ups(on: BoardStage) -> dict[str, float]:
    """The worst of three orders, and the latch after each."""
    found = [power_up(order, on=on) for order in _ORDERS]
    found.append(power_up("together", wrong_pins=True, on=on))
    return {
        "peak_ua": max(one["peak_ua"] for one in found),
        "charge_nc": max(one["charge_nc"] for one in found),
        "armed": min(one["armed"] for one in found[:-1]),
    }


def _lost(hv: str, v5: str, on: BoardStage) -> Analysis:
    drive = PinDrive.steady(2000.0)
    bench = StageBench(drive, DummyLoad(10e3), rails=moving_rails(hv, v5, "3.3", on), on=on)
    return transient(bench.deck(), 20, 10, {**LOAD, "v5_v": "v(v5)"}, from_ms=15.5, most_us=20)


def lockout(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """At 2 mA the 5 V falls to 0 within 4 ms; then, in another run, the 45.5 V does."""
    low = _lost("45.5", line([(0, 5), (16, 5), (20, 0)]), on)
    high = _lost(line([(0, 45.5), (16, 45.5), (17, 0)]), "5", on)
    before_ua = low.at("load_ua", 15.9)
    off = (low.t_ms > 16) & (low["load_ua"] < 62.5)
    peaks = [one["load_ua"].max() for one in (low, high)]
    return {
        "opens_at_v": float(low["v5_v"][off][0]),
        "rise_percent": float(100 * (max(peaks) / before_ua - 1)),
        "hv_off_us": after(high, "load_ua", 16, 62.5),
    }


def supply_netlist(load_ma: float, laboratory_v: float | None = None) -> Netlist:
    """The supply with 5 V at its input and a steady load of its high voltage.

    Args:
        laboratory_v: a laboratory supply at J2 instead of the three modules.
    """
    made = Netlist.of_blocks(MODELS, SUPPLY).added(
        "Vin in_5v 0 5", f"Bdraw hv 0 i={load_ma:g}m*tanh(v(hv)/5)"
    )
    if laboratory_v is None:
        return made
    return made.without("XU13", "XU14", "XU15").added(f"Vlab hv_raw 0 {laboratory_v:g}")


SUPPLY_NODES = {
    "hv_v": "v(hv)",
    "hv_raw_v": "v(hv_raw)",
    "hv_in_v": "v(hv_in)",
    "v5_v": "v(v5)",
    "vsys_v": "v(vsys)",
    "v33_v": "v(v33)",
    "vref_v": "v(vref)",
    "r25_v": "v(r25)",
    "v50_v": "v(v50)",
    "vneg_v": "v(vneg)",
    "input_ma": "0-i(vin)",
}


@functools.cache
def supply_at(
    load_ma: float, input_v: float = 5.0, laboratory_v: float | None = None
) -> dict[str, float]:
    """Every voltage of the supply, settled."""
    netlist = supply_netlist(load_ma, laboratory_v)
    deck = netlist.substituted("Vin in_5v 0 5", f"Vin in_5v 0 {input_v:g}")
    result = analyse(deck.text, f"dc vin {input_v:g} {input_v + 0.01:g} 0.01", SUPPLY_NODES)
    return {name: float(result[name][0]) for name in SUPPLY_NODES}


def supply() -> dict[str, float]:
    """The high voltage with a full load at 4.75 V, and its change from rest to full."""
    full, rest = supply_at(FULL_MA, 4.75), supply_at(REST_MA, 5.25)
    return {
        "least_hv_v": full["hv_v"],
        "most_hv_v": rest["hv_v"],
        "vref_v": full["vref_v"],
        "across_regulator_v": rest["hv_raw_v"] - rest["hv_v"],
    }


def discharge() -> dict[str, float]:
    """The 5 V goes at 100 ms with the stage at rest: when hv and its input are below 5 V."""
    deck = supply_netlist(REST_MA).substituted(
        "Vin in_5v 0 5", "Vin in_source 0 PWL(0 5 100m 5 100.1m 0)\nDin in_source in_5v SS14"
    )
    nodes = {"hv_v": "v(hv)", "hv_in_v": "v(hv_in)"}
    result = transient(deck.text, 400, 200, nodes, most_us=1000)
    times = [result.t_ms[result[name] > 5.0][-1] - 100 for name in nodes]
    return {"empty_ms": float(max(times))}


def gate_alone_high(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """GATE and the drive high from the start, ENABLE never moved: what reaches the load."""
    drive = PinDrive(gate=HIGH, duty="0.8", enable="0")
    result = transient(StageBench(drive, DummyLoad(1e3), on=on).deck(), 15, 20, LOAD)
    return {"still_ua": float(np.abs(result["load_ua"]).max())}
