"""`python -m iontobench.benchmarks.chip_cache`: the tick under a model of the flash cache.

Compiles the emulator with the model into `build/chip-cache` where it is not there yet, starts
itself anew with that emulator, runs a session a case, one after another, and prints the table.
`build/chip-cache.json` gets all of it. Exit 0: every session was complete. Exit 1: one was not.
It reports and judges no time.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from iontobench.chip.native_build import NativeError, pip
from iontobench.errors import UserError

_CLONE = Path(__file__).resolve().parents[3]
_RESULT = _CLONE / "build" / "chip-cache.json"
_STARTED = "IONTOBENCH_CHIP_CACHE"  # set for the process that has the model
_MOST = 14  # rows of each list of misses
_SECONDS = 10
_COLUMNS = (
    *("case", "median", "99 %", "99.9 %", "longest", "interval", "> 1.4 ms"),
    *("after due", "misses", "hits", "outcome"),
)


@click.command(add_help_option=True)
@click.option("--all", "every", is_flag=True, help="Every case at 125 MHz, one after another.")
@click.option("--case", "names", multiple=True, help="A case by name; may be given again.")
@click.option("--seconds", type=click.IntRange(5, 600), default=_SECONDS, help="Of a session.")
@click.option("--board", default="pico_pwm", show_default=True, help="The board.")
@click.option("--output", type=click.Path(path_type=Path), default=_RESULT, help="JSON file.")
@click.option("--build", "only_build", is_flag=True, help="Compile only.")
def main(
    every: bool,
    names: tuple[str, ...],
    seconds: int,
    board: str,
    output: Path,
    only_build: bool,
) -> None:
    """Measure the tick with a model of the flash cache: 10 s of the central case."""
    if _STARTED not in os.environ or only_build:
        sys.exit(_start_with_model(only_build))
    try:
        sys.exit(_measure(every, names, seconds, board, output))
    except (RuntimeError, UserError) as error:  # no image, no model, no such board: one line
        print(f"chip-cache: {error}", file=sys.stderr)
        sys.exit(1)


def _start_with_model(only_build: bool) -> int:
    """Run this command again, with the emulator that has the model first on the path."""
    try:
        from iontobench.chip.cache_build import provide_cached

        path = provide_cached(_CLONE, pip)
    except (NativeError, OSError) as error:
        print(f"chip-cache: no emulator with a flash cache: {error}", file=sys.stderr)
        return 1
    if only_build:
        print(f"chip-cache: compiled, {path}")
        return 0
    paths = [str(path), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), _STARTED: "1"}
    command = [sys.executable, "-m", "iontobench.benchmarks.chip_cache", *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode


def _measure(every: bool, names: tuple[str, ...], seconds: int, board: str, output: Path) -> int:
    """One process with the model: the sessions, the table, the file."""
    from iontobench.chip.cache_cases import CASES, CENTRAL, FAST_CASES
    from iontobench.chip.native import emulator_line

    from . import cache_sessions

    known = {case.name: case for case in (*CASES, *FAST_CASES)}
    chosen = [case.name for case in CASES] if every else list(names) or [CENTRAL]
    strange = [name for name in chosen if name not in known]
    if strange:
        print(f"chip-cache: no case {strange[0]}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    print(emulator_line(), flush=True)
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="iontobench-cache-") as folder:
        for name in chosen:
            print(f"measuring: {name}: {known[name].told}", file=sys.stderr, flush=True)
            found.append(cache_sessions.measure(known[name], seconds, Path(folder), board))
            _write(output, {"emulator": emulator_line(), "seconds": seconds, "cases": found})
    _show(found)
    print(f"written: {output}")
    return 0 if all(one["outcome"] == "complete" for one in found) else 1


def _write(path: Path, told: dict[str, Any]) -> None:
    """After each session: a run that is broken off keeps what it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _show(found: list[dict[str, Any]]) -> None:
    from iontobench.cli.console import Out

    out = Out()
    out.table(_COLUMNS, [_cells(one) for one in found], right=_COLUMNS[1:-1])
    out.say("Times in µs, misses a tick. A model of the flash cache, not hardware.")
    shown = found[-1]
    for title, key in (("firmware function", "by_caller"), ("runtime function", "by_function")):
        rows = [[name, f"{count:.1f}"] for name, count in list(shown[key].items())[:_MOST]]
        if rows:
            out.say()
            out.table((f"{shown['case']}: {title}", "misses"), rows, right=("misses",))


def _cells(one: dict[str, Any]) -> list[str]:
    low_us, high_us = one["after_due_us"]
    return [
        one["case"],
        *map(str, one["tick_us"]),
        str(one["longest_interval_us"]),
        str(one["late_intervals"]),
        f"{low_us}..{high_us}",
        str(one["misses_a_tick"]),
        f"{one['hit_percent']} %",
        one["outcome"],
    ]


if __name__ == "__main__":
    main()
