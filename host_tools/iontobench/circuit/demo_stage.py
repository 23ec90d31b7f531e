"""The stage of boards/pico_demo on a bench: pins, a resistor as load, and what is measured.

Requirements D-01 to D-11 stand on the board's page, with these ids. Currents in uA, voltages in V
and mV, times in ms. Must not know the firmware.
"""

from dataclasses import dataclass, replace

import numpy as np

from ionto.core.units import UA_Q4, drop_scale
from iontobench.resources import load_board

from .bench import LOW, PIN_OHM, TOGGLING, Waveform, steps
from .netlist import MODELS, Netlist
from .ngspice import Analysis, transient

BOARD = "pico_demo"
BLOCKS = ("interface", "chain", "dead_man", "probe", "senses")
LOAD_LEAST_OHM, LOAD_MOST_OHM = 600.0, 1600.0
LOAD_OHM = 1350.0  # full scale is that of this load: the drive has less room above than below
RAIL_V = 3.3
SIGNALS = {
    "load_ua": "i(vload)",
    "adc_a_v": "v(adc_a)",
    "adc_b_v": "v(adc_b)",
    "adc_v_v": "v(adc_v)",
    "hold_v": "v(hold)",
    "run_v": "v(run)",
    "n_v": "v(n)",
}
_FIRST_MS = 1.0  # edge of ENABLE
_GONE_UA = 4.0  # 1 % of full scale


def demo_stage() -> Netlist:
    """All blocks, without models."""
    return Netlist.of_blocks(*BLOCKS, board=BOARD)


@dataclass(frozen=True)
class DemoBench:
    """The stage with sources on the Pico's pins. `duty` is a voltage of its mean: 3.3 V are 1."""

    duty: Waveform = LOW
    gate: Waveform = LOW
    enable: Waveform = TOGGLING
    probe: Waveform = LOW
    load_ohm: float = LOAD_OHM
    rail: Waveform = f"{RAIL_V}"
    netlist: Netlist | None = None
    temp_c: float = 27.0

    def deck(self) -> str:
        """The text for ngspice."""
        stage = demo_stage() if self.netlist is None else self.netlist
        lines = [f"Vv33 v33 0 {self.rail}"]
        for pin in ("gate", "enable", "probe"):
            lines += _pin(pin, getattr(self, pin))
        lines += _pin("pwm", self.duty)
        lines += ["Vload n load_in 0", f"Rload load_in return_top {self.load_ohm:g}"]
        models = Netlist.of_blocks(MODELS, board=BOARD)
        return models.text + stage.added(*lines, f".temp {self.temp_c:g}").text

    def run(self, end_ms: float, step_us: float = 20.0, **more: float) -> Analysis:
        """A transient with every signal."""
        return transient(self.deck(), end_ms, step_us, SIGNALS, **more)


def _pin(pin: str, level: Waveform) -> tuple[str, str]:
    return f"V{pin} {pin}_pin 0 {level}", f"R{pin} {pin}_pin {pin} {PIN_OHM:g}"


def held_ua(duty: float, load_ohm: float = LOAD_OHM) -> float:
    """The load's current with that share of full drive, in steady state."""
    result = DemoBench(f"{duty * RAIL_V:.6g}", f"{RAIL_V}", load_ohm=load_ohm).run(40)
    return result.mean("load_ua", 30, 40)


def scale() -> dict[str, float]:
    """Full scale into its load, and how far the ends of the range are from it, percent."""
    middle_ua = held_ua(0.75)
    low, high = (100 * (held_ua(0.75, ohm) / middle_ua - 1) for ohm in (1600.0, 600.0))
    return {
        "full_scale_ua": middle_ua / 0.75,
        "least_load_percent": high,
        "most_load_percent": low,
        "zero_ua": abs(held_ua(0.0)),
    }


def drive() -> dict[str, float]:
    """Ripple of the PWM at half duty, and the filter's step."""
    period_s = 4096 / 125e6
    pulses = f"PULSE(0 {RAIL_V} 0 5n 5n {0.5 * period_s:.9g} {period_s:.9g})"
    rippling = DemoBench(pulses, f"{RAIL_V}").run(30, 1, from_ms=25)
    step = DemoBench(steps([(30, RAIL_V / 2)]), f"{RAIL_V}").run(45, 5, from_ms=28)
    rise_ua = step["load_ua"] - step["load_ua"][0]
    after_ms = step.t_ms - 30
    end_ua = rise_ua[-1]
    return {
        "ripple_ua": float(np.ptp(rippling["load_ua"])),
        "most_of_it_ms": float(after_ms[rise_ua > 0.632 * end_ua][0]),
        "settled_ms": float(after_ms[rise_ua < 0.99 * end_ua][-1]),
    }


def enable_until(last: int, edges: int = 40, rail_v: float = RAIL_V) -> Waveform:
    """ENABLE with an edge each ms from 1 ms on, which then stands still at level `last`."""
    count = edges if edges % 2 == last else edges + 1
    return steps(
        [(_FIRST_MS + at, rail_v * ((at + 1) % 2)) for at in range(count)], edge_ms=0.0001
    )


def hold(last: int, **bench) -> dict[str, float]:
    """How long the series switch stays closed after the last edge, and how soon it closed."""
    rail_v = float(bench.get("rail", RAIL_V))
    made = DemoBench(enable=enable_until(last, rail_v=rail_v), **bench)
    result = made.run(60, 50)
    last_ms = _FIRST_MS + (39 if last == 0 else 40)
    on_ms = result.t_ms[result["run_v"] > rail_v / 2]
    if not len(on_ms):
        return {"hold_ms": 0.0, "ready_ms": float("inf")}
    return {"hold_ms": float(on_ms[-1] - last_ms), "ready_ms": float(on_ms[0] - _FIRST_MS)}


def dead_man() -> dict[str, float]:
    """ENABLE frozen high and low, the first edges, and one edge alone."""
    high, low = hold(1), hold(0)
    single = DemoBench(enable=steps([(2, RAIL_V)])).run(15)
    return {
        "shortest_ms": min(high["hold_ms"], low["hold_ms"]),
        "longest_ms": max(high["hold_ms"], low["hold_ms"]),
        "ready_ms": max(high["ready_ms"], low["ready_ms"]),
        "one_edge_conducts": float((single["run_v"] > RAIL_V / 2).any()),
    }


def stuck_pins() -> dict[str, float]:
    """GATE and the drive stuck high: ENABLE stops, or has never moved."""
    full = DemoBench(duty=f"{RAIL_V}", gate=f"{RAIL_V}")
    stops = replace(full, enable=enable_until(0)).run(60, 20)
    flowing_ms = stops.t_ms[stops["load_ua"] > _GONE_UA]
    still = [replace(full, enable=level).run(20) for level in (LOW, f"{RAIL_V}")]
    return {
        "off_ms": float(flowing_ms[-1] - (_FIRST_MS + 39)),
        "still_ua": max(one.mean("load_ua", 10, 20) for one in still),
    }


def gate() -> dict[str, float]:
    """The gate cuts 0.3 mA; and closes while the drive stands at the proof's 30 uA."""
    cut = DemoBench(f"{0.75 * RAIL_V}", steps([(20, RAIL_V), (40, 0.0)])).run(42, 1, from_ms=39)
    flowing_ms = cut.t_ms[cut["load_ua"] > _GONE_UA]
    closes = DemoBench(f"{30 / 400 * RAIL_V}", steps([(30, RAIL_V)])).run(40, 2, from_ms=29)
    return {
        "off_us": float((flowing_ms[-1] - 40) * 1e3),
        "closing_ua": float(closes["load_ua"].max()),
    }


def probe() -> dict[str, float]:
    """PROBE into a short, and into nothing."""
    on = DemoBench(enable=LOW, probe=f"{RAIL_V}")
    short = replace(on, load_ohm=0.1).run(20)
    nothing = replace(on, load_ohm=1e9).run(20)
    return {
        "short_ua": short.mean("load_ua", 10, 20),
        "open_v": nothing.mean("n_v", 10, 20),
    }


def power_up() -> dict[str, float]:
    """The rail comes up in 1 ms with every pin open."""
    rail = f"PWL(0 0 5m 0 6m {RAIL_V})"
    bench = DemoBench(enable=LOW, rail=rail)
    result = bench.run(20, 5)
    return {"peak_ua": float(np.abs(result["load_ua"]).max())}


_CHIP_CODES = 12  # what the chip's converter adds by itself, in SCALES and in no circuit


def senses() -> dict[str, float]:
    """What the firmware makes of the converter's inputs by SCALES: the worse of 0 and 0.3 mA."""
    read = [_sense_errors(duty) for duty in (0.0, 0.75)]
    return {name: max((one[name] for one in read), key=abs) for name in read[0]}


def _sense_errors(duty: float) -> dict[str, float]:
    result = DemoBench(f"{duty * RAIL_V:.6g}", f"{RAIL_V}").run(40)
    scales = load_board(BOARD).SCALES
    values = []
    for at, pin in enumerate(("a", "b", "v")):
        zero, mul, shift = scales[3 * at : 3 * at + 3]
        code = result.mean(f"adc_{pin}_v", 30, 40) * 4096 / RAIL_V + _CHIP_CODES
        values.append((code - zero) * mul / 2**shift)
    true_ua = result.mean("load_ua", 30, 40)
    shown_mv = values[2] - values[0] * drop_scale(load_board(BOARD).BOARD.inside_ohm) / 2**16
    return {
        "a_error_ua": values[0] / UA_Q4 - true_ua,
        "b_error_ua": values[1] / UA_Q4 - true_ua,
        "v_error_mv": shown_mv - true_ua * LOAD_OHM / 1e3,
    }
