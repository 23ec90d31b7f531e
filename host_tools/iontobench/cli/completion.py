"""`iontobench completion`, and what a shell completes: names of protocols, loads, boards, ports,
records.

Click asks the functions here while a person types, so they answer with names alone, start nothing
and are silent about what cannot be read. A word that begins no name is completed as a file where
a parameter takes one.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from iontobench import errors, resources
from iontobench.protocols.loader import list_protocols
from iontobench.records import RecordError, RecordStore
from iontobench.sim.skin import skin_names

from .console import DEFAULT_DATA, Out, json_option

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "iontobench"
VARIABLE = "_IONTOBENCH_COMPLETE"  # of the environment: by it the script asks for names
_RUNGS = ("virtual", "chip", "auto")
_HELP = (
    "Print the script that completes commands and names in SHELL. In bash: put the line eval "
    '"$(iontobench completion bash)" into ~/.bashrc; docs/data.md has zsh and fish.'
)

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


@click.command(help=_HELP)
@click.argument("shell", type=click.Choice(SHELLS))
@json_option
@click.pass_context
def completion(ctx: click.Context, shell: str, as_json: bool) -> None:
    kind = get_completion_class(shell)
    if kind is None:
        raise errors.UserError(f"{shell}: this click has no completion for it; update click")
    script = kind(ctx.find_root().command, {}, PROGRAM, VARIABLE).source()
    out = ctx.ensure_object(Out)
    out.say(script.rstrip("\n"))
    out.result({"shell": shell, "script": script})


def _completes(
    names: Callable[[click.Context], Iterable[str]], or_file: bool, kind: str = "file"
) -> Completer:
    """What click asks for names; `or_file` where a word that begins none may be a file's.

    `kind` is `file`, or `dir` where the file is a folder.
    """

    def complete(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
        found: list[CompletionItem] = []
        with suppress(errors.UserError, RecordError, OSError, ValueError):
            found = [CompletionItem(name) for name in names(ctx) if name.startswith(begun)]
        return found or ([CompletionItem(begun, type=kind)] if or_file else [])

    return complete


def _port_names(ctx: click.Context) -> list[str]:
    return ["auto", *ctx.ensure_object(Out).ports.boards()]


def _rung_names(ctx: click.Context) -> list[str]:
    return list(dict.fromkeys((*_RUNGS, *_port_names(ctx))))


def _record_names(ctx: click.Context) -> list[str]:
    """Newest first, after the word for the newest; of the folder that is typed before the name."""
    data_dir = ctx.params.get("data_dir")
    folder = data_dir if isinstance(data_dir, Path) else Path(DEFAULT_DATA)
    names = [entry.name for entry in RecordStore(folder).list()]
    return ["last", *names] if names else []


protocols = _completes(lambda _ctx: list_protocols(), or_file=False)
protocols_or_file = _completes(lambda _ctx: list_protocols(), or_file=True)
skins_or_file = _completes(lambda _ctx: skin_names(), or_file=True)
boards_or_folder = _completes(lambda _ctx: resources.board_names(), or_file=True, kind="dir")
folders = _completes(lambda _ctx: (), or_file=True, kind="dir")
ports = _completes(_port_names, or_file=False)
rungs = _completes(_rung_names, or_file=False)
records_or_file = _completes(_record_names, or_file=True)
files = _completes(lambda _ctx: (), or_file=True)
