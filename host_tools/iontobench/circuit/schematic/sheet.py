"""A sheet to draw one block on: parts at grid points, wires, named nets. White background.

Points are (x, y) in schemdraw's units, y upwards. A part is named by its line in the netlist; its
label is the reference with the value or the model. Must not know any block.
"""

import itertools
import re
from pathlib import Path
from typing import NamedTuple

import schemdraw  # pyright: ignore[reportMissingImports]
from schemdraw import elements as elm  # pyright: ignore[reportMissingImports]

from iontobench.circuit.netlist import Netlist
from iontobench.circuit.parts_list import parts_list

Point = tuple[float, float]

_TEXT = 10.0
_SMALL = 8.5
_TINY = 7.0
_TITLE, _NOTE = 13.0, 11.0  # of the picture of the whole, which is wide
_BLUE = "#00458c"  # the names of nets
_CLEAR = 0.16  # between a symbol's edge and its label
_HALF = 0.3  # of a symbol across its wire: resistor, capacitor, diode
_HALF_LIGHT = 0.65  # with the arrows of a light-emitting diode
_DOT = 0.1
_SHIFT = (-0.1, -0.07)  # of every text: schemdraw puts it so far to the right and up
_PIN = 0.5  # length of a box's pins
_PITCH = 1.0  # between a box's pins
_FIRST = 0.56  # from a box's edge to its first pin
_KINDS = {"R": elm.Resistor, "C": elm.Capacitor, "D": elm.Diode}
_FET_GATE = (-1.37, -0.75)  # from the upper end of a transistor, gate on the left
_FET_LOWER = (0.0, -1.5)
_OPAMP_LOWER = (0.0, -1.25)  # from the upper input of an amplifier
_OPAMP_OUT = (2.17, -0.62)


class Transistor(NamedTuple):
    """Where the ends of a transistor are."""

    gate: Point
    upper: Point
    lower: Point


class Amplifier(NamedTuple):
    """Where the ends of an amplifier are."""

    upper: Point
    lower: Point
    out: Point


class Sheet:
    """One picture."""

    def __init__(self, block: str, board: str = "pico_pwm") -> None:
        schemdraw.use("svg")
        self._netlist = Netlist.of_blocks(block, board=board)
        self._parts = {part.reference: part for part in parts_list(board)}
        self._drawing = schemdraw.Drawing(show=False)
        self._drawing.config(fontsize=_TEXT, bgcolor="white", color="black", lw=1.4, margin=0.4)

    def save(self, path: Path) -> None:
        """Write the picture as SVG, on white: legible in print and in a dark page."""
        text = self._drawing.get_imagedata("svg").decode("utf-8")
        left, low, wide, high = re.findall(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', text)[0]
        paper = f'<rect x="{left}" y="{low}" width="{wide}" height="{high}" fill="white"/>'
        text = text.replace(">", f">{paper}", 1)
        path.write_text(text.replace("><", ">\n<") + "\n", encoding="utf-8")

    def two(
        self, name: str, a: Point, b: Point, kind=None, side: str = "", plus: bool = False
    ) -> None:
        """A part with two ends, from a to b; a diode conducts from a to b.

        Args:
            side: of the label, seen on the page: above, below, left, right.
            plus: the part is polarised, and b is its positive end.
        """
        element = (kind or _KINDS[name.removeprefix("X")[0]])().at(a).to(b)
        self._drawing.add(element)
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        upright = abs(a[0] - b[0]) < abs(a[1] - b[1])
        side = side or ("right" if upright else "above")
        self._beside(self._said(name), middle, side, _HALF_LIGHT if kind is elm.LED else _HALF)
        if plus:
            self.text("+", (middle[0] - 0.28, middle[1] + 0.28))

    def trimmer(self, name: str, a: Point, b: Point) -> None:
        """A trimmer from a down to b, its wiper joined to b."""
        part = elm.Potentiometer().at(a).to(b)
        self._drawing.add(part)
        wiper = (round(part.absanchors["tap"][0], 3), round(part.absanchors["tap"][1], 3))
        self.wire(wiper, (wiper[0], b[1]), b)
        self.dot(b)
        away = "left" if wiper[0] > a[0] else "right"
        self._beside(self._said(name), (a[0], (a[1] + b[1]) / 2), away, _HALF)

    def terminal(self, pole: str, net: str, at: Point, side: str = "left") -> None:
        """A pole of a connector, with the net on it."""
        self.net(f"{pole} {net}".rstrip(), at, side)

    def named(self, name: str, at: Point, side: str = "above") -> None:
        """The name of a wire, beside it."""
        self._beside(name, at, side, 0.0, color=_BLUE, size=_SMALL)

    def wire(self, *points: Point) -> None:
        """Straight lines along the points."""
        for a, b in itertools.pairwise(points):
            self._drawing.add(elm.Line().at(a).to(b))

    def dot(self, *points: Point) -> None:
        """A joint of wires."""
        for point in points:
            self._drawing.add(elm.Dot(radius=0.07).at(point))

    def net(self, name: str, at: Point, side: str = "left") -> None:
        """A named net that goes on elsewhere: the same name is the same wire."""
        self._drawing.add(elm.Dot(open=True, radius=0.08).at(at))
        self._beside(name, at, side, _DOT, color=_BLUE)

    def stub(self, name: str, at: Point) -> None:
        """A named net at the left of a pin, on a short wire."""
        self.wire((at[0] - 0.6, at[1]), at)
        self.net(name, (at[0] - 0.6, at[1]))

    def ground(self, at: Point) -> None:
        """Ground of the stage."""
        self._drawing.add(elm.Ground().right().at(at))

    def text(self, said: str, at: Point, size: float = _TEXT, color: str = "black") -> None:
        """A few words, centred."""
        self._label(said, at, "center", "center", size, color)

    def transistor(self, name: str, upper: Point, p_channel: bool = False, bipolar: bool = False):
        """A transistor whose upper end (drain, or source of a P-channel) is at `upper`."""
        if bipolar:
            # Its emitter is up; anchors from the base.
            base = (upper[0] - 0.75, upper[1] - 0.7)
            self._drawing.add(elm.BjtPnp().right().at(base).anchor("base"))
            lower = (upper[0], upper[1] - 1.4)
            self._beside(self._said(name), (upper[0], upper[1] - 0.7), "right", _HALF)
            return Transistor(base, upper, lower)
        kind, end = (elm.PFet, "source") if p_channel else (elm.NFet, "drain")
        self._drawing.add(kind().right().reverse().at(upper).anchor(end))
        gate = (upper[0] + _FET_GATE[0], upper[1] + _FET_GATE[1])
        lower = (upper[0] + _FET_LOWER[0], upper[1] + _FET_LOWER[1])
        self._beside(self._said(name), (upper[0], upper[1] - 0.75), "right", _HALF)
        source = upper if p_channel else lower
        inwards = -0.2 if p_channel else 0.2
        self._label("S", (source[0] + 0.15, source[1] + inwards), "left", "center", _TINY, "black")
        return Transistor(gate, upper, lower)

    def amplifier(self, name: str, upper: Point, plus_up: bool = True) -> Amplifier:
        """An amplifier or comparator; `upper` is its upper input, + or -."""
        element = elm.Opamp().flip() if plus_up else elm.Opamp()
        anchor = "in2" if plus_up else "in1"
        self._drawing.add(element.right().at(upper).anchor(anchor))
        lower = (upper[0] + _OPAMP_LOWER[0], upper[1] + _OPAMP_LOWER[1])
        out = (upper[0] + _OPAMP_OUT[0], upper[1] + _OPAMP_OUT[1])
        self._beside(self._said(name), (upper[0] + 1.3, upper[1] + 0.45), "above", _HALF)
        return Amplifier(upper, lower, out)

    def box(self, name: str, corner: Point, left: list[str], right: list[str], wide: float = 2.6):
        """A chip as a box, its upper left corner at `corner`; returns its pins' ends by name."""
        rows = max(len(left), len(right))
        x, y = corner
        low = y - _PITCH * (rows - 1) - 2 * _FIRST
        self._frame(corner, (x + wide, low))
        self._beside(self._said(name), (x + wide / 2, y), "above", 0.0)
        ends: dict[str, Point] = {}
        for side, names in ((-1, left), (1, right)):
            for row, pin in enumerate(names):
                pin_y = y - _PITCH * row - _FIRST
                edge = x if side < 0 else x + wide
                ends[pin] = (edge + side * _PIN, pin_y)
                self.wire((edge, pin_y), ends[pin])
                inside = (edge - side * 0.15, pin_y + 0.05)
                align = "left" if side < 0 else "right"
                self._label(pin, inside, align, "center", _SMALL, "black")
        return ends

    def block(
        self, title: str, corner: Point, wide: float, high: float, note: str = "", frame_to=None
    ) -> None:
        """A block of the whole: a box with its name; its frame may reach further down."""
        x, y = corner
        self._frame(corner, (x + wide, y - high if frame_to is None else frame_to))
        middle = (x + wide / 2, y - high / 2)
        self.text(title, (middle[0], middle[1] + (0.33 if note else 0)), _TITLE)
        if note:
            self.text(note, (middle[0], middle[1] - 0.33), _NOTE, "#333333")

    def arrow(self, a: Point, b: Point, said: str = "") -> None:
        """What passes from one block to another."""
        self._drawing.add(elm.Line(arrow="->").at(a).to(b))
        upright = abs(a[0] - b[0]) < abs(a[1] - b[1])
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        self._beside(said, middle, "right" if upright else "above", 0.0, color=_BLUE, size=_NOTE)

    def _frame(self, upper_left: Point, lower_right: Point) -> None:
        (left, top), (right, low) = upper_left, lower_right
        self.wire((left, top), (right, top), (right, low), (left, low), (left, top))

    def _said(self, name: str) -> str:
        one = self._netlist.element(name)
        unit = name.removeprefix("X") if name.startswith("X") else one.reference
        part = self._parts[one.reference]
        return f"{unit} {part.value if unit[0] in 'RC' else part.part}"

    def _beside(self, said: str, at: Point, side: str, half: float, **style) -> None:
        """A label beside a symbol that reaches `half` from `at`: one distance for all."""
        moves = {"above": (0, 1), "below": (0, -1), "left": (-1, 0), "right": (1, 0)}
        dx, dy = moves[side]
        align = {"left": "right", "right": "left"}.get(side, "center")
        upright = {"above": "bottom", "below": "top"}.get(side, "center")
        lines = said.split(" ", 1) if side in ("left", "right") and not style else [said]
        # A line of text below hangs from its upper edge, which the SVG puts at its base line.
        gap = half + _CLEAR + (0.2 if dy < 0 else 0.0)
        point = (at[0] + dx * gap, at[1] + dy * gap)
        size = style.get("size", _TEXT if len(said) < 16 or len(lines) > 1 else _SMALL)
        self._label("\n".join(lines), point, align, upright, size, style.get("color", "black"))

    def _label(self, said, at, align, upright, size, color) -> None:
        at = (at[0] + _SHIFT[0], at[1] + _SHIFT[1])
        label = elm.Label().right().at(at).color(color)
        label.label(said, loc="center", halign=align, valign=upright, fontsize=size, ofst=(0, 0))
        self._drawing.add(label)
