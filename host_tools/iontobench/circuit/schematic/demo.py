"""The blocks of boards/pico_demo: where their parts stand."""

from collections.abc import Callable

from schemdraw import elements as elm  # pyright: ignore[reportMissingImports]

from .sheet import Point, Sheet

_SWITCH_WIDE = 2.0


def _switch(s: Sheet, name: str, at: Point, control: str) -> Point:
    """A quarter of U1 whose input is at `at`; returns its output."""
    corner = (at[0] + 0.5, at[1] + 0.56)
    pins = s.box(name, corner, ["in", "control"], ["out"], _SWITCH_WIDE)
    s.stub(control, pins["control"])
    return pins["out"]


def _to_ground(s: Sheet, name: str, at: Point, **more) -> None:
    s.two(name, at, (at[0], at[1] - 2.4), **more)
    s.ground((at[0], at[1] - 2.4))


def interface(s: Sheet) -> None:
    """Four pull-downs, the indicator, two capacitors."""
    for at, (name, pin) in enumerate(
        (("R101", "pwm"), ("R102", "gate"), ("R103", "enable"), ("R104", "probe"))
    ):
        s.net(pin, (2.4 * at, 0), "above")
        _to_ground(s, name, (2.4 * at, 0))
    x = 10.4
    s.net("gate", (x, 0), "above")
    s.two("R105", (x, 0), (x, -2.4))
    s.named("led", (x, -2.6), "left")
    s.two("D101", (x, -2.4), (x, -4.8), elm.LED)
    s.ground((x, -4.8))
    for at, name in enumerate(("C101", "C102")):
        s.net("v33", (13.4 + 2.4 * at, 0), "above")
        _to_ground(s, name, (13.4 + 2.4 * at, 0))


def chain(s: Sheet) -> None:
    """From the PWM to N, through two poles and two switches."""
    s.net("pwm", (0, 0))
    s.two("R201", (0, 0), (3, 0))
    _to_ground(s, "C201", (3, 0))
    s.named("pole", (3, 0.1))
    s.two("R202", (3, 0), (6, 0))
    _to_ground(s, "C202", (6, 0))
    s.named("drive", (6.6, 0))
    s.wire((6, 0), (9.8, 0))
    gated = _switch(s, "XU1A", (9.8, 0), "gate")
    s.named("gated", (gated[0] + 0.7, 0))
    s.wire(gated, (15.4, 0))
    chained = _switch(s, "XU1B", (15.4, 0), "run")
    s.named("chain", (chained[0] + 0.3, 0))
    s.wire(chained, (chained[0] + 0.6, 0))
    s.two("R203", (chained[0] + 0.6, 0), (chained[0] + 3.6, 0))
    x = chained[0] + 3.6
    _to_ground(s, "R204", (x, 0))
    s.wire((x, 0), (x + 1.6, 0))
    s.net("n", (x + 1.6, 0), "right")
    s.dot((3, 0), (6, 0), (x, 0))
    spare = s.box("XU1D", (10.3, -3.4), ["in", "control"], ["out"], _SWITCH_WIDE)
    for pin in spare.values():
        s.ground(pin)


def dead_man(s: Sheet) -> None:
    """The pump from left to right, then the comparator."""
    s.net("enable", (0, 0))
    s.two("C401", (0, 0), (3, 0))
    s.named("pump", (3.4, 0))
    _to_ground(s, "R401", (3, 0))
    s.wire((3, 0), (5, 0))
    s.two("D401", (5, -2.4), (5, 0))
    s.ground((5, -2.4))
    s.two("D402", (5, 0), (8, 0))
    _to_ground(s, "C402", (8, 0))
    s.wire((8, 0), (10.4, 0))
    _to_ground(s, "R402", (10.4, 0))
    s.named("hold", (12, 0))
    u2 = s.amplifier("XU2", (14, 0))
    s.wire((10.4, 0), u2.upper)
    y = u2.lower[1]
    s.wire((13, y), u2.lower)
    s.two("R403", (13, y + 4), (13, y), side="left")
    s.net("v33", (13, y + 4), "above")
    _to_ground(s, "R404", (13, y))
    s.named("hold_min", (12.9, y), "left")
    s.wire(u2.out, (19, u2.out[1]))
    _to_ground(s, "R405", (17.6, u2.out[1]))
    s.net("run", (19, u2.out[1]), "right")
    s.dot((3, 0), (5, 0), (8, 0), (10.4, 0), (13, y), (17.6, u2.out[1]))


def probe(s: Sheet) -> None:
    """3.3 V through a switch and two resistors."""
    s.net("v33", (0, 0))
    out = _switch(s, "XU1C", (0.6, 0), "probe")
    s.wire((0, 0), (0.6, 0))
    s.two("R301", out, (out[0] + 3, 0))
    s.named("probe_middle", (out[0] + 3.2, -0.1), "below")
    s.two("R302", (out[0] + 3, 0), (out[0] + 6, 0))
    s.net("n", (out[0] + 6, 0), "right")


def senses(s: Sheet) -> None:
    """The return down through both shunts; each tap to its input of the converter."""
    s.net("return_top", (0, 0), "above")
    s.two("R502", (0, 0), (0, -4.6), side="left")
    s.two("R501", (0, -4.6), (0, -7.6), side="left")
    s.ground((0, -7.6))
    s.named("a_top", (-0.2, -4.6), "left")
    for y, pad, pedestal, filter_, pin in (
        (0, "R505", "R506", "C502", "adc_b"),
        (-4.6, "R503", "R504", "C501", "adc_a"),
    ):
        s.wire((0, y), (2, y))
        s.two(pad, (2, y), (5, y))
        s.wire((5, y), (9.4, y))
        s.two(pedestal, (5.6, y + 2.2), (5.6, y))
        s.net("v33", (5.6, y + 2.2), "above")
        s.two(filter_, (8, y), (8, y - 1.8))
        s.ground((8, y - 1.8))
        s.net(pin, (9.4, y), "right")
        s.dot((0, y), (5.6, y), (8, y))
    s.net("n", (12.6, 0), "left")
    s.two("R507", (12.6, 0), (15.6, 0))
    s.wire((15.6, 0), (18, 0))
    s.two("C503", (16.4, 0), (16.4, -1.8))
    s.ground((16.4, -1.8))
    s.net("adc_v", (18, 0), "right")
    s.dot((16.4, 0))


DEMO_DRAWN: dict[str, Callable[[Sheet], None]] = {
    one.__name__: one for one in (interface, chain, dead_man, probe, senses)
}
