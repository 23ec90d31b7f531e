"""A record's values with their units: named numbers for programs, words for people.

For people the suffix of a name decides: mA, V, kΩ, mA·min, min and s. An event's two numbers get
names with units, in which programs read them. Names and sentences of faults are the firmware's
own (`ionto.core.codes`). What is kept stays in the record's integers.
"""

import math
from collections.abc import Mapping
from typing import Any

from ionto.core import codes, units
from iontobench import signs
from iontobench.link.events import Event

from .format import DOSE_UNCERTAINTY

UA_PER_MA = 1000

# Suffix of a name -> factor, unit and decimals in which it is shown. The first that fits decides:
# `_ma_cm2` stands above `_cm2`.
_SHOWN = {
    "_ua_cm2": (1 / 1000, signs.MA_CM2, 3),
    "_ma_cm2": (1, signs.MA_CM2, 3),
    "_ua_s": (1 / 1000, "mA/s", 3),
    "_mm2": (1 / units.MM2_PER_CM2, signs.CM2, 2),
    "_cm2": (1, signs.CM2, 2),
    "_ua": (1 / 1000, "mA", 3),
    "_q4": (1 / 1000 / units.UA_Q4, "mA", 4),
    "_ma": (1, "mA", 3),
    "_mv": (1 / 1000, "V", 2),
    "_v": (1, "V", 2),
    "_ohm": (1 / 1000, signs.KOHM, 2),
    "_kohm": (1, signs.KOHM, 2),
    "_uc": (1 / units.UC_PER_MAMIN, signs.MAMIN, 3),
    "_mamin": (1, signs.MAMIN, 3),
    "_nf": (1, "nF", 1),
    "_us": (1 / 1000, "ms", 2),
    "_ms": (1 / 1000, "s", 3),
    "_min": (1, "min", 2),
    "_s": (1, "s", 1),
}
_PLAIN_NAMES = {
    "crc": "CRC",
    "sha256": "SHA-256",
    "adc": "ADC",
}
# Names of an event's two numbers; one that ends in _q4 is told in microamperes.
_NAMES = {
    codes.EVENT_START: ("polarity", "segments"),
    codes.EVENT_STATE: ("state_code", "segment_index"),
    codes.EVENT_PROBE: ("current_q4", "load_ohm"),
    codes.EVENT_LIMITED: ("current_q4", "load_mv"),
    codes.EVENT_LIMITED_END: ("limited_ms", None),
    codes.EVENT_CONTACT: ("set_q4", "glitches"),
    codes.EVENT_GLITCH: ("glitches", None),
    codes.EVENT_DIP: ("dips", None),
    codes.EVENT_FAULT: ("fault_code", "current_q4"),
    codes.EVENT_LATE: ("interval_us", None),
    codes.EVENT_COMMAND: ("command_code", "set_ua"),
    codes.EVENT_COMPLIANCE: ("load_mv", None),
    codes.EVENT_HOST_LOST: (None, None),
    codes.EVENT_LINK: (None, None),
    codes.EVENT_LAST_CURRENT: ("current_q4", "peak_q4"),
    codes.EVENT_DOSE: ("anodal_uc", "cathodal_uc"),
    codes.EVENT_END: ("outcome_code", "fault_code"),
    codes.EVENT_PROOF: ("proven_bits", "current_q4"),
    codes.EVENT_DRIFT: ("load_before_ohm", "load_ohm"),
    codes.EVENT_NOISE: ("step_q4", None),
    codes.EVENT_POLARITY: ("polarity", None),
    codes.EVENT_LIFT: ("load_before_ohm", "load_ohm"),
    codes.EVENT_LOW: ("load_before_ohm", "load_ohm"),
    codes.EVENT_OVER: ("current_q4", "expected_q4"),
}
_PLAIN = ("a", "b")  # of an event that this program does not know
_EXACT = 1 << 53  # what every reader of JSON keeps


def quantity(name: str, value: Any) -> str:
    """A value in the units people use, chosen by the suffix of its name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, list):
        return "; ".join(quantity(name, one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{label(key)} {quantity(key, one)}" for key, one in value.items())
    if not isinstance(value, int | float):
        return str(value)
    if name.endswith("duration_us"):
        return duration(value / 1000)
    for suffix, (factor, unit, decimals) in _SHOWN.items():
        if name.endswith(suffix):
            return f"{value * factor:.{decimals}f} {unit}" if math.isfinite(value) else "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def told_uncertainty(closing: Mapping[str, Any]) -> tuple[float, float] | None:
    """The expanded uncertainty of a dose in uC and its coverage factor, of a closing line.

    None where it tells none, or nothing that makes sense.
    """
    told = closing.get(DOSE_UNCERTAINTY)
    found = [told.get(key) for key in ("expanded_uc", "k")] if isinstance(told, dict) else []
    numbers = [
        float(one)
        for one in found
        if isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one < _EXACT
    ]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def label(name: str) -> str:
    """A key as words, without its unit: `peak_ua` is "peak", `max_time_s` "max time"."""
    if name in _PLAIN_NAMES:
        return _PLAIN_NAMES[name]
    for suffix in _SHOWN:
        if name.endswith(suffix) and name != suffix:
            name = name.removesuffix(suffix)
            break
    return " ".join(_PLAIN_NAMES.get(word, word) for word in name.split("_"))


def duration(t_ms: float) -> str:
    """A length of time: "20 min 20.3 s"."""
    tenths = round(t_ms / 100)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    parts += [f"{tenths // 10}.{tenths % 10} s"]
    return " ".join(parts)


def fault_of(events: list[Event]) -> tuple[Event, str, str] | None:
    """The first fault among events: its event, its name, and its cause as a sentence."""
    for event in events:
        if event.code == codes.EVENT_FAULT:
            name = codes.FAULT_NAMES.get(event.a, f"fault {event.a}")
            return event, name, codes.FAULT_SENTENCES.get(event.a, name)
    return None


def event_values(event: Event) -> dict[str, float]:
    """The numbers of one event by name."""
    values: dict[str, float] = {}
    for name, value in zip(_NAMES.get(event.code, _PLAIN), (event.a, event.b), strict=True):
        if name is not None and name.endswith("_q4"):
            values[name.removesuffix("_q4") + "_ua"] = value / units.UA_Q4
        elif name is not None:
            values[name] = value
    return values


def finite(value: Any) -> Any:
    """The same, with None for each number that JSON does not keep."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [finite(inner) for inner in value]
    if isinstance(value, int | float):
        return value if abs(value) <= _EXACT else None
    return value
