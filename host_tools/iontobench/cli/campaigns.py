"""`iontobench faults`: every fault in every phase on every load, judged against what is required.

Exit 0 when everything is in time, 1 when anything is late, missed or a nuisance.
"""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from iontobench import errors, resources, signs
from iontobench.campaign.fault_bench import SEED
from iontobench.campaign.fault_result import (
    BAD,
    FaultResult,
    as_bytes,
    as_object,
    counts_line,
    is_good,
    lines,
    markdown,
)
from iontobench.campaign.matrix import LOADS, PHASES, Trial, trials
from iontobench.campaign.required import CASES
from iontobench.campaign.trial import run_matrix

from .console import Out, compiled_option, json_option

_OUT = "build/fault-matrix.json"
_SHOWN = 40  # lines on a terminal; the files have them all


@click.command(help="Inject every fault in every phase on every load, and judge what happens.")
@click.option(
    "--subset",
    metavar="NAME,...",
    default="",
    help="Only these kinds, phases or loads; names of different sorts narrow it down.",
)
@click.option(
    "--adc",
    type=click.Choice(["ideal", "rp2040", "ads8688"]),
    default="ideal",
    show_default=True,
    help="The converter.",
)
@click.option(
    "--board", default="virtual", show_default=True, help="The board's data, by its name."
)
@click.option(
    "--out",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=_OUT,
    show_default=True,
    help="The matrix as JSON; a table, .md of the same name, goes beside it.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="Processes at once; by default one a core."
)
@compiled_option
@json_option
@click.pass_obj
def faults(
    out: Out, subset: str, adc: str, board: str, path: Path, jobs: int | None, as_json: bool
) -> int:
    wanted = tuple(word.strip() for word in subset.split(",") if word.strip())
    cells = _cells(wanted)
    _need_current(board, cells)
    rows = _run(out, cells, board, adc, jobs)
    matrix = as_object(rows, board, adc, SEED)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_bytes(matrix))
    path.with_suffix(".md").write_text(markdown(matrix), encoding="utf-8", newline="\n")
    counts = matrix["summary"]
    _say_bad(out, matrix["rows"])
    out.say(counts_line(counts))
    out.say(f"written: {path}, {path.with_suffix('.md')}")
    out.result({"summary": counts, "matrix": str(path)})
    return errors.DONE if is_good(counts) else errors.NO


def _cells(wanted: tuple[str, ...]) -> list[Trial]:
    kinds = {case.kind for case in CASES} - {"none"}
    known = kinds | {phase.name for phase in PHASES} | {load.name for load in LOADS}
    for word in wanted:
        if word not in known:
            names = ", ".join(sorted(known))
            raise errors.UserError(
                f"--subset {word}: no such kind, phase or load; there are {names}"
            )
    return list(trials(wanted))


def _need_current(name: str, cells: list[Trial]) -> None:
    """Every trial holds a current that the board may drive."""
    most_ua = resources.board_of(name).max_ua
    need_ua = max(cell.load.level_ua for cell in cells)
    if most_ua < need_ua:
        able = [
            one for one in resources.board_names() if resources.board_of(one).max_ua >= need_ua
        ]
        raise errors.UserError(
            f"--board {name}: it drives at most {most_ua} {signs.UA}, and these trials hold "
            f"{need_ua}; boards that carry them: {', '.join(able)}"
        )


def _run(
    out: Out, cells: list[Trial], board: str, adc: str, jobs: int | None
) -> list[FaultResult]:
    console = Console(stderr=True)
    columns = (TextColumn("faults"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("faults", total=len(cells))

        def on_results(count: int) -> None:
            before = int(bar.tasks[0].completed)
            bar.advance(task, count)
            tenth = (before + count) * 10 // len(cells)
            if tenth > before * 10 // len(cells) and not console.is_terminal:
                out.say(f"{before + count} of {len(cells)}")  # a log shows no bar

        return run_matrix(cells, board=board, adc=adc, workers=jobs, on_results=on_results)


def _say_bad(out: Out, rows: list[dict]) -> None:
    bad = [cells for verdict, cells in lines(rows) if verdict in BAD]
    if not bad:
        return
    heads = ("fault", "phase", "verdict", "loads", "detected ms", "required ms", "reason")
    shown = [[*(one[at] for at in (0, 2, 3, 4, 7, 9, 15))] for one in bad[:_SHOWN]]
    out.table(heads, shown)
    if len(bad) > _SHOWN:
        out.say(f"and {len(bad) - _SHOWN} more")
