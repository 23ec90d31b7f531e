"""Results of the fault matrix: one for each trial, their counts, and the files they are kept in.

The JSON holds the summary and every result; the same matrix gives the same bytes, for no clock,
path or host is in it. The Markdown table has a line for each fault and phase: the worst of its
loads. `iontobench faults` writes both. Times in ms, currents in uA, charge in uC; None: not so.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import msgspec

from ionto.bench import FIRMWARE_VERSION, NOTICE
from iontobench import signs

from .matrix import LOADS, PHASES
from .required import ELSEWHERE

OK, LATE, MISSED = "ok", "late", "missed"
NOT_OBSERVABLE, NUISANCE = "not_observable", "nuisance"
BAD = (LATE, MISSED, NUISANCE)
HEADS = (
    *("fault", "row of docs/faults.md", "phase", "verdict", "loads", "reaction", "fault code"),
    *("detected ms", "from when it shows ms", "required ms", "gate off ms", "current off ms"),
    "hardware limiter ms",
    *(f"stray {signs.UC}", "peak mA", "source or reason"),
)
_WORST = (MISSED, LATE, NUISANCE, NOT_OBSERVABLE, OK)
_WORDS = {NOT_OBSERVABLE: "not observable"}


class FaultResult(msgspec.Struct, frozen=True, kw_only=True):
    """One trial, judged. Times count from the onset; `visible_ms` is when a rule could see it."""

    fault: str
    scenario: int
    phase: str
    load: str
    verdict: str
    reaction: str | None
    fault_code: str | None
    outcome: str
    visible_ms: float | None
    detected_ms: float | None
    gate_off_ms: float | None
    current_off_ms: float | None
    limiter_ms: float | None
    stray_uc: float | None
    peak_ua: float
    required: str
    required_ms: float
    source: str
    next_start: str | None
    reason: str | None

    @property
    def is_detected(self) -> bool:
        """The bench answered, in the session or by refusing the next one."""
        refused = self.next_start is not None and self.next_start.startswith("refused")
        return self.reaction is not None or refused


def summary(rows: Sequence[FaultResult]) -> dict[str, int]:
    """Counts over the rows with a fault; a nuisance may come without one.

    `detected`: in time, by a reaction or a refused next start. `safe`: in order without any, for
    nothing had to be done (nothing flows in idle, the host's trouble is not the load's).
    """
    injected = [row for row in rows if row.fault != "none"]
    verdicts = Counter(row.verdict for row in injected)
    detected = sum(row.verdict == OK and row.is_detected for row in injected)
    return {
        "injected": len(injected),
        "detected": detected,
        "safe": verdicts[OK] - detected,
        "late": verdicts[LATE],
        "missed": verdicts[MISSED],
        "not_observable": verdicts[NOT_OBSERVABLE],
        "nuisance": sum(row.verdict == NUISANCE for row in rows),
        "sessions_without_fault": len(rows) - len(injected),
    }


def is_good(counts: dict[str, int]) -> bool:
    """Nothing late, missed or without a reason."""
    return not any(counts[bad] for bad in BAD)


def counts_line(counts: dict[str, int]) -> str:
    """The summary in a sentence."""
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items())
    return f"{told}: {'all in time' if is_good(counts) else 'not good'}"


def as_object(rows: Sequence[FaultResult], board: str, adc: str, seed: int) -> dict[str, Any]:
    """The JSON's object: what was run, the summary, then every result."""
    return {
        "notice": NOTICE,
        "firmware": FIRMWARE_VERSION,
        "board": board,
        "adc": adc,
        "seed": seed,
        "phases": [phase.name for phase in PHASES],
        "loads": [{"name": load.name, "level_ua": load.level_ua} for load in LOADS],
        "summary": summary(rows),
        "rows": [msgspec.to_builtins(row) for row in rows],
    }


def as_bytes(matrix: dict[str, Any]) -> bytes:
    """The file's bytes, a row a line."""
    head = {name: value for name, value in matrix.items() if name != "rows"}
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=True) for row in matrix["rows"])
    text = json.dumps(head, ensure_ascii=True, indent=1)[:-2]
    return f'{text},\n "rows": [\n{lines}\n ]\n}}\n'.encode()


def markdown(matrix: dict[str, Any]) -> str:
    """The summary and a line a fault and phase."""
    names = [name.replace("_", " ") for name in matrix["summary"]]
    counts = [str(value) for value in matrix["summary"].values()]
    parts = [
        "# Fault matrix",
        matrix["notice"],
        f"Board {matrix['board']}, converter {matrix['adc']}, seed {matrix['seed']}, firmware "
        f"{matrix['firmware']}. Each line is the worst of its loads: {_loads(matrix)}.",
        _grid([names, counts]),
        _grid([HEADS, *(cells for _, cells in lines(matrix["rows"]))]),
        "Rows of docs/faults.md without a kind of their own:",
        "\n".join(f"- {row}: {why}." for row, why in ELSEWHERE.items()),
    ]
    return "\n\n".join(parts) + "\n"


def lines(rows: Sequence[dict[str, Any]]) -> Iterable[tuple[str, list[str]]]:
    """(verdict, cells) of every fault and phase, in the order of the first load."""
    order: dict[tuple[str, str], int] = {}
    for row in rows:
        order.setdefault((row["fault"], row["phase"]), len(order))

    def place(row: dict[str, Any]) -> int:
        return order[row["fault"], row["phase"]]

    for _, group in groupby(sorted(rows, key=place), key=place):
        cells = list(group)
        worst = min(cells, key=lambda row: _WORST.index(row["verdict"]))
        yield worst["verdict"], _line(worst, cells)


def _line(worst: dict[str, Any], cells: Sequence[dict[str, Any]]) -> list[str]:
    alike = sum(row["verdict"] == worst["verdict"] for row in cells)

    def most(name: str, places: int = 1) -> str:
        values = [row[name] for row in cells if row[name] is not None]
        return f"{max(values):.{places}f}" if values else "-"

    return [
        worst["fault"],
        str(worst["scenario"] or "-"),
        worst["phase"],
        _WORDS.get(worst["verdict"]) or worst["verdict"],
        f"{alike} of {len(cells)}",
        str(worst["reaction"] or worst["next_start"] or "-"),
        str(worst["fault_code"] or "-"),
        most("detected_ms"),
        most("visible_ms"),
        f"{worst['required_ms']:g}",
        most("gate_off_ms"),
        most("current_off_ms"),
        most("limiter_ms", 2),
        most("stray_uc"),
        f"{max(row['peak_ua'] for row in cells) / 1000:.3f}",
        str(worst["reason"] or worst["source"]),
    ]


def _loads(matrix: dict[str, Any]) -> str:
    return ", ".join(f"{one['name']} at {one['level_ua']} {signs.UA}" for one in matrix["loads"])


def _grid(table: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(table[0])
    rows = [table[0], rule, *table[1:]]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows
    )
