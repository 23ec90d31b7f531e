"""What the page offers to choose from, in words: its catalogue, and its answers read back.

Names, limits and defaults are those of the modules that own them; nothing is decided here. Speeds
are times real time.
"""

import traceback
from collections.abc import Mapping
from typing import Any

import iontobench
from ionto.bench import NOTICE
from iontobench import resources, signs, text
from iontobench.errors import UserError
from iontobench.protocols import PROFILES, list_protocols, load
from iontobench.sessions.controls import KEYS, Controls
from iontobench.sessions.real_time_pacer import SPEEDS, speed_text
from iontobench.sessions.start import ADCS, PROFILE, SEED, skin_of
from iontobench.sim.faults import KINDS
from iontobench.sim.skin import skin_names
from iontobench.tomlfile.source import BYTES_MAX

RECORD_BYTES_MAX = 64 << 20  # a session of 16 h is 62 MB
PYODIDE, MICROPYTHON = "pyodide", "micropython"
FASTEST = "max"
_FIRST = "dexamethasone-40"
_SPEED = 20.0
_LINE_CHARS = 500
_PLAIN_LOADS = ("resistor:1000", "resistor:5000", "resistor:10000")
_ENGINES = (
    (PYODIDE, "CPython, in the browser"),
    (MICROPYTHON, "the official MicroPython VM, in the browser"),
)
_ADC_TEXTS = {
    "ideal": "no noise and no errors",
    "rp2040": "the RP2040's own, calibrated on two known loads",
    "ads8688": "ADS8688, 16 bit, calibrated on two known loads",
}
_QUICK = (
    ("Pull a lead", "open"),
    ("A lead slips for 60 ms", "open:60"),
    ("Short the pads", "short"),
    ("Dry the gel", "drying:1000"),
    ("Lift half a pad", "part-lift"),
)
# Of a key: the entry of `progress.can` without which it would do nothing.
_NEEDS: dict[object, str] = {
    Controls.pause: "pause",
    Controls.resume: "resume",
    Controls.stop: "stop",
    Controls.up: "set",
    Controls.down: "set",
}
# And the control of the page that does the same, beside which such a key is shown.
_CONTROL: dict[object, str] = {
    Controls.stop: "stop",
    Controls.up: "set",
    Controls.down: "set",
    Controls.faster: "speed",
    Controls.slower: "speed",
    Controls.mark: "mark",
}
EXPORTS = (
    ("report", "Report (HTML)"),
    ("csv", "Samples (CSV)"),
    ("events", "Events (CSV)"),
)


def catalogue() -> dict[str, Any]:
    """The message `ready`."""
    return {
        "type": "ready",
        "version": iontobench.__version__,
        "warning": NOTICE,
        "protocols": [{"name": name, "title": load(name).title} for name in list_protocols()],
        "boards": [_named(name, _board_text(name)) for name in resources.board_names()],
        "skins": [_named(name, _skin_text(name)) for name in (*skin_names(), *_PLAIN_LOADS)],
        "converters": [_named(name, _ADC_TEXTS.get(name, name)) for name in ADCS],
        "profiles": [_named(name, "") for name in PROFILES],
        "speeds": [_speed_row(speed) for speed in SPEEDS],
        "keys": key_rows(),
        "faults": [
            {"kind": name, "text": kind.text, "value": kind.value_text}
            for name, kind in KINDS.items()
        ],
        "quick": [{"label": label, "fault": fault} for label, fault in _QUICK],
        "engines": [{"value": value, "label": label} for value, label in _ENGINES],
        "exports": [{"kind": kind, "label": label} for kind, label in EXPORTS],
        "setup": default_setup(),
        "record_bytes_max": RECORD_BYTES_MAX,
        "protocol_bytes_max": BYTES_MAX,
        "too_large": f"the file is too large; a record has at most {RECORD_BYTES_MAX} bytes, a "
        f"protocol {BYTES_MAX}",
    }


def default_setup() -> dict[str, str]:
    """What is chosen when the page is opened."""
    return {
        "protocol": load(_FIRST).toml,
        "name": _FIRST,
        "board": "",
        "skin": "",
        "adc": ADCS[0],
        "profile": PROFILE,
        "seed": str(SEED),
        "faults": "",
        "speed": speed_value(_SPEED),
        "engine": PYODIDE,
    }


def key_rows() -> list[dict[str, str]]:
    """The keys of a session, without the one that changes only a terminal's plot."""
    rows, later = [], ""
    for key in reversed(KEYS):
        later = key.label or later  # keys without a label share that of the next one
        if key.act is not Controls.span:
            needs = _NEEDS.get(key.act, "")
            control = _CONTROL.get(key.act, "")
            row = {"key": key.shown[0], "label": later, "needs": needs, "control": control}
            rows.append(row)
    return rows[::-1]


def speed_value(speed: float | None) -> str:
    """A speed as the page has it."""
    return FASTEST if speed is None else f"{speed:g}"


def speed_of(value: object) -> float | None:
    """A speed of the catalogue.

    Raises:
        UserError: it is none.
    """
    for speed in SPEEDS:
        if speed_value(speed) == value:
            return speed
    raise UserError(f"speed {str(value)[:20]!r}: {', '.join(map(speed_value, SPEEDS))}")


def _speed_row(speed: float | None) -> dict[str, str]:
    return {"value": speed_value(speed), "label": speed_text(speed, None)}


def _named(name: str, words: str) -> dict[str, str]:
    return {"name": name, "text": words}


def _board_text(name: str) -> str:
    board = resources.board_of(name)
    return f"up to {text.milliamps(board.max_ua)} at up to {text.volts(board.compliance_mv)}"


def _skin_text(name: str) -> str:
    ohm = name.partition(":")[2]
    return str(getattr(skin_of(name), "label", f"a resistor of {ohm} {signs.OHM}"))


def protocol_text(message: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `protocol`."""
    return {"type": "protocol_text", "text": load(str(message.get("name"))).toml}


def refused(error: Exception) -> dict[str, Any]:
    """The message of what a person can have wrong: its line."""
    return {"type": "refused", "line": " ".join(str(error).split())}


def failed(error: Exception) -> dict[str, Any]:
    """The message of an error of our own: one line, and the traceback for a report of it."""
    line = f"this is a bug of iontobench: {type(error).__name__}: {error}"
    return {
        "type": "failed",
        "line": " ".join(line.split())[:_LINE_CHARS],
        "detail": "".join(traceback.format_exception(error)),
    }
