"""`iontobench records`: list, show, verify and report, over what the records package returns."""

from pathlib import Path
from typing import Any

import click

from iontobench import errors, signs
from iontobench import text as said
from iontobench.records import RecordError, RecordStore, commands
from iontobench.tomlfile.errors import one_line

from .console import Out, data_option, json_option

_SHOW_HELP = (
    "One record: its session, its end, its events. With --json numbers, whose units are in their "
    "names: `summary` has the names of run --json (dose_mamin, dose_true_mamin, duration_s, "
    "peak_ma, overshoot_ua, gate_off_ms), `closing` the record's own exact values, each event its "
    "`values`."
)
_VERIFY_HELP = (
    "Check the chain of one record, and that meta.json beside it is as it was written; exit 1 "
    "unless both are intact. A record without meta.json, or with one that has no hash of its own, "
    "is told so."
)


@click.group(help="List, show and verify records; make reports.")
def records() -> None:
    pass


@records.command("list", help="Every record, newest first; nothing is verified.")
@data_option
@json_option
@click.pass_obj
def list_all(out: Out, data_dir: Path, as_json: bool) -> None:
    rows = commands.list_records(RecordStore(data_dir))
    if rows:
        heads = ("name", "started", "outcome", "fault", signs.MAMIN, "s")
        out.table(heads, [_cells(row) for row in rows], right=(signs.MAMIN, "s"))
    else:
        out.say(f"no records under {data_dir}")
    out.result({"records": rows})


@records.command("show", help=_SHOW_HELP)
@click.argument("name")
@data_option
@json_option
@click.pass_obj
def show(out: Out, name: str, data_dir: Path, as_json: bool) -> None:
    found = _do(commands.show_record, data_dir, name)
    out.say(found["disclaimer"])
    out.say(f"{found['name']}: {found['outcome']}; {found['verdict']}")
    for part, values in commands.words_of(found).items():
        out.table((part, ""), [[key, value] for key, value in values.items()])
    out.table(("time", "event"), [[one["time"], one["what"]] for one in found["events"]])
    for live in found["faults_live"]:
        out.say(f"injected while it ran, at {live['t_s']:.3f} s: {one_line(live['fault'])}")
    for mark in found["marks"]:
        out.say(f"{said.marked(mark['text'])}, at {mark['t_s']:.3f} s")
    for note in found["notes"]:
        out.say(f"note at {note['t_s']:.3f} s: {note['text']}")
    out.say(f"{found['samples']} samples, {found['frames_lost']} frames lost. {found['caveat']}")
    out.result(found)


@records.command("verify", help=_VERIFY_HELP)
@click.argument("name")
@data_option
@json_option
@click.pass_obj
def verify(out: Out, name: str, data_dir: Path, as_json: bool) -> int:
    found = _do(commands.verify_record, data_dir, name)
    out.say(f"{found['name']}: {found['sentence']}")
    out.say(found["caveat"])
    out.result(found)
    return errors.DONE if found["ok"] else errors.NO


@records.command("report", help="Write the report of one record.")
@click.argument("name")
@click.option(
    "--out",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to; by default beside the record.",
)
@data_option
@json_option
@click.pass_obj
def report(out: Out, name: str, target: Path | None, data_dir: Path, as_json: bool) -> None:
    from iontobench.report import make_report  # its libraries take time to load

    written = _do(make_report, data_dir, name, target)
    out.say(f"the report is {written}")
    out.result({"report": str(written)})


def _do(act: Any, data_dir: Path, name: str, *more: Any) -> Any:
    try:
        return act(RecordStore(data_dir), name, *more)
    except RecordError as error:
        raise errors.UserError(str(error)) from error


def _cells(row: dict[str, Any]) -> list[str]:
    keys = ("name", "started_at", "outcome", "fault", "dose_mamin", "duration_s")
    return ["-" if row.get(key) is None else one_line(str(row[key])) for key in keys]
