"""The board that the emulated chip is on: its name, its converter and its pins."""

from iontobench import resources

from .wiring import PinMap

BOARD = "pico_pwm"
ADC = "rp2040"  # the chip's own; there is no other on its pins


def pin_map(board: str) -> PinMap:
    """The board's pins as the wiring wants them; the stop input is active low."""
    pins = resources.load_board(board).PINS
    return PinMap(**pins, active_low=frozenset({pins["stop"]}))
