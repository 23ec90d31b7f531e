"""The tables of a report below its plots: limits, events and where the session comes from.

Rows of text in mA, V, kΩ, mA·min, min and s; a record may be cut, damaged or odd.
"""

from typing import Any

import msgspec

from ionto.core import codes, limits, program, units
from iontobench import text as said
from iontobench.records import Record
from iontobench.records.format import Int
from iontobench.records.meta import ABSENT, INTACT, Meta
from iontobench.records.quantities import duration, quantity

from . import untrusted
from .facts import Asked, Delivered, rung_words


class _Board(msgspec.Struct):
    """What a limit needs of a board."""

    name: str
    max_ua: Int
    compliance_mv: Int
    sigma_q4: Int


def walls(header: dict[str, Any], ask: Asked, got: Delivered) -> list[tuple[str, str, str, str]]:
    """Rows of (what, wall of the program, proven worst case, reached)."""
    if not ask.header:
        return []
    top = ask.header
    bounds = untrusted.table(untrusted.table(header.get("limits")).get("bounds"))
    area_cm2 = top[program.H_AREA_MM2] / units.MM2_PER_CM2
    peak_ua = got.peak_ua if got.true_peak_ua is None else got.true_peak_ua
    density = peak_ua / area_cm2 if area_cm2 else None
    charge_wall = top[program.H_CHARGE_UC]
    density_wall = top[program.H_DENSITY_UA_CM2]
    table = [
        ("set point", "peak_ua", top[program.H_PEAK_UA], got.set_ua),
        ("current, cut off above", "current_ua", _cut_ua(header, top), peak_ua),
        ("current density", "density_ua_cm2", density_wall, density),
        ("slew of the envelope", "slew_ua_s", top[program.H_SLEW_UA_S], None),
        ("charge", "charge_uc", charge_wall, got.dose_uc),
    ]
    rows = [
        (what, _shown(key, wall), _shown(key, bounds.get(key)), _shown(key, reached))
        for what, key, wall, reached in table
    ]
    longest_s = untrusted.number(bounds.get("longest_s"))
    longest = untrusted.NONE if longest_s is None else duration(longest_s * 1000)
    wall = duration(top[program.H_TIME_S] * 1000)
    return [*rows, ("time, ramps down after", wall, longest, duration(got.length_ms))]


def events(record: Record) -> list[tuple[str, str, bool]]:
    """Rows of (time, what happened, whether it is the fault): everything that is told."""
    rows = [(e.t_ms, said.event(e), e.code == codes.EVENT_FAULT) for e in record.events]
    rows += [(g.t_ms, f"{g.count} frames never arrived", False) for g in record.gaps]
    rows += [(n.t_ms, f"the link says: {n.text!r}", False) for n in record.notes]
    rows += [(live.t_ms, said.injected(live.fault), False) for live in record.faults_live]
    rows += [(mark.t_ms, said.marked(mark.text), False) for mark in record.marks]
    return [
        (said.stamp(t_ms).strip(), what[:1].upper() + what[1:], is_fault)
        for t_ms, what, is_fault in sorted(rows, key=lambda row: row[0])
    ]


def provenance(record: Record, meta: Meta, file_hash: str) -> list[tuple[str, str]]:
    """Rows of (what, value): where the session ran and what proves its bytes."""
    header = record.header
    injected = [str(one) for one in untrusted.items(header.get("faults"))]
    injected += [f"{one.fault} while it ran" for one in record.faults_live]
    firmware = untrusted.table(header.get("firmware"))
    plan = untrusted.table(header.get("plan"))
    rows = [
        ("Rung", rung_words(header)),
        ("Board", untrusted.named(header.get("board"))),
        ("Load", untrusted.named(header.get("skin"))),
        ("Label", header.get("label")),
        ("Plan", said.plan_run(plan) if plan else None),
        ("ADC", header.get("adc")),
        ("Seed", header.get("seed")),
        ("Faults injected on purpose", ", ".join(injected) or "none"),
        ("Limits profile", _profile(header)),
        ("Protocol SHA-256", untrusted.table(header.get("protocol")).get("sha256")),
        ("Program CRC", untrusted.hexadecimal(untrusted.table(header.get("program")).get("crc"))),
        ("Firmware", firmware.get("version")),
        ("Firmware SHA-256", firmware.get("sha256")),
        ("Started", header.get("started_at") or meta.values.get("started_at")),
        ("Host version", meta.values.get("host_version")),
        ("meta.json", None if meta.state in (INTACT, ABSENT) else meta.state),
        ("Record's head", record.verdict.head),
        ("Record file's SHA-256", file_hash),
        ("Record", record.verdict.sentence().partition(", head ")[0]),
    ]
    return [(what, str(value)) for what, value in rows if value is not None]


def _shown(key: str, value: Any) -> str:
    number = untrusted.number(value)
    return untrusted.NONE if number is None else quantity(key, number)


def _cut_ua(header: dict[str, Any], top: tuple[int, ...]) -> float | None:
    """Where the supervisor cuts off, by the firmware's own rule, on the board of the header."""
    try:
        board = msgspec.convert(header.get("board"), _Board)
    except msgspec.ValidationError:
        return None
    walls_of = limits.Board(board.name, board.max_ua, board.compliance_mv, board.sigma_q4)
    running_q4 = limits.running_limit_q4(walls_of, top[program.H_PEAK_UA])
    return min(running_q4, limits.absolute_limit_q4(walls_of)) / units.UA_Q4


def _profile(header: dict[str, Any]) -> str | None:
    name = untrusted.named(header.get("profile"))
    profile = untrusted.table(untrusted.table(header.get("limits")).get("profile"))
    densities = untrusted.table(profile.get("density_ua_cm2"))
    walls_of = [f"{use} {_shown('_ua_cm2', limit)}" for use, limit in densities.items()]
    return f"{name} ({', '.join(walls_of)})" if name and walls_of else name
