"""`iontobench records export` and `compare`: data to take away, and records side by side."""

from pathlib import Path
from typing import Any

import click

from iontobench.disk import write_new
from iontobench.errors import DONE, NO, UserError
from iontobench.records import RecordError, RecordStore
from iontobench.records.compare import Compared, compare_records
from iontobench.records.quantities import label, quantity
from iontobench.tomlfile.errors import one_line

from . import completion
from .console import Out, data_option, json_option

_KINDS = {".csv": "csv", ".parquet": "parquet"}
_PICTURES = (".svg", ".png")
_EXPORT_HELP = (
    "Write the samples of one record, or its events, into a CSV or Parquet file. Units are in the "
    "columns' names; what describes the session stays with the table. Exit 1 where the record is "
    "not intact: then the lines that verify are written. Parquet needs the extra `data`."
)
_COMPARE_HELP = (
    "Two or more records side by side, with what differs marked, and their currents over each "
    "other; with -o also as a picture."
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of the curves
_SHA_SHOWN = 12
_PLOT_COLUMNS, _PLOT_ROWS = (40, 100), 16  # least and most columns


def _output_option(what: str) -> Any:
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help=f"{what} An existing file is kept.",
    )


@click.command("export", help=_EXPORT_HELP)
@click.argument("name", shell_complete=completion.records_or_file)
@click.option("--csv", "as_csv", is_flag=True, help="A CSV file.")
@click.option("--parquet", "as_parquet", is_flag=True, help="A Parquet file.")
@click.option("--events", "of_events", is_flag=True, help="The events instead of the samples.")
@_output_option("The file; by default NAME.csv or NAME.parquet in this folder.")
@data_option
@json_option
@click.pass_obj
def export(
    out: Out,
    name: str,
    as_csv: bool,
    as_parquet: bool,
    of_events: bool,
    output: Path | None,
    data_dir: Path,
    as_json: bool,
) -> int:
    from iontobench.records.export import export_record  # numpy takes time to load

    kind = _kind(as_csv, as_parquet, output)
    try:
        done = export_record(RecordStore(data_dir), name, kind, of_events, output)
    except RecordError as error:
        raise UserError(str(error)) from error
    rows = "events" if of_events else "samples"
    out.say(f"{done.rows} {rows} of {one_line(name)} are in {done.file}")
    if not done.is_intact:
        out.warn(f"iontobench: {one_line(name)}: {done.verdict}; only what verifies is written")
    told = {"file": str(done.file), "kind": kind, "table": rows, "rows": done.rows}
    out.result(told | {"ok": done.is_intact, "verdict": done.verdict})
    return DONE if done.is_intact else NO


def _kind(as_csv: bool, as_parquet: bool, output: Path | None) -> str:
    """The kind that the options ask for.

    Raises:
        UserError: none, or two.
    """
    by_name = _KINDS.get(output.suffix.lower()) if output else None
    asked = {kind for kind, is_asked in (("csv", as_csv), ("parquet", as_parquet)) if is_asked}
    asked |= {by_name} if by_name else set()
    if len(asked) > 1:
        end = f" and -o {output}" if by_name else ""
        raise UserError(f"CSV or Parquet? The options{end} ask for both; leave one out")
    if not asked:
        raise UserError("CSV or Parquet? Say --csv or --parquet")
    return asked.pop()


@click.command("compare", help=_COMPARE_HELP)
@click.argument("names", nargs=-1, shell_complete=completion.records_or_file)
@_output_option("A picture of the currents, by its ending .svg or .png.")
@data_option
@json_option
@click.pass_obj
def compare(
    out: Out, names: tuple[str, ...], output: Path | None, data_dir: Path, as_json: bool
) -> None:
    if not 2 <= len(names) <= len(_LETTERS):
        line = f"give 2 to {len(_LETTERS)} records to compare; `iontobench records list` has them"
        raise click.UsageError(line, click.get_current_context())
    if output is not None and output.suffix.lower() not in _PICTURES:
        raise UserError(f"{output}: a picture ends in {' or '.join(_PICTURES)}")
    try:
        found = compare_records(RecordStore(data_dir), names)
    except RecordError as error:
        raise UserError(str(error)) from error
    if output is not None:
        _draw(found, output)
    _tell(out, found)
    if output is not None:
        out.say(f"the picture is {output}")
    picture = None if output is None else str(output)
    out.result({"records": found.rows, "differs": found.differs, "picture": picture})


def _tell(out: Out, found: Compared) -> None:
    for letter, row in zip(_LETTERS, found.rows, strict=False):
        out.say(f"{letter}: {one_line(row['name'])}")
        if not row["ok"]:
            out.warn(f"iontobench: {one_line(row['name'])}: {row['verdict']}")
    letters = list(_LETTERS[: len(found.rows)])
    out.table(("", *letters, ""), _table(found))
    same = "everything else is the same" if found.differs else "nothing differs"
    out.say(f"{len(found.differs)} of {len(_compared(found))} differ; {same}")
    _plot(out, found)


def _compared(found: Compared) -> list[str]:
    return [key for key in found.rows[0] if key not in ("name", "ok", "verdict")]


def _table(found: Compared) -> list[list[str]]:
    """A line a quantity: its name, a value a record, and whether they differ."""
    return [
        [
            label(key),
            *(_cell(key, row[key]) for row in found.rows),
            "differs" if key in found.differs else "",
        ]
        for key in _compared(found)
    ]


def _cell(key: str, value: Any) -> str:
    if key.endswith("sha256") and isinstance(value, str):
        value = value[:_SHA_SHOWN]
    return one_line(quantity(key, value))


def _plot(out: Out, found: Compared) -> None:
    """The currents over each other, a letter for each record; the last one is on top."""
    from iontobench.report import series

    from .plot import overlay_plot

    lines = [series.line(record.samples, series.current_ma) for record in found.records]
    if not any(times for times, _ in lines):
        out.say("there is no sample to draw")
        return
    console = out.console()
    least, most = _PLOT_COLUMNS
    size = (max(least, min(console.width, most)), _PLOT_ROWS)
    out.say()
    out.show(overlay_plot(lines, _LETTERS, size, not console.encoding.lower().startswith("utf")))
    out.say("current in mA over session time; where letters meet, the later one is on top")


def _draw(found: Compared, path: Path) -> None:
    from iontobench.report.overlay import picture  # matplotlib takes a second to load

    names = [
        f"{letter}: {one_line(row['name'])}"
        for letter, row in zip(_LETTERS, found.rows, strict=False)
    ]
    data = picture(names, [one.samples for one in found.records], path.suffix.lower()[1:])
    write_new(path, lambda stream: stream.write(data))
