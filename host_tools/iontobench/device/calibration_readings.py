"""Readings of a calibration: one level on one known resistor, or the rest with the output off.

They hold the converter's codes, so that they mean the same whatever calibration the board has in
use. A file of them is CSV with a head, which any table program can read and write.
"""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ionto.core.units import UA_Q4
from iontobench import signs
from iontobench.errors import UserError

from .calibration import Row

REST = "rest"  # the unit of the reading with the output off, which needs no meter
MILLIVOLTS, MICROAMPS = "mv", "ua"  # the units of a meter
SIGNS = {MILLIVOLTS: "mV", MICROAMPS: signs.UA}
_TYPED = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*(mv|v|ma|[uµμ]a)", re.IGNORECASE)
_UNITS = {
    "mv": (MILLIVOLTS, 1.0),
    "v": (MILLIVOLTS, 1000.0),
    "ma": (MICROAMPS, 1000.0),
    "ua": (MICROAMPS, 1.0),
}
UNITS_TEXT = f"a number with V, mV, mA or {signs.UA}, for example 2.013 V"


class CodeReading(msgspec.Struct, frozen=True):
    """Means over `samples` samples, and what the meter said in `unit`: `mv`, `ua` or `rest`."""

    load_ohm: float
    tolerance_percent: float
    level_ua: int
    samples: int
    a_code: float
    b_code: float
    v_code: float
    meter: float
    unit: str

    @property
    def true_ua(self) -> float:
        """The current by the meter, and where it reads volts by the resistor."""
        return self.meter * 1000.0 / self.load_ohm if self.unit == MILLIVOLTS else self.meter

    @property
    def true_mv(self) -> float:
        """The load's voltage by the meter, and where it reads a current by the resistor."""
        return self.meter * self.load_ohm / 1000.0 if self.unit == MICROAMPS else self.meter


FIELDS = CodeReading.__struct_fields__


def code_of(value: float, row: Row) -> float:
    """The code that a board reports as `value`, in the steps of its scale; a mean may be any."""
    zero, mul, shift = row
    return zero + (value + 0.5) * (1 << shift) / mul  # >> rounds down, by half a step on the mean


def codes_of(values: Sequence[float], rows: Sequence[Row], inside_ohm: int) -> list[float]:
    """The codes behind what is reported of A, B (1/16 uA) and V (mV, without the shunts' drop)."""
    a_q4, b_q4, v_mv = values
    shown = (a_q4, b_q4, v_mv + a_q4 / UA_Q4 * inside_ohm / 1000)
    return [code_of(value, row) for value, row in zip(shown, rows, strict=False)]


def typed(text: str) -> tuple[float, str]:
    """What a person has typed, as (number, `mv` or `ua`).

    Raises:
        ValueError: it is no number with one of the units.
    """
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"found {text.strip()!r}; allowed: {UNITS_TEXT}")
    unit, factor = _UNITS[found[2].lower().replace("µ", "u").replace("μ", "u")]
    return float(found[1].replace(",", ".")) * factor, unit


def load_of(text: str) -> tuple[float, float]:
    """`OHM` or `OHM:PERCENT` as (ohm, percent); 1 % where nothing is said.

    Raises:
        UserError: it is neither.
    """
    ohm, _, percent = text.partition(":")
    try:
        made = float(ohm), float(percent or 1)
    except ValueError:
        made = 0.0, 0.0
    if not (1 <= made[0] <= 1e7 and 0.001 <= made[1] <= 5):
        raise UserError(
            f"--load: found {text!r}; allowed: OHM:PERCENT, a resistor of 1 to 10000000 and its "
            "tolerance of 0.001 to 5, for example 1000:0.1"
        )
    return made


def read_file(path: Path) -> list[CodeReading]:
    """The readings of a file; none where there is no file.

    Raises:
        UserError: it is no such file; the line that is wrong.
    """
    if not path.exists():
        return []
    try:
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: it cannot be read: {error}") from error
    found = []
    for at, row in enumerate(rows, 2):
        try:
            one = msgspec.convert(row, CodeReading, strict=False)
        except msgspec.ValidationError as error:
            raise UserError(f"{path}:{at}: {error}; its columns: {', '.join(FIELDS)}") from error
        wrong = _wrong(one)
        if wrong:
            raise UserError(f"{path}:{at}: {wrong}")
        found.append(one)
    if not found:
        raise UserError(f"{path}: there is no reading in it; its columns: {', '.join(FIELDS)}")
    return found


def _wrong(one: CodeReading) -> str | None:
    if one.unit not in (MILLIVOLTS, MICROAMPS, REST):
        return f"unit: found {one.unit!r}; allowed: {MILLIVOLTS}, {MICROAMPS}, {REST}"
    if one.samples < 1:
        return f"samples: found {one.samples}; allowed: 1 or more"
    if one.unit != REST and not (one.load_ohm > 0 and one.tolerance_percent > 0):
        return "load_ohm, tolerance_percent: allowed: above 0"
    return None


def append(path: Path, readings: Sequence[CodeReading]) -> None:
    """Add readings to a file, with a head where it is new."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not path.exists():
        writer.writerow(FIELDS)
    writer.writerows([msgspec.structs.astuple(one) for one in readings])
    with path.open("a", encoding="utf-8", newline="") as stream:
        stream.write(text.getvalue())
