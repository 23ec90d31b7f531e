"""How a session ended, for programs (an object) and for people (some lines).

Doses in mA min, currents in mA and uA, times in s and ms. The object has the same keys whatever
happened; what was never measured is null.
"""

from pathlib import Path
from typing import Any

import msgspec

from ionto.core.units import UC_PER_MAMIN
from iontobench import signs, text
from iontobench.records.format import DOSE_UNCERTAINTY

from .job import Result

_PLACES = 5


def refused_object(fault: str | None) -> dict[str, Any]:
    """The object of a session that never started."""
    return {
        "outcome": "refused",
        "fault": fault,
        "dose_mamin": 0.0,
        "dose_true_mamin": 0.0,
        "dose_uncertainty_mamin": None,
        "dose_coverage_factor": None,
        "duration_s": 0.0,
        "peak_ma": None,
        "overshoot_ua": None,
        "gate_off_ms": None,
        "snapshot_rows": 0,
        "realtime_factor": None,
        "faults": [],
        "record": None,
        "report": None,
    }


def ended_object(result: Result, record: Path, report: Path | None) -> dict[str, Any]:
    """The object of a session that ran."""
    peak_ua = result.peak_ua if result.true_peak_ua is None else result.true_peak_ua
    sure = result.uncertainty
    return {
        "outcome": result.outcome,
        "fault": result.fault,
        "dose_mamin": round(result.dose_uc / UC_PER_MAMIN, _PLACES),
        "dose_true_mamin": _scaled(result.true_charge_uc, UC_PER_MAMIN, _PLACES),
        "dose_uncertainty_mamin": _scaled(sure and sure.expanded_uc, UC_PER_MAMIN, _PLACES),
        "dose_coverage_factor": _scaled(sure and sure.k, 1, 2),
        "duration_s": round(result.duration_us / 1e6, 3),
        "peak_ma": _scaled(peak_ua, 1000, _PLACES),
        "overshoot_ua": _scaled(result.overshoot_ua, 1, 3),
        "gate_off_ms": _scaled(result.gate_off_us, 1000, 3),
        "snapshot_rows": 0 if result.snapshot is None else len(result.snapshot.rows),
        "realtime_factor": float(f"{result.realtime_factor:.3g}"),
        "faults": [
            {
                "kind": one.kind,
                "at_s": one.at_us / 1e6,
                "value": one.value,
                "fired": one.fired,
                "met_output": one.met_output,
            }
            for one in result.injected
        ],
        "record": str(record),
        "report": None if report is None else str(report),
    }


def closing_summary(result: Result) -> dict[str, Any]:
    """What the record's closing line says: all that a seed decides, nothing of the host."""
    seen: dict[str, Any] = {} if result.peak_ua is None else {"peak_ua": result.peak_ua}
    if result.injected:
        seen["faults"] = [one._asdict() for one in result.injected]
    timing = result.last.get("timing")  # an older firmware does not tell
    if timing is not None:
        seen["timing"] = timing
    if result.uncertainty is not None:
        seen[DOSE_UNCERTAINTY] = msgspec.to_builtins(result.uncertainty)
    return seen | {
        "outcome": result.outcome,
        "fault": result.fault,
        "dose_uc": result.dose_uc,
        "true_charge_uc": result.true_charge_uc,
        "true_peak_ua": result.true_peak_ua,
        "overshoot_ua": result.overshoot_ua,
        "duration_us": result.duration_us,
        "gate_off_us": result.gate_off_us,
    }


def outcome_line(result: Result, signal: str | None) -> str:
    """The outcome in words, with its cause: the fault, or what came from outside."""
    ended = text.OUTCOMES.get(result.outcome, result.outcome)
    cause = signal if result.outcome == "stopped" else None
    if result.fault:
        cause = text.fault_sentence(result.fault)
    return f"{ended}: {cause}" if cause else ended


def ended_rows(
    result: Result, record: Path, report: Path | None, is_simulated: bool
) -> list[tuple[str, str]]:
    """What is told of a session that ran, as (head, text); an empty head goes on with the last."""
    rows = _measured(result)
    if result.gate_off_us is not None:
        rows.append(("output off", f"{result.gate_off_us / 1000:.1f} ms after the fault's onset"))
    for one in result.injected:
        line = text.unseen(result.outcome, one.kind, one.at_us, one.fired, one.met_output)
        if line:
            rows.append(("injected", line))
    if result.outcome == "fault":
        bench = "simulated bench" if is_simulated else "board"
        rows.append(("latched", f"the next run on this {bench} needs --clear"))
    rows.append(("record", str(record)))
    rows.append(("report", str(report) if report else "none"))
    return rows


def _measured(result: Result) -> list[tuple[str, str]]:
    """Dose, duration and peak; a real board has no plant that knows the truth."""
    charge_uc, peak_ua, overshoot_ua = (
        result.true_charge_uc,
        result.true_peak_ua,
        result.overshoot_ua,
    )
    rows = [("dose", f"{_told_dose(result)} by the firmware")]
    if charge_uc is not None:
        difference = _difference(result.dose_uc, charge_uc)
        rows.append(("", f"{text.mamin(charge_uc)} {signs.MAMIN} through the load{difference}"))
    duration = f"{text.clock(result.duration_us / 1000)} of board time"
    rows.append(("duration", f"{duration}, {result.realtime_factor:.3g} x real time"))
    if peak_ua is not None and overshoot_ua is not None:
        through = f"{text.milliamps(peak_ua)} through the load"
        rows.append(("peak", f"{through}, overshoot {overshoot_ua:.1f} {signs.UA}"))
    elif result.peak_ua is not None:
        rows.append(("peak", f"{text.milliamps(result.peak_ua)} by the firmware"))
    return rows


def _told_dose(result: Result) -> str:
    """The dose with its unit, and with its uncertainty where that is known."""
    sure = result.uncertainty
    if sure is None:
        return f"{text.mamin(result.dose_uc)} {signs.MAMIN}"
    return text.dose_within(result.dose_uc, sure.expanded_uc, sure.k)


def _scaled(value: float | None, unit: float, places: int) -> float | None:
    return None if value is None else round(value / unit, places)


def _difference(dose_uc: float, charge_uc: float) -> str:
    if charge_uc < UC_PER_MAMIN / 1000:
        return ""
    share = (dose_uc - charge_uc) / charge_uc
    return f" (apart by {abs(share):.3%})"
