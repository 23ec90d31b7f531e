"""What the report draws: a title, the label of y, and traces of (name, ms, values)."""

from collections.abc import Callable, Iterable

from .bench import (
    LOAD,
    PIN_V,
    DummyLoad,
    PinDrive,
    StageBench,
    line,
    pulses,
    stage,
    steps,
    toggled,
)
from .guards import dead_man_alone, pumped
from .ngspice import Array, transient

Trace = tuple[str, Array, Array]


def recontact() -> Iterable[Trace]:
    """2 mA, the lead off for 4 ms and on again."""
    contact = line([(0, 1), (16, 1), (16.0001, 0), (20, 0), (20.0001, 1)])
    for ohm in (1e3, 10e3):
        bench = StageBench(PinDrive.steady(2000.0), DummyLoad(ohm, contact=contact))
        result = transient(bench.deck(), 20.1, 1, LOAD, from_ms=19.98, most_us=3)
        yield f"{ohm / 1000:.0f} kΩ", result.t_ms, result["load_ua"] / 1000


def dead_man() -> Iterable[Trace]:
    """The hold capacitor, 0 ms at the last edge: low, ENABLE's last rise is a tick before that."""
    for last, name, at_ms in ((1, "frozen high", 19.0), (0, "frozen low", 20.0)):
        result = pumped(toggled((1.0, 20.0), last=last), 36, dead_man_alone())
        yield name, result.t_ms - at_ms, result["hold_v"]


def limiter_test() -> Iterable[Trace]:
    """LIM_TEST at 45 µA, the gate after the pump and before it."""
    for name, gate_ms, pump_ms, test_ms in (
        ("pump, gate, LIM_TEST", 12.0, 1.0, 13.0),
        ("gate, LIM_TEST, pump", 3.0, 8.0, 4.0),
    ):
        drive = PinDrive.steady(
            45.0,
            gate_ms=gate_ms,
            enable=toggled((pump_ms, 30.0)),
            rearm=pulses((0.5, 0.503)),
            lim_test=steps([(test_ms, PIN_V)]),
        )
        result = transient(
            StageBench(drive, DummyLoad(1e3), stage()).deck(), 16, 5, LOAD, most_us=10
        )
        yield name, result.t_ms, result["load_ua"]


PLOTS: dict[str, tuple[str, str, Callable[[], Iterable[Trace]]]] = {
    "recontact": ("Re-contact at 2 mA after an open lead", "load, mA", recontact),
    "dead-man": ("The dead-man's capacitor after the last edge", "hold, V", dead_man),
    "limiter-test": ("LIM_TEST: by the test current, and by the packet", "load, µA", limiter_test),
}
