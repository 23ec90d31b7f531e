"""The board that the emulated chip is on: its name and its pins."""

from dataclasses import fields

from iontobench import resources

from .spi_bus import BusPins
from .wiring import PinMap

BOARD = "pico_pwm"

_BUS_LINES = tuple(one.name for one in fields(BusPins))


def pin_map(board: str) -> PinMap:
    """The board's pins as the wiring wants them; the stop input is active low.

    A board with an SPI bus has its drive and converter there; the chip's own reads nothing.
    """
    pins = dict(resources.load_board(board).PINS)
    active_low = frozenset({pins["stop"]})
    if "sck" not in pins:
        return PinMap(**pins, active_low=active_low)
    bus = BusPins(**{line: pins.pop(line) for line in _BUS_LINES})
    return PinMap(**pins, active_low=active_low, adc={}, bus=bus)
