"""Runs a campaign's sessions in parallel, and makes the command that starts a campaign.

Results keep the order of what is run, whatever the number of processes. Each campaign with a
command of its own (`python -m iontobench.campaign.NAME`) builds it here: the same options, and
exit 0 for a good answer, 1 for a bad one, 2 for bad input, 130 for Ctrl-C. Must not know any
campaign.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import click
from rich.console import Console
from rich.progress import track

from iontobench import signs
from iontobench.compiled import select

from .worker_pool import worker_pool

_T = TypeVar("_T")
_U = TypeVar("_U")
_CHUNK = 10
_PACKAGE = "iontobench.campaign"
_INTERRUPTED = 130  # 128 + SIGINT


class Answer(NamedTuple):
    """What a campaign prints, and whether everything that it asks for is met."""

    text: str
    is_good: bool


Main = Callable[..., int]  # of the command line, by default the process's own


def in_order(
    act: Callable[[_U], _T], things: Sequence[_U], jobs: int | None = None, chunk: int = 1
) -> Iterator[_T]:
    """Yield the result of `act` for each thing, in their order, as it becomes known.

    Args:
        act: a function of a module, so that another process can find it.
        jobs: processes; by default one a core, and 1 stays in this one.
        chunk: how many things go to a process at once.
    """
    jobs = min(jobs or os.cpu_count() or 1, max(1, len(things)))
    if jobs == 1:
        yield from map(act, things)
        return
    with worker_pool(jobs) as pool:
        yield from pool.map(act, things, chunksize=chunk)


def over_seeds(
    act: Callable[[int], _T], seeds: Sequence[int], jobs: int | None = None, what: str = "seeds"
) -> list[_T]:
    """Return the result of `act` for each seed; a terminal shows a bar named `what`."""
    console = Console(stderr=True)
    found = in_order(act, seeds, jobs, _CHUNK)
    hidden = not console.is_terminal
    return list(track(found, what, len(seeds), console=console, disable=hidden))


def campaign_command(
    name: str, *options: click.Option, seeds: int | None = None
) -> Callable[[Callable[..., Answer]], Main]:
    """Make the decorated function the command `python -m iontobench.campaign.NAME`.

    The function gets each option as an argument. Its module's docstring is the command's help.

    Args:
        options: those of this campaign alone; `--jobs` (`jobs`) comes by itself.
        seeds: the default of `--seeds`; with it the function gets a range named `seeds`, which
            begins at `--first`. None: no such options.
    """

    def decorate(run: Callable[..., Answer]) -> Main:
        def answer(**given) -> Answer:
            if seeds is not None:
                first, count = given.pop("first"), given["seeds"]
                given["seeds"] = range(first, first + count)
            return run(**given)

        def main(arguments: Sequence[str] | None = None) -> int:
            """Run the campaign, print its answer, and return the exit code."""
            if arguments is None:
                select.start_anew(f"{_PACKAGE}.{name}", sys.argv[1:])
            shared = [
                count_option("--jobs", None, "processes; by default one a core", "--workers")
            ]
            if seeds is not None:
                first = click.Option(["--first"], type=int, default=1, help="the first seed")
                shared = [
                    count_option("--seeds", seeds, "how many seeds", "--runs"),
                    first,
                    *shared,
                ]
            compiled = click.Option(
                [select.FLAG], is_flag=True, expose_value=False, help=select.HELP
            )
            help_text = sys.modules[run.__module__].__doc__
            command = click.Command(
                name,
                context_settings={"help_option_names": ["-h", "--help"]},
                params=[*options, *shared, compiled],
                callback=answer,
                help=help_text,
            )
            return _exit_code(command, arguments)

        return main

    return decorate


def count_option(flag: str, default: int | None, help_text: str, *also: str) -> click.Option:
    """Return an option for a whole number of 1 or more; `also` are other spellings of it."""
    return click.Option(
        [flag, *also, flag.removeprefix("--")],
        type=click.IntRange(min=1),
        default=default,
        show_default=default is not None,
        help=help_text,
    )


def _exit_code(command: click.Command, arguments: Sequence[str] | None) -> int:
    signs.spell_on(sys.stdout)
    program = f"python -m {_PACKAGE}.{command.name}"
    try:
        answer = command.main(arguments, prog_name=program, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _INTERRUPTED
    if not isinstance(answer, Answer):  # --help has been printed
        return 0
    print(answer.text)
    return 0 if answer.is_good else 1
