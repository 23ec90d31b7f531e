"""The stage's netlist: its blocks as files, its parts by reference, and altered copies.

A netlist is text; what alters it returns another one. A part is known by its reference as the
list of parts has it: `R401`, `M2`, `U4` (of which `XU4A` is one unit). Units: those of SPICE.
Must not run anything.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from iontobench.resources import data_root

# In the order of the current; the page describes them in this order.
BLOCKS = (
    "interface",
    "drive",
    "gate",
    "converter",
    "series_switch",
    "dead_man",
    "limiter",
    "lockout",
    "output",
    "probe",
    "bridge",
    "sense_a",
    "sense_b",
    "load_voltage",
)
SUPPLY = "supply"  # simulated on a bench of its own; the stage's benches have ideal rails
MODELS = "models"

_REFERENCE = re.compile(r"X?([A-Z]{1,2}\d+)[A-D]?", re.IGNORECASE)
_VALUED = ("R", "C", "L")
_SUFFIXES = {"meg": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12}
_NUMBER = re.compile(r"([-+0-9.]+(?:e[-+]?\d+)?)(meg|[kmunp])?", re.IGNORECASE)


def stage_folder(board: str = "pico_pwm") -> Path:
    """The folder of a board's stage: netlist, list of parts, pictures, page."""
    return data_root() / "boards" / board / "stage"


def number(text: str) -> float:
    """The value of a SPICE number such as `30.1k` or `15Meg`.

    Raises:
        ValueError: it is none.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no number of a netlist, such as 30.1k or 15Meg")
    return float(match[1]) * _SUFFIXES.get((match[2] or "").lower(), 1.0)


@dataclass(frozen=True)
class Element:
    """One line of a netlist that is a part or a unit of one."""

    name: str  # as in the line: XU4A
    reference: str  # as in the list of parts: U4
    fields: tuple[str, ...]  # the rest of the line

    @property
    def model(self) -> str:
        """The name of its model, or its value where it is a resistor or a capacitor."""
        return next(field for field in reversed(self.fields) if "=" not in field)

    @property
    def is_valued(self) -> bool:
        """Whether its line ends with a value: R, C or L."""
        return self.name[0].upper() in _VALUED

    @property
    def line(self) -> str:
        """The line as SPICE reads it."""
        return " ".join((self.name, *self.fields))


def _element(line: str) -> Element | None:
    fields = line.split()
    if not fields or line[0] in "*.+":
        return None
    match = _REFERENCE.fullmatch(fields[0])
    return Element(fields[0], match[1] if match else fields[0], tuple(fields[1:]))


class Netlist:
    """Lines of a circuit; every change is a new one."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._lines = lines

    @classmethod
    def of_blocks(cls, *names: str, board: str = "pico_pwm") -> "Netlist":
        """The blocks of a board's stage, in that order."""
        folder = stage_folder(board) / "netlist"
        texts = [(folder / f"{name}.inc").read_text(encoding="utf-8") for name in names]
        return cls(tuple(line for text in texts for line in text.splitlines()))

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines) + "\n"

    def elements(self) -> list[Element]:
        """Every part or unit of a part, in the order of the lines."""
        return [one for line in self._lines if (one := _element(line)) is not None]

    def element(self, name: str) -> Element:
        """The line of that name.

        Raises:
            KeyError: there is none.
        """
        for one in self.elements():
            if one.name.upper() == name.upper():
                return one
        raise KeyError(f"the netlist has no {name}")

    def value(self, name: str) -> float:
        """The value of a resistor or a capacitor."""
        return number(self.element(name).model)

    def added(self, *lines: str) -> "Netlist":
        """With more lines at its end."""
        return Netlist((*self._lines, *lines))

    def without(self, *names: str) -> "Netlist":
        """Without these lines."""
        made = self
        for name in names:
            made = made._replaced(name, None)
        return made

    def joined(self, others: "Netlist") -> "Netlist":
        """With another netlist's lines at its end."""
        return Netlist((*self._lines, *others._lines))

    def with_parts(self, others: "Netlist") -> "Netlist":
        """With another netlist's parts: in place of those of the same name, or beside them."""
        made = self
        names = {one.name for one in self.elements()}
        for one in others.elements():
            in_place = one.name in names
            made = made._replaced(one.name, one.line) if in_place else made.added(one.line)
        return made

    def scaled(self, name: str, factor: float) -> "Netlist":
        """With a resistor or a capacitor that is `factor` times its value."""
        one = self.element(name)
        if not one.is_valued:
            raise ValueError(f"{name} has no value that could be scaled")
        fields = (*one.fields[:-1], f"{number(one.fields[-1]) * factor:.9g}")
        return self._replaced(name, Element(one.name, one.reference, fields).line)

    def with_value(self, name: str, value: float) -> "Netlist":
        """With another value of a resistor or a capacitor."""
        return self.scaled(name, value / self.value(name))

    def with_parameter(self, name: str, key: str, value: float) -> "Netlist":
        """With a parameter of a part's model, such as the offset of an amplifier (`vos`)."""
        one = self.element(name)
        fields = tuple(field for field in one.fields if not field.startswith(f"{key}="))
        made = Element(one.name, one.reference, (*fields, f"{key}={value:.9g}"))
        return self._replaced(name, made.line)

    def broken_at(self, name: str, control: str, pin: int = 0) -> "Netlist":
        """With a switch at one pin of `name`, closed while v(control) is 1."""
        one = self.element(name)
        node = one.fields[pin]
        loose = f"{node}_{one.name.lower()}"
        fields = (*one.fields[:pin], loose, *one.fields[pin + 1 :])
        line = Element(one.name, one.reference, fields).line
        return self._replaced(name, line).added(f"Sbroken {node} {loose} {control} 0 IDEAL")

    def substituted(self, old: str, new: str) -> "Netlist":
        """With a piece of text replaced everywhere, for a model's figure.

        Raises:
            ValueError: `old` does not occur.
        """
        if not any(old in line for line in self._lines):
            raise ValueError(f"the netlist has no text {old!r}")
        return Netlist(tuple(line.replace(old, new) for line in self._lines))

    def _replaced(self, name: str, line: str | None) -> "Netlist":
        sought = self.element(name)
        made = []
        for old in self._lines:
            if _element(old) == sought:
                made += [line] if line is not None else []
            else:
                made.append(old)
        return Netlist(tuple(made))


def parts(netlist: Netlist) -> dict[str, list[Element]]:
    """The elements of each reference, so that a chip of four units is one part."""
    found: dict[str, list[Element]] = {}
    for one in netlist.elements():
        found.setdefault(one.reference, []).append(one)
    return found
