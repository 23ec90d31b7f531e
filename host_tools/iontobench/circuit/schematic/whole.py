"""The picture of the whole: blocks, and what passes between them."""

from .sheet import Sheet

_RIGHT = 20.0  # of the column in which the load's current returns
_WIDE = 3.2  # of its blocks
_FAR = 25.0


def whole(s: Sheet) -> None:
    """The Pico at the left; the current runs along the top and returns down the right column."""
    _outside(s)
    _current(s)
    _guards(s)
    _returning(s)


def _outside(s: Sheet) -> None:
    """What the stage hangs on: Pico, isolator, supplies."""
    s.block("Pico", (0, 0), 2.8, 12.8, "3.3 V pins")
    s.block("USB isolator", (0, 3.6), 4.2, 1.6, "own 5 V, barrier")
    s.arrow((-2.4, 2.8), (0, 2.8), "computer")
    s.arrow((1.4, 2.0), (1.4, 0), "USB")
    s.block("supply", (13.4, 3.6), 4.6, 1.6, "45.5 V, references")
    s.arrow((8.4, 3.2), (13.4, 3.2), "J1: 5 V, floating")
    s.arrow((8.4, 2.4), (13.4, 2.4), "J2: 50 V, floating")
    s.arrow((15.7, 2.0), (15.7, 0), "hv")


def _current(s: Sheet) -> None:
    s.block("drive", (4.6, 0), 3.2, 1.6, "PWM, two poles")
    s.block("gate", (9.4, 0), 2.6, 1.6, "drive or 0 V")
    s.block("converter", (13.4, 0), 4.6, 1.6, "3 V = 6.25 mA", frame_to=-3.8)
    s.block("series switch", (13.9, -1.8), 3.6, 1.6, "M3, above M2")
    s.block("output", (_RIGHT, 0), _WIDE, 1.6, "470 pF, bleed")
    s.arrow((2.8, -0.8), (4.6, -0.8), "pwm")
    s.arrow((7.8, -0.8), (9.4, -0.8), "drive")
    s.arrow((12, -0.8), (13.4, -0.8), "v_set")
    s.wire((2.8, -2.6), (10.7, -2.6))
    s.arrow((10.7, -2.6), (10.7, -1.6), "gate")
    s.arrow((18, -0.8), (_RIGHT, -0.8), "current")
    s.block("probe", (_FAR, 0), 3.2, 1.6, "5 V, 100 kΩ")
    s.arrow((_FAR + 1.6, 1.6), (_FAR + 1.6, 0), "probe")
    s.arrow((_FAR, -0.8), (_RIGHT + _WIDE, -0.8), "n")


def _guards(s: Sheet) -> None:
    s.block("dead-man", (4.6, -4.6), 4.6, 1.6, "6 ms from the last edge")
    s.block("lockout", (4.6, -7.0), 4.6, 1.6, "5 V below 4.2 V")
    s.block("limiter", (4.6, -9.4), 4.6, 3.4, "5.25 mA, latch")
    s.arrow((2.8, -5.4), (4.6, -5.4), "enable")
    s.arrow((2.8, -9.9), (4.6, -9.9), "lim_test")
    s.arrow((2.8, -10.9), (4.6, -10.9), "rearm")
    s.arrow((4.6, -11.9), (2.8, -11.9), "limiter")
    s.block("and", (14.2, -5.2), 3.0, 5.6, "M4, M5")
    s.arrow((9.2, -5.6), (14.2, -5.6), "pump_gate")
    s.arrow((9.2, -7.8), (14.2, -7.8), "latch_gate")
    s.arrow((9.2, -10.2), (14.2, -10.2), "latch_gate")
    s.arrow((15.7, -5.2), (15.7, -3.4), "gate_series")


def _returning(s: Sheet) -> None:
    """From the bridge to ground, and what is measured on the way."""
    middle, end = _RIGHT + _WIDE / 2, _RIGHT + _WIDE
    s.block("bridge", (_RIGHT, -3.4), _WIDE, 1.6, "relay")
    s.block("dummy load", (_FAR, -3.4), 3.2, 1.6, "at J3")
    s.block("sense B", (_RIGHT, -6.8), _WIDE, 1.6, "23.7 Ω a leg")
    s.block("limiter's shunt", (_RIGHT, -10.2), _WIDE, 1.6, "390 Ω")
    s.block("sense A", (_RIGHT, -13.4), _WIDE, 1.6, "25 Ω to ground")
    s.block("load voltage", (_FAR, -7.2), 3.2, 1.6, "n − return_top")
    s.arrow((middle, -1.6), (middle, -3.4), "n")
    s.arrow((18.2, -4.2), (_RIGHT, -4.2), "polarity")
    s.arrow((end, -4.2), (_FAR, -4.2), "leads")
    s.arrow((middle, -5.0), (middle, -6.8))
    s.arrow((middle, -8.4), (middle, -10.2), "return_top")
    s.arrow((middle, -11.8), (middle, -13.4), "a_top")
    s.arrow((_RIGHT, -7.6), (18.2, -7.6), "adc_b")
    s.arrow((_RIGHT, -14.2), (18.2, -14.2), "adc_a")
    s.arrow((_FAR + 3.2, -8.0), (_FAR + 5, -8.0), "adc_v")
    # Above the shunt: the limiter's comparator and the load voltage read that node.
    s.dot((middle, -9.8))
    s.wire((middle, -9.8), (_RIGHT - 0.8, -9.8), (_RIGHT - 0.8, -11.9))
    s.arrow((_RIGHT - 0.8, -11.9), (9.2, -11.9), "return_top")
    s.wire((middle, -9.8), (_FAR + 1.6, -9.8))
    s.arrow((_FAR + 1.6, -9.8), (_FAR + 1.6, -8.8))
    s.arrow((_FAR + 1.6, -6.0), (_FAR + 1.6, -7.2), "n")
