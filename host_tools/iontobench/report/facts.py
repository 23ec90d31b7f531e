"""What a report says of a session, taken out of a record that may be cut, damaged or odd.

Rows of text in mA, V, kΩ, mA·min, min and s. Nothing here draws or writes, and no value of a
record is trusted to have the type it should have.
"""

from typing import Any

import msgspec

from ionto.core import codes, program
from iontobench import signs, text
from iontobench.link.events import FaultSnapshot
from iontobench.protocols.estimates import estimates
from iontobench.protocols.loader import parse
from iontobench.protocols.program_words import as_today
from iontobench.protocols.schema import Protocol
from iontobench.protocols.timeline import Timeline
from iontobench.records import Record
from iontobench.records.format import DOSE_UNCERTAINTY, Int
from iontobench.records.quantities import duration, quantity, told_uncertainty
from iontobench.tomlfile.errors import FileError

from . import untrusted

RUNGS = {
    "virtual": "virtual: simulated, nothing was measured on hardware",
    "chip": "chip: the firmware on an emulated RP2040, nothing was measured on hardware",
}


_SWITCHES = codes.PROVEN_STAGE | codes.PROVEN_GATE | codes.PROVEN_SERIES


class Asked(msgspec.Struct, frozen=True):
    """What the program asks for, read from its words; None where it cannot be known."""

    dose_uc: float | None = None
    length_ms: float | None = None
    peak_ua: int | None = None
    header: tuple[int, ...] = ()


class Delivered(msgspec.Struct, frozen=True):
    """What came of it: the closing line's figures, else what the samples show."""

    outcome: str
    dose_uc: int
    length_ms: float
    peak_ua: float
    set_ua: float
    true_charge_uc: float | None
    true_peak_ua: float | None
    gate_off_us: int | None
    dose_within: str | None = None  # the dose with its uncertainty, in words


def asked(header: dict[str, Any]) -> Asked:
    """The program of a header, or nothing where its words are not a program's."""
    try:
        found = msgspec.convert(untrusted.table(header.get("program")).get("words"), list[Int])
        told = as_today(found)
        timeline = Timeline(told)
        dose_uc, length_ms = float(timeline.planned_uc), timeline.total_ms
        top = tuple(told[: program.HEADER_LEN])
    except (msgspec.ValidationError, IndexError, ZeroDivisionError, OverflowError):
        return Asked()
    return Asked(dose_uc, length_ms, max(timeline.levels_ua, default=0), top)


def delivered(record: Record) -> Delivered:
    """The figures of a session."""
    told = record.summary or {}
    samples = record.samples
    last_ms = max([s.t_ms for s in samples] + [e.t_ms for e in record.events], default=0)
    length_us = untrusted.number(told.get("duration_us"))
    dose_uc = untrusted.number(told.get("dose_uc"))
    gate_off_us = untrusted.number(told.get("gate_off_us"))
    sure = told_uncertainty(told)
    return Delivered(
        outcome=str(told.get("outcome", "incomplete")),
        dose_uc=round(dose_uc) if dose_uc is not None else samples[-1].dose_uc if samples else 0,
        length_ms=last_ms if length_us is None else length_us / 1000,
        peak_ua=max((sample.current_ua for sample in samples), default=0.0),
        set_ua=max((sample.set_ua for sample in samples), default=0.0),
        true_charge_uc=untrusted.number(told.get("true_charge_uc")),
        true_peak_ua=untrusted.number(told.get("true_peak_ua")),
        gate_off_us=None if gate_off_us is None else round(gate_off_us),
        dose_within=None if sure is None or dose_uc is None else text.dose_within(dose_uc, *sure),
    )


def dose_told(record: Record, got: Delivered) -> list[str]:
    """The dose with its uncertainty and what that rests on; nothing where it is not known."""
    if got.dose_within is None:
        return []
    told = untrusted.table(untrusted.table(record.summary).get(DOSE_UNCERTAINTY))
    return [f"The dose is {got.dose_within}; the board: {told.get('basis')}."]


def budget(record: Record) -> list[tuple[str, str, str]]:
    """Rows of (part, shape, standard uncertainty) of the dose, the greatest first."""
    told = untrusted.table(untrusted.table(record.summary).get(DOSE_UNCERTAINTY))
    found = []
    for row in map(untrusted.table, untrusted.items(told.get("parts"))):
        standard_uc = untrusted.number(row.get("standard_uc"))
        if standard_uc:
            found.append((abs(standard_uc), str(row.get("name")), str(row.get("shape"))))
    return [(name, shape, f"{uc:.3g} {signs.UC}") for uc, name, shape in sorted(found)[::-1]]


def comparison(ask: Asked, got: Delivered, rung: str) -> list[tuple[str, str, str, str]]:
    """Rows of (what, asked, delivered, difference)."""
    rows = [
        _compare("dose, as the firmware counted it", ask.dose_uc, got.dose_uc, "_uc"),
        _compare("highest measured current", ask.peak_ua, got.peak_ua, "_ua"),
    ]
    simulated = ", known in simulation only" if rung in RUNGS else ""
    if got.true_charge_uc is not None:
        what = f"charge the load received{simulated}"
        rows.insert(1, _compare(what, ask.dose_uc, got.true_charge_uc, "_uc"))
    if got.true_peak_ua is not None:
        what = f"highest current in the load{simulated}"
        rows.append(_compare(what, ask.peak_ua, got.true_peak_ua, "_ua"))
    length, difference = untrusted.NONE, untrusted.NONE
    if ask.length_ms:
        length, difference = (
            duration(ask.length_ms),
            _percent(got.length_ms, ask.length_ms),
        )
    rows.append(("duration", length, duration(got.length_ms), difference))
    return rows


def estimated(record: Record, ask: Asked, got: Delivered) -> list[str]:
    """What the delivered charge may have moved or spent, a line each, marked as an estimate."""
    protocol = _protocol(record.header)
    area_mm2 = ask.header[program.H_AREA_MM2] if ask.header else 0
    active_uc: float = got.dose_uc  # all of it, where nothing says how much of it was reversed
    told = [event for event in record.events if event.code == codes.EVENT_DOSE]
    if told and protocol is not None:
        active_uc = told[-1].a if protocol.polarity > 0 else told[-1].b
    return [one.line for one in estimates(protocol, got.dose_uc, active_uc, area_mm2)]


def _protocol(header: dict[str, Any]) -> Protocol | None:
    """The protocol of a header; None where its text is none that is read today."""
    text = untrusted.table(header.get("protocol")).get("toml")
    name = protocol_name(header)
    try:
        return parse(name, text.encode(), name) if isinstance(text, str) else None
    except FileError:
        return None


def rhythm(record: Record) -> list[str]:
    """How even the ticks were, in a sentence; nothing where the record does not tell."""
    told = untrusted.table(untrusted.table(record.summary).get("timing"))
    late, longest_us = (untrusted.number(told.get(key)) for key in ("late_ticks", "longest_us"))
    if late is None or longest_us is None:
        return []
    sentence = f"Ticks: {late:.0f} late, longest interval {quantity('_us', longest_us)}"
    margin = [untrusted.number(one) for one in untrusted.items(told.get("margin_us"))]
    if len(margin) == 2 and None not in margin:
        least, most = (quantity("_us", one) for one in margin)
        sentence += f", woken {least} to {most} after they were due"
    return [f"{sentence}."]


def proofs(record: Record) -> list[str]:
    """What the proofs before the ramps have shown, in a sentence; nothing without one."""
    shown = [event.a for event in record.events if event.code == codes.EVENT_PROOF]
    if not shown:
        return []
    all_of = shown[0]
    for bits in shown[1:]:
        all_of &= bits
    switches = all_of & _SWITCHES == _SWITCHES
    parts = ["both switches" if switches else "not both switches"]
    if all_of & codes.PROVEN_SIGN:
        parts.append("sense B")
    times = "" if len(shown) == 1 else f" before each of {len(shown)} ramps"
    if all_of & codes.PROVEN_LIMITER:
        return [f"Proof{times}: {', '.join(parts)} and the limiter proven."]
    lacks = untrusted.items(untrusted.table(record.header.get("board")).get("lacks"))
    limiter = "this board has none" if "limiter" in lacks else "not provable on this board"
    text = f"Proof{times}: {' and '.join(parts)} proven; limiter: {limiter}."
    return (
        [text, "This board has no bridge: no polarity was proven."]
        if "bridge" in lacks
        else [text]
    )


def unseen(record: Record) -> list[str]:
    """Why injected faults say nothing of this session, a sentence each."""
    told = record.summary or {}
    said = []
    for row in map(untrusted.table, untrusted.items(told.get("faults"))):
        at_us = untrusted.number(row.get("at_us"))
        if at_us is None:
            continue
        ends = (bool(row.get(key, True)) for key in ("fired", "met_output"))
        line = text.unseen(str(told.get("outcome")), str(row.get("kind")), at_us, *ends)
        if line:
            said.append(f"{line[:1].upper()}{line[1:]}.")
    return said


def last_second(snapshot: FaultSnapshot) -> str:
    """What a snapshot shows, for those who do not see it."""
    senses = [row[0] for row in snapshot.rows]
    length = len(snapshot.rows) * snapshot.row_us / 1000
    low, high, last = (quantity("_q4", value) for value in (min(senses), max(senses), senses[-1]))
    return (
        f"{len(snapshot.rows)} rows over {length:.0f} ms: sense A between {low} and {high}, "
        f"{last} in the last one."
    )


def rung_words(header: dict[str, Any]) -> str:
    """The rung, and how far what it shows can be believed."""
    rung = str(header.get("rung", "unknown"))
    return RUNGS.get(rung, f"{rung}: a board on a bench with a dummy load")


def protocol_name(header: dict[str, Any]) -> str:
    return untrusted.named(header.get("protocol")) or "session"


def compliance_v(header: dict[str, Any]) -> float | None:
    mv = untrusted.number(untrusted.table(header.get("board")).get("compliance_mv"))
    return None if mv is None else mv / 1000


def _compare(what: str, wanted: float | None, got: float, unit: str) -> tuple[str, str, str, str]:
    if not wanted:
        return what, untrusted.NONE, quantity(unit, got), untrusted.NONE
    return (
        what,
        quantity(unit, wanted),
        quantity(unit, got),
        _percent(got, wanted),
    )


def _percent(got: float, wanted: float) -> str:
    return f"{round((got / wanted - 1) * 100, 2) + 0.0:+.2f} %"
