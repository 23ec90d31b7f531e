"""The parts of what a dose may be off by, and what they make of one session's dose.

A part says how far a reading of sense A may be off: a share of it, a constant current, or a
current that is another at each level. Over a session that is a charge [docs/uncertainty.md].
Charge in uC, currents in uA, times in s, shares of 1. Must not know where a part comes from.
"""

from math import hypot, sqrt
from typing import Literal, NamedTuple

import msgspec

from ionto.core.units import TICK_US
from iontobench.device.calibration_file import SenseUncertainty
from iontobench.device.calibration_fit import RECTANGLE

from .coverage import expanded, standard

NORMAL, RECTANGULAR, KNOWN = "normal", "rectangular", "known"


class BudgetPart(msgspec.Struct, frozen=True, kw_only=True):
    """One independent cause: standard uncertainties, half widths of a rectangle, or a known error.

    `gain` and `offset_ua` belong together: a reading of I is off by gain x I + offset. `level_ua`
    is how far one level may be off, `noise_ua` one reading, `charge_uc` the whole session.
    """

    name: str
    shape: Literal["normal", "rectangular", "known"]
    gain: float = 0.0
    offset_ua: float = 0.0
    level_ua: float = 0.0
    noise_ua: float = 0.0
    charge_uc: float = 0.0


# Whole uC, and what flows between two samples when the gate opens.
EDGES = BudgetPart(name="edges", shape=RECTANGULAR, charge_uc=1.5)


class Counted(NamedTuple):
    """What a session has counted: its gross dose, for how long, and how long at its levels."""

    dose_uc: float
    time_s: float
    level_s: float


class DoseBudget(msgspec.Struct, frozen=True):
    """All parts of one board, and in words what they rest on."""

    basis: str
    parts: tuple[BudgetPart, ...]


class PartOfDose(msgspec.Struct, frozen=True):
    """What one part makes of a dose, as a standard uncertainty; a known error with its sign."""

    name: str
    shape: str
    standard_uc: float


class DoseUncertainty(msgspec.Struct, frozen=True):
    """The dose is true to `expanded_uc` = `k` x `standard_uc` in 95 of 100 sessions."""

    basis: str
    expanded_uc: float
    k: float
    standard_uc: float
    parts: tuple[PartOfDose, ...]


def of_fit(sure: SenseUncertainty) -> tuple[BudgetPart, BudgetPart]:
    """A fitted line as two independent parts [JCGM 102]: its gain with what moves along with it,
    and the rest of its zero."""
    along_ua = sure.correlation * sure.u_offset_ua
    alone_ua = sqrt(max(0.0, 1.0 - sure.correlation**2)) * sure.u_offset_ua
    return (
        BudgetPart(name="calibration, gain", shape=NORMAL, gain=sure.u_gain, offset_ua=along_ua),
        BudgetPart(name="calibration, zero", shape=NORMAL, offset_ua=alone_ua),
    )


def effect_uc(part: BudgetPart, counted: Counted) -> float:
    """What a part makes of a session's dose, in the part's own measure of width."""
    readings = counted.time_s * 1e6 / TICK_US
    steady_uc = part.gain * counted.dose_uc + part.offset_ua * counted.time_s
    noise_uc = part.noise_ua * sqrt(readings) * TICK_US / 1e6
    return steady_uc + part.level_ua * counted.level_s + noise_uc + part.charge_uc


def of_dose(budget: DoseBudget, counted: Counted) -> DoseUncertainty:
    """What a budget makes of one session's dose."""
    widths_uc = {shape: [0.0] for shape in (NORMAL, RECTANGULAR, KNOWN)}
    parts = []
    for part in budget.parts:
        width_uc = effect_uc(part, counted)
        widths_uc[part.shape].append(width_uc)
        over = RECTANGLE if part.shape == RECTANGULAR else 1.0
        parts.append(PartOfDose(part.name, part.shape, width_uc / over))
    sigma_uc = hypot(*widths_uc[NORMAL])
    half_widths_uc = [abs(one) for one in widths_uc[RECTANGULAR] if one]
    bias_uc = sum(widths_uc[KNOWN])
    standard_uc = standard(sigma_uc, half_widths_uc, bias_uc)
    expanded_uc = expanded(sigma_uc, half_widths_uc, bias_uc)
    return DoseUncertainty(
        basis=budget.basis,
        expanded_uc=expanded_uc,
        k=expanded_uc / standard_uc if standard_uc else 0.0,
        standard_uc=standard_uc,
        parts=tuple(parts),
    )
