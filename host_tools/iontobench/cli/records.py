"""`iontobench records`: list, show, verify and report, over what the records package returns.

`export` and `compare` are in `record_tables`.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from iontobench import errors, signs
from iontobench import text as said
from iontobench.records import RecordError, RecordStore, commands
from iontobench.records.filters import EVERY, RecordFilter, moment
from iontobench.text import OUTCOMES
from iontobench.tomlfile.errors import one_line

from . import completion
from .console import NearChoice, Out, data_option, json_option
from .record_tables import compare, export

_OUTCOMES = (*OUTCOMES, "no closing line", "not readable")
# Key of a row -> head of its column.
_LISTED = {
    "started_at": "started",
    "outcome": "outcome",
    "fault": "fault",
    "dose_mamin": signs.MAMIN,
    "duration_s": "s",
}
_LIST_HELP = (
    "Every record, newest first; nothing is verified. Options narrow it down, all at once. DATE "
    "is 2025-03-31 or 2025-03-31T14:30, in UTC; a record without a date is in no span."
)
_SHOW_HELP = (
    "One record: its session, its end, its events. With --json numbers, whose units are in their "
    "names: `summary` has the names of run --json (dose_mamin, dose_true_mamin, duration_s, "
    "peak_ma, overshoot_ua, gate_off_ms), `measured` the charge by polarity, the time limited and "
    "the mean load, `bounds` what had been proven, `closing` the record's own exact values, each "
    "event its `values`."
)
_VERIFY_HELP = (
    "Check the chain of one record, and that meta.json beside it is as it was written; exit 1 "
    "unless both are intact. A record without meta.json, or with one that has no hash of its own, "
    "is told so."
)


@click.group(help="List, show, verify, compare and export records; make reports.")
def records() -> None:
    pass


records.add_command(export)
records.add_command(compare)


def _read_date(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A moment in UTC.

    Raises:
        click.BadParameter: it is no date.
    """
    if value is None:
        return None
    try:
        return moment(value, is_end=param.name == "until")
    except ValueError:
        line = f"{value!r} is no date; write 2025-03-31, or 2025-03-31T14:30 for a time, in UTC"
        raise click.BadParameter(line, ctx, param) from None


@records.command("list", help=_LIST_HELP)
@click.option("--label", metavar="L", help="Only of this load: a label is a load's, no person's.")
@click.option(
    "--protocol",
    metavar="NAME",
    shell_complete=completion.protocols,
    help="Only of this protocol.",
)
@click.option("--outcome", type=NearChoice(_OUTCOMES), help="Only what ended so.")
@click.option("--since", metavar="DATE", callback=_read_date, help="Only what began from then on.")
@click.option("--until", metavar="DATE", callback=_read_date, help="Only up to that day or time.")
@data_option
@json_option
@click.pass_obj
def list_all(out: Out, data_dir: Path, as_json: bool, **asked: Any) -> None:
    wanted = RecordFilter(**asked)
    if wanted.since and wanted.until and wanted.since > wanted.until:
        raise errors.UserError("--since is after --until: no record is between; swap them")
    rows = commands.list_records(RecordStore(data_dir), wanted)
    if rows:
        has_label = any(row.get("label") for row in rows)
        keys = ["name", *(["label"] if has_label else []), *_LISTED]
        heads = [_LISTED.get(key, key) for key in keys]
        cells = [_cells(row, keys) for row in rows]
        out.table(heads, cells, right=(signs.MAMIN, "s"))
    else:
        such = "no records" if wanted == EVERY else "no such records"
        out.say(f"{such} under {data_dir}")
    out.result({"records": rows})


@records.command("show", help=_SHOW_HELP)
@click.argument("name", shell_complete=completion.records_or_file)
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
@click.argument("name", shell_complete=completion.records_or_file)
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
@click.argument("name", shell_complete=completion.records_or_file)
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


def _cells(row: dict[str, Any], keys: Sequence[str]) -> list[str]:
    return ["-" if row.get(key) is None else one_line(str(row[key])) for key in keys]
