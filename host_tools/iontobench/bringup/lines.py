"""Looks at a board's output lines as inputs, one after the other, all others low.

First as the stage's pull-downs leave it, then against the chip's own pull-up of 50 to 80 kOhm: a
pull-down of 10 kOhm holds the line low. It drives nothing high, and no current of the stage can
flow: the drive is low and ENABLE has no edges. A PROBE without its pull-down is lifted for 1 ms.
Afterwards `sense` gives the pins back to the firmware's own port.
"""

from iontobench.device.connection import Connection

from .seen import OUTPUTS, LineSeen

SCRIPT = """
def _lines(names):
    from machine import Pin
    from time import sleep_ms
    from ionto.board import PINS
    names = [name for name in names if name in PINS]
    told = {}
    try:
        for name in names:
            Pin(PINS[name], Pin.OUT, value=0)
        for name in names:
            number = PINS[name]
            pin = Pin(number, Pin.IN)
            sleep_ms(1)
            rest = pin.value()
            pin = Pin(number, Pin.IN, Pin.PULL_UP)
            sleep_ms(1)
            told[name] = (rest, pin.value())
            Pin(number, Pin.OUT, value=0)
    finally:
        for name in names:
            Pin(PINS[name], Pin.OUT, value=0)
        bench.sense(1)
    return told
"""


def look(connection: Connection) -> dict[str, LineSeen]:
    """Each output line of the board, by its name.

    Raises:
        BoardError: the board's firmware has no such pins.
    """
    connection.repl.do(SCRIPT)
    told = connection.value(f"_lines({OUTPUTS!r})")
    return {name: LineSeen(*levels) for name, levels in told.items()}
