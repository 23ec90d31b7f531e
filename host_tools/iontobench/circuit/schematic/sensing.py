"""The blocks that measure: both senses and the load voltage. Where their parts stand."""

from .sheet import Sheet


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
    s.two("R626", (6.6, -3.4), (9.6, -3.4))
    s.two("R629", (9.6, -3.4), (12.6, -3.4))
    s.two("C622", (6.6, -5), (12.6, -5))
    s.wire((6.6, -3.4), (6.6, -5))
    s.wire((12.6, -5), (12.6, u3c.out[1]))
    s.wire(u3c.out, (13, u3c.out[1]))
    top = 4.6
    s.two("R628", (3.4, 2.3), (3.4, top))
    s.two("R624", (3.4, 0), (3.4, 2.3))
    s.two("C621", (6.4, 0), (6.4, top))
    s.wire((0, top), (6.4, top))
    s.two("R621", (-3, top), (0, top))
    s.net("vref", (-3, top))
    s.two("R622", (0, top), (0, top - 2.4))
    s.ground((0, top - 2.4))
    s.named("pedestal", (1.6, top))
    _filtered(s, (13, u3c.out[1]), "R627", "C623", "adc_v")
    s.dot((3.4, 0), (6.4, 0), (6.6, -3.4), (12.6, -3.4), (12.6, u3c.out[1]), (0, top))
    s.dot((3.4, top))
