"""The blocks between the stage and the load: output, probe, bridge. Where their parts stand."""

from .sheet import Sheet


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
