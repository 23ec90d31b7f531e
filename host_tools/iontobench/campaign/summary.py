"""Counts of a matrix and the file it is kept in: the same matrix gives the same bytes.

No clock, path or host in it.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from ionto.bench import FIRMWARE_VERSION, NOTICE

from .matrix import LOADS, PHASES
from .row import LATE, MISSED, NOT_OBSERVABLE, NUISANCE, OK, Row


def summary(rows: Sequence[Row]) -> dict[str, int]:
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
    return not (counts["late"] or counts["missed"] or counts["nuisance"])


def as_object(rows: Sequence[Row], board: str, adc: str, seed: int) -> dict[str, Any]:
    """What is written: summary first, then every row."""
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
