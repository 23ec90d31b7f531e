"""Runs one session of a campaign and says what came of it, in the columns of `columns`.

The session is that of `iontobench run` with the same words, without a record. Currents in uA,
voltages in mV. What cannot be simulated is a row too: one run must not end ten thousand.
"""

import hashlib
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from statistics import fmean

import msgspec
from msgspec.structs import replace

from ionto.core import codes
from ionto.core.units import UC_PER_MAMIN
from iontobench import resources
from iontobench.campaign.required import CASES, TRIP
from iontobench.errors import EndedEarlyError
from iontobench.link.events import Event, Item, Sample
from iontobench.sessions.job import Job, Result, calibration_for, plant_of
from iontobench.sessions.start import VIRTUAL, ReadySession, RunRequest, prepare
from iontobench.sessions.targets import target_for
from iontobench.sessions.virtual import run_virtual
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.plant import PlantError

from .cells import RunCell, joined
from .columns import NAMES, NO_TRIP, UNWANTED, WANTED, Row

NO_RESULT = "no result"
_NOWHERE = Path("no-data")  # a campaign latches nothing
_BOARDS_KEPT = 8  # the calibrations of so many boards: runs on one board follow each other
_ENCODER = msgspec.msgpack.Encoder()  # the same bytes for the same values, on every platform
_WARNINGS = {
    "warned_compliance": codes.EVENT_COMPLIANCE,
    "warned_drift": codes.EVENT_DRIFT,
    "warned_noise": codes.EVENT_NOISE,
    "warned_dip": codes.EVENT_DIP,
    "warned_lift": codes.EVENT_LIFT,
    "warned_low": codes.EVENT_LOW,
    "warned_over": codes.EVENT_OVER,
    "warned_late": codes.EVENT_LATE,
}


class SessionFigures:
    """A listener that adds up what a row tells, and keeps no item."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.items = 0
        self.load_peak_mv: int | None = None
        self.limited_ms = 0
        self._ohms: list[float] = []
        self._limited_from_ms: int | None = None
        self._last_ms = 0
        self._hash = hashlib.sha256()

    def on_item(self, item: Item) -> None:
        """Take one item."""
        self.items += 1
        self._hash.update(_ENCODER.encode(item))
        self._last_ms = max(self._last_ms, item.t_ms)
        if isinstance(item, Sample):
            self.load_peak_mv = max(item.load_mv, self.load_peak_mv or 0)
            if item.load_ohm is not None:
                self._ohms.append(item.load_ohm)
        elif isinstance(item, Event):
            self.counts[item.code] += 1
            if item.code == codes.EVENT_LIMITED:
                self._limited_from_ms = item.t_ms
            elif item.code == codes.EVENT_LIMITED_END:
                self.limited_ms, self._limited_from_ms = self.limited_ms + item.a, None

    def on_tick(self, t_us: int) -> list[str]:
        """A campaign asks for nothing."""
        return []

    def as_row(self) -> Row:
        """The columns that the link tells; limiting without an end lasts to the session's."""
        open_ms = 0 if self._limited_from_ms is None else self._last_ms - self._limited_from_ms
        warned = {name: self.counts[code] for name, code in _WARNINGS.items()}
        ohms = self._ohms
        return {
            "load_peak_mv": self.load_peak_mv,
            "load_least_ohm": min(ohms, default=None),
            "load_mean_ohm": fmean(ohms) if ohms else None,
            "load_most_ohm": max(ohms, default=None),
            "is_limited": self.counts[codes.EVENT_LIMITED] > 0,
            "limited_s": (self.limited_ms + open_ms) / 1000,
            "warnings": sum(warned.values()),
            **warned,
            "contacts_lost": self.counts[codes.EVENT_CONTACT],
            "items": self.items,
            "items_sha256": self._hash.hexdigest(),
        }


@cache
def ready_for(protocol: str, board: str | None, converter: str, profile: str) -> ReadySession:
    """A protocol that has been checked for its board, once a process.

    Raises:
        UserError, FileError: it cannot be run.
    """
    target = target_for(VIRTUAL)._replace(calibrate=_calibration)
    request = RunRequest(protocol=protocol, board=board, adc=converter, profile=profile)
    return prepare(request, target, _NOWHERE)


def _calibration(board, adc: str, seed: int):
    return _kept_calibration(board.name, adc, seed)


@lru_cache(_BOARDS_KEPT)
def _kept_calibration(board: str, adc: str, seed: int):
    return calibration_for(resources.board_of(board), adc, seed)


def run_cell(cell: RunCell) -> Row:
    """Run one session; return its row."""
    ready = ready_for(cell.protocol, cell.board, cell.converter, cell.profile)
    request = replace(ready.request, skin=cell.load, seed=cell.seed, faults=cell.faults)
    timeline = ready.compiled.timeline
    row: Row = dict.fromkeys(NAMES)
    row |= {
        "run": cell.run,
        "protocol": cell.protocol,
        "load": request.skin or ready.compiled.protocol.skin,
        "board": ready.board.board.name,
        "converter": cell.converter,
        "profile": cell.profile,
        "faults": joined(cell.faults),
        "seed": cell.seed,
        "group": ready.compiled.protocol.skin if cell.load is None else cell.group,
        "member": cell.member,
        "dose_planned_mamin": timeline.planned_uc / UC_PER_MAMIN,
        "duration_planned_s": float(timeline.total_s),
    }
    try:
        return row | _run(ready._replace(request=request).job())
    except (EndedEarlyError, PlantError) as error:  # no calibration; out of the model's range
        return row | {"outcome": NO_RESULT, "trouble": " ".join(str(error).split())}


def _run(job: Job) -> Row:
    figures, plant = SessionFigures(), plant_of(job)
    compliance_mv = plant.compliance_mv  # a fault may lower it
    result = run_virtual(job, [figures], lambda _: plant)
    told = figures.as_row() | {"compliance_mv": compliance_mv}
    return told | _ended(job, result, plant)


def _ended(job: Job, result: Result, plant: SimulatedBench) -> Row:
    """The columns that the session's end tells."""
    planned_s, is_complete = float(job.protocol.timeline.total_s), result.outcome == "complete"
    trip = _trip(result)
    gate_off_us = result.gate_off_us if trip == WANTED else None
    charge_uc = result.true_charge_uc or 0.0
    return {
        "outcome": result.outcome,
        "fault": result.fault,
        "dose_mamin": result.dose_uc / UC_PER_MAMIN,
        "dose_true_mamin": charge_uc / UC_PER_MAMIN,
        "duration_s": result.duration_us / 1e6,
        "time_stretch": result.duration_us / 1e6 / planned_s if is_complete else None,
        "peak_ua": result.true_peak_ua,
        "overshoot_ua": result.overshoot_ua,
        "faults_struck": sum(one.fired for one in result.injected),
        "faults_met": sum(one.met_output for one in result.injected),
        "trip": trip,
        "is_missed": trip == NO_TRIP and _has_to_trip(result),
        "gate_off_ms": None if gate_off_us is None else gate_off_us / 1000,
    }


def _trip(result: Result) -> str:
    """Whether the session was cut off, and whether a fault that had struck explains it."""
    if result.fault is None:
        return NO_TRIP
    return WANTED if any(one.fired for one in result.injected) else UNWANTED


@cache
def _trip_kinds() -> frozenset[str]:
    """The kinds of fault that have to cut off, whatever their value."""
    reactions: dict[str, set[str]] = {}
    for case in CASES:
        reactions.setdefault(case.kind, set()).add(case.expect)
    return frozenset(kind for kind, told in reactions.items() if told == {TRIP})


def _has_to_trip(result: Result) -> bool:
    return any(one.met_output and one.kind in _trip_kinds() for one in result.injected)
