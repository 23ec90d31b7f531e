"""What a builder should read at the stage's test points, step by step of the bring-up.

The page's table has the same steps and nodes; a test compares the numbers. Volts to ground. The
supplies are the laboratory's. Times in ms.
"""

from collections.abc import Mapping
from dataclasses import replace

from .bench import (
    LOW,
    PIN_V,
    DummyLoad,
    PinDrive,
    StageBench,
    during,
    pulses,
    share,
    stage,
    steady_rails,
    steps,
    toggled,
)
from .netlist import Netlist
from .ngspice import transient
from .powering import SUPPLY_NODES, supply_at

_DUMMY_OHM = 1e3
_NODES = (
    "drive",
    "v_set",
    "foot",
    "n",
    "return_top",
    "threshold",
    "hold_min",
    "hold",
    "v5_share",
    "latch_gate",
    "limiter",
    "gate_series",
    "adc_a",
    "adc_b",
    "adc_v",
)
_SUPPLY_IDLE_MA = 0.001  # R716 is lifted
_SUPPLY_REST_MA = 3.0
_LABORATORY_V = 50.0
_END_MS, _MEAN_MS = 44, 4  # the values are means over the last milliseconds


def _steps() -> Mapping[str, tuple[PinDrive, DummyLoad]]:
    """By the letter of the step: what the pins do, and the dummy load."""
    armed = pulses((5, 5.003))
    current = f"{share(2000.0):.9g}"
    dummy = DummyLoad(_DUMMY_OHM)
    still = PinDrive(enable=LOW, rearm=armed)
    flowing = PinDrive(rearm=armed, gate=steps([(12, PIN_V)]), duty=current)
    # LIM_TEST trips it; REARM then has no effect, for the gate is high.
    tripped = replace(flowing, lim_test=during((20, 24)), rearm=pulses((5, 5.003), (28, 28.003)))
    again = replace(tripped, gate=during((12, 26)), rearm=pulses((5, 5.003), (37, 37.003)))
    return {
        "C": (still, dummy),
        "D": (PinDrive(enable=LOW, rearm=armed, probe=steps([(8, PIN_V)])), DummyLoad(10e3)),
        "E": (PinDrive(rearm=armed), dummy),
        "F": (flowing, dummy),
        "G": (replace(flowing, enable=toggled((1, 20), last=1)), dummy),
        "G low": (replace(flowing, enable=toggled((1, 20), last=0)), dummy),
        "H": (PinDrive(enable=LOW, rearm=armed, lim_test=steps([(8, PIN_V)])), dummy),
        "I": (tripped, dummy),
        "J": (again, dummy),
    }


def expected_v(
    step: str, netlist: Netlist | None = None, rails: tuple[str, ...] | None = None
) -> dict[str, float]:
    """The voltages of one step, by node; of another stage or other rails where given."""
    if step in ("A", "B"):
        load_ma = _SUPPLY_IDLE_MA if step == "A" else _SUPPLY_REST_MA
        found = supply_at(load_ma, laboratory_v=_LABORATORY_V)
        return {name.removesuffix("_v"): found[name] for name in SUPPLY_NODES if name[-2:] == "_v"}
    drive, load = _steps()[step]
    netlist = stage() if netlist is None else netlist
    bench = StageBench(drive, load, netlist, steady_rails() if rails is None else rails)
    signals = {f"{node}_v": f"v({node})" for node in _NODES}
    first_ms = _END_MS - _MEAN_MS
    result = transient(bench.deck(), _END_MS, 50, signals, from_ms=first_ms)
    return {node: result.mean(f"{node}_v", first_ms, _END_MS) for node in _NODES}
