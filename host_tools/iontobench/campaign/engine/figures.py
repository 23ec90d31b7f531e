"""What the results of a campaign add up to: answers, a line for each combination, the worst runs.

Read from the table of `folder`. A run is *healthy* where no fault was injected; its dose is
*reached* where the charge through the load is within 2 % of the plan. Units are in the names. Must
not run anything.
"""

import shlex
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from iontobench.sessions.start import PROFILE

from .cells import faults_of
from .columns import NO_TRIP, UNWANTED, WANTED
from .schema import NO_FAULT
from .session_row import NO_RESULT

REACHED_SHARE = 0.02
WORST = 10
_COMBINED = ("protocol", "group", "converter", "faults")
_WARNINGS = "warned_"


class CombinationFigures(Struct, frozen=True, kw_only=True):
    """The runs of one protocol on one load or population, by one converter and set of faults.

    `reached_share` is of the healthy runs that nothing limited; a share without runs is None.
    """

    protocol: str
    group: str
    converter: str
    faults: str
    runs: int
    complete: int
    no_result: int
    limited_share: float
    reached_share: float | None
    stretch_median: float | None
    stretch_95: float | None
    load_peak_median_v: float | None
    load_peak_95_v: float | None
    trips_wanted: int
    trips_unwanted: int
    missed: int
    gate_off_median_ms: float | None
    gate_off_most_ms: float | None
    warned_share: float


class WorstRun(NamedTuple):
    """A run to look at: why, and the command that runs it again."""

    run: int
    why: str
    command: str


class CampaignFigures(Struct, frozen=True, kw_only=True):
    """All of it. `reached` is of the healthy runs that nothing limited.

    `outcomes` and `warnings` count runs; `ended_by` names what ended them.
    """

    runs: int
    healthy: int
    healthy_unlimited: int
    reached: int
    reached_limited: int
    unwanted: int
    injected: int
    missed: int
    no_result: int
    outcomes: dict[str, int]
    ended_by: dict[str, int]
    warnings: dict[str, int]
    limited: dict[str, tuple[int, int]]
    combinations: list[CombinationFigures]
    worst: list[WorstRun]


class RunArrays:
    """The columns of a table as numpy arrays, and what follows from them for each run."""

    def __init__(self, table: Any):
        self._table = table
        text = {name: self.plain(name) for name in ("outcome", "faults", "trip")}
        self.is_healthy = text["faults"] == NO_FAULT
        self.is_complete = text["outcome"] == "complete"
        self.has_result = text["outcome"] != NO_RESULT
        self.is_wanted, self.is_unwanted = text["trip"] == WANTED, text["trip"] == UNWANTED
        self.is_limited, self.is_missed = self.flag("is_limited"), self.flag("is_missed")
        self.dose_share = self.number("dose_true_mamin") / self.number("dose_planned_mamin")
        self.is_reached = np.abs(self.dose_share - 1.0) <= REACHED_SHARE
        self.stretch = self.number("time_stretch")
        self.load_peak_v = self.number("load_peak_mv") / 1000
        self.gate_off_ms = self.number("gate_off_ms")
        self.is_warned = self.number("warnings") > 0

    def __len__(self) -> int:
        return self._table.num_rows

    def plain(self, name: str) -> NDArray[Any]:
        """A column of text."""
        return np.array(self._table[name].to_pylist(), dtype=object)

    def number(self, name: str) -> NDArray[np.float64]:
        """A column of numbers; what is missing is no number."""
        column = self._table[name].cast("double").fill_null(float("nan"))
        return column.to_numpy().astype(np.float64)

    def flag(self, name: str) -> NDArray[np.bool_]:
        """A column of truths; what is missing is false."""
        return self._table[name].fill_null(False).to_numpy().astype(bool)

    def row(self, at: int) -> dict[str, Any]:
        """One run."""
        return self._table.slice(at, 1).to_pylist()[0]

    @property
    def warning_names(self) -> list[str]:
        """The columns that count a kind of warning."""
        return [name for name in self._table.column_names if name.startswith(_WARNINGS)]


def figures_of(table: Any) -> CampaignFigures:
    """Add up a table of runs."""
    runs = RunArrays(table)
    unlimited = runs.is_healthy & ~runs.is_limited & runs.has_result
    groups = runs.plain("group")
    return CampaignFigures(
        runs=len(runs),
        healthy=_count(runs.is_healthy),
        healthy_unlimited=_count(unlimited),
        reached=_count(unlimited & runs.is_reached),
        reached_limited=_count(runs.is_healthy & runs.is_limited & runs.is_reached),
        unwanted=_count(runs.is_healthy & runs.is_unwanted),
        injected=_count(~runs.is_healthy),
        missed=_count(runs.is_missed),
        no_result=_count(~runs.has_result),
        outcomes=dict(Counter(runs.plain("outcome").tolist()).most_common()),
        ended_by=dict(Counter(filter(None, runs.plain("fault").tolist())).most_common()),
        warnings={
            name.removeprefix(_WARNINGS): _count(runs.number(name) > 0)
            for name in runs.warning_names
        },
        limited={
            group: (
                _count((groups == group) & runs.is_healthy & runs.is_limited),
                _count((groups == group) & runs.is_healthy),
            )
            for group in sorted(set(groups.tolist()))
        },
        combinations=_combinations(runs),
        worst=_worst(runs),
    )


def command_of(row: dict[str, Any]) -> str:
    """The command that runs one run again, with a record."""
    words = ["iontobench", "run", row["protocol"], "--skin", row["load"]]
    words += ["--board", row["board"], "--adc", row["converter"], "--seed", str(row["seed"])]
    if row["profile"] != PROFILE:
        words += ["--profile", row["profile"]]
    for fault in faults_of(row["faults"]):
        words += ["--fault", fault]
    return shlex.join([*words, "--clear"])


def _combinations(runs: RunArrays) -> list[CombinationFigures]:
    keys = list(zip(*(runs.plain(name).tolist() for name in _COMBINED), strict=True))
    places: dict[tuple[str, ...], list[int]] = {}
    for at, key in enumerate(keys):
        places.setdefault(key, []).append(at)
    return [_combination(runs, key, np.array(at)) for key, at in sorted(places.items())]


def _combination(
    runs: RunArrays, key: tuple[str, ...], at: NDArray[np.int64]
) -> CombinationFigures:
    unlimited = at[(runs.is_healthy & ~runs.is_limited & runs.has_result)[at]]
    stretch, peak_v, off_ms = runs.stretch[at], runs.load_peak_v[at], runs.gate_off_ms[at]
    return CombinationFigures(
        **dict(zip(_COMBINED, key, strict=True)),
        runs=len(at),
        complete=_count(runs.is_complete[at]),
        no_result=_count(~runs.has_result[at]),
        limited_share=float(runs.is_limited[at].mean()),
        reached_share=float(runs.is_reached[unlimited].mean()) if len(unlimited) else None,
        stretch_median=_percentile(stretch, 50),
        stretch_95=_percentile(stretch, 95),
        load_peak_median_v=_percentile(peak_v, 50),
        load_peak_95_v=_percentile(peak_v, 95),
        trips_wanted=_count(runs.is_wanted[at]),
        trips_unwanted=_count(runs.is_unwanted[at]),
        missed=_count(runs.is_missed[at]),
        gate_off_median_ms=_percentile(off_ms, 50),
        gate_off_most_ms=_percentile(off_ms, 100),
        warned_share=float(runs.is_warned[at].mean()),
    )


def _worst(runs: RunArrays) -> list[WorstRun]:
    """The runs that say most against the firmware or the model, the worst first."""
    away = np.nan_to_num(np.abs(runs.dose_share - 1.0), nan=1.0)
    rank = np.zeros(len(runs))
    rank[runs.is_healthy & runs.is_complete] = 1
    rank[runs.is_healthy & ~runs.is_complete] = 2
    rank[runs.is_unwanted] = 3
    rank[runs.is_missed] = 4
    rank[~runs.has_result] = 5
    late_ms = np.nan_to_num(runs.gate_off_ms, nan=0.0)
    order = np.lexsort((-late_ms, -away * (rank > 0), -rank))
    return [_worst_run(runs, int(at), float(rank[at])) for at in order[:WORST]]


def _worst_run(runs: RunArrays, at: int, rank: float) -> WorstRun:
    row = runs.row(at)
    dose = f"{100 * runs.dose_share[at]:.1f} % of the planned dose"
    why = {
        5: f"no result: {row['trouble']}",
        4: "a fault that has to cut off did not",
        3: f"cut off for nothing: {row['fault']}",
        2: f"{row['outcome']}, {dose}",
        1: dose,
    }.get(int(rank))
    if why is None:
        off_ms = row["gate_off_ms"]
        why = f"off after {off_ms:.1f} ms" if row["trip"] != NO_TRIP and off_ms else dose
    return WorstRun(row["run"], why, command_of(row))


def _count(which: NDArray[np.bool_]) -> int:
    return int(which.sum())


def _percentile(values: NDArray[np.float64], percent: float) -> float | None:
    found = values[~np.isnan(values)]
    return float(np.percentile(found, percent)) if len(found) else None
