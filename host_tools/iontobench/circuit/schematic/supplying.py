"""The supply and its references. Where their parts stand."""

from schemdraw import elements as elm  # pyright: ignore[reportMissingImports]

from .sheet import Sheet


def supply(s: Sheet) -> None:
    """High voltage above, 5 V and references in the middle, decoupling below."""
    s.terminal("J1 +", "in_5v", (0, 0))
    s.terminal("J1 -", "", (0, -2.4))
    s.ground((0, -2.4))
    fuse = s.box("XF1", (0.5, 0.56), ["a"], ["b"], 1.4)
    s.wire((0, 0), fuse["a"])
    s.wire(fuse["b"], (4.4, 0))
    s.two("C701", (3.2, -2.4), (3.2, 0), plus=True)
    s.ground((3.2, -2.4))
    s.net("v5", (4.4, 0), "right")
    s.dot((3.2, 0))
    s.net("v5", (0, -4.6))
    s.two("D701", (0, -4.6), (3, -4.6))
    pico = s.box("XA1", (3.5, -4.04), ["vsys", "gnd"], ["v33", "vref"], 2.2)
    s.wire((3, -4.6), pico["vsys"])
    s.ground(pico["gnd"])
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
        if row == 0:
            s.ground(pins["-"])
        else:
            s.net(f"hv_{row}", pins["-"], "right")
    x, y = 15.5, 0.0
    s.terminal("J2 +", "hv_raw", (x, y))
    s.terminal("J2 -", "", (x, y - 2.4))
    s.ground((x, y - 2.4))
    s.two("R711", (x, y), (x + 2.4, y))
    s.wire((x + 2.4, y), (x + 7.5, y))
    s.two("C711", (x + 2.8, y - 2.4), (x + 2.8, y), plus=True)
    s.named("hv_in", (x + 6.2, y))
    s.ground((x + 2.8, y - 2.4))
    s.two("R712", (x + 5, y), (x + 5, y - 2.4))
    s.two("D712", (x + 5, y - 2.4), (x + 5, y - 4.4), elm.LED, side="left")
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
    s.trimmer("XR715", (out_x, y - 4.4), (out_x, y - 6.6))
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
    minus = s.box("XU9", (-4, y + 0.56), ["v+", "sd", "gnd"], ["out", "cres", "cf+", "cf-"], 2)
    s.net("v5", minus["v+"])
    s.ground(minus["sd"])
    s.ground(minus["gnd"])
    s.wire(minus["out"], (5, y))
    s.two("C721", (3.4, y), (3.4, y - 2.4))
    s.ground((3.4, y - 2.4))
    s.net("vneg", (5, y), "right")
    s.wire(minus["cres"], (0.9, y - 1))
    s.two("C726", (0.9, y - 1), (0.9, y - 3.4))
    s.ground((0.9, y - 3.4))
    right, low = minus["cf+"][0], minus["cf-"][1]
    s.wire(minus["cf+"], (-0.9, minus["cf+"][1]))
    s.two("C725", (-0.9, minus["cf+"][1]), (-0.9, low - 1.4))
    s.wire((-0.9, low - 1.4), (right, low - 1.4), minus["cf-"])
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
