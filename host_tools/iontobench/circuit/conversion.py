"""The converter itself: transfer, zero, resistance, bandwidth, compliance, ripple, senses."""

import numpy as np

from iontobench.circuit.bench import (
    CONVERTER_ALONE,
    FULL_SCALE_UA,
    HIGH,
    HV_V,
    LOAD,
    LOW,
    PICO_PWM,
    SENSES,
    VREF_V,
    BoardStage,
    DummyLoad,
    PinDrive,
    StageBench,
    once_a_stage,
    sense_a_ua,
    sense_b_ua,
    sense_v_mv,
    share,
    steady_rails,
)
from iontobench.circuit.netlist import MODELS, Netlist
from iontobench.circuit.ngspice import Analysis, analyse, transient

_CURRENTS_UA = (30.0, 2000.0, 5000.0)
_LOST = 0.998  # a current that has fallen by 0.2 % is out of compliance
# What takes current from N, and is no part of the source's own resistance.
_AT_N = ("R511", "R623", "R522")
_LATCH = ("XU5A", "XU5B", "XU5C", "XU5D")
_VOS_LOW_V, _VOS_HIGH_V = 25e-6, 100e-6  # most of OPA2376 and OPA196


def alone(netlist: Netlist | None = None, on: BoardStage = PICO_PWM) -> Netlist:
    """The stage with a limiter that cannot trip; `CONVERTER_ALONE` then holds it on.

    Its latch is armed without logic: gates of events have no place in an analysis at rest.
    """
    made = on.netlist() if netlist is None else netlist
    return made.without("XU4A", *_LATCH).added("Rarmed v5 armed 150")


def _sweep(
    netlist: Netlist,
    load_ohm: float,
    analysis: str,
    hv_v: float = HV_V,
    temp_c: float = 27.0,
    on: BoardStage = PICO_PWM,
) -> Analysis:
    drive = PinDrive(gate=HIGH, enable=LOW)
    more = (*CONVERTER_ALONE, f".temp {temp_c:g}")
    rails = steady_rails(hv_v, on.rails)
    bench = StageBench(drive, DummyLoad(load_ohm), alone(netlist), rails, more, on)
    return analyse(bench.deck(), analysis, {**LOAD, **on.senses, "top_v": "v(return_top)"})


@once_a_stage
def nominal(on: BoardStage) -> Analysis:
    """Every sense and the load's current over the whole drive, into 1 kOhm."""
    return _sweep(on.netlist(), 1e3, "dc vduty 0 1 0.02", on=on)


def transfer(netlist: Netlist | None = None, on: BoardStage = PICO_PWM) -> dict[str, float]:
    """Gain against 6.25 mA at duty 1, straightness and the current at duty 0, into 1 kOhm."""
    swept = "dc vduty 0 1 0.02"
    result = nominal(on) if netlist is None else _sweep(netlist, 1e3, swept, on=on)
    duty, current_ua = result.x, result["load_ua"]
    used = (duty > 0.001) & (duty < 0.961)
    gain_ua, zero_ua = np.polyfit(duty[used], current_ua[used], 1)
    bend_ua = np.abs(current_ua[used] - gain_ua * duty[used] - zero_ua).max()
    return {
        "gain_error_percent": 100 * (gain_ua / FULL_SCALE_UA - 1),
        "bend_ua": float(bend_ua),
        "zero_ua": float(current_ua[0]),
        "at_5ma_ua": float(np.interp(0.8, duty, current_ua)),
    }


def zero(netlist: Netlist | None = None, on: BoardStage = PICO_PWM) -> dict[str, float]:
    """The largest current at duty 0 over the corners of both amplifiers' offsets."""
    made = on.netlist() if netlist is None else netlist
    found = []
    for low in (-1, 1):
        for high in (-1, 1):
            offset = made.with_parameter("XU1A", "vos", low * _VOS_LOW_V)
            offset = offset.with_parameter("XU1B", "vos", low * _VOS_LOW_V)
            offset = offset.with_parameter("XU2", "vos", high * _VOS_HIGH_V)
            result = _sweep(offset, 1e3, "dc vduty 0 0.1 0.1", on=on)
            found.append(abs(result["load_ua"][0]))
    return {"largest_zero_ua": float(max(found))}


def _forced(
    current_ua: float,
    analysis: str,
    netlist: Netlist | None = None,
    hv_v: float = HV_V,
    temp_c: float = 27.0,
    on: BoardStage = PICO_PWM,
) -> Analysis:
    """N held by a source, its current measured."""
    drive = PinDrive(gate=HIGH, enable=LOW, duty=f"{share(current_ua):.9g}")
    hold = ("Vn n_forced 0 0", "Rn n_forced n 0.001", f".temp {temp_c:g}")
    made = alone(netlist, on).without(*_AT_N)
    more = (*CONVERTER_ALONE, *hold)
    bench = StageBench(drive, None, made, steady_rails(hv_v, on.rails), more, on)
    return analyse(bench.deck(), analysis, {"n_ua": "i(vn)"})


def output_resistance(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """The least output resistance between 2 and 40 V at the output, over three currents."""
    found = []
    for current_ua in _CURRENTS_UA:
        result = _forced(current_ua, "dc vn 0 40 2", on=on)
        settled = result["n_ua"][1:]  # a sweep's first point may not have converged
        found.append(38.0 / max(float(np.ptp(settled)), 1e-6))
    return {"output_mohm": float(min(found))}


@once_a_stage
def compliance(on: BoardStage) -> dict[str, float]:
    """What the nominal stage can give at 2 and 5 mA, and N with no load."""
    return compliance_of(on.netlist(), on=on)


def compliance_of(
    netlist: Netlist, hv_v: float = HV_V, temp_c: float = 27.0, on: BoardStage = PICO_PWM
) -> dict[str, float]:
    """What a stage can give at 2 and 5 mA, from N to the return's top; and N with no load."""
    made = {}
    for current_ua in (2000.0, 5000.0):
        result = _forced(current_ua, "dc vn 38 46 0.05", netlist, hv_v, temp_c, on)
        lost_ua = _LOST * np.median(result["n_ua"][:20])
        last = np.flatnonzero(result["n_ua"] >= lost_ua)[-1]
        around = slice(last, last + 2)  # between two points of the sweep
        kept_v = np.interp(-lost_ua, -result["n_ua"][around], result.x[around])
        drop_v = current_ua * 1e-6 * (netlist.value("R401") + netlist.value("R601"))
        made[f"at_{current_ua / 1000:.0f}ma_v"] = float(kept_v - drop_v)
    rest = _sweep(netlist, 1e9, "dc vduty 0 0.8 0.4", hv_v, temp_c, on)
    made["open_v"] = float(rest["n_v"].max())  # one point of a sweep may not have converged
    return made


def bandwidth(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """-3 dB from the gate to the load's current, and the highest peak, over three cases."""
    netlist = alone(on=on).without("XK1", "M10", "D531")
    netlist = netlist.substituted("XU7 gated drive ", "XU7 gated drive_ac ")
    contacts = ("Rk1 n lead_1 0.05", "Rk2 lead_2 leg_2 0.05")  # a switch has no state in .ac
    corners, peaks = [], []
    for current_ua, ohm in ((30.0, 1e3), (2000.0, 1e3), (2000.0, 10e3)):
        drive = PinDrive(gate=HIGH, enable=LOW, duty=f"{share(current_ua):.9g}")
        more = (*CONVERTER_ALONE, *contacts, "Vac drive drive_ac dc 0 ac 1")
        deck = StageBench(drive, DummyLoad(ohm), netlist, more=more, on=on).deck()
        result = analyse(deck, "ac dec 20 100 1meg", {"load_ua": "mag(i(vload))"})
        gain = result["load_ua"] / result["load_ua"][0]
        below = np.flatnonzero(gain < np.sqrt(0.5))[0]
        # Between two points of the sweep, on logarithms.
        corners.append(
            np.interp(-np.sqrt(0.5), -gain[below - 1 : below + 1], result.x[below - 1 : below + 1])
        )
        peaks.append(gain.max())
    return {
        "lowest_khz": float(min(corners)) / 1e3,
        "highest_khz": float(max(corners)) / 1e3,
        "peak_ratio": float(max(peaks)),
    }


def ripple(duty: float = 0.5) -> dict[str, float]:
    """Peak to peak of the current that the converter is told, with the real PWM."""
    drive = PinDrive(gate=HIGH, enable=LOW, pwm_duty=duty)
    netlist = Netlist.of_blocks(MODELS, "interface", "drive", "gate")
    deck = StageBench(drive, None, netlist.added("XU1B v_set low v5 vneg low opa2376")).deck()
    result = transient(deck, 5.0, 1.0, {"v_set_v": "v(v_set)"}, from_ms=4.6, most_us=1.0)
    return {"ripple_ua": float(np.ptp(result["v_set_v"])) / VREF_V * FULL_SCALE_UA}


@once_a_stage
def senses(on: BoardStage) -> dict[str, float]:
    """Errors of A, B and V by the board's nominal SCALES, from 0 to 5 mA into 1 kOhm."""
    result = nominal(on)
    used = result.x < 0.81
    true_ua = result["load_ua"][used]
    inside_mv = (result["n_v"] - result["top_v"])[used] * 1e3
    errors = {
        "a_error_ua": sense_a_ua(result["adc_a_v"][used], on) - true_ua,
        "b_error_ua": sense_b_ua(result["adc_b_v"][used], on) - true_ua,
        "v_error_mv": sense_v_mv(result["adc_v_v"][used], on) - inside_mv,
    }
    allowed = {"a_error_ua": true_ua, "b_error_ua": true_ua, "v_error_mv": inside_mv}
    made = {name: float(error[0]) for name, error in errors.items()}
    for name, error in errors.items():
        slope = np.polyfit(allowed[name], error, 1)[0]
        made[name.replace("_error_ua", "_gain_percent").replace("_error_mv", "_gain_percent")] = (
            float(100 * slope)
        )
    return made


def load_voltage(on: BoardStage = PICO_PWM) -> dict[str, float]:
    """What lies between the load and where its voltage is measured."""
    return {"inside_ohm": on.netlist().value("R612")}


def reference() -> dict[str, float]:
    """How far sense A's code moves for a duty when the converter's reference is 1 % high."""
    codes = []
    for factor in (1.0, 1.01):
        drive = PinDrive(gate=HIGH, enable=LOW, duty="0.32")
        bench = StageBench(drive, DummyLoad(1e3), alone(), more=CONVERTER_ALONE)
        deck = bench.deck().replace("Vvref vref 0 3.0", f"Vvref vref 0 {3.0 * factor:g}")
        adc_v = analyse(deck, "dc vduty 0.32 0.4 0.08", SENSES)["adc_a_v"][0]
        codes.append(adc_v / factor)
    return {"code_shift_percent": float(100 * abs(codes[1] / codes[0] - 1))}
