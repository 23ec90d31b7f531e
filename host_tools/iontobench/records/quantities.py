"""Says a record's named values in the units people use: mA, V, kΩ, mA·min, min and s.

The suffix of a name decides. Names of faults are the firmware's own (`ionto.core.codes`); here is
only the sentence of each cause. For reading: what is kept stays in the record's integers.
"""

import math
from typing import Any

from ionto.core import codes, units
from iontobench import signs
from iontobench.link.events import Event

UA_PER_MA = 1000

# suffix of a name -> factor, unit and decimals in which it is shown
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
