"""Named, timed faults of the bench: KIND@SECONDS[:VALUE], counted from plant time 0.

`KINDS` is the one table: a fault is a description, the unit and range of its VALUE, and one
function that applies an edge and says when the next one is due. Adding a fault is adding a row.
A fault that is injected while time runs may leave out @SECONDS: it strikes now.
"""

import re

from iontobench.tomlfile.near import near_choice

from .fault import Fault, Kind
from .faults_board import BOARD
from .faults_plant import LEADS, STAGE
from .faults_senses import SENSES

_PATTERN = re.compile(r"([a-z][a-z0-9-]*)(?:@([0-9.]+))?(?::(-?[0-9.]+))?")
_LATEST_S = 100000.0

GROUPS: dict[str, dict[str, Kind]] = {
    "leads": LEADS,
    "stage": STAGE,
    "senses": SENSES,
    "board": BOARD,
}
KINDS: dict[str, Kind] = {name: kind for group in GROUPS.values() for name, kind in group.items()}


def parse(text: str, now_us: int | None = None) -> Fault:
    """Return the fault that `text` names.

    Args:
        text: KIND@SECONDS[:VALUE].
        now_us: the plant's time, where time runs: then KIND[:VALUE] is a fault from now on.

    Raises:
        ValueError: one line with the form, the kinds or the range that is allowed, and the kind
            that was probably meant.
    """
    match = _PATTERN.fullmatch(text)
    if match is None or (match[2] is None and now_us is None):
        form = "KIND@SECONDS[:VALUE]" if now_us is None else "KIND[@SECONDS][:VALUE]"
        raise ValueError(f"fault {text!r}: write {form}, kinds: {', '.join(KINDS)}{_near(text)}")
    name, seconds, value = match.groups()
    kind = _kind(text, name)
    onset_us = now_us or 0
    if seconds is not None:
        onset_us = round(_number(text, "SECONDS", seconds, 0.0, _LATEST_S, "s") * 1e6)
    amount = kind.default
    if value is not None:
        if not kind.unit:
            raise ValueError(f"fault {text!r}: {name} takes no VALUE")
        amount = _number(text, "VALUE", value, kind.low, kind.high, kind.unit)
    return Fault(name, onset_us, amount)


def checked(fault: Fault) -> Fault:
    """The fault itself, where its kind, its onset and its value are ones that `parse` takes.

    Raises:
        ValueError: one line, as of `parse`.
    """
    shown = text_of(fault, with_time=True)
    kind = _kind(shown, fault.kind)
    _number(shown, "SECONDS", f"{fault.onset_us / 1e6:g}", 0.0, _LATEST_S, "s")
    if kind.unit:
        _number(shown, "VALUE", f"{fault.value!r}", kind.low, kind.high, kind.unit)
    return fault


def text_of(fault: Fault, *, with_time: bool = False) -> str:
    """A fault as `parse` takes it: KIND[:VALUE], or KIND@SECONDS[:VALUE] with its time."""
    time = f"@{_plain(fault.onset_us / 1e6)}" if with_time else ""
    kind = KINDS.get(fault.kind)
    return f"{fault.kind}{time}" + (f":{_plain(fault.value)}" if kind and kind.unit else "")


def _kind(text: str, name: str) -> Kind:
    if name not in KINDS:
        line = f"fault {text!r}: no kind {name!r}, kinds: {', '.join(KINDS)}"
        raise ValueError(line + _near(name))
    return KINDS[name]


def _near(text: str) -> str:
    """The kind that was probably meant, as the end of a line; nothing where it is right."""
    name = re.split("[@:]", text, maxsplit=1)[0]
    near = None if name in KINDS else near_choice(name, KINDS)
    return f"; did you mean {near}?" if near else ""


def _plain(value: float) -> str:
    """A number without an exponent, to the millionth."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _number(text: str, what: str, word: str, low: float, high: float, unit: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ValueError(f"fault {text!r}: {what} is {low:g} to {high:g} {unit}, not {word}")
    return value
