"""The runs of one load at one site, taken from the records of a folder, and from nothing else.

A record counts as far as its chain verifies. What the header says of plan, site and time is
believed where the header's line verifies. The charge is the closing line's where the whole record
does; a record that is cut, damaged or without a number counts with its program's bound. A record
whose header does not verify might be of any load at any time: it is told, and nothing is allowed
beside it [docs/plans.md, Ledger]. Charge in uC, areas in mm2, times in s of UTC. Reads no clock.
"""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from ionto.core import program
from iontobench.disk import slug
from iontobench.records import RecordError, RecordStore, RecordWriter, Verdict, read
from iontobench.records import format as form
from iontobench.records.verify import INTACT, scan_stream

from . import moments
from .schema import Plan

_REFUSED = "refused"  # the session never started
_UNKNOWN_CHARGE = "lost"  # the board went on without its host, and nobody counted
_RESPONSES = "response-"
_NUMBERS = 10_000


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded run. `is_worst`: the charge is its program's bound, for `problem`'s reason."""

    name: str
    at_s: int
    charge_uc: int
    area_mm2: int
    outcome: str
    anode: str | None = None
    override: str | None = None
    is_worst: bool = False
    problem: str = ""

    @property
    def uc_cm2(self) -> Fraction:
        """Charge over the smaller electrode's area."""
        return Fraction(self.charge_uc * 100, self.area_mm2)

    @property
    def is_run(self) -> bool:
        """Whether it counts as a run; a start that was refused has its charge alone."""
        return self.is_worst or self.outcome != _REFUSED


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """How the load has responded, 0 for not at all."""

    name: str
    at_s: int
    score: int


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a load at a site, oldest first.

    `unreadable` are records of which not even the load or the time is known, `doubtful` are
    responses that do not verify: (name, problem) each.
    """

    runs: tuple[Run, ...] = ()
    responses: tuple[Response, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    doubtful: tuple[tuple[str, str], ...] = ()

    @property
    def has_responded(self) -> bool:
        """Whether any verified response is above 0."""
        return any(one.score > 0 for one in self.responses)

    @property
    def problems(self) -> list[str]:
        """What does not verify, a sentence each."""
        runs = [f"{one.name}: {one.problem}" for one in self.runs if one.is_worst]
        others = (*self.unreadable, *self.doubtful)
        return [*runs, *(f"{name}: {problem}" for name, problem in others)]


class _UnknownError(Exception):
    """A record that may be of any load at any time."""


def read_ledger(data_dir: str | Path, plan: Plan) -> Ledger:
    """The ledger of a plan's load and site; every record of the folder is looked at."""
    store = RecordStore(data_dir)
    runs: list[Run] = []
    unreadable: list[tuple[str, str]] = []
    for entry in store.list():
        try:
            keys = _plan_of(entry.record, plan)
            if keys is not None:
                runs.append(_run(entry.name, entry.record, keys))
        except _UnknownError as error:
            unreadable.append((entry.name, str(error)))
    responses, doubtful = _responses(store.root, plan)
    return Ledger(
        runs=tuple(sorted(runs, key=lambda one: (one.at_s, one.name))),
        responses=tuple(sorted(responses, key=lambda one: (one.at_s, one.name))),
        unreadable=tuple(sorted(unreadable)),
        doubtful=tuple(sorted(doubtful)),
    )


def write_response(data_dir: str | Path, plan: Plan, score: int, at_s: int) -> Path:
    """Write a response as a record of its own beside the records, and return its file.

    Raises:
        RecordError: the folder does not take it.
    """
    root = RecordStore(data_dir).root
    keys = form.PlanRun(plan.label, plan.site, moments.iso(at_s), plan.sha256)
    header = {
        "label": plan.label,
        "plan": msgspec.to_builtins(keys),
        "response": {"score": score},
    }
    stem = _RESPONSES + (slug(plan.label, 40) or "load")
    try:
        root.mkdir(parents=True, exist_ok=True)
        for number in range(1, _NUMBERS):
            path = root / f"{stem}-{number:03d}.jsonl"
            if not path.exists():
                with RecordWriter(path, header) as writer:
                    writer.close({"outcome": "response", "score": score})
                return path
    except OSError as error:
        raise RecordError(f"{root}: {error.strerror or error}") from None
    raise RecordError(f"{root}: no number is left for {stem}")


def _plan_of(path: Path, plan: Plan) -> form.PlanRun | None:
    """What a record's verified header says of its plan; None where it is of another, or of none.

    Raises:
        _UnknownError: the header does not verify.
    """
    header = _verified_header(path)
    told = header.get("plan")
    if told is None or header["format_version"] < form.OPTIONAL_KEYS_SINCE:
        return None
    keys = msgspec.convert(told, form.PlanRun)
    return keys if (keys.label, keys.site) == (plan.label, plan.site) else None


def _verified_header(path: Path) -> dict[str, Any]:
    """The first line's header: where it verifies, the rest of the record cannot alter it."""
    kept: list[dict[str, Any]] = []

    def keep(_number: int, line: form.Line) -> None:
        if line.header is not None:
            kept.append(line.header)

    try:
        with path.open("rb") as stream:
            first = stream.readline(form.MAX_LINE_BYTES + 1)
        verdict = scan_stream(io.BytesIO(first), keep, path.name)
    except OSError as error:
        raise _UnknownError(f"cannot be read: {error.strerror or error}") from None
    except RecordError as error:
        raise _UnknownError(str(error).removeprefix(f"{path.name}: ")) from None
    if not kept or verdict.lines != 1:
        raise _UnknownError(f"its header does not verify ({verdict.reason})")
    return kept[0]


def _run(name: str, path: Path, keys: form.PlanRun) -> Run:
    """A run of the ledger: the closing line's charge, or the bound with the reason why.

    Raises:
        _UnknownError: it does not say when it was, or what it could do at most.
    """
    record = read(path)
    summary = record.summary or {}
    outcome = str(summary.get("outcome", "no closing line"))
    bound_uc, area_mm2 = _bound(record.header)
    charge_uc, problem = summary.get("dose_uc"), _problem(record.verdict, outcome)
    if not problem and not (type(charge_uc) is int and charge_uc >= 0):
        problem = "its closing line has no charge"
    if problem or type(charge_uc) is not int:
        charge_uc = bound_uc
        problem += "; counted with its program's bound"
    return Run(
        name=name,
        at_s=_at_s(keys),
        charge_uc=charge_uc,
        area_mm2=area_mm2,
        outcome=outcome,
        anode=keys.anode,
        override=keys.override,
        is_worst=bool(problem),
        problem=problem,
    )


def _problem(verdict: Verdict, outcome: str) -> str:
    if verdict.status != INTACT:
        return verdict.sentence()
    return "the link was lost while it ran" if outcome == _UNKNOWN_CHARGE else ""


def _bound(header: dict[str, Any]) -> tuple[int, int]:
    """(uC, mm2): the proven bound of the program's charge, and the smaller electrode."""
    try:
        bound_uc = header["limits"]["bounds"]["charge_uc"]
        area_mm2 = header["program"]["words"][program.H_AREA_MM2]
    except (KeyError, IndexError, TypeError):
        raise _UnknownError("its header has no program or no bound") from None
    if not all(type(one) is int and one > 0 for one in (bound_uc, area_mm2)):
        raise _UnknownError("its header has no program or no bound")
    return bound_uc, area_mm2


def _at_s(keys: form.PlanRun) -> int:
    try:
        return moments.begun_s(moments.read(keys.at))
    except ValueError as error:
        raise _UnknownError(f"its time is none: {error}") from None


def _responses(root: Path, plan: Plan) -> tuple[list[Response], list[tuple[str, str]]]:
    """Verified responses of a plan's load and site, and (name, problem) of those that are not."""
    found: list[Response] = []
    doubtful: list[tuple[str, str]] = []
    for path in sorted(root.glob(f"{_RESPONSES}*.jsonl")):
        try:
            keys = _plan_of(path, plan)
            if keys is None:
                continue
            record = read(path)
            if record.verdict.status != INTACT:
                doubtful.append((path.name, record.verdict.sentence()))
                continue
            told = msgspec.convert(record.header.get("response"), form.PlanResponse)
            found.append(Response(name=path.name, at_s=_at_s(keys), score=told.score))
        except (_UnknownError, msgspec.ValidationError) as error:
            doubtful.append((path.name, str(error)))
    return found, doubtful
