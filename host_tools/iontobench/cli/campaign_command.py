"""`iontobench campaign`: run, list, report and compare campaigns that are files.

Exit 0 when all runs are there, 1 where a comparison finds a difference, 2 for a file or a folder
that is wrong, 4 where an extra or a scheduler is missing. A Ctrl-C or a kill leaves every part
that is whole; the same command goes on. Nothing is energised here.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from click.shell_completion import CompletionItem
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from iontobench import errors
from iontobench.campaign.engine.cells import CampaignPlan
from iontobench.campaign.engine.differences import CampaignDifference, compare_campaigns
from iontobench.campaign.engine.engines import DASK, LOCAL, DonePart, run_dask, run_local
from iontobench.campaign.engine.folder import CampaignFolder
from iontobench.campaign.engine.loader import list_campaigns, load_campaign
from iontobench.campaign.engine.plan_ahead import CampaignAhead, look_ahead
from iontobench.disk import write_whole
from iontobench.errors import UserError
from iontobench.text import clock

from .console import Out, compiled_option, data_option, json_option

_GROUP_HELP = (
    "Run a campaign: many sessions of protocols x loads x faults x seeds, by NAME or a TOML file, "
    "as `iontobench campaign NAME`. A campaign that was stopped goes on where it was."
)
_RUN_HELP = (
    "Run the campaign NAME (one that ships, or a TOML file) into Parquet files and a report. A "
    "campaign that was stopped, by whatever, goes on where it was."
)
_COMPARE_HELP = "The runs that two campaigns' folders share, and what differs; exit 1 if any does."
_MIB = 1 << 20


class CampaignGroup(click.Group):
    """`campaign NAME` is `campaign run NAME`, unless NAME is a command."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, "run" if cmd_name in list_campaigns() else cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            args = ["run", *args]
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        names = [CompletionItem(one) for one in list_campaigns() if one.startswith(incomplete)]
        return [*names, *super().shell_complete(ctx, incomplete)]


@click.group(
    cls=CampaignGroup, help=_GROUP_HELP, context_settings={"ignore_unknown_options": True}
)
def campaign() -> None:
    pass


@campaign.command("run", help=_RUN_HELP)
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Only say what it takes: time and disk.")
@click.option(
    "--engine",
    type=click.Choice([LOCAL, DASK]),
    default=LOCAL,
    show_default=True,
    help="Processes of this computer, or a cluster of dask's (extra `cluster`).",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="With dask: a cluster that is there, as tcp://host:8786. It has no protection of its "
    "own: trusted networks only. Without it: a cluster on this computer.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="Processes at once; by default one a core."
)
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to; by default campaigns/NAME in the data folder.",
)
@compiled_option
@data_option
@json_option
@click.pass_obj
def run(
    out: Out,
    name: str,
    dry_run: bool,
    engine: str,
    scheduler: str | None,
    jobs: int | None,
    folder: Path | None,
    data_dir: Path,
    as_json: bool,
) -> int:
    if scheduler is not None and engine != DASK:
        raise UserError("--scheduler goes with --engine dask")
    plan = load_campaign(name)
    jobs = jobs or os.cpu_count() or 1
    folder = folder or data_dir / "campaigns" / plan.file.name
    if dry_run:
        return _dry_run(out, plan, folder, jobs)
    kept = CampaignFolder.begin(folder, plan)
    try:
        return _run(out, plan, kept, engine, jobs, scheduler)
    finally:
        kept.close()


@campaign.command("list", help="List the campaigns that ship.")
@json_option
@click.pass_obj
def list_all(out: Out, as_json: bool) -> None:
    plans = [load_campaign(name) for name in list_campaigns()]
    rows = [[plan.file.name, str(plan.runs), plan.file.title] for plan in plans]
    out.table(("name", "runs", "title"), rows, right=("runs",))
    told = [{"name": name, "runs": int(runs), "title": title} for name, runs, title in rows]
    out.result({"campaigns": told})


@campaign.command("report", help="Write the report of a campaign's folder anew.")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def report(out: Out, folder: Path, as_json: bool) -> None:
    _report(out, CampaignFolder.open(folder))


@campaign.command("compare", help=_COMPARE_HELP)
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def compare(out: Out, first: Path, second: Path, as_json: bool) -> int:
    found = compare_campaigns(CampaignFolder.open(first), CampaignFolder.open(second))
    _say_differences(out, found)
    out.result(msgspec.to_builtins(found))
    return errors.NO if found.different else errors.DONE


def _dry_run(out: Out, plan: CampaignPlan, folder: Path, jobs: int) -> int:
    done: set[int] = set()
    if (folder / "campaign.json").is_file():
        done = CampaignFolder.open(folder).parts_done
    ahead = look_ahead(plan, [part for part in range(plan.parts) if part not in done], jobs)
    out.say(_ahead_line(ahead))
    out.say(f"results: {ahead.size_bytes / _MIB:.1f} MiB in {folder}")
    out.result(msgspec.to_builtins(ahead) | {"folder": str(folder)})
    return errors.DONE


def _ahead_line(ahead: CampaignAhead) -> str:
    runs = f"{ahead.runs_left} of {ahead.runs} runs left"
    board = f"{clock(ahead.board_s * 1000)} of board time"
    speed = f"{ahead.speed:.0f} x real time on one core, measured now"
    took = f"about {clock(ahead.time_s * 1000)} with {ahead.workers} processes"
    return f"{runs}, {board}; {speed}: {took}"


def _run(
    out: Out,
    plan: CampaignPlan,
    folder: CampaignFolder,
    engine: str,
    jobs: int,
    scheduler: str | None,
) -> int:
    done = folder.parts_done
    left = [part for part in range(plan.parts) if part not in done]
    runs_done = plan.runs - sum(len(plan.runs_of(part)) for part in left)
    if done:
        out.say(f"{runs_done} of {plan.runs} runs are there already")
    began_s = time.monotonic()
    found = run_local(plan, left, jobs)
    if engine == DASK:
        found = run_dask(plan, left, jobs, scheduler)
    _keep(out, plan, folder, found, runs_done)
    took = clock((time.monotonic() - began_s) * 1000)
    out.say(f"{plan.runs - runs_done} runs in {took}, kept in {folder.path}")
    _report(out, folder)
    return errors.DONE


def _keep(
    out: Out,
    plan: CampaignPlan,
    folder: CampaignFolder,
    found: Iterator[DonePart],
    runs_done: int,
) -> None:
    """Write each part as it comes, under a bar; a log gets a line each tenth."""
    console = Console(stderr=True)
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("runs", total=plan.runs, completed=runs_done)
        for one in found:
            folder.write_part(one.part, one.data)
            bar.advance(task, one.runs)
            before, runs_done = runs_done, runs_done + one.runs
            is_tenth = before * 10 // plan.runs < runs_done * 10 // plan.runs
            if is_tenth and not console.is_terminal:
                out.say(f"{runs_done} of {plan.runs}")


def _report(out: Out, folder: CampaignFolder) -> None:
    """Write the page, and say its answers."""
    from iontobench.campaign.engine import page  # its libraries take time to load

    html, found = page.render(folder)
    target = folder.path / page.REPORT
    write_whole(target, html.encode())
    for question, answer in page.answers(found):
        out.say(f"{question}: {answer}")
    out.say(f"the report is {target}")
    told: dict[str, Any] = msgspec.to_builtins(found)
    out.result(told | {"folder": str(folder.path), "report": str(target)})


def _say_differences(out: Out, found: CampaignDifference) -> None:
    out.say(f"{found.both} runs in both, {found.different} of them differ")
    for count, which in ((found.only_first, "first"), (found.only_second, "second")):
        if count:
            out.say(f"{count} runs are only in the {which}")
    if found.columns:
        rows = [[one.column, str(one.runs), _number(one.most)] for one in found.columns]
        out.table(("column", "runs", "at most"), rows, right=("runs", "at most"))
    for one in found.shown:
        out.say(one.command)
        for name in one.first:
            out.say(f"  {name}: {one.first[name]} and {one.second[name]}")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
