"""Says a record's named values in the units people use: mA, V, kΩ, mA·min, min and s.

The suffix of a name decides. Names of faults are the firmware's own (`ionto.core.codes`); here is
only the sentence of each cause. For reading: what is kept stays in the record's integers.
"""

import math
from typing import Any

from ionto.core import codes, units
from iontobench import signs
from iontobench.device.events import Event

UA_PER_MA = 1000

# Cause of each fault, to stand after its time.
FAULT_SENTENCES = {
    codes.FAULT_OVERCURRENT: (
        "three samples of one tick, or the mean of a second, were above what may flow"
    ),
    codes.FAULT_OVER_ABSOLUTE: "the current stayed above the board's own limit in three samples",
    codes.FAULT_ENVELOPE: "the current was above the ramp's own envelope for 5 ms",
    codes.FAULT_OPEN: "contact with the load was lost and did not come back within 100 ms",
    codes.FAULT_INTERMITTENT: "contact with the load was lost too often",
    codes.FAULT_LOW_IMPEDANCE: (
        "for 1 s the load was below 0.2 kΩ, or a short of what it had been: the dose is false"
    ),
    codes.FAULT_LEAK: "current flowed although the gate was low",
    codes.FAULT_LATE: "the control loop lost its rhythm",
    codes.FAULT_SENSES_APART: "the two current senses disagreed",
    codes.FAULT_CHARGE_WALL: "more charge than the program's wall was delivered",
    codes.FAULT_TIME_WALL: "the output was on for longer than the program's wall",
    codes.FAULT_NO_LOAD: "the probe found no load before the start",
    codes.FAULT_LIMITER: "the stage's hardware limiter tripped",
    codes.FAULT_INTERNAL: "an internal error stopped the loop",
    codes.FAULT_PROOF_STAGE: "in the proof nothing flowed with both switches on",
    codes.FAULT_PROOF_GATE: "in the proof current flowed although the gate was low",
    codes.FAULT_PROOF_SERIES: "in the proof current flowed although ENABLE stood still",
    codes.FAULT_PROOF_LIMITER: "in the proof the hardware limiter did not trip, or not arm again",
    codes.FAULT_PROOF_SIGN: "in the proof sense B did not see the current, or saw it backwards",
    codes.FAULT_STUCK: "sense A did not follow a change of the set point",
    codes.FAULT_UNDERCURRENT: "less than commanded flowed for 1 s, and the stage was not limited",
    codes.FAULT_SUPPLY: "the supply was too low to be trusted",
    codes.FAULT_CORRUPT: "the program or a limit in memory was no longer what had been checked",
    codes.FAULT_NOT_ZERO: "current flowed after a rest, before the next ramp",
}
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
            return event, name, FAULT_SENTENCES.get(event.a, name)
    return None
