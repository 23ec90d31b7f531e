"""`iontobench run`: one session of a protocol on a bench, watched, recorded and reported.

Everything that can be wrong is found before anything starts. Exit 0 for a complete session, 3 for
one that ended early or meets a latched fault, 2 for bad input and for a protocol that a wall
forbids or the board cannot serve, 4 where there is no device.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from iontobench.device.runner import Job
from iontobench.protocols.compiler import compile_protocol
from iontobench.protocols.limits import PROFILES
from iontobench.protocols.loader import load, profile
from iontobench.protocols.schema_errors import ProtocolError
from iontobench.records import RecordError

from . import errors, injected
from .choice import choose_board
from .latch import Latch
from .live import LiveView
from .model import About, Model
from .options import NearChoice, data_option, json_option, read_speed
from .out import Out
from .rungs import Rung, rung_for
from .session import (
    IDEAL_ADC,
    OWN_ADC,
    Latching,
    calibration_for,
    report_session,
    run_session,
)
from .skins import skin_of
from .stopsignal import StopSignal
from .summary import ended_lines, ended_object, exit_code, outcome_line, refused_object
from .views import choose_view


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
@click.argument("protocol", required=False)
@click.option(
    "--on",
    "rung",
    metavar="virtual|chip|PORT|auto",
    default="virtual",
    show_default=True,
    help="What runs it.",
)
@click.option("--board", metavar="NAME", help="The hardware's data; by default the rung's own.")
@click.option("--skin", metavar="NAME", help="The load or its file; else the protocol's own.")
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
def command(
    out: Out,
    protocol: str | None,
    faults: tuple[str, ...],
    data_dir: Path,
    as_json: bool,
    **asked: Any,
) -> int:
    if "help" in faults:
        out.table(injected.HEADS, injected.kinds())
        out.say("SECONDS count from the start of the session: --fault open@300")
        out.result({"faults": {name: text for name, text, *_ in injected.kinds()}})
        return errors.DONE
    if protocol is None:
        raise click.UsageError(
            "which PROTOCOL? `iontobench protocols list` names them", click.get_current_context()
        )
    return run(out, Request(protocol=protocol, faults=faults, **asked), data_dir)


def run(out: Out, request: Request, data_dir: Path) -> int:
    """Check everything, run, and say how it ended; returns the exit code."""
    rung = rung_for(request.rung, request.uf2)
    try:
        return _run(out, request, rung, data_dir)
    finally:
        rung.close()


def _run(out: Out, request: Request, rung: Rung, data_dir: Path) -> int:
    if rung.is_real:
        _check_real(request, rung)
    adc = _converter(request, rung)
    injected.check(request.faults, request.rung)
    if request.skin is not None:
        skin_of(request.skin)
    try:
        protocol = load(request.protocol)
        board, note = choose_board(rung, request.board, protocol)
        compiled = compile_protocol(protocol, profile(request.profile), board)
    except ProtocolError as error:
        raise errors.bad_file(error) from error
    if note is not None:
        out.warn(note)
    chosen = {"board": board.name, "board_note": note}
    latch = rung.latch or Latch(data_dir, board.name)
    latched = latch.read()
    if latched and not request.clear:
        on = f"--on {request.rung} " if rung.is_real else ""
        again = f"iontobench run {on}--clear {request.protocol}" if rung.is_simulated else None
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
        calibration=None if rung.is_real else calibration_for(board, adc, request.seed),
        faults=request.faults,
        rung=rung.name or request.rung,
    )
    return _session(out, request, job, data_dir, rung, latch, chosen)


def _check_real(request: Request, rung: Rung) -> None:
    """What a real board does not take.

    Raises:
        CliError: 2 for an option of simulated benches, 4 for another board than the one asked for.
    """
    simulated = {"--skin": request.skin, "--adc": request.adc, "--fault": request.faults}
    asked = [name for name, value in simulated.items() if value]
    if asked:
        line = f"{asked[0]} is for simulated benches: a real board has its own; leave it out"
        raise errors.CliError(line)
    if request.board not in (None, rung.board):
        line = f"--on {request.rung} is a {rung.board}, not a {request.board}; leave --board out"
        raise errors.CliError(line, errors.NO_DEVICE)


def _converter(request: Request, rung: Rung) -> str:
    if rung.is_real:
        return OWN_ADC
    if rung.adc is None:
        return request.adc or IDEAL_ADC
    if request.adc not in (None, rung.adc):
        raise errors.CliError(f"--adc {request.adc}: --on {request.rung} has only {rung.adc}")
    return rung.adc


def _session(
    out: Out,
    request: Request,
    job: Job,
    data_dir: Path,
    rung: Rung,
    latch: Latching,
    chosen: dict[str, Any],
) -> int:
    compiled = job.protocol
    # A board has a clock of its own: it is neither faster nor slower than real time.
    speed = 1.0 if rung.is_real and request.speed is None else request.speed
    model = Model(About(job.board.name, compiled.name, compiled.profile.name, compiled.timeline))
    with StopSignal() as stop:
        view = choose_view(out, request.plain, speed, model, stop)
        try:
            with view:
                result, record = run_session(rung.run, job, data_dir, view, latch, rung.header)
        except RecordError as error:
            raise errors.CliError(str(error)) from error
    if isinstance(view, LiveView):
        out.show(view.last_plot())
    out.say(outcome_line(result, stop.seen))
    report = _report(out, record)
    for line in ended_lines(result, record, report, data_dir, rung.is_simulated):
        out.say(line)
    if rung.after is not None:
        with suppress(KeyboardInterrupt):
            rung.after(out.say)
    out.result(ended_object(result, record, report) | chosen)
    return exit_code(result.outcome)


def _report(out: Out, record: Path) -> Path | None:
    """The report; a Ctrl-C leaves it out, for the session and its record are safe."""
    try:
        return report_session(record)
    except KeyboardInterrupt:
        name = record.parent.name
        out.warn(f"the report was interrupted; `iontobench records report {name}` writes it")
        return None


def _refuse(out: Out, line: str, told: dict[str, Any]) -> int:
    """Nothing was started: say why, with the object of a session that never ran."""
    out.warn(f"iontobench: {line}")
    out.result(told)
    return errors.ENDED_EARLY
