"""Runs one session of the net and says what happened, an item a line.

Names, never codes, and physical values, never frames: the net must not notice another layout of
the link. A series is told by its length, an extreme or its last value, and a hash; the plant's
are rounded to 1 nA and 1 nC, so that the last bit of a platform's `exp` is not seen. Times in ms.
"""

import hashlib
from array import array
from collections.abc import Iterable

import numpy as np
from tests.support.listener import Listener
from tests.support.trial import calibration
from tests.vm.short_programs import cut_short

from ionto.core import fields
from ionto.core.codes import (
    EVENT_NAMES,
    FAULT_NAMES,
    OUTCOME_NAMES,
    STATE_NAMES,
    STATE_PROBE,
)
from ionto.core.command import COMMAND_NAMES
from ionto.core.limits import Board
from iontobench import resources
from iontobench.campaign.fault_bench import FaultBench, Observation, Script, WatchedPlant
from iontobench.link.events import Event, Sample, snapshot_of
from iontobench.protocols import compile_protocol, load, profile
from iontobench.protocols.board_fit import board_for
from iontobench.protocols.lowering import lower
from iontobench.records.quantities import event_values
from iontobench.sim.skin import LoadParams, load_skin

from .cases import Case

Items = dict[str, list[str]]

_RAMP_MS, _HOLD_MS = 800, 3000  # of a short session
_EVENTS_TOLD = 40  # of a longer list the rest is a hash
_LONGEST_US = {True: 12_000_000_000, False: 60_000_000}  # of a whole session, of a short one
_NAMED = {  # values of events that are codes
    "state_code": STATE_NAMES,
    "fault_code": FAULT_NAMES,
    "outcome_code": OUTCOME_NAMES,
    "command_code": dict(enumerate(COMMAND_NAMES)),
}
_FLAGS = ("LIMITED", "GATE", "NEAR_COMPLIANCE", "DIP")
_TOLD = ("outcome", "fault", "state", "t_ms", "later_faults", "dropped")
_DOSES = ("dose_uc", "positive_uc", "negative_uc", "peak_ua")


def hashed(rows: Iterable[object]) -> str:
    """A short SHA-256 of rows, each as its text."""
    return hashlib.sha256("\n".join(map(str, rows)).encode()).hexdigest()[:12]


class Series:
    """Columns of numbers, hashed as they come: a session has millions.

    Args:
        per_unit: for each column what it is multiplied by before it is rounded.
    """

    _BLOCK = 4096

    def __init__(self, *per_unit: float) -> None:
        self._per_unit = per_unit
        self._rows = array("d")
        self._hashes = [hashlib.sha256() for _ in per_unit]
        self.count = 0

    def add(self, row: tuple[float, ...]) -> None:
        """One more of each."""
        self._rows.extend(row)
        self.count += 1
        if not self.count % self._BLOCK:
            self._fold()

    def told(self, column: int) -> str:
        """Length and hash of one column."""
        self._fold()
        return f"{self.count} ticks, {self._hashes[column].hexdigest()[:12]}"

    def _fold(self) -> None:
        table = np.array(self._rows).reshape(-1, len(self._per_unit))
        for column, per_unit in enumerate(self._per_unit):
            whole = np.rint(table[:, column] * per_unit).astype("<i8")
            self._hashes[column].update(whole.tobytes())
        self._rows = array("d")


class Noted(WatchedPlant):
    """A plant whose truth is noted each tick, and what its port told it."""

    until_us = 0  # no session takes so long

    def __init__(self, *args, **options):
        self.series = Series(1000, 1000, 1e6, 1)  # uA, uC, a fraction, 0 or 1
        self._told_drive = 0.0
        super().__init__(*args, **options)

    def set_drive(self, fraction):
        """As the plant's own, noted."""
        self._told_drive = fraction
        super().set_drive(fraction)

    def note(self):
        """One tick has passed."""
        super().note()
        if self.now_us > self.until_us:
            raise TimeoutError("a session of the net without an end")
        self.series.add((self.load_current_ua, self.truth.charge_uc, self._told_drive, self.gate))


class NotingBench(FaultBench):
    """The campaigns' bench, with such a plant."""

    plant_class = Noted


def prepared(case: Case) -> tuple[Board, LoadParams, list[int], Script]:
    """What a session runs on, and what it runs."""
    protocol = load(case.protocol)
    board = resources.load_board(board_for(protocol, lower(protocol))).BOARD
    words = compile_protocol(protocol, profile("us"), board).words
    if not case.is_whole:
        words = cut_short(words, _RAMP_MS, _HOLD_MS)
    electrodes = protocol.electrodes
    skin = load_skin(
        *(case.load or protocol.skin, electrodes.active.area_cm2, electrodes.return_.area_cm2)
    )
    script = tuple((STATE_PROBE, at_ms, text) for at_ms, text in case.commands)
    return board, skin, list(words), script


def record(case: Case) -> Items:
    """Run a session; return its items by name, each a list of lines."""
    board, skin, words, script = prepared(case)
    fitted = calibration(board, case.adc, case.seed)
    bench = NotingBench(board, skin, case.adc, case.seed, fitted, case.faults)
    bench.plant.until_us = _LONGEST_US[case.is_whole]
    heard = Listener()
    seen = bench.run(words, script, [heard])
    return {
        **_ending(seen),
        **_events([item for item in heard.items if isinstance(item, Event)]),
        **_samples([item for item in heard.items if isinstance(item, Sample)]),
        "lost on the link": [f"{sum(not isinstance(i, Event | Sample) for i in heard.items)}"],
        **_snapshot(bench.bench.snapshot()),
        **_truth(bench.plant),
    }


def _ending(seen: Observation) -> Items:
    last = seen.last or {}
    return {
        "ending": [f"{name} {last.get(name)}" for name in _TOLD] + [f"reset {seen.reset}"],
        "doses": [", ".join(f"{name} {last.get(name)}" for name in _DOSES)],
    }


def _events(found: list[Event]) -> Items:
    lines = {"states": [], "events": []}
    for one in found:
        values = event_values(one)
        name = EVENT_NAMES[one.code]
        told = ", ".join(_value(key, value) for key, value in values.items())
        lines["states" if "state_code" in values else "events"].append(
            f"{one.t_ms} {told}" if "state_code" in values else f"{one.t_ms} {name}: {told}"
        )
    return {name: _shortened(rows) for name, rows in lines.items()}


def _value(key: str, value: float) -> str:
    if key in _NAMED:
        return _NAMED[key][int(value)]
    return f"{key} {value:.10g}"


def _shortened(rows: list[str]) -> list[str]:
    rest = rows[_EVENTS_TOLD:]
    return rows[:_EVENTS_TOLD] + ([f"and {len(rest)} more, {hashed(rest)}"] if rest else [])


def _samples(found: list[Sample]) -> Items:
    def flags(one):
        return "+".join(name for name in _FLAGS if one.flags & getattr(fields, f"FLAG_{name}"))

    columns = {
        "times": [one.t_ms for one in found],
        "states": [STATE_NAMES[one.state] for one in found],
        "flags": [flags(one) for one in found],
        "set points, nA": [round(one.set_ua * 1000) for one in found],
        "currents, nA": [round(one.current_ua * 1000) for one in found],
        "differences, nA": [round(one.difference_ua * 1000) for one in found],
        "voltages, mV": [one.load_mv for one in found],
        "loads, ohm": [one.load_ohm and round(one.load_ohm) for one in found],
        "doses, uC": [one.dose_uc for one in found],
    }
    return {
        f"samples' {name}": [f"{len(rows)}, last {rows[-1] if rows else None}, {hashed(rows)}"]
        for name, rows in columns.items()
    }


def _snapshot(flat: list[int]) -> Items:
    found = snapshot_of(flat)
    rows = found.rows if found else ()
    return {"last second": [f"{len(rows)} rows, {hashed(rows)}"]}


def _truth(plant: Noted) -> Items:
    truth, told = plant.truth, plant.series.told
    edges_ms = [f"{'on' if on else 'off'} {at_us / 1000:.10g}" for at_us, on in plant.gates]
    return {
        "true current": [f"peak {truth.peak_ua:.3f} uA, {told(0)}"],
        "true charge": [f"{truth.charge_uc:.3f} uC, {told(1)}"],
        "drive": [told(2)],
        "gate": [f"{len(edges_ms)} edges, {', '.join(edges_ms[-2:])} ms, {told(3)}"],
    }
