"""The demo stage on a breadboard: which hole each pin is in, the wires, and a plan drawn of them.

A hole is a row 1..63 and a column: `a` to `e` are joined, `f` to `j` are joined; `L-`, `L+`, `R+`
and `R-` are the rails. `joined` says which node of the netlist stands where; a test holds that to
the netlist, part by part. Units of the picture are pixels. Must not know a value.
"""

import itertools
from collections.abc import Iterable
from typing import NamedTuple

from .demo_stage import demo_stage
from .netlist import Netlist
from .parts_list import parts_list

ROWS = 63
LEFT, RIGHT = "abcde", "fghij"
RAILS = ("L-", "L+", "R+", "R-")


class Hole(NamedTuple):
    """One hole of the board."""

    column: str
    row: int

    @property
    def strip(self) -> str:
        """What is joined inside the board: a rail, or half a row."""
        if self.column in RAILS:
            return self.column
        return f"{'L' if self.column in LEFT else 'R'}{self.row}"


class Wire(NamedTuple):
    """One jumper; `via` are the corners of its line in the picture, (x in pitches, row)."""

    a: Hole
    b: Hole
    color: str
    via: tuple[tuple[float, float], ...] = ()


def hole_of(said: str) -> Hole:
    """`b22`, or `L-22` of a rail."""
    column = next((rail for rail in RAILS if said.startswith(rail)), said[0])
    return Hole(column, int(said[len(column) :]))


# The Pico's pins that are used, by their number on its header; pin 1 is c1, pin 40 is h1.
PICO_PINS = {
    3: "0",
    5: "v33",
    7: "adc_v",
    8: "0",
    9: "adc_b",
    10: "adc_a",
    12: "0",  # GPIO 22, the limiter's line
    13: "0",
    16: "probe",
    17: "enable",
    18: "0",
    19: "gate",
    20: "pwm",
}  # rows of its right side: row 20 is pin 21, GPIO 16
PICO_ROWS = 20

# Each part of two pins: its holes in the order of its line in the netlist.
_TWO = {
    "R101": "f22 R-22",
    "R102": "g28 R-28",
    "R103": "g45 R-45",
    "R104": "a32 L-32",
    "R105": "h28 h23",
    "D101": "j23 R-23",
    "C101": "i27 R-27",
    "C102": "i41 R-41",
    "R201": "g22 d22",
    "C201": "a22 L-22",
    "R202": "b22 b27",
    "C202": "a27 L-27",
    "R203": "c30 c36",
    "R204": "a36 L-36",
    "C401": "h45 h47",
    "R401": "i47 R-47",
    "D401": "R-49 j47",
    "D402": "g47 d47",
    "C402": "a47 L-47",
    "R402": "b47 L-49",
    "R403": "L+39 a41",
    "R404": "b41 L-41",
    "R405": "i42 R-43",
    "R301": "i32 i37",
    "R302": "g37 d36",
    "R501": "a63 L-63",
    "R502": "b59 b63",
    "R503": "d63 g63",
    "R504": "R+61 i63",
    "C501": "j63 R-63",
    "R505": "d59 g59",
    "R506": "R+57 i59",
    "C502": "j59 R-59",
    "R507": "d55 g55",
    "C503": "i55 R-55",
}
PLACES = {
    reference: tuple(hole_of(one) for one in said.split()) for reference, said in _TWO.items()
}
LOAD = (hole_of("e55"), hole_of("e59"))  # n, return_top
# A chip: its first pin's row, how many pins, and its units: pins in the order of the line.
U1_ROW, U1_PINS = 27, 14
U2_ROW, U2_PINS = 40, 8
_UNITS = {
    "XU1A": (U1_ROW, U1_PINS, (1, 2, 13, 14)),
    "XU1B": (U1_ROW, U1_PINS, (3, 4, 5, 14)),
    "XU1C": (U1_ROW, U1_PINS, (8, 9, 6, 14)),
    "XU1D": (U1_ROW, U1_PINS, (10, 11, 12, 14)),
    "XU2": (U2_ROW, U2_PINS, (3, 2, 7, 6)),
}
_GROUND_PINS = ((U1_ROW, U1_PINS, 7), (U2_ROW, U2_PINS, 4))
UNUSED_PINS = {(U2_ROW, U2_PINS, 1), (U2_ROW, U2_PINS, 5), (U2_ROW, U2_PINS, 8)}

_BLACK, _RED, _BLUE, _GREEN, _ORANGE = "#222222", "#c0261c", "#1c5fc0", "#1c8a3a", "#c07a1c"


def _down(x: float, a: str, b: str, color: str) -> Wire:
    """A long wire, drawn down its own lane at x."""
    first, last = hole_of(a), hole_of(b)
    return Wire(first, last, color, ((x, first.row), (x, last.row)))


WIRES = (
    *(
        Wire(hole_of(a), hole_of(b), color)
        for a, b, color in (
            ("i3", "R-3", _BLACK),
            ("i8", "R-8", _BLACK),
            ("j13", "R-13", _BLACK),
            ("i12", "i13", _BLACK),
            ("i18", "R-18", _BLACK),
            ("j5", "R+5", _RED),
            ("R+2", "L+2", _RED),
            ("R-1", "L-1", _BLACK),
            ("j27", "R+25", _RED),
            ("j33", "R+33", _RED),
            ("j41", "R+39", _RED),
            ("j29", "R-29", _BLACK),
            ("j30", "R-30", _BLACK),
            ("j31", "R-31", _BLACK),
            ("a33", "L-33", _BLACK),
            ("a43", "L-43", _BLACK),
            ("d28", "d29", _ORANGE),
            ("c47", "c42", _ORANGE),
        )
    ),
    _down(15.4, "j20", "j22", _BLUE),
    _down(15.8, "j19", "j28", _BLUE),
    _down(16.3, "j17", "j45", _BLUE),
    _down(17.3, "j7", "j55", _GREEN),
    _down(17.8, "j9", "h59", _GREEN),
    _down(18.3, "j10", "h63", _GREEN),
    _down(1.9, "b36", "b55", _ORANGE),
    Wire(hole_of("j16"), hole_of("d32"), _BLUE, ((16.8, 16), (16.8, 34.6), (6.0, 34.6))),
    Wire(hole_of("h42"), hole_of("c31"), _ORANGE, ((12.0, 38.5), (5.5, 38.5), (5.5, 31))),
)


def chip_hole(first_row: int, pins: int, pin: int) -> Hole:
    """The hole of a chip's pin: 1 upper left, counted downwards and up again."""
    half = pins // 2
    if pin <= half:
        return Hole("e", first_row + pin - 1)
    return Hole("f", first_row + pins - pin)


def pins_of(netlist: Netlist | None = None) -> Iterable[tuple[str, Hole, str]]:
    """Every pin that is in a hole: whose it is, the hole, and its node by the netlist."""
    for one in (demo_stage() if netlist is None else netlist).elements():
        ends = one.fields[: one.fields.index(one.model)]
        if one.name in _UNITS:
            row, pins, order = _UNITS[one.name]
            holes = tuple(chip_hole(row, pins, pin) for pin in order)
        else:
            holes = PLACES[one.name]
        yield from ((one.name, hole, node) for hole, node in zip(holes, ends, strict=True))
    for row, pins, pin in _GROUND_PINS:
        yield f"pin {pin}", chip_hole(row, pins, pin), "0"
    yield from (("load", hole, node) for hole, node in zip(LOAD, ("n", "return_top"), strict=True))
    for row, node in PICO_PINS.items():
        yield "A1", Hole("h", row), node


def joined() -> dict[str, int]:
    """Which strips are one piece of metal, through the wires: a number for each strip."""
    strips = {hole.strip for _, hole, _ in pins_of()}
    strips |= {hole.strip for wire in WIRES for hole in (wire.a, wire.b)}
    group = {strip: at for at, strip in enumerate(sorted(strips))}
    for wire in WIRES:
        old, new = group[wire.b.strip], group[wire.a.strip]
        group = {strip: new if one == old else one for strip, one in group.items()}
    return group


# ---- the picture
_PITCH = 17.0
_LEFT_PX, _TOP_PX = 30.0, 60.0
_COLUMNS: dict[str, float] = {"L-": 0.0, "L+": 1.0}
_COLUMNS |= {column: 3.0 + at for at, column in enumerate(LEFT)}
_COLUMNS |= {column: 10.0 + at for at, column in enumerate(RIGHT)}
_COLUMNS |= {"R+": 20.0, "R-": 21.0}
_WIDE_PX, _HIGH_PX = _LEFT_PX + 21 * _PITCH + 40, _TOP_PX + (ROWS + 1) * _PITCH + 20
_BODY = {"R": "#e3c99a", "C": "#e8b45a", "D": "#d88"}


def _at(hole: Hole) -> tuple[float, float]:
    return _LEFT_PX + _PITCH * _COLUMNS[hole.column], _TOP_PX + _PITCH * (hole.row - 1)


def _text(x: float, y: float, said: str, size: float = 9, anchor: str = "middle", fill="#111"):
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{fill}">'
        f"{said}</text>"
    )


def _line(a: Hole, b: Hole, color: str, wide: float) -> str:
    (x1, y1), (x2, y2) = _at(a), _at(b)
    return (
        f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{color}" '
        f'stroke-width="{wide:g}" stroke-linecap="round"/>'
    )


def _jumper(wire: Wire) -> str:
    corners = [(_LEFT_PX + _PITCH * x, _TOP_PX + _PITCH * (row - 1)) for x, row in wire.via]
    points = [_at(wire.a), *corners, _at(wire.b)]
    said = " ".join(f"{x:g},{y:g}" for x, y in points)
    ends = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="2.6" fill="{wire.color}"/>'
        for x, y in (points[0], points[-1])
    )
    return (
        f'<polyline points="{said}" fill="none" stroke="{wire.color}" stroke-width="2" '
        f'stroke-linejoin="round"/>{ends}'
    )


def _holes() -> Iterable[str]:
    for column, row in itertools.product(_COLUMNS, range(1, ROWS + 1)):
        x, y = _at(Hole(column, row))
        yield f'<circle cx="{x:g}" cy="{y:g}" r="1.6" fill="#bbb"/>'
    for column in _COLUMNS:
        x, _ = _at(Hole(column, 1))
        said = column[1] if column in RAILS else column
        yield _text(x, _TOP_PX - 14, said.replace("-", "−"), 11)
    for row in (1, *range(5, ROWS + 1, 5), ROWS):
        x, y = _at(Hole("e", row))
        yield _text(x + 2.5 * _PITCH, y + 3, str(row), 8, fill="#777")


def _box(upper: Hole, lower: Hole, said: str, inset: float = 0.35) -> Iterable[str]:
    (x1, y1), (x2, y2) = _at(upper), _at(lower)
    x1, x2 = x1 - inset * _PITCH, x2 + inset * _PITCH
    y1, y2 = y1 - 0.5 * _PITCH, y2 + 0.5 * _PITCH
    yield (
        f'<rect x="{x1:g}" y="{y1:g}" width="{x2 - x1:g}" height="{y2 - y1:g}" rx="4" '
        'fill="#dfe6ee" fill-opacity="0.92" stroke="#445"/>'
    )
    yield _text((x1 + x2) / 2, (y1 + y2) / 2 + 3, said, 10)


def _chips() -> Iterable[str]:
    yield from _box(Hole("c", 1), Hole("h", PICO_ROWS), "A1 Raspberry Pi Pico")
    x, y = _at(Hole("e", 1))
    yield _text(x + 2.5 * _PITCH, y - 26, "USB", 9, fill="#445")
    parts = {part.reference: part.part for part in parts_list("pico_demo")}
    for name, row, pins in (("U1", U1_ROW, U1_PINS), ("U2", U2_ROW, U2_PINS)):
        yield from _box(Hole("e", row), Hole("f", row + pins // 2 - 1), f"{name} {parts[name]}")
        x, y = _at(Hole("e", row))
        yield f'<circle cx="{x + 0.5 * _PITCH:g}" cy="{y:g}" r="3" fill="none" stroke="#445"/>'


def _part(reference: str, a: Hole, b: Hole, said: str) -> Iterable[str]:
    (x1, y1), (x2, y2) = _at(a), _at(b)
    yield _line(a, b, "#666", 1.6)
    body = _BODY.get(reference[0], "#9cc4e8")
    low, high = 0.22, 0.78
    ends = [(x1 + (x2 - x1) * one, y1 + (y2 - y1) * one) for one in (low, high)]
    (bx1, by1), (bx2, by2) = ends
    yield (
        f'<line x1="{bx1:g}" y1="{by1:g}" x2="{bx2:g}" y2="{by2:g}" stroke="{body}" '
        'stroke-width="7" stroke-linecap="round"/>'
    )
    if reference[0] == "D":  # a band at the cathode, the second end of the netlist's line
        yield f'<circle cx="{bx2:g}" cy="{by2:g}" r="3.4" fill="#222"/>'
    for one in (a, b):
        x, y = _at(one)
        yield f'<circle cx="{x:g}" cy="{y:g}" r="2.4" fill="#333"/>'
    yield _label((x1 + x2) / 2, (y1 + y2) / 2 + 3, said)


def _label(x: float, y: float, said: str) -> str:
    """Letters with a white edge, so that they can be read across a wire."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="8.5" font-weight="bold" text-anchor="middle" '
        f'fill="#111" stroke="white" stroke-width="2.4" paint-order="stroke">{said}</text>'
    )


def svg() -> str:
    """The plan."""
    values = {part.reference: part for part in parts_list("pico_demo")}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE_PX:g} {_HIGH_PX:g}" '
        'font-family="sans-serif">',
        f'<rect x="0" y="0" width="{_WIDE_PX:g}" height="{_HIGH_PX:g}" fill="white"/>',
        *_holes(),
        *_chips(),
    ]
    lines += [_jumper(wire) for wire in WIRES]
    for reference, (a, b) in PLACES.items():
        part = values[reference]
        value = part.value if reference[0] in "RC" else part.part
        lines += _part(reference, a, b, f"{reference} {value}")
    lines += _part("A4", *LOAD, "A4 the load")
    return "\n".join([*lines, "</svg>", ""])
