"""Puts the report together: facts and plots into the template, the page into a file.

The page holds everything it needs, runs no script and asks no network (a content policy in it
forbids both). The same record and meta.json give the same page. It must not alter the record.
"""

from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
from markupsafe import Markup

from iontobench import text as said
from iontobench.disk import write_whole
from iontobench.records import Record, RecordError, RecordStore, read
from iontobench.records.commands import find
from iontobench.records.meta import Meta, file_sha256, read_meta
from iontobench.records.quantities import duration, fault_of, quantity
from iontobench.records.verify import CAVEAT, INTACT

from . import facts, plots, tables


def write_report(record_path: str | Path, out_path: str | Path) -> None:
    """Write the report of one record; a cut or damaged one is reported as far as it verifies.

    Raises:
        RecordError: not a record, or the page cannot be written.
    """
    source, target = Path(record_path), Path(out_path)
    page = render(read(source), read_meta(source), file_sha256(source))
    try:
        write_whole(target, page.encode("utf-8", "replace"))
    except OSError as error:
        raise RecordError(f"{target}: {error.strerror or error}") from None


def make_report(store: RecordStore, name: str, out: str | Path | None = None) -> Path:
    """Write the report of one record of a store beside it, or to `out`; return where it is.

    Raises:
        RecordError: no such record, not a record, or the page cannot be written.
    """
    entry = find(store, name)
    target = Path(out) if out else entry.report
    write_report(entry.record, target)
    return target


def render(record: Record, meta: Meta, file_hash: str, drawn_by: ModuleType = plots) -> str:
    """The page of one record as text.

    Args:
        record: as `records.read` gives it.
        meta: what meta.json says, and the state it is in.
        file_hash: SHA-256 of the record's file.
        drawn_by: `plots`, or `plain_plots` where there is no matplotlib.
    """
    ask, got = facts.asked(record.header), facts.delivered(record)
    fault = fault_of(record.events)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_resource("page.html.j2"))
    return template.render(
        css=Markup(_resource("page.css")),
        disclaimer=str(record.header.get("disclaimer", "")),
        name=facts.protocol_name(record.header),
        rung=facts.rung_words(record.header),
        tone=_tone(got.outcome),
        verdict=_verdict(got, fault),
        because=_because(record, got, fault),
        record_problem="" if record.verdict.status == INTACT else record.verdict.sentence(),
        tiles=_tiles(got),
        comparison=facts.comparison(ask, got, str(record.header.get("rung"))),
        estimates=facts.estimated(record, ask, got),
        figures=_figures(record, ask, got, fault, drawn_by),
        budget=facts.budget(record),
        walls=tables.walls(record.header, ask, got),
        events=tables.events(record),
        provenance=tables.provenance(record, meta, file_hash),
        caveat=CAVEAT,
    )


def _tone(outcome: str) -> str:
    """How the page colours the verdict; the words beside it say the same."""
    return {"complete": "good", "fault": "bad"}.get(outcome, "odd")


def _verdict(got: facts.Delivered, fault: Any) -> str:
    if got.outcome == "incomplete":
        return "Cut: the record has no end, so the outcome is not known"
    text = said.OUTCOMES.get(got.outcome, got.outcome)
    if fault is not None:
        text += f": {fault[1]}"
    return text[:1].upper() + text[1:]


def _because(record: Record, got: facts.Delivered, fault: Any) -> list[str]:
    """Cause, time and what was kept, as sentences."""
    said_so = []
    if fault is not None:
        event, name, cause = fault
        said_so.append(f"{name.capitalize()} at {said.stamp(event.t_ms).strip()}: {cause}.")
        if got.gate_off_us is not None:
            off = quantity("_us", got.gate_off_us)
            said_so.append(f"The gate was off {off} after the onset and stayed off.")
        kept = quantity("_uc", got.dose_uc)
        said_so.append(f"The dose delivered until then, {kept}, was kept.")
    injected = record.header.get("faults")
    if isinstance(injected, list) and injected:
        listed = ", ".join(map(str, injected))
        said_so.append(f"Injected on purpose (kind@seconds): {listed}.")
    if record.faults_live:
        listed = ", ".join(
            f"{live.fault} at {said.stamp(live.t_ms).strip()}" for live in record.faults_live
        )
        said_so.append(f"Injected on purpose while the session ran: {listed}.")
    said_so += facts.dose_told(record, got)
    said_so += facts.unseen(record)
    said_so += facts.proofs(record)
    said_so += facts.rhythm(record)
    lost = sum(gap.count for gap in record.gaps)
    if lost:
        said_so.append(f"{lost} telemetry frames never arrived; the lines have gaps there.")
    return said_so


def _tiles(got: facts.Delivered) -> list[tuple[str, str, str]]:
    """(name, number, unit) of the four figures that people look for first."""
    dose, dose_unit = quantity("_uc", got.dose_uc).split(" ")
    true = got.true_peak_ua is not None
    peak, peak_unit = quantity("_ua", got.true_peak_ua if true else got.peak_ua).split(" ")
    return [
        ("Dose", dose, dose_unit),
        ("Duration", duration(got.length_ms), ""),
        ("Peak load current" if true else "Peak current", peak, peak_unit),
        ("Outcome", got.outcome, ""),
    ]


def _figures(
    record: Record, ask: facts.Asked, got: facts.Delivered, fault: Any, drawn_by: ModuleType
) -> list[tuple[str, Markup]]:
    """(caption, drawing) of each plot; none without a sample."""
    if not record.samples:
        return []
    shared = plots.Shared(record.samples, record.events, record.host)
    length = duration(got.length_ms)
    end = ""
    if fault is not None:
        end = f" A fault ({fault[1]}) cut it off at {said.stamp(fault[0].t_ms).strip()}."
    volts = [s.load_mv for s in record.samples if s.load_ohm is not None]
    ohms = [s.load_ohm for s in record.samples if s.load_ohm is not None]
    peak = quantity("_ua", got.peak_ua)
    ask_ma = quantity("_ua", ask.peak_ua) if ask.peak_ua else "an unknown level"
    of_load = "No current flowed, so no load could be judged."
    if ohms:
        of_load = (
            f"The voltage was between {quantity('_mv', min(volts))} and "
            f"{quantity('_mv', max(volts))} while current flowed, the load between "
            f"{quantity('_ohm', min(ohms))} and {quantity('_ohm', max(ohms))}."
        )
    target = None if ask.dose_uc is None else ask.dose_uc / 60000
    wanted = f" of {quantity('_uc', ask.dose_uc)} asked" if ask.dose_uc else ""
    of_current = f"Over {length}, towards {ask_ma}; the highest measured current is {peak}.{end}"
    of_dose = f"{quantity('_uc', got.dose_uc)} delivered{wanted}, over {length}.{end}"
    compliance = facts.compliance_v(record.header)
    drawn = [
        ("Current against set point", drawn_by.current(shared, of_current)),
        ("Voltage and load", drawn_by.voltage(shared, compliance, of_load + end)),
        ("Dose against the target", drawn_by.dose(shared, target, of_dose)),
    ]
    snapshot = record.snapshot
    if snapshot is not None and snapshot.rows:
        of_last = facts.last_second(snapshot) + end
        drawing = drawn_by.last_second(snapshot, record.events, of_last)
        drawn.append(("The last second before the fault", drawing))
    return drawn


def _resource(name: str) -> str:
    return files("iontobench.report").joinpath(name).read_text(encoding="utf-8")
