"""What a builder should read at the stage's test points, step by step of the bring-up.

The page's table has the same steps and nodes; a test compares the numbers. Volts to ground.
"""

from collections.abc import Mapping

from .bench import LOW, PIN_V, DummyLoad, PinDrive, StageBench, pulses, share, stage, steps
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


def _steps() -> Mapping[str, tuple[PinDrive, DummyLoad]]:
    """By the letter of the step: what the pins do, and the dummy load."""
    armed = pulses((5, 5.003))
    current = f"{share(2000.0):.9g}"
    dummy = DummyLoad(_DUMMY_OHM)
    still = PinDrive(enable=LOW, rearm=armed)
    return {
        "C": (still, dummy),
        "D": (PinDrive(enable=LOW, rearm=armed, probe=steps([(8, PIN_V)])), DummyLoad(10e3)),
        "E": (PinDrive(rearm=armed), dummy),
        "F": (PinDrive(rearm=armed, gate=steps([(18, PIN_V)]), duty=current), dummy),
        "G": (PinDrive(enable=LOW, rearm=armed, gate=steps([(18, PIN_V)]), duty=current), dummy),
        "H": (PinDrive(enable=LOW, rearm=armed, lim_test=steps([(8, PIN_V)])), dummy),
    }


def expected_v(step: str, netlist: Netlist | None = None) -> dict[str, float]:
    """The voltages of one step, by node."""
    if step in ("A", "B"):
        found = supply_at(_SUPPLY_IDLE_MA if step == "A" else _SUPPLY_REST_MA)
        return {name.removesuffix("_v"): found[name] for name in SUPPLY_NODES if name[-2:] == "_v"}
    drive, load = _steps()[step]
    bench = StageBench(drive, load, stage() if netlist is None else netlist)
    signals = {f"{node}_v": f"v({node})" for node in _NODES}
    result = transient(bench.deck(), 30, 50, signals, from_ms=26)
    return {node: result.mean(f"{node}_v", 26, 30) for node in _NODES}
