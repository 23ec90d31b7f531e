"""One session with its record and report, once everything is known to be good.

The order is the point: header, session, closing line, latch, meta.json, report. Whatever ends the
session early, what was recorded stays.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from ionto.bench import FIRMWARE_VERSION
from ionto.core.limits import Board
from iontobench import resources
from iontobench.errors import EndedEarlyError
from iontobench.link.events import Item
from iontobench.link.listener import Ask, Listener
from iontobench.records import RecordStore, RecordWriter, write_meta
from iontobench.sim.population import PREFIX
from iontobench.sim.skin import LOAD_MODEL, SkinParams
from iontobench.tomlfile.source import is_file_name

from .dose_accuracy import uncertainty_of
from .job import Job, Result, load_of
from .latched_fault import FaultLatch
from .summary import closing_summary

REPORT_NAME = "report.html"
Runner = Callable[[Job, Sequence[Listener]], Result]


def utc_now() -> datetime:
    """The host's wall clock."""
    return datetime.now(UTC)


class Guard:
    """Listeners behind one wall: what fails in them must not pass for a fault of the firmware.

    An exception inside the loop is an internal error of the loop. So the first failure of a
    listener is kept, the session is stopped as by Ctrl-C, and `reraise` brings it back afterwards.
    """

    def __init__(self, listeners: Sequence[Listener]):
        self._listeners = list(listeners)
        self._error: Exception | None = None

    def on_item(self, item: Item) -> None:
        """Pass on one item; nothing more to a listener that has failed.

        Raises:
            KeyboardInterrupt: a listener has failed: off at once.
        """
        for listener in list(self._listeners):
            try:
                listener.on_item(item)
            except Exception as error:
                self._failed(listener, error)

    def on_tick(self, t_us: int) -> list[Ask]:
        """Pass on the time and collect commands and remarks; raises as `on_item` does."""
        asks: list[Ask] = []
        for listener in list(self._listeners):
            try:
                asks += listener.on_tick(t_us)
            except Exception as error:
                self._failed(listener, error)
        return asks

    def reraise(self) -> None:
        """Raise what a listener raised, if any did."""
        if self._error is not None:
            raise self._error

    def _failed(self, listener: Listener, error: Exception) -> None:
        self._listeners.remove(listener)
        self._error = self._error or error
        raise KeyboardInterrupt(type(error).__name__) from error


class Recorder:
    """A listener that writes every item to the record."""

    def __init__(self, writer: RecordWriter):
        self._writer = writer

    def on_item(self, item: Item) -> None:
        """Append one item.

        Raises:
            EndedEarlyError: the disk does not take it.
        """
        try:
            self._writer.item(item)
        except OSError as error:
            why = error.strerror or str(error)
            line = (
                f"the session was stopped, its record cannot be written: {why}; make room there, "
                "or name another folder with --data"
            )
            raise EndedEarlyError(line) from error

    def on_tick(self, t_us: int) -> list[str]:
        """Nothing is due; a record asks for nothing."""
        return []


def run_session(
    runner: Runner,
    job: Job,
    data_dir: Path,
    view: Listener,
    latch: FaultLatch,
    real: dict[str, Any] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> tuple[Result, Path]:
    """Run `job`, write its record and latch its fault; the report comes after.

    Args:
        real: what a real board adds to the header, None for a simulated one: then the record holds
            its time too, and no seed decides it.
        now: the wall clock, UTC.

    Raises:
        EndedEarlyError: the record cannot be written.
        RecordError: the data folder does not take a record.
    """
    seed = job.seed if real is None else None
    record = RecordStore(data_dir).new_path(job.protocol.name, seed)
    started_at = now().isoformat(timespec="seconds")
    header = record_header(job)
    if real is not None:
        header.pop("load_model", None)  # what hangs on a real board is no model
        header |= {"started_at": started_at, "seed": None, "skin": None, **real}
    with RecordWriter(record, header) as writer:
        guard = Guard([Recorder(writer), view])
        result = runner(job, [guard])
        guard.reraise()
        result = replace(result, uncertainty=uncertainty_of(job, result))
        if result.snapshot is not None:
            writer.snapshot(result.snapshot)
        writer.close(closing_summary(result))
    # A refused start found no load: nothing was energised, and the firmware latches nothing.
    if result.fault is not None and result.outcome != "refused":
        latch.set(result.fault, started_at, record.parent.name)
    write_meta(record, started_at, version("iontobench"))
    return result, record


def report_session(record: Path) -> Path:
    """Write the report beside a record."""
    from iontobench.report import write_report  # matplotlib takes a second to load

    report = record.with_name(REPORT_NAME)
    write_report(record, report)
    return report


def record_header(job: Job) -> dict[str, Any]:
    """All that decides the session, nothing of the host: the same seed gives the same bytes."""
    board, compiled = job.board, job.protocol
    return {
        "rung": job.rung,
        "board": {
            "name": board.name,
            "max_ua": board.max_ua,
            "compliance_mv": board.compliance_mv,
            "sigma_q4": board.sigma_q4,
            **_lacks(board),
        },
        "protocol": compiled.protocol.for_record(),
        "profile": compiled.profile.name,
        "program": {"words": compiled.words, "crc": compiled.crc},
        "limits": {
            "profile": msgspec.to_builtins(compiled.profile),
            "bounds": msgspec.to_builtins(compiled.bounds),
        },
        **_skin(job),
        "adc": job.adc,
        "calibration": job.calibration,
        "seed": job.seed,
        "faults": list(job.faults),
        "firmware": {"version": FIRMWARE_VERSION, "sha256": resources.firmware_sha256()},
        **_plan(job),
    }


def _lacks(board: Board) -> dict[str, list[str]]:
    """What the board has none of, so that nobody takes it for proven; nothing for a whole one."""
    missing = [name for name in ("bridge", "limiter") if not getattr(board, name)]
    return {"lacks": missing} if missing else {}


def _plan(job: Job) -> dict[str, Any]:
    """The load's label and the plan's keys; nothing for a session without a plan."""
    if job.plan is None:
        return {}
    return {"label": job.plan.label, "plan": msgspec.to_builtins(job.plan)}


def _skin(job: Job) -> dict[str, Any]:
    """The load's name, and which model stands for it.

    One from a file is inlined, since a record never names a path; one of a population too.
    """
    params = load_of(job)
    model = {"load_model": LOAD_MODEL} if isinstance(params, SkinParams) else {}
    if not (is_file_name(job.skin) or job.skin.startswith(PREFIX)):
        return {"skin": job.skin, **model}
    return {"skin": params.name, "skin_parameters": msgspec.to_builtins(params), **model}
