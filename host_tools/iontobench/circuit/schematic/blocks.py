"""Which function draws which block. The order is that of the netlist's blocks."""

from collections.abc import Callable

from .guarding import dead_man, limiter, lockout, series_switch
from .leading import bridge, output, probe
from .making import converter, drive, gate, interface
from .sensing import load_voltage, sense_a, sense_b
from .sheet import Sheet
from .supplying import supply

DRAWN: dict[str, Callable[[Sheet], None]] = {
    one.__name__: one
    for one in (
        interface,
        drive,
        gate,
        converter,
        series_switch,
        dead_man,
        limiter,
        lockout,
        output,
        probe,
        bridge,
        sense_a,
        sense_b,
        load_voltage,
        supply,
    )
}
