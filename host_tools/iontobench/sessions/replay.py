"""Runs a recorded session again with today's firmware and simulation, and compares item for item.

All that decided a simulated session is in its record: program, load, board, seed, calibration and
faults in the header, the onsets of faults that were injected on the way in the closing line, and
the operator's commands as events. A command is recorded when the board executes it; when the host
sent it, some 20 ms before, is found by trying. Times in ms and us. Marks, and where among the
items the line of an injected fault stands, are the host's own and not compared.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ionto.bench import FIRMWARE_VERSION
from ionto.core import codes, command, program
from ionto.core.limits import Board
from iontobench import resources
from iontobench.errors import UserError
from iontobench.link.events import Event, FaultSnapshot, GapNote, Item, LinkNote, Sample
from iontobench.link.listener import POLL_PERIOD_US
from iontobench.protocols.bounds import bounds, trips
from iontobench.protocols.compiler import CompiledProtocol
from iontobench.protocols.loader import parse as parse_protocol
from iontobench.protocols.loader import profile
from iontobench.protocols.timeline import Timeline
from iontobench.records import format as form
from iontobench.records.verify import INTACT, Verdict, scan
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.fault import Fault
from iontobench.sim.faults import parse as parse_fault
from iontobench.sim.loads import load_named
from iontobench.sim.skin import LoadParams, SkinParams
from iontobench.tomlfile.errors import FileError, one_line

from .job import Job, Result, Target
from .recording import Guard
from .summary import closing_summary
from .targets import target_for

RUNGS = ("virtual", "chip")
NOTHING = "nothing"
_KINDS = {Sample: "sample", Event: "event", GapNote: "gap", LinkNote: "note"}
# How many polls before its execution a command may have been sent, the likeliest first: its line
# has some 15 bytes, of which the board reads two every 4 ms, after a beat that may be on its way.
_POLLS_BEFORE = (2, 1, 3, 4, 5, 6, 0)
_LONGEST_WAY_MS = 200
_BY_HOST = "told to stop"  # the host session's own command, which it sends again by itself

ItemRow = tuple[str, tuple[Any, ...]]


class NotReplayableError(UserError):
    """A record that cannot be run again; the line says why."""


class ReplayDifference(NamedTuple):
    """Where a replay first differs: the item's number from 1, its time, its column."""

    item: int
    t_ms: int
    what: str
    column: str
    recorded: Any
    now: Any

    def sentence(self) -> str:
        """In one line."""
        where = f"item {self.item}, a {self.what} at {self.t_ms} ms" if self.item else self.what
        return one_line(f"{where}: {self.column}: {self.recorded} recorded, {self.now} now")


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How a replay went: how many items were equal, and the first difference, if any.

    `notes` say what was not compared; `recorded_firmware` and `firmware` are hashes of sources.
    """

    items: int
    of_items: int
    difference: ReplayDifference | None
    notes: list[str]
    recorded_firmware: str | None
    firmware: str
    firmware_version: str = FIRMWARE_VERSION

    @property
    def is_equal(self) -> bool:
        """Today's firmware does the same."""
        return self.difference is None


class SentCommand(NamedTuple):
    """A command of the operator: its place among the items, when it was executed, its words."""

    place: int
    t_ms: int
    words: str


class RecordedSession:
    """What a record says happened: its items in order, and what came from outside.

    Raises:
        RecordError: no such file, or not a record.
        NotReplayableError: not even its header survived, or it holds no session.
    """

    def __init__(self, path: Path):
        self.header: dict[str, Any] = {}
        self.rows: list[ItemRow] = []
        self.commands: list[SentCommand] = []
        self.live: list[form.Line] = []
        self.summary: dict[str, Any] | None = None
        self.snapshot: form.Rows | None = None
        self.has_end = False
        self.verdict: Verdict = scan(path, self._keep)
        if not self.header:
            raise NotReplayableError(f"{path}: {self.verdict.sentence()}; nothing can be replayed")
        if "response" in self.header:
            raise NotReplayableError(f"{path}: it says how a load has responded, and no session")

    def _keep(self, _number: int, line: form.Line) -> None:
        for kind in _KINDS.values():
            row = getattr(line, kind)
            if row is not None:
                self.rows.append((kind, tuple(row)))
        if line.event is not None:
            self._keep_event(Event(*line.event))
        elif line.fault_live is not None:
            self.live.append(line)
        elif line.header is not None:
            self.header = line.header
        elif line.snapshot is not None:
            self.snapshot = line.snapshot
        elif line.close is not None:
            self.summary = line.close.summary

    def _keep_event(self, event: Event) -> None:
        self.has_end = self.has_end or event.code == codes.EVENT_END
        if event.code != codes.EVENT_COMMAND or not 0 < event.a < len(command.COMMAND_NAMES):
            return
        told = [row[1] for kind, row in self.rows if kind == "note"]
        if event.a == command.STOP and any(str(text).endswith(_BY_HOST) for text in told):
            return
        words = command.COMMAND_NAMES[event.a] + (f" {event.b}" if event.a == command.SET else "")
        self.commands.append(SentCommand(len(self.rows) - 1, event.t_ms, words))

    def live_faults(self) -> list[Fault]:
        """The faults that were injected while it ran; the closing line has their exact onsets."""
        known = len(self.header.get("faults") or ())
        told = (self.summary or {}).get("faults") or []
        if len(told) == known + len(self.live):
            return [
                Fault(str(one["kind"]), int(one["at_us"]), float(one["value"]))
                for one in told[known:]
            ]
        return [parse_fault(text, t_ms * 1000) for t_ms, text in self._live_lines()]

    def _live_lines(self) -> list[tuple[int, str]]:
        return [line.fault_live for line in self.live if line.fault_live is not None]


class _Playback:
    """A listener that compares each item, and does again what came from outside.

    Args:
        sent_us: when each command is sent.
    """

    def __init__(self, session: RecordedSession, plant: SimulatedBench, sent_us: list[int]):
        self.heard = 0
        self.difference: ReplayDifference | None = None
        self.is_through = False  # a record without an end has been followed to where it was cut
        self._session = session
        self._plant = plant
        words = [one.words for one in session.commands]
        self._commands = list(zip(sent_us, words, strict=True))
        self._faults = sorted(session.live_faults(), key=lambda fault: fault.onset_us)

    def on_item(self, item: Item) -> None:
        """Compare one item.

        Raises:
            KeyboardInterrupt: there is nothing more to compare.
        """
        kind = _KINDS.get(type(item))
        if kind is None or self.difference is not None:
            return
        now = (kind, _row_of(item))
        if self.heard == len(self._session.rows):
            self.difference = _differing(self.heard, None, now)
        elif self._session.rows[self.heard] != now:
            self.difference = _differing(self.heard, self._session.rows[self.heard], now)
        else:
            self.heard += 1
            self.is_through = not self._session.has_end and self.heard == len(self._session.rows)
        if self.difference is not None or self.is_through:
            raise KeyboardInterrupt("compared")

    def on_tick(self, t_us: int) -> list[str]:
        """Inject what is due before the next poll; return the commands that are due."""
        now_us = self._plant.now_us
        while self._faults and self._faults[0].onset_us < now_us + POLL_PERIOD_US:
            self._plant.inject(self._faults.pop(0))
        asks = [words for at_us, words in self._commands if at_us <= now_us]
        self._commands = [row for row in self._commands if row[0] > now_us]
        return asks


def replay(
    path: Path, target: Callable[[str], Target] = target_for, board: str | None = None
) -> Replayed:
    """Run the session of a record again, on its own rung.

    Args:
        target: what runs a job on a rung.
        board: the folder of the record's board, where it is none of this project's.

    Raises:
        RecordError: no such file, or not a record.
        NotReplayableError: a real board's session, or one that needs what is not there today.
        NoDeviceError: the emulated chip is not installed.
    """
    session = RecordedSession(path)
    rung = session.header.get("rung")
    if rung not in RUNGS:
        raise NotReplayableError(
            f"{path}: a session on a real board ({rung}): its load is in no record, and no seed "
            "decides it"
        )
    try:
        job, load = _job_of(session.header, board)
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError) as error:
        if isinstance(error, FileError):
            why = str(error)
        else:
            why = f"{type(error).__name__}: {error}"
        raise NotReplayableError(f"{path}: its header cannot be used today: {why}") from error
    return _played(session, job, load, target(rung))


def _played(session: RecordedSession, job: Job, load: LoadParams, target: Target) -> Replayed:
    """Run it until all is equal, or no time of a command is left to try."""
    tried = [0] * len(session.commands)
    best: tuple[_Playback, Result] | None = None
    while True:
        sent_us = [
            max(0, (one.t_ms // 20 - _POLLS_BEFORE[at]) * POLL_PERIOD_US)
            for one, at in zip(session.commands, tried, strict=True)
        ]
        played, result = _run(session, job, load, target, sent_us)
        if best is None or played.heard > best[0].heard or played.difference is None:
            best = played, result
        wrong = _mistimed(session, played)
        if wrong is None:
            return _judged(session, *best)
        tried[wrong] += 1
        if tried[wrong] == len(_POLLS_BEFORE):
            return _judged(session, *best)


def _run(
    session: RecordedSession, job: Job, load: LoadParams, target: Target, sent_us: list[int]
) -> tuple[_Playback, Result]:
    plant = SimulatedBench(job.board, load, job.adc, job.seed, job.faults)
    played = _Playback(session, plant, sent_us)
    if target.run_plant is None:
        raise NotReplayableError(f"no session on {target.name} can be run again")
    guard = Guard([played])
    result = target.run_plant(job, [guard], plant)
    guard.reraise()
    if played.difference is None and played.heard < len(session.rows):
        played.difference = _differing(played.heard, session.rows[played.heard], None)
    return played, result


def _mistimed(session: RecordedSession, played: _Playback) -> int | None:
    """The command whose time may explain the difference; None where none can."""
    if played.difference is None:
        return None
    t_ms = played.difference.t_ms
    for at, one in enumerate(session.commands):
        if one.place >= played.heard:
            return at if t_ms >= one.t_ms - _LONGEST_WAY_MS else None
    return None


def _judged(session: RecordedSession, played: _Playback, result: Result) -> Replayed:
    difference, notes = played.difference, []
    if difference is None and played.is_through:
        why = "it was interrupted" if session.summary else session.verdict.sentence()
        notes.append(f"compared up to the record's last item: {why}")
    elif difference is None:
        difference = _end_difference(session, result)
    if session.verdict.status != INTACT and not notes:
        notes.append(f"the record is {session.verdict.sentence()}")
    firmware = session.header.get("firmware")
    return Replayed(
        items=played.heard,
        of_items=len(session.rows),
        difference=difference,
        notes=notes,
        recorded_firmware=firmware.get("sha256") if isinstance(firmware, dict) else None,
        firmware=resources.firmware_sha256(),
    )


def _end_difference(session: RecordedSession, result: Result) -> ReplayDifference | None:
    """The snapshot and the closing line; nothing of a record that was cut before them."""
    if session.summary is None:
        return None
    snapshot = session.snapshot and FaultSnapshot(session.snapshot.row_us, session.snapshot.rows)
    if snapshot != result.snapshot:
        return _first_row(snapshot, result.snapshot)
    now = form.plain(closing_summary(result))
    for key in sorted(session.summary.keys() | now.keys()):
        recorded, today = session.summary.get(key, NOTHING), now.get(key, NOTHING)
        if recorded != today:
            t_ms = result.duration_us // 1000
            return ReplayDifference(0, t_ms, "the closing line", key, recorded, today)
    return None


def _first_row(recorded: FaultSnapshot | None, now: FaultSnapshot | None) -> ReplayDifference:
    """Where two snapshots first differ."""
    rows, others = (() if one is None else one.rows for one in (recorded, now))
    for at, (row, other) in enumerate(zip(rows, others, strict=False)):
        for name, a, b in zip(form.COLUMNS["snapshot"], row, other, strict=True):
            if a != b:
                return ReplayDifference(0, 0, f"the snapshot, row {at + 1}", name, a, b)
    return ReplayDifference(0, 0, "the snapshot", "rows", len(rows), len(others))


def _differing(at: int, recorded: ItemRow | None, now: ItemRow | None) -> ReplayDifference:
    """The first column in which an item differs; one side may have none."""
    kind, row = recorded or now or ("", [])
    t_ms = int(row[form.COLUMNS[kind].index("t_ms")])
    if recorded is None or now is None or recorded[0] != now[0]:
        sides = [NOTHING if one is None else f"{one[0]} {list(one[1])}" for one in (recorded, now)]
        return ReplayDifference(at + 1, t_ms, kind, "the whole", *sides)
    for name, a, b in zip(form.COLUMNS[kind], row, now[1], strict=False):
        if a != b:
            return ReplayDifference(at + 1, t_ms, kind, name, a, b)
    return ReplayDifference(at + 1, t_ms, kind, "its length", len(row), len(now[1]))


def _row_of(item: Item) -> tuple[Any, ...]:
    if isinstance(item, Sample):
        return form.sample_row(item)
    if isinstance(item, LinkNote):  # as the record keeps it
        return item.t_ms, form.text(item.text)[: form.NOTE_CHARS]
    return msgspec.structs.astuple(item)


def _job_of(header: dict[str, Any], folder: str | None) -> tuple[Job, LoadParams]:
    """The job that the header describes, and its load.

    Raises:
        NotReplayableError, FileError, KeyError, TypeError, ValueError: it cannot be had today.
    """
    words = [int(word) for word in header["program"]["words"]]
    if words[program.H_VERSION] != program.VERSION:
        line = f"its program has version {words[0]}; today's firmware runs {program.VERSION}"
        raise NotReplayableError(line)
    board = _board_of(header["board"], folder)
    told = header["protocol"]
    protocol = parse_protocol(f"{told['name']}.toml", told["toml"].encode(), told["name"])
    compiled = CompiledProtocol(
        protocol=protocol,
        profile=profile(header["profile"]),
        board_name=board.name,
        timeline=Timeline(words),
        bounds=bounds(words),
        trips=trips(words, board),
        rows=[],
    )
    if compiled.crc != header["program"]["crc"]:
        raise NotReplayableError("its program does not have its checksum")
    areas = protocol.electrodes.active.area_cm2, protocol.electrodes.return_.area_cm2
    if "skin_parameters" in header:
        load: LoadParams = msgspec.convert(header["skin_parameters"], SkinParams)
    else:
        load = load_named(str(header["skin"]), *areas)
    return (
        Job(
            protocol=compiled,
            board=board,
            skin=str(header["skin"]),
            adc=header["adc"],
            seed=int(header["seed"]),
            faults=tuple(header["faults"]),
            calibration=header["calibration"],
            rung=header["rung"],
            board_at=folder,
        ),
        load,
    )


def _board_of(told: dict[str, Any], folder: str | None) -> Board:
    name = told["name"]
    if folder is None and name not in resources.board_names():
        line = f"no board {name!r} in this project; one of your own needs --board PATH"
        raise NotReplayableError(line)
    board = resources.board_of(folder or name)
    for key, value in told.items():
        today = getattr(board, key)
        if today != value:
            line = f"its board {board.name} has another {key} today: {value} then, {today} now"
            raise NotReplayableError(line)
    return board
