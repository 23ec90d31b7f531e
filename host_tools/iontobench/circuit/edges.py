"""What the load sees at edges: re-contact, a load that halves, the gate, a reset, the bridge."""

import numpy as np

from iontobench.circuit.bench import (
    LOAD,
    LOW,
    PICO_PWM,
    PIN_V,
    BoardStage,
    DummyLoad,
    PinDrive,
    StageBench,
    line,
    once_a_stage,
    pulses,
    sense_b_ua,
    sense_v_mv,
    share,
    steps,
    toggled,
)
from iontobench.circuit.netlist import Netlist
from iontobench.circuit.ngspice import Analysis, transient

_OFF_UA = 62.5  # 1 % of full scale
_QUIET_UA = 5.0
LIMIT_UA = 5250.0


def after(result: Analysis, name: str, start_ms: float, above: float) -> float:
    """Until when after `start_ms` a signal's size exceeds `above`, in us; 0 = never."""
    over = (result.t_ms > start_ms) & (np.abs(result[name]) > above)
    times = result.t_ms[over]
    return float((times[-1] - start_ms) * 1e3) if len(times) else 0.0


def is_tripped(result: Analysis) -> bool:
    """Whether the latch is open at the end."""
    return bool(result["tripped_v"][-1] > 2.5)


def recontact(current_ua: float, ohm: float, on: BoardStage = PICO_PWM) -> dict[str, float]:
    """A lead that was off for 4 ms comes back: peak, charge above the current, time to 2 %."""
    contact = line([(0, 1), (16, 1), (16.0001, 0), (20, 0), (20.0001, 1)])
    bench = StageBench(PinDrive.steady(current_ua), DummyLoad(ohm, contact=contact), on=on)
    result = transient(bench.deck(), 21, 2, LOAD, from_ms=15.5, most_us=5)
    before_ua = result.at("load_ua", 15.9)
    excess_ua = np.clip(result["load_ua"] - before_ua, 0, None)
    late = (result.t_ms > 20) & (np.abs(result["load_ua"] - before_ua) > 0.02 * before_ua)
    since = result.t_ms >= 20
    return {
        "peak_ma": float(result["load_ua"][since].max() / 1e3),
        "extra_nc": result.charge_nc(excess_ua, 20, 21),
        "settled_us": float((result.t_ms[late][-1] - 20) * 1e3) if late.any() else 0.0,
        "from_above": float(result["load_ua"][since].max() > before_ua),
    }


def recovery(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """Re-contact at 2 mA into 10 kOhm and 1 kOhm: the worse of each."""
    both = [recontact(2000.0, ohm, on) for ohm in (10e3, 1e3)]
    return {name: max(one[name] for one in both) for name in both[0]}


def halving(netlist: Netlist | None = None, on: BoardStage = PICO_PWM) -> dict[str, float]:
    """8 kOhm become 4 kOhm at 5 mA: how long above the limiter's 5.25 mA, and whether it trips."""
    netlist = on.netlist() if netlist is None else netlist
    load = DummyLoad(8e3, step=(17.0, 4e3))
    bench = StageBench(PinDrive.steady(5000.0), load, netlist, on=on)
    result = transient(bench.deck(), 17.5, 1, LOAD, from_ms=16.5, most_us=2)
    over = result.t_ms[result["load_ua"] > LIMIT_UA]
    return {
        "c_out_pf": round(netlist.value("C501") * 1e12, 6),
        "above_limit_us": float(np.ptp(over) * 1e3) if len(over) else 0.0,
        "trips": float(is_tripped(result)),
    }


@once_a_stage
def gate_cut(on: BoardStage) -> dict[str, float]:
    """GATE falls at 2 mA: the load's current, and an open output of 45 V emptied by the bleed."""
    gate = steps([(12, PIN_V), (17, 0.0)])
    drive = PinDrive.steady(2000.0, gate=gate)
    loaded = StageBench(drive, DummyLoad(10e3), on=on)
    result = transient(loaded.deck(), 23, 5, LOAD, from_ms=16.5)
    contact = line([(0, 1), (15, 1), (15.0001, 0)])
    opened = StageBench(drive, DummyLoad(10e3, contact=contact), on=on)
    empty = transient(opened.deck(), 23, 5, LOAD, from_ms=16.5)
    return {
        "off_us": after(result, "load_ua", 17, _OFF_UA),
        "quiet_us": after(result, "load_ua", 17, _QUIET_UA),
        "open_n_after_5ms_mv": 1e3 * abs(empty.at("n_v", 22)),
    }


def reset(
    current_ua: float = 5000.0, ohm: float = 1e3, on: BoardStage = PICO_PWM
) -> dict[str, float]:
    """Every pin opens at 17 ms, as in a reset. A PWM then ends; a register keeps its code."""
    kept = share(current_ua) if on.has_dac else 0.0
    duty = line([(0, share(current_ua)), (17, share(current_ua)), (17.0001, kept)])
    drive = PinDrive.steady(current_ua, duty=duty, released_ms=17.0)
    result = transient(
        StageBench(drive, DummyLoad(ohm), on=on).deck(), 18.5, 5, LOAD, from_ms=16.5, most_us=5
    )
    before_ua = result.mean("load_ua", 16.6, 16.9)
    since = result.t_ms > 17
    return {
        "rise_percent": float(100 * (result["load_ua"][since].max() / before_ua - 1)),
        "off_us": after(result, "load_ua", 17, _OFF_UA),
    }


def polarity(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """A reversal at zero: the load during the swap, and the sign that sense B then has."""
    drive = PinDrive.steady(
        1000.0,
        gate=steps([(12, PIN_V), (20, 0.0), (40, PIN_V)]),
        polarity=steps([(27, PIN_V)]),
        duty=line([(0, 0), (12, 0), (13, 0.16), (17, 0.16), (18, 0), (40, 0), (41, 0.16)]),
    )
    bench = StageBench(drive, DummyLoad(9e3, series_ohm=1e3, parallel_nf=100), on=on)
    result = transient(bench.deck(), 48, 20, {**LOAD, **on.senses})
    rest = (result.t_ms > 26) & (result.t_ms < 40)
    b_ua = sense_b_ua(result["adc_b_v"], on)
    return {
        "in_the_swap_nc": result.charge_nc(np.abs(result["load_ua"]), 26, 40),
        "in_the_swap_peak_ua": float(np.abs(result["load_ua"][rest]).max()),
        "b_before_ua": float(np.interp(16.5, result.t_ms, b_ua)),
        "b_after_ua": float(np.interp(47.5, result.t_ms, b_ua)),
        "load_after_ua": result.at("load_ua", 47.5),
    }


def stuck_pins(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """GATE and the drive stay high at 2 mA and ENABLE stands still after its last edge."""
    drive = PinDrive.steady(2000.0, enable=toggled((0.0, 20.0)))
    bench = StageBench(drive, DummyLoad(10e3), on=on)
    result = transient(bench.deck(), 30, 20, LOAD, from_ms=18)
    return {"off_ms": after(result, "load_ua", 19.0, _OFF_UA) / 1e3}


def probe(ohm: float, on: BoardStage = PICO_PWM) -> Analysis:
    """PROBE on at 2 ms with the gate low and ENABLE still."""
    drive = PinDrive(enable=LOW, probe=steps([(2, PIN_V)]), rearm=pulses((0.5, 0.503)))
    bench = StageBench(drive, DummyLoad(ohm), on=on)
    return transient(bench.deck(), 22, 50, {**LOAD, **on.senses})


def probe_limits(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """PROBE into a short, 10 kOhm and nothing."""
    short, tens, nothing = (probe(ohm, on) for ohm in (1.0, 10e3, 1e9))
    v_mv = float(sense_v_mv(tens["adc_v_v"][-1], on))
    kohm = v_mv / ((5000.0 - v_mv) / 100.0) if v_mv < 5000 else float("inf")
    full = 0.9 * tens["load_ua"][-1]
    return {
        "short_ua": float(short["load_ua"].max()),
        "open_v": float(nothing["n_v"].max()),
        "of_10kohm_kohm": kohm,
        "ready_ms": float(tens.t_ms[tens["load_ua"] > full][0] - 2),
    }


def chain_closes(
    netlist: Netlist | None = None, ohm: float = 1e3, on: BoardStage = PICO_PWM
) -> dict[str, float]:
    """The series switch closes behind a gate that is high, at 30 uA: the packet of the wind-up."""
    drive = PinDrive.steady(
        30.0, gate_ms=3.0, enable=toggled((8.0, 20.0)), rearm=pulses((1, 1.003))
    )
    bench = StageBench(drive, DummyLoad(ohm), netlist, on=on)
    result = transient(bench.deck(), 16, 5, LOAD, from_ms=7, most_us=10)
    excess_ua = np.clip(result["load_ua"] - 30, 0, None)
    return {
        "packet_nc": result.charge_nc(excess_ua, 7, 16),
        "packet_peak_ma": float(result["load_ua"].max() / 1e3),
    }
