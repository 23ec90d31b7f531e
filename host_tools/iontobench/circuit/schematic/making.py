"""The blocks that make the current: drive, gate, converter. Where their parts stand."""

from schemdraw import elements as elm  # pyright: ignore[reportMissingImports]

from .sheet import Sheet


def interface(s: Sheet) -> None:
    """A pull-down on each output of the Pico."""
    pins = ("pwm", "gate", "enable", "probe", "polarity", "lim_test", "rearm")
    for row, pin in enumerate(pins):
        x = 2.4 * row
        s.net(pin, (x, 0), "above")
        s.two(f"R10{row + 1}", (x, 0), (x, -2.5))
        s.ground((x, -2.5))


def drive(s: Sheet) -> None:
    """The switch that re-makes the PWM, and the Sallen-Key filter."""
    pins = s.box("XU6", (0, 0.56), ["b1", "b0", "s"], ["a"])
    s.net("vref", pins["b1"])
    s.ground(pins["b0"])
    s.net("pwm", pins["s"])
    s.wire(pins["a"], (4.5, 0))
    s.two("R111", (4.5, 0), (7.5, 0))
    s.two("R112", (7.5, 0), (10.5, 0))
    u1a = s.amplifier("XU1A", (13, 0))
    s.wire((10.5, 0), u1a.upper)
    s.two("C112", (10.8, 0), (10.8, -2.5))
    s.ground((10.8, -2.5))
    s.wire((7.5, 0), (7.5, 2))
    s.two("C111", (7.5, 2), (10.5, 2))
    s.wire((10.5, 2), (16, 2), (16, u1a.out[1]))
    s.wire(u1a.out, (17, u1a.out[1]))
    s.wire(u1a.lower, (12.6, u1a.lower[1]), (12.6, -2.2), (16, -2.2), (16, u1a.out[1]))
    s.dot((7.5, 0), (10.8, 0), (16, u1a.out[1]))
    s.net("drive", (17, u1a.out[1]), "right")


def gate(s: Sheet) -> None:
    """Drive or ground, and the 20 kHz."""
    pins = s.box("XU7", (0, 0.56), ["b1", "b0", "s"], ["a"])
    s.net("drive", pins["b1"])
    s.ground(pins["b0"])
    s.net("gate", pins["s"])
    s.wire(pins["a"], (5, 0))
    s.two("R121", (4, 0), (4, -2.5))
    s.ground((4, -2.5))
    s.two("R122", (5.5, 0), (8.5, 0))
    s.wire((5, 0), (5.5, 0))
    s.two("C121", (8.7, 0), (8.7, -2.5))
    s.ground((8.7, -2.5))
    s.wire((8.5, 0), (10.4, 0))
    s.dot((4, 0), (8.7, 0))
    s.net("v_set", (10.4, 0), "right")


def converter(s: Sheet) -> None:
    """The low side at the left, the high side at the right."""
    u1b = s.amplifier("XU1B", (0, 0))
    s.stub("v_set", (0, 0))
    s.two("R201", (u1b.out[0] + 0.6, u1b.out[1]), (u1b.out[0] + 3.2, u1b.out[1]))
    s.wire(u1b.out, (u1b.out[0] + 0.6, u1b.out[1]))
    m1 = s.transistor("M1", (u1b.out[0] + 4.9, u1b.out[1] + 0.75))
    s.wire((u1b.out[0] + 3.2, u1b.out[1]), m1.gate)
    s.wire(m1.lower, (m1.lower[0], -3.4))
    s.two("R202", (m1.lower[0], -3.4), (m1.lower[0], -5.9))
    s.ground((m1.lower[0], -5.9))
    s.two("R203", (m1.lower[0], -3.0), (2.8, -3.0), side="below")
    s.wire((2.8, -3.0), (-0.7, -3.0), (-0.7, u1b.lower[1]), u1b.lower)
    s.two("C201", (u1b.out[0] + 0.4, u1b.out[1]), (u1b.out[0] + 0.4, -3.0))
    s.dot((u1b.out[0] + 0.4, u1b.out[1]), (u1b.out[0] + 0.4, -3.0), (m1.lower[0], -3.0))
    s.named("foot", (m1.lower[0] + 0.1, -3.0), "right")
    _high_side(s, m1.upper[0])


def _high_side(s: Sheet, x: float) -> None:
    """Right of the low side, whose current comes up at `x`."""
    top = 6.5
    s.wire((x, 0.13), (x, 3.6))
    s.two("R211", (x, top), (x, 3.6), side="left")
    s.wire((x - 1.2, top), (22.2, top))
    s.net("hv", (x - 1.2, top))
    u2 = s.amplifier("XU2", (11, 3.0))
    s.wire((x, 3.0), u2.upper)
    s.named("copy", (9.2, 3.0))
    s.two("R217", (u2.out[0] + 0.7, u2.out[1]), (u2.out[0] + 3.3, u2.out[1]))
    s.wire(u2.out, (u2.out[0] + 0.7, u2.out[1]))
    m2 = s.transistor("M2", (21, u2.out[1] + 0.75), p_channel=True)
    s.wire((u2.out[0] + 3.3, u2.out[1]), m2.gate)
    s.wire((21, 3.13), (21, 3.6))
    s.net("chain", (21, 3.6), "above")
    s.wire(m2.lower, (21, 1.0))
    s.net("out_drain", (21, 1.0), "below")
    # The clamp hangs on M2's gate.
    q1 = s.transistor("Q1", (17.6, 5.2), bipolar=True)
    s.wire((17.6, top), q1.upper)
    s.wire(q1.lower, (17.6, u2.out[1]))
    s.two("R219", (13.6, q1.gate[1]), q1.gate)
    s.net("sense_tap", (13.6, q1.gate[1]))
    # The 400 Ohm.
    s.two("R212", (24, top), (24, 4.2))
    s.wire((22.2, top), (24, top))
    s.two("R213", (24, 4.2), (24, 1.9))
    s.net("sense_tap", (24.0, 4.2), "left")
    s.net("s_top", (24, 1.9), "below")
    # U2's own loop and its supply.
    s.wire(u2.lower, (10.4, u2.lower[1]), (10.4, -0.4))
    s.two("C211", (10.4, -0.4), (13.6, -0.4))
    s.wire((13.6, -0.4), (13.6, u2.out[1]))
    s.two("R215", (10.4, -0.4), (10.4, -2.8))
    s.two("R214", (10.4, -2.8), (13.6, -2.8))
    s.net("s_top", (13.6, -2.8), "right")
    s.two("R216", (10.4, -2.8), (10.4, -5.2))
    s.net("vee", (10.4, -5.2), "below")
    s.wire((17, -1.4), (20.7, -1.4))
    s.net("hv", (17, -1.4))
    s.two("D211", (17, -3.6), (17, -1.4), elm.Zener)
    s.two("C212", (20.7, -1.4), (20.7, -3.6))
    s.wire((17, -3.6), (20.7, -3.6))
    s.net("vee", (20.7, -3.6), "right")
    s.two("R218", (17, -3.6), (17, -5.6))
    s.ground((17, -5.6))
    s.dot((x, 3.0), (17.6, u2.out[1]), (17.6, top), (13.6, u2.out[1]), (10.4, -0.4))
    s.dot((10.4, -2.8), (17, -1.4), (17, -3.6), (x, top))
