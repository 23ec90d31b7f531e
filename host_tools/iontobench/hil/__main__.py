"""`make hil PORT=...`, or `python -m iontobench.hil PORT`: our checks on a board with a load.

Exit 0 when no check failed, 1 when one did, 2 for bad input, 3 when a fault is latched, 4 without
a board. What the wiring cannot show is skipped by name. The result is one file without a port, a
path or the chip's own number.
"""

import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from iontobench import __version__, resources
from iontobench.bringup import dummy
from iontobench.bringup.benches import BoardBringUpBench, board_for
from iontobench.bringup.steps import FAIL, PASS, SKIPPED
from iontobench.cli.console import Out
from iontobench.errors import DONE, INTERRUPTED, NO, UserError

from .checks import Rig, examine
from .result import Check, HilResult, write

_OUT = Path("build") / "hil"
_RELAY_S = 10


@click.command(help="Our own checks on the board at PORT (or auto), with a resistor on its leads.")
@click.argument("port", default="auto")
@click.option("--dummy", "dummy_ohm", type=click.FloatRange(min=0, min_open=True), metavar="OHM")
@click.option("--relay", metavar="COMMAND", help="Opens a lead: COMMAND open, COMMAND close.")
@click.option("--yes", is_flag=True, help="Ask nothing; nobody takes a lead off.")
@click.option("--board", metavar="NAME|PATH", help="A board of your own.")
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), default=_OUT)
@click.pass_obj
def hil(
    out: Out,
    port: str,
    dummy_ohm: float | None,
    relay: str | None,
    yes: bool,
    board: str | None,
    folder: Path,
) -> int:
    with BoardBringUpBench(port, out.ports, board_for(board)) as bench:
        load_ohm = bench.load_ohm or dummy.checked(bench.board, dummy_ohm)
        rig = Rig(bench, load_ohm, _opener(out, bench, relay, yes), out.say)
        checks: list[Check] = []
        for check in examine(rig):
            checks.append(check)
            out.say(check.line)
        result = _result(bench, load_ohm, checks)
    path = write(folder, result)
    failed = result.of(FAIL)
    out.say(
        f"{len(result.of(PASS))} passed, {len(failed)} failed, {len(result.of(SKIPPED))} not shown"
    )
    out.say(f"written: {path}; it holds no port, no path and no name: send it if you like")
    return NO if failed else DONE


def _result(bench: BoardBringUpBench, load_ohm: float, checks: list[Check]) -> HilResult:
    return HilResult(
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ"),
        program=__version__,
        firmware=bench.firmware,
        firmware_sha256=resources.firmware_sha256(),
        micropython=bench.python,
        machine=bench.machine,
        board=bench.board.name,
        is_emulated=bench.is_simulated,
        calibration=bench.calibrated() or "none",
        load_ohm=load_ohm,
        checks=checks,
    )


def _opener(
    out: Out, bench: BoardBringUpBench, relay: str | None, yes: bool
) -> Callable[[bool], None] | None:
    """What opens a lead: the emulated board itself, a relay's command, a person, or nobody."""
    if bench.lead is not None:
        return bench.lead
    if relay is not None:
        words = shlex.split(relay)
        return lambda off: _switch([*words, "open" if off else "close"])
    if yes or not out.can_ask:
        return None

    def by_hand(off: bool) -> None:
        if off:
            out.warn("take a lead off the resistor now, and leave it off")
        else:
            out.ask("put the lead back, then Enter: ")

    return by_hand


def _switch(command: list[str]) -> None:
    """Run the relay's command.

    Raises:
        UserError: it does not do it.
    """
    try:
        subprocess.run(command, check=True, timeout=_RELAY_S, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise UserError(f"--relay: {shlex.join(command)}: {error}; try it by hand") from error


def main(words: list[str], out: Out | None = None) -> int:
    """The command; every error is one line."""
    out = out or Out()
    try:
        return hil.main(words, prog_name="hil", standalone_mode=False, obj=out)
    except click.ClickException as error:
        out.warn(f"hil: {' '.join(error.format_message().split())}")
        return 2
    except UserError as error:
        out.warn(f"hil: {error}")
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        out.warn("hil: interrupted; the output is off, nothing is written")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
