"""`iontobench run`: one session of a protocol on a bench, watched, recorded and reported.

Everything that can be wrong is found before anything starts. Exit 0 for a complete session, 3 for
one that ended early or meets a latched fault, 2 for bad input and for a protocol that a limit
forbids or the board cannot serve, 4 where there is no device, 1 where a plan does not allow the
run yet.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from iontobench import errors
from iontobench.errors import UserError
from iontobench.protocols.limits import PROFILES
from iontobench.records import RecordError
from iontobench.sessions.job import LOST
from iontobench.sessions.progress import Progress, SessionFacts
from iontobench.sessions.recording import run_session
from iontobench.sessions.start import (
    ADCS,
    PROFILE,
    SEED,
    SEED_MAX,
    VIRTUAL,
    ReadySession,
    RunRequest,
    prepare,
)
from iontobench.sessions.summary import ended_object, ended_rows, outcome_line, refused_object
from iontobench.sim import faults as bench_faults

from . import completion
from .console import (
    DEFAULT_DATA,
    NearChoice,
    Out,
    compiled_option,
    data_option,
    json_option,
    read_speed,
)
from .options import board_option
from .plan_run import allowed_run, at_option, planned_of
from .session_view import LiveView, SessionView, StopSignal, choose_view

FAULT_HEADS = ("KIND", "what it does", "VALUE", "scenario")
ViewOf = Callable[[Progress, StopSignal], SessionView]


@click.command(
    help="Run a session of PROTOCOL (a name, or a TOML file) on a bench. With --plan the protocol "
    "is the plan's, and a run that the plan does not allow yet is exit 1."
)
@click.argument("protocol", required=False, shell_complete=completion.protocols_or_file)
@click.option(
    "--on",
    "rung",
    metavar="virtual|chip|PORT|auto",
    default=VIRTUAL,
    show_default=True,
    shell_complete=completion.rungs,
    help="What runs it.",
)
@board_option("The hardware's data; by default the rung's own.")
@click.option(
    "--skin",
    metavar="NAME",
    shell_complete=completion.skins_or_file,
    help="The load or its file; else the protocol's own.",
)
@click.option(
    "--adc",
    type=click.Choice(ADCS),
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
    default=PROFILE,
    show_default=True,
    help="Limits profile.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, SEED_MAX),
    default=SEED,
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
@click.option("--plan", "plan_file", metavar="FILE", help="A run of this plan.")
@click.option(
    "--label",
    metavar="L",
    help="With --plan: the load on the leads, as the plan calls it; never a person's name.",
)
@at_option
@click.option(
    "--override", metavar="REASON", help="With --plan: run before it is allowed; it is recorded."
)
@compiled_option
@data_option
@json_option
@click.pass_obj
def run(
    out: Out,
    protocol: str | None,
    faults: tuple[str, ...],
    plan_file: str | None,
    label: str | None,
    at: datetime | None,
    override: str | None,
    data_dir: Path,
    uf2: Path | None,
    speed: float | None,
    clear: bool,
    plain: bool,
    as_json: bool,
    **asked: Any,
) -> int:
    if "help" in faults:
        out.table(FAULT_HEADS, fault_kinds())
        out.say("SECONDS count from the start of the session: --fault open@300")
        out.result({"faults": {name: text for name, text, *_ in fault_kinds()}})
        return errors.DONE
    planned = planned_of(plan_file, label, at, override, protocol)
    if planned is not None:
        protocol = planned.plan.protocol_name
    if protocol is None:
        raise click.UsageError(
            "which PROTOCOL? `iontobench protocols list` names them", click.get_current_context()
        )
    request = RunRequest(protocol=protocol, faults=faults, **asked)
    target = out.target_for(request.rung, uf2)
    try:
        ready = prepare(request, target, data_dir)
        # A board has a clock of its own: it is neither faster nor slower than real time.
        speed = 1.0 if target.is_real and speed is None else speed
        plan = allowed_run(out, planned, target, ready.compiled, data_dir)
        ready = ready._replace(plan=plan)
        return _run(out, ready, data_dir, clear, partial(choose_view, out, plain, speed))
    finally:
        target.close()


def _run(out: Out, ready: ReadySession, data_dir: Path, clear: bool, view_of: ViewOf) -> int:
    """Run what is ready, unless a fault is latched, and say how it ended."""
    request, target = ready.request, ready.target
    board, note = ready.board
    if note is not None:
        out.warn(note)
    chosen = {"board": board.name, "board_note": note}
    latched = ready.latch.read()
    if latched and not clear:
        on = f"--on {request.rung} " if target.is_real else ""
        again = f"iontobench run {on}--clear {request.protocol}" if target.is_simulated else None
        return _refuse(out, latched.sentence(again), refused_object(latched.fault) | chosen)
    if latched:
        ready.latch.clear()
        out.warn(f"cleared: {latched.fault} ({latched.at})")
    return _session(out, ready, data_dir, chosen, view_of)


def _session(
    out: Out, ready: ReadySession, data_dir: Path, chosen: dict[str, Any], view_of: ViewOf
) -> int:
    job, target, compiled = ready.job(), ready.target, ready.compiled
    facts = SessionFacts(job.board.name, compiled.name, compiled.profile.name, compiled.timeline)
    with StopSignal() as stop:
        view = view_of(Progress(facts), stop)
        try:
            with view:
                result, record = run_session(
                    target.run, job, data_dir, view, ready.latch, target.header
                )
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
        return f"{os.path.basename(sys.executable)} -m iontobench"
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
