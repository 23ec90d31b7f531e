"""The command `iontobench`: its group of commands, its banner and how errors end it.

Commands are imported when they are used, so that `--help` and a mistyped option answer at once.
No command prints a traceback: what was not foreseen is our own bug, one line, exit 70, with the
traceback in a file. Click itself knows neither groups that import late nor these exit codes.
"""

import difflib
import errno
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from click.shell_completion import CompletionItem

import iontobench
from ionto.bench import NOTICE
from iontobench import errors
from iontobench.compiled import select
from iontobench.tomlfile.errors import FileError

from .console import Out

# name -> (module.command, line of help); the order is the order of the help page.
COMMANDS = {
    "run": ("run.run", "Run a session of a protocol on a bench."),
    "check": ("protocols.check", "Compile a protocol and prove its bounds, without running it."),
    "protocols": ("protocols.protocols", "List or show the treatment protocols."),
    "plan": ("plans.plan", "Plan runs on a load over weeks: check, due, log, response."),
    "boards": ("boards.boards", "List, show, check or begin boards."),
    "skins": ("skins.skins", "List, show, check or begin load models."),
    "validate": ("validate.validate", "Show the load model beside what is published."),
    "flash": ("flash.flash", "Put MicroPython onto a Pico that is in boot mode."),
    "deploy": ("device.deploy", "Put the firmware onto a board."),
    "bringup": ("bringup.bringup", "Bring up a new board, step by step, to its first run."),
    "calibrate": ("calibrate.calibrate", "A board's senses against known resistors and a meter."),
    "doctor": ("device.doctor", "Look at a board and say what is wrong with it."),
    "monitor": ("device.monitor", "Watch a board's session from a second terminal."),
    "repl": ("device.repl", "A terminal at a board's own prompt."),
    "faults": ("campaigns.faults", "Inject every fault in every phase and judge what happens."),
    "campaign": ("campaign_command.campaign", "Run the many sessions of a file; compare them."),
    "records": ("records.records", "List, show, verify, compare, export and report records."),
    "replay": ("replay.replay", "Does today's firmware do what a record says? Item for item."),
    "page": ("page.page", "Serve the page: the firmware, a board, a record in the browser."),
    "completion": ("completion.completion", "Print the script that completes names in a shell."),
}
_READ_BY_A_SHELL = "completion"  # at each of its starts: a banner would stand in every terminal
_LINES_MAX = 100  # of a file with more errors than anybody reads


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, command = COMMANDS[cmd_name][0].partition(".")
        return getattr(importlib.import_module(f"iontobench.cli.{module}"), command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """As click's, which would import every command for its line of help."""
        found = [
            CompletionItem(name, help=line)
            for name, (_, line) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"no command {name!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    help=f"Firmware bench for a current controller.\n\n{NOTICE}",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(
    iontobench.__version__, prog_name="iontobench", message="%(prog)s %(version)s"
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    if ctx.invoked_subcommand != _READ_BY_A_SHELL:
        click.echo(NOTICE, err=True)


def invoke(args: list[str], out: Out | None = None) -> int:
    """Run one command line and return its exit code; every error ends here as one line."""
    out = out or Out()
    try:
        code = cli.main(args, prog_name="iontobench", standalone_mode=False, obj=out)
        return code if isinstance(code, int) else errors.DONE
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return errors.BAD_INPUT
    except click.ClickException as error:
        return _fail(out, args, _usage_line(error), errors.BAD_INPUT)
    except errors.UserError as error:
        return _fail(out, args, str(error), error.exit_code)
    except FileError as error:
        problems = error.all if error.is_about_file else ()
        return _fail(out, args, " ".join(str(error).split()), error.exit_code, problems)
    except (click.Abort, KeyboardInterrupt):
        return _fail(out, args, "interrupted", errors.INTERRUPTED)
    except OSError as error:
        return _fail(out, args, _os_line(error), errors.BAD_INPUT)
    except Exception as error:  # the last net: nothing else may show a traceback
        return _fail(out, args, _our_bug(error, out), errors.OUR_BUG)


def main() -> None:
    """The console script."""
    arguments = sys.argv[1:]
    select.start_anew("iontobench", arguments, if_built=_runs_campaign(arguments))
    sys.exit(invoke(arguments))


def _runs_campaign(arguments: Sequence[str]) -> bool:
    """Whether the words are those of a campaign's run, before any of them is parsed."""
    words = [word for word in arguments if not word.startswith("-")]
    return words[:1] == ["campaign"] and not {*words[1:2]} & {"list", "report", "compare"}


def _usage_line(error: click.ClickException) -> str:
    """Click's message in one line, with where to read more."""
    line = " ".join(error.format_message().split())
    if isinstance(error, click.NoSuchOption):
        line = _no_option(error)
    ctx = getattr(error, "ctx", None)
    return f"{line} (see {ctx.command_path} --help)" if ctx else line


def _no_option(error: click.NoSuchOption) -> str:
    """The nearest option alone: of several alike, another may do something else."""
    known = (
        [name for param in error.ctx.command.params for name in param.opts] if error.ctx else []
    )
    near = difflib.get_close_matches(error.option_name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"no option {error.option_name}{hint}"


def _os_line(error: OSError) -> str:
    """A file or folder that will not do: its name and the system's reason."""
    reason = error.strerror or type(error).__name__
    if error.errno == errno.ENOSPC:
        reason += "; make room there, or name another place, then try again"
    return f"{error.filename}: {reason}" if error.filename else reason


def _fail(
    out: Out, args: list[str], line: str, code: int, problems: Sequence[FileError] = ()
) -> int:
    """Tell what is wrong; `problems` are all of them where `line` is the first of a file's."""
    out.json = out.json or "--json" in args
    lines = [str(one) for one in problems[:_LINES_MAX]] or [line]
    if len(problems) > _LINES_MAX:
        lines.append(f"{problems[0].file}: {len(problems) - _LINES_MAX} more; --json has them")
    for one in lines:
        out.warn(f"iontobench: {one}")
    more = {"errors": [one.as_dict() for one in problems]} if problems else {}
    out.result({"error": line, "exit_code": code, **more})
    return code


def _our_bug(error: Exception, out: Out) -> str:
    """Keep the traceback in a file and say where."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    text = "".join(traceback.format_exception(error))
    name = f"iontobench-crash-{stamp}-{os.getpid()}.txt"
    what = f"this is a bug of iontobench: {type(error).__name__}: {error}"
    for folder in (out.data_dir, Path(tempfile.gettempdir())):
        if folder is None or not folder.is_dir():
            continue
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return f"{what}; the traceback is in {folder / name}"
    return what


if __name__ == "__main__":
    main()
