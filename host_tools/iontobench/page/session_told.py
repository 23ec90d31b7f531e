"""How a session begins and ends, as messages for the page; for both kinds of board.

The words are the command line's: `outcome_line`, `ended_rows`, and its verdict on the record.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from iontobench import signs, text
from iontobench.protocols.compiler import CompiledProtocol
from iontobench.records import RecordStore
from iontobench.records.commands import verify_record
from iontobench.records.meta import file_sha256
from iontobench.sessions.job import Job, Result
from iontobench.sessions.progress import Progress, SessionFacts
from iontobench.sessions.summary import ended_rows, outcome_line

from . import series

OFF = "off at once, by the operator"
_OF_FILES = ("record", "report", "latched")  # rows of a command line that has files and a latch
_STEP_MA = 0.001


def progress_of(job: Job, compiled: CompiledProtocol) -> Progress:
    """What is known of a session that has not begun."""
    facts = SessionFacts(job.board.name, compiled.name, compiled.profile.name, compiled.timeline)
    return Progress(facts)


def started(
    session: str, job: Job, compiled: CompiledProtocol, rows: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The message `started`; `rows` are told between the board and the plan."""
    planned = f"{text.mamin(compiled.timeline.planned_uc)} {signs.MAMIN}"
    board = f"{job.board.name}: up to {text.milliamps(job.board.max_ua)}"
    told = [("board", board), *rows, ("planned", planned)]
    high_ma = compiled.timeline.peak_ua / 1000
    return {
        "type": "started",
        "id": session,
        "title": f"{compiled.name} on {job.board.name}, profile {compiled.profile.name}",
        "rows": [list(row) for row in told],
        "plots": series.plots(),
        "set_ma": {"low": _STEP_MA, "high": high_ma, "step": _STEP_MA},
    }


def ended(
    session: str, result: Result, record: Path, is_off: bool, is_simulated: bool
) -> dict[str, Any]:
    """The message `ended`."""
    rows = ended_rows(result, record, None, is_simulated)
    store = RecordStore(record.parents[2])  # of the data folder
    found = verify_record(store, record.parent.name)
    return {
        "type": "ended",
        "id": session,
        "ok": result.outcome == "complete",
        "outcome": outcome_line(result, OFF if is_off else None),
        "rows": [[head, told] for head, told in rows if head not in _OF_FILES],
        "record_name": record.parent.name,
        "record": record.read_bytes(),
        "record_sha256": file_sha256(record),
        "sentence": found["sentence"],
    }
