"""`iontobench run`: one session of a protocol on a bench, watched, recorded and reported.

Everything that can be wrong is found before anything starts. Exit 0 for a complete session, 3 for
one that ended early or meets a latched fault, 2 for bad input and for a protocol that a limit
forbids or the board cannot serve, 4 where there is no device.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from iontobench import errors
from iontobench.errors import UserError
from iontobench.protocols.compiler import compile_protocol
from iontobench.protocols.limits import PROFILES
from iontobench.protocols.loader import load, profile
from iontobench.records import RecordError
from iontobench.sessions.job import IDEAL_ADC, LOST, OWN_ADC, Job, Target
from iontobench.sessions.latched_fault import FaultLatch, HostLatch
from iontobench.sessions.progress import Progress, SessionFacts
from iontobench.sessions.recording import run_session
from iontobench.sessions.summary import ended_object, ended_rows, outcome_line, refused_object
from iontobench.sessions.targets import choose_board
from iontobench.sim import faults as bench_faults

from . import completion
from .boards_skins import skin_of
from .console import DEFAULT_DATA, NearChoice, Out, data_option, json_option, read_speed
from .session_view import LiveView, StopSignal, choose_view

FAULT_HEADS = ("KIND", "what it does", "VALUE", "scenario")


@dataclass(frozen=True)
class Request:
    """What the person asked for, as typed."""

    protocol: str
    rung: str
    board: str | None
    skin: str | None
    adc: str | None
    uf2: Path | None
    profile: str
    seed: int
    faults: tuple[str, ...]
    speed: float | None
    clear: bool
    plain: bool


@click.command(help="Run a session of PROTOCOL (a name, or a TOML file) on a bench.")
@click.argument("protocol", required=False, shell_complete=completion.protocols_or_file)
@click.option(
    "--on",
    "rung",
    metavar="virtual|chip|PORT|auto",
    default="virtual",
    show_default=True,
    shell_complete=completion.rungs,
    help="What runs it.",
)
@click.option(
    "--board",
    metavar="NAME",
    shell_complete=completion.boards,
    help="The hardware's data; by default the rung's own.",
)
@click.option(
    "--skin",
    metavar="NAME",
    shell_complete=completion.skins_or_file,
    help="The load or its file; else the protocol's own.",
)
@click.option(
    "--adc",
    type=click.Choice(["ideal", "rp2040"]),
    help="The converter; ideal by default, the chip has its own.",
)
@click.option(
    "--uf2",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The chip's MicroPython image, where it is not in the cache.",
)
@click.option(
    "--profile",
    type=NearChoice(list(PROFILES)),
    default="us",
    show_default=True,
    help="Limits profile.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=1,
    show_default=True,
    help="Decides noise and tolerances; the same seed gives the same record.",
)
@click.option(
    "--fault",
    "faults",
    metavar="KIND@SECONDS[:VALUE]",
    multiple=True,
    help="Inject a fault, again for more; `--fault help` lists the kinds.",
)
@click.option(
    "--speed",
    metavar="X|max",
    callback=read_speed,
    help="Times real time; by default 60 on a terminal, else max.",
)
@click.option("--clear", is_flag=True, help="Leave a fault latched by an earlier session first.")
@click.option("--plain", is_flag=True, help="Lines instead of the live view.")
@data_option
@json_option
@click.pass_obj
def run(
    out: Out,
    protocol: str | None,
    faults: tuple[str, ...],
    data_dir: Path,
    as_json: bool,
    **asked: Any,
) -> int:
    if "help" in faults:
        out.table(FAULT_HEADS, fault_kinds())
        out.say("SECONDS count from the start of the session: --fault open@300")
        out.result({"faults": {name: text for name, text, *_ in fault_kinds()}})
        return errors.DONE
    if protocol is None:
        raise click.UsageError(
            "which PROTOCOL? `iontobench protocols list` names them", click.get_current_context()
        )
    return run_request(out, Request(protocol=protocol, faults=faults, **asked), data_dir)


def run_request(out: Out, request: Request, data_dir: Path) -> int:
    """Check everything, run, and say how it ended; returns the exit code."""
    target = out.target_for(request.rung, request.uf2)
    try:
        return _run(out, request, target, data_dir)
    finally:
        target.close()


def _run(out: Out, request: Request, target: Target, data_dir: Path) -> int:
    if target.is_real:
        _check_real(request, target)
    adc = _converter(request, target)
    check_faults(request.faults, request.rung)
    if request.skin is not None:
        skin_of(request.skin)
    protocol = load(request.protocol)
    board, note = choose_board(target, request.board, protocol)
    compiled = compile_protocol(protocol, profile(request.profile), board)
    if note is not None:
        out.warn(note)
    chosen = {"board": board.name, "board_note": note}
    latch = target.latch or HostLatch(data_dir, board.name)
    latched = latch.read()
    if latched and not request.clear:
        on = f"--on {request.rung} " if target.is_real else ""
        again = f"iontobench run {on}--clear {request.protocol}" if target.is_simulated else None
        return _refuse(out, latched.sentence(again), refused_object(latched.fault) | chosen)
    if latched:
        latch.clear()
        out.warn(f"cleared: {latched.fault} ({latched.at})")
    job = Job(
        protocol=compiled,
        board=board,
        skin=request.skin or compiled.protocol.skin,
        adc=adc,
        seed=request.seed,
        calibration=target.calibrate(board, adc, request.seed),
        faults=request.faults,
        rung=target.name or request.rung,
    )
    return _session(out, request, job, data_dir, target, latch, chosen)


def _check_real(request: Request, target: Target) -> None:
    """What a real board does not take.

    Raises:
        UserError: an option of simulated benches.
        NoDeviceError: another board than the one asked for.
    """
    simulated = {"--skin": request.skin, "--adc": request.adc, "--fault": request.faults}
    asked = [name for name, value in simulated.items() if value]
    if asked:
        line = f"{asked[0]} is for simulated benches: a real board has its own; leave it out"
        raise UserError(line)
    if request.board not in (None, target.board):
        line = f"--on {request.rung} is a {target.board}, not a {request.board}; leave --board out"
        raise errors.NoDeviceError(line)


def _converter(request: Request, target: Target) -> str:
    if target.is_real:
        return OWN_ADC
    if target.adc is None:
        return request.adc or IDEAL_ADC
    if request.adc not in (None, target.adc):
        raise UserError(f"--adc {request.adc}: --on {request.rung} has only {target.adc}")
    return target.adc


def _session(
    out: Out,
    request: Request,
    job: Job,
    data_dir: Path,
    target: Target,
    latch: FaultLatch,
    chosen: dict[str, Any],
) -> int:
    compiled = job.protocol
    # A board has a clock of its own: it is neither faster nor slower than real time.
    speed = 1.0 if target.is_real and request.speed is None else request.speed
    facts = SessionFacts(job.board.name, compiled.name, compiled.profile.name, compiled.timeline)
    with StopSignal() as stop:
        view = choose_view(out, request.plain, speed, Progress(facts), stop)
        try:
            with view:
                result, record = run_session(target.run, job, data_dir, view, latch, target.header)
        except RecordError as error:
            raise UserError(str(error)) from error
    if isinstance(view, LiveView):
        out.show(view.last_plot())
    out.say(outcome_line(result, stop.seen))
    report = _report(out, record)
    rows = ended_rows(result, record, report, target.is_simulated)
    for line in _last_lines(rows, record, report, data_dir):
        out.say(line)
    if target.after is not None:
        with suppress(KeyboardInterrupt):
            target.after(out.say)
    out.result(ended_object(result, record, report) | chosen)
    return exit_code(result.outcome)


def _report(out: Out, record: Path) -> Path | None:
    """The report; a Ctrl-C leaves it out, for the session and its record are safe."""
    try:
        return out.report(record)
    except KeyboardInterrupt:
        name = record.parent.name
        out.warn(f"the report was interrupted; `iontobench records report {name}` writes it")
        return None


def _refuse(out: Out, line: str, told: dict[str, Any]) -> int:
    """Nothing was started: say why, with the object of a session that never ran."""
    out.warn(f"iontobench: {line}")
    out.result(told)
    return errors.ENDED_EARLY


def _last_lines(
    rows: list[tuple[str, str]], record: Path, report: Path | None, data_dir: Path
) -> list[str]:
    """What stays on the screen: how it ended, and what to type to read more."""
    name = record.parent.name
    more = "" if str(data_dir) == DEFAULT_DATA else f" --data {shlex.quote(str(data_dir))}"
    look = [f"{this_command()} records {act} {name}{more}" for act in ("show", "verify")]
    rows = [*rows, ("look", "open the report in a browser, or type" if report else "type")]
    return [f"  {head:<11}{line}" for head, line in [*rows, *(("", line) for line in look)]]


def this_command() -> str:
    """This command as the person can type it: the name alone where the shell finds it."""
    if shutil.which("iontobench"):
        return "iontobench"
    script = Path(sys.argv[0])
    if script.stem != "iontobench":
        return f"{os.path.basename(sys.executable)} -m iontobench.cli.main"
    try:
        return os.path.relpath(script)
    except ValueError:  # another drive
        return str(script)


def exit_code(outcome: str) -> int:
    """All but complete end early; a lost link is no end of the session."""
    if outcome == LOST:
        return errors.NO_DEVICE
    return errors.DONE if outcome == "complete" else errors.ENDED_EARLY


def fault_kinds() -> list[tuple[str, str, str, str]]:
    """Every kind, what it does, what its VALUE may be, and which scenario it belongs to."""
    return [
        (name, kind.text, kind.value_text, str(kind.scenario))
        for name, kind in bench_faults.KINDS.items()
    ]


def check_faults(specs: Iterable[str], rung: str = "virtual") -> None:
    """Raise UserError for the first one that cannot be injected on that rung."""
    for spec in specs:
        try:
            needs = bench_faults.KINDS[bench_faults.parse(spec).kind].needs
        except ValueError as error:
            raise UserError(f"--fault: {error}") from error
        if needs and rung != "virtual":
            line = f"--fault {spec}: it is the virtual board's own; use --on virtual"
            raise UserError(line)
