"""Where the parts of each block stand. The order is that of the netlist's blocks."""

from collections.abc import Callable

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
    s.text("foot", (m1.lower[0] + 0.6, -2.75), 8.5, "#00458c")
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
    s.text("copy", (9.2, 3.25), 8.5, "#00458c")
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


def series_switch(s: Sheet) -> None:
    """M3 at the top, the two of the AND under it."""
    m3 = s.transistor("M3", (8, 5), p_channel=True)
    s.wire(m3.upper, (8, 5.6))
    s.net("s_top", (8, 5.6), "above")
    s.wire(m3.lower, (8, 2.9))
    s.net("chain", (8, 2.9), "below")
    y = m3.gate[1]
    s.wire((3, y), m3.gate)
    s.two("R301", (3, 6.8), (3, y), side="left")
    s.net("hv", (3, 6.8), "above")
    s.two("R302", (3, y), (3, 1.6), side="left")
    m4 = s.transistor("M4", (3, 1.2))
    s.wire((3, 1.6), m4.upper)
    s.net("latch_gate", m4.gate)
    m5 = s.transistor("M5", (3, -0.9))
    s.wire(m4.lower, m5.upper)
    s.net("pump_gate", m5.gate)
    s.ground(m5.lower)
    s.dot((3, y))
    s.text("gate_series", (5, y + 0.3), 8.5, "#00458c")


def dead_man(s: Sheet) -> None:
    """The pump from left to right."""
    pins = s.box("XU8", (0, 0.56), ["in"], ["out"], 2)
    s.net("enable", pins["in"])
    s.two("C311", pins["out"], (5, 0))
    s.two("C312", (5, 0), (7.5, 0))
    s.two("R311", (5, 0), (5, -2.5))
    s.ground((5, -2.5))
    s.two("R312", (7.5, 0), (7.5, -2.5))
    s.ground((7.5, -2.5))
    s.two("XD311", (9.6, -2.5), (9.6, 0), elm.Diode)
    s.ground((9.6, -2.5))
    s.wire((7.5, 0), (9.6, 0))
    s.two("XD311", (9.6, 0), (12, 0), elm.Diode)
    s.wire((12, 0), (16, 0))
    s.two("C313", (12.2, 0), (12.2, -2.5))
    s.ground((12.2, -2.5))
    s.two("R313", (14.2, 0), (14.2, -2.5))
    s.ground((14.2, -2.5))
    s.text("hold", (15.6, 0.25), 8.5, "#00458c")
    s.two("R314", (16, 0), (19, 0))
    s.wire((19, 0), (21.5, 0))
    s.net("pump_gate", (21.5, 0), "right")
    s.two("C314", (21, 0), (21, -2.5))
    s.ground((21, -2.5))
    u4c = s.amplifier("XU4C", (14.6, -4.6))
    s.wire((16, 0), (16, -3.3), (13.9, -3.3), (13.9, -4.6), u4c.upper)
    s.wire(u4c.out, (19.4, u4c.out[1]), (19.4, 0))
    s.two("R315", (9, u4c.lower[1]), (12.4, u4c.lower[1]))
    s.net("v5", (9, u4c.lower[1]))
    s.wire((12.4, u4c.lower[1]), u4c.lower)
    s.two("R316", (12.6, u4c.lower[1]), (12.6, -8.2))
    s.ground((12.6, -8.2))
    s.dot((5, 0), (7.5, 0), (9.6, 0), (12.2, 0), (14.2, 0), (16, 0), (19.4, 0), (21, 0))
    s.dot((12.6, u4c.lower[1]))
    s.text("hold_min", (13.6, u4c.lower[1] - 0.3), 8.5, "#00458c")


def limiter(s: Sheet) -> None:
    """Shunt and comparators above, latch and interlock below."""
    s.net("return_top", (0, 2.6), "above")
    s.two("R401", (0, 2.6), (0, 0.2), side="left")
    s.net("a_top", (0, 0.2), "below")
    s.two("R402", (0, 2), (3.4, 2))
    s.two("C401", (3.6, 2), (3.6, -0.4))
    s.ground((3.6, -0.4))
    u4a = s.amplifier("XU4A", (6, 2))
    s.wire((3.4, 2), u4a.upper)
    y = u4a.lower[1]
    s.wire(u4a.lower, (5.4, y), (5.4, -1.6))
    s.two("R403", (2.0, -1.6), (5.4, -1.6))
    s.net("r25", (2.0, -1.6))
    s.two("R404", (5.4, -1.6), (5.4, -4.0), side="left")
    s.ground((5.4, -4.0))
    s.two("R405", (5.4, -1.6), (9, -1.6))
    s.text("threshold", (6.3, -0.8), 8.5, "#00458c")
    m6 = s.transistor("M6", (9, -1.9))
    s.wire((9, -1.6), m6.upper)
    s.net("lim_test", m6.gate)
    s.ground(m6.lower)
    out = u4a.out
    s.wire(out, (11.6, out[1]))
    s.two("R406", (9.6, 3.8), (9.6, out[1]))
    s.net("v5", (9.6, 3.8), "above")
    s.two("C402", (11.4, out[1]), (11.4, -1.2))
    s.ground((11.4, -1.2))
    u4b = s.amplifier("XU4B", (14.6, out[1]))
    s.wire((11.6, out[1]), u4b.upper)
    s.stub("r25", u4b.lower)
    s.wire(u4b.out, (18.6, u4b.out[1]))
    s.two("R407", (17.4, 3.6), (17.4, u4b.out[1]))
    s.net("v5", (17.4, 3.6), "above")
    s.net("trip", (18.6, u4b.out[1]), "right")
    s.dot((0, 2), (3.6, 2), (5.4, -1.6), (9.6, out[1]), (11.4, out[1]), (17.4, u4b.out[1]))
    s.text("delay", (10.5, out[1] + 0.25), 8.5, "#00458c")
    _latch(s, -6.4)


def _latch(s: Sheet, y: float) -> None:
    """From REARM at the left to the switch's gate at the right."""
    s.net("rearm", (-1, y))
    s.two("R408", (-1, y), (1.6, y))
    s.two("D401", (1.8, y - 2.2), (1.8, y), side="left")
    s.wire((1.6, y), (3.0, y))
    s.two("C403", (-1, y - 2.2), (1.4, y - 2.2))
    s.net("v5", (-1, y - 2.2))
    s.wire((1.4, y - 2.2), (1.8, y - 2.2))
    s.two("R409", (1.8, y - 2.2), (1.8, y - 4.6))
    s.ground((1.8, y - 4.6))
    inverter = s.box("XU5C", (3.5, y + 0.56), ["a", "b"], ["not a+b"], 2)
    s.wire((3.0, y), inverter["a"])
    s.wire((3.0, y), (3.0, inverter["b"][1]), inverter["b"])
    allow = s.box("XU5D", (7.5, y + 0.56), ["a", "b"], ["not a+b"], 2)
    s.wire(inverter["not a+b"], allow["a"])
    s.net("gate", allow["b"])
    s.wire(allow["not a+b"], (11.2, y))
    s.net("set_armed", (11.2, y), "right")
    upper = s.box("XU5A", (15.2, y + 0.56), ["a", "b"], ["not a+b"], 2)
    s.net("trip", upper["a"])
    s.net("tripped", upper["b"])
    s.two("R412", upper["not a+b"], (21.2, y))
    s.text("armed", (18.3, y - 0.35), 8.5, "#00458c")
    s.net("latch_gate", (21.2, y), "right")
    lower = s.box("XU5B", (15.2, y - 2.9), ["a", "b"], ["not a+b"], 2)
    s.net("set_armed", lower["a"])
    s.net("armed", lower["b"])
    line = lower["not a+b"][1]
    s.two("R410", lower["not a+b"], (21.2, line))
    s.text("tripped", (18.3, line - 0.35), 8.5, "#00458c")
    s.wire((21.2, line), (22, line))
    s.net("limiter", (22, line), "right")
    s.two("R411", (21.4, line), (21.4, line - 2.4))
    s.ground((21.4, line - 2.4))
    s.dot((1.8, y), (1.8, y - 2.2), (3.0, y), (21.4, line))


def lockout(s: Sheet) -> None:
    """A divider and one comparator."""
    s.net("v5", (0, 2.4), "above")
    s.two("R421", (0, 2.4), (0, 0), side="left")
    s.two("R422", (0, 0), (0, -2.4), side="left")
    s.ground((0, -2.4))
    u4d = s.amplifier("XU4D", (2.6, 0))
    s.wire((0, 0), u4d.upper)
    s.stub("r25", u4d.lower)
    s.wire(u4d.out, (6, u4d.out[1]))
    s.net("latch_gate", (6, u4d.out[1]), "right")
    s.dot((0, 0))
    s.text("v5_share", (1.3, 0.25), 8.5, "#00458c")


def output(s: Sheet) -> None:
    """From M2 to N, and the bleed."""
    s.net("out_drain", (0, 0))
    s.two("D501", (0, 0), (3, 0))
    s.wire((3, 0), (9.4, 0))
    s.net("n", (9.4, 0), "right")
    s.two("C501", (3.8, 0), (3.8, -2.4))
    s.ground((3.8, -2.4))
    s.two("R511", (8.2, 0), (8.2, -2.4))
    m7 = s.transistor("M7", (8.2, -2.8))
    s.wire((8.2, -2.4), m7.upper)
    s.ground(m7.lower)
    y = m7.gate[1]
    s.wire(m7.gate, (-0.6, y))
    s.two("R512", (-0.6, -1), (-0.6, y))
    s.net("v5", (-0.6, -1), "above")
    m8 = s.transistor("M8", (1.6, y - 0.8))
    m9 = s.transistor("M9", (6.0, y - 0.8))
    s.wire((1.6, y), m8.upper)
    s.wire((6.0, y), m9.upper)
    s.net("gate", m8.gate)
    s.net("probe", m9.gate)
    s.ground(m8.lower)
    s.ground(m9.lower)
    s.dot((3.8, 0), (8.2, 0), (1.6, y), (6.0, y), (-0.6, y))


def probe(s: Sheet) -> None:
    """The pin lights a photo-MOS, which joins 5.00 V to N."""
    s.net("probe", (0, 0))
    s.two("R521", (0, 0), (3, 0))
    k2 = s.box("XK2", (3.5, 0.56), ["led +", "led -"], ["out 1", "out 2"], 2.6)
    s.wire((3, 0), k2["led +"])
    s.ground(k2["led -"])
    s.net("v50", k2["out 1"], "right")
    s.two("R522", k2["out 2"], (10, k2["out 2"][1]))
    s.net("n", (10, k2["out 2"][1]), "right")


def bridge(s: Sheet) -> None:
    """The relay and its driver. At rest lead 1 is on N, lead 2 on leg 2."""
    k1 = s.box(
        "XK1",
        (5.4, 3),
        ["coil +", "coil -"],
        ["common 1", "at rest 1", "made 1", "common 2", "at rest 2", "made 2"],
        4,
    )
    for pin, net in (
        ("common 1", "lead_1"),
        ("at rest 1", "n"),
        ("made 1", "leg_1"),
        ("common 2", "lead_2"),
        ("at rest 2", "leg_2"),
        ("made 2", "n"),
    ):
        s.net(net, k1[pin], "right")
    plus, minus = k1["coil +"], k1["coil -"]
    s.wire((0, plus[1] + 0.8), (2.6, plus[1] + 0.8), (2.6, plus[1]), plus)
    s.net("v5", (0, plus[1] + 0.8))
    s.two("D531", (0.8, minus[1] - 0.6), (0.8, plus[1] + 0.8), side="left")
    s.wire((0.8, minus[1] - 0.6), (2.6, minus[1] - 0.6), (2.6, minus[1]), minus)
    m10 = s.transistor("M10", (2.6, minus[1] - 1.0))
    s.wire((2.6, minus[1] - 0.6), m10.upper)
    s.net("polarity", m10.gate)
    s.ground(m10.lower)
    s.dot((0.8, plus[1] + 0.8), (2.6, minus[1] - 0.6))


def sense_a(s: Sheet) -> None:
    """Shunt, pedestal, times 19."""
    s.net("a_top", (0, 0))
    s.wire((0, 0), (1, 0))
    s.two("R601", (1, 0), (1, -2.4), side="left")
    s.ground((1, -2.4))
    s.two("R602", (1, 0), (4, 0))
    s.two("R603", (4.4, 2.6), (4.4, 0))
    s.net("vref", (4.4, 2.6), "above")
    u3a = s.amplifier("XU3A", (6.4, 0))
    s.wire((4, 0), u3a.upper)
    s.wire(u3a.out, (9.6, u3a.out[1]))
    s.wire(u3a.lower, (5.6, u3a.lower[1]), (5.6, -2.4))
    s.two("R605", (9.2, -2.4), (5.6, -2.4), side="below")
    s.wire((9.2, -2.4), (9.2, u3a.out[1]))
    s.two("R604", (5.6, -2.4), (5.6, -4.8), side="left")
    s.ground((5.6, -4.8))
    _filtered(s, (9.6, u3a.out[1]), "R606", "C601", "adc_a")
    s.dot((1, 0), (4.4, 0), (5.6, -2.4), (9.2, u3a.out[1]))


def _filtered(s: Sheet, at, resistor: str, capacitor: str, net: str) -> None:
    """The filter in front of the converter."""
    x, y = at
    s.two(resistor, at, (x + 3, y))
    s.wire((x + 3, y), (x + 5, y))
    s.two(capacitor, (x + 3.4, y), (x + 3.4, y - 2.4))
    s.ground((x + 3.4, y - 2.4))
    s.dot((x + 3.4, y))
    s.net(net, (x + 5, y), "right")


def sense_b(s: Sheet) -> None:
    """Two shunts, the difference, half of the reference."""
    s.net("leg_1", (0, 3))
    s.net("leg_2", (0, -1.5))
    s.wire((0, 3), (1, 3))
    s.wire((0, -1.5), (1, -1.5))
    s.two("R611", (1, 3), (1, 0.75), side="left")
    s.two("R612", (1, 0.75), (1, -1.5), side="left")
    s.wire((1, 0.75), (1.8, 0.75))
    s.net("return_top", (1.8, 0.75), "right")
    s.two("R615", (1, 3), (5.4, 3))
    s.two("R617", (1, -1.5), (5.4, -1.5))
    u3b = s.amplifier("XU3B", (7.4, 1.4))
    s.wire((5.4, 3), (5.8, 3), (5.8, 1.4), u3b.upper)
    s.wire((5.4, -1.5), (5.8, -1.5), (5.8, u3b.lower[1]), u3b.lower)
    s.two("R616", (5.8, 3), (9.4, 3))
    s.net("half_low", (9.4, 3), "right")
    s.two("R618", (5.8, -1.5), (10.2, -1.5))
    s.wire((10.2, -1.5), (10.2, u3b.out[1]))
    s.wire(u3b.out, (10.8, u3b.out[1]))
    _filtered(s, (10.8, u3b.out[1]), "R619", "C611", "adc_b")
    s.dot((1, 3), (1, 0.75), (1, -1.5), (5.8, 3), (5.8, -1.5), (10.2, u3b.out[1]))
    s.net("vref", (0, -4.2), "above")
    s.two("R613", (0, -4.2), (0, -6.4), side="left")
    s.two("R614", (0, -6.4), (0, -8.6), side="left")
    s.ground((0, -8.6))
    u3d = s.amplifier("XU3D", (2.4, -6.4))
    s.wire((0, -6.4), u3d.upper)
    s.wire(u3d.out, (6.4, u3d.out[1]))
    s.wire(u3d.lower, (2.0, u3d.lower[1]), (2.0, -8.8), (5.2, -8.8), (5.2, u3d.out[1]))
    s.net("half_low", (6.4, u3d.out[1]), "right")
    s.dot((0, -6.4), (5.2, u3d.out[1]))


def load_voltage(s: Sheet) -> None:
    """The difference of N and the top of the shunts."""
    s.net("n", (0, 0))
    s.two("R623", (0, 0), (3, 0))
    u3c = s.amplifier("XU3C", (7.6, 0))
    s.wire((3, 0), u3c.upper)
    y = u3c.lower[1]
    s.net("return_top", (0, -3.4))
    s.two("R625", (0, -3.4), (3, -3.4))
    s.wire((3, -3.4), (6.6, -3.4))
    s.wire(u3c.lower, (6.6, y), (6.6, -3.4))
    s.two("R626", (6.6, -3.4), (10.4, -3.4))
    s.two("C622", (6.6, -5), (10.4, -5))
    s.wire((6.6, -3.4), (6.6, -5))
    s.wire((10.4, -5), (10.4, u3c.out[1]))
    s.wire(u3c.out, (11, u3c.out[1]))
    s.two("R624", (3.4, 0), (3.4, 2.6))
    s.two("C621", (5.6, 0), (5.6, 2.6))
    s.wire((0, 2.6), (5.6, 2.6))
    s.two("R621", (-3, 2.6), (0, 2.6))
    s.net("vref", (-3, 2.6))
    s.two("R622", (0.4, 2.6), (0.4, 5))
    s.wire((0.4, 5), (1.6, 5))
    s.ground((1.6, 5))
    s.text("pedestal", (2, 2.85), 8.5, "#00458c")
    _filtered(s, (11, u3c.out[1]), "R627", "C623", "adc_v")
    s.dot((3.4, 0), (5.6, 0), (6.6, -3.4), (10.4, -3.4), (10.4, u3c.out[1]), (0.4, 2.6))
    s.dot((3.4, 2.6))


def supply(s: Sheet) -> None:
    """High voltage above, 5 V and references in the middle, decoupling below."""
    s.net("in_5v", (0, 0))
    fuse = s.box("XF1", (0.5, 0.56), ["a"], ["b"], 1.4)
    s.wire((0, 0), fuse["a"])
    s.wire(fuse["b"], (4.4, 0))
    s.two("C701", (3.2, 0), (3.2, -2.4))
    s.ground((3.2, -2.4))
    s.net("v5", (4.4, 0), "right")
    s.dot((3.2, 0))
    s.net("v5", (0, -4.6))
    s.two("D701", (0, -4.6), (3, -4.6))
    pico = s.box("XA1", (3.5, -4.04), ["vsys"], ["v33", "vref"], 2.2)
    s.wire((3, -4.6), pico["vsys"])
    s.net("v33", pico["v33"], "right")
    s.net("vref", pico["vref"], "right")
    _high_voltage(s)
    _references(s)
    for row, net in enumerate(("v5", "v33", "v5", "v5", "v33", "v33", "v5", "v5")):
        x = 2.4 * row
        s.net(net, (x, -15), "above")
        s.two(f"C73{row + 1}", (x, -15), (x, -17))
        s.ground((x, -17))


def _high_voltage(s: Sheet) -> None:
    for row, name in enumerate(("XU13", "XU14", "XU15")):
        y = 0.56 - 3.2 * row
        pins = s.box(name, (9, y), ["in", "gnd"], ["+", "-"], 2.4)
        s.net("v5", pins["in"])
        s.ground(pins["gnd"])
        s.net("hv_raw" if row == 2 else f"hv_{row + 1}", pins["+"], "right")
        s.net("0" if row == 0 else f"hv_{row}", pins["-"], "right")
    x, y = 15.5, 0.0
    s.net("hv_raw", (x, y))
    s.two("R711", (x, y), (x + 2.4, y))
    s.wire((x + 2.4, y), (x + 7.5, y))
    s.two("C711", (x + 2.8, y), (x + 2.8, y - 2.4))
    s.ground((x + 2.8, y - 2.4))
    s.two("R712", (x + 5, y), (x + 5, y - 2.4))
    s.two("D712", (x + 5, y - 2.4), (x + 5, y - 4.4), elm.LED)
    s.ground((x + 5, y - 4.4))
    regulator = s.box("XU16", (x + 8, y + 0.56), ["in"], ["out", "adj"], 2)
    s.wire((x + 7.5, y), regulator["in"])
    s.two("D711", (x + 11.5, y + 2.2), (x + 7, y + 2.2), side="above")
    s.wire((x + 7, y + 2.2), (x + 7, y))
    s.wire((x + 11.5, y + 2.2), (x + 11.5, y))
    out_x = x + 12.4
    s.wire(regulator["out"], (out_x + 2, y))
    s.two("R713", (out_x, y), (out_x, y - 2.2))
    s.wire(regulator["adj"], (x + 11, regulator["adj"][1]), (x + 11, y - 2.2), (out_x, y - 2.2))
    s.two("R714", (out_x, y - 2.2), (out_x, y - 4.4))
    s.two("XR715", (out_x, y - 4.4), (out_x, y - 6.6), elm.ResistorVar)
    s.ground((out_x, y - 6.6))
    s.two("C712", (out_x + 1.8, y), (out_x + 1.8, y - 2.4))
    s.ground((out_x + 1.8, y - 2.4))
    s.two("R716", (out_x + 2, y), (out_x + 4.6, y))
    s.wire((out_x + 4.6, y), (out_x + 6.2, y))
    s.two("C713", (out_x + 4.8, y), (out_x + 4.8, y - 2.4))
    s.ground((out_x + 4.8, y - 2.4))
    s.net("hv", (out_x + 6.2, y), "right")
    s.dot((x + 2.8, y), (x + 5, y), (x + 7, y), (x + 11.5, y), (out_x, y), (out_x + 1.8, y))
    s.dot((out_x + 4.8, y), (out_x, y - 2.2))


def _references(s: Sheet) -> None:
    y = -10.0
    minus = s.box("XU9", (0, y + 0.56), ["v+"], ["out"], 2)
    s.net("v5", minus["v+"])
    s.wire(minus["out"], (5, y))
    s.two("C721", (3.4, y), (3.4, y - 2.4))
    s.ground((3.4, y - 2.4))
    s.net("vneg", (5, y), "right")
    s.dot((3.4, y))
    for x, chip, capacitor, feed, source, net in (
        (8.5, "XU10", "C722", "", "", "vref"),
        (14.5, "XU11", "C723", "R721", "v5", "r25"),
        (20.5, "XU12", "C724", "R722", "hv", "v50"),
    ):
        s.wire((x, y), (x + 3.6, y))
        if feed:
            s.two(feed, (x, y + 2.4), (x, y))
            s.net(source, (x, y + 2.4), "above")
        s.two(chip, (x, y - 2.4), (x, y), elm.Zener)
        s.ground((x, y - 2.4))
        s.two(capacitor, (x + 2.8, y), (x + 2.8, y - 2.4))
        s.ground((x + 2.8, y - 2.4))
        s.net(net, (x + 3.6, y), "right")
        s.dot((x, y), (x + 2.8, y))


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
