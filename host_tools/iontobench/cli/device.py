"""`iontobench deploy`, `doctor`, `monitor` and `repl`: a board at a serial port.

A board in a session is left alone: exit 4, saying what was seen. `doctor` is exit 0 when all is
well, 1 when something is not, each with its remedy. `monitor` asks for a status frame once a
second, which acknowledges nothing: exit 0 when the session has ended, 1 when none is running. A
cut deploy leaves the old firmware; the same command again completes it.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import msgspec

from iontobench import resources
from iontobench.device.board_probe import Found
from iontobench.device.build import BuildError, export, slot_files
from iontobench.device.connection import connect, seen
from iontobench.device.deploy import Deployed
from iontobench.device.doctor import ALL_WELL, examine
from iontobench.device.installation import DEFAULT_BOARD, BuiltFirmware, install
from iontobench.device.port import BoardError, is_emulated, look
from iontobench.device.timing import Ticks, lines, measure
from iontobench.device.watching import NO_SESSION, watch
from iontobench.errors import DONE, NO, NO_DEVICE, NoDeviceError, UserError
from iontobench.findings import Finding, verdict

from . import completion
from .console import Out, json_option
from .options import board_option
from .terminal import screen, talk

_HINT = "bench.info()  bench.run()  stop  bench.clear(); Ctrl-X or Ctrl-] leaves the terminal"
_EMULATED_HINT = "an emulated board answers some twenty times slower; Enter shows its prompt"


@click.command(help="Put the firmware onto the board at PORT (or auto).")
@click.argument("port", required=False, shell_complete=completion.ports)
@board_option("Which hardware it is; needed for your own, or to replace another kind's firmware.")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files to a folder instead, for `mpremote mip install` (build/BOARD).",
)
@json_option
@click.pass_obj
def deploy(
    out: Out, port: str | None, board: str | None, folder: Path | None, as_json: bool
) -> int:
    if (port is None) == (folder is None):
        raise click.UsageError(
            "give a PORT (or auto), or --to FOLDER", click.get_current_context()
        )
    if folder is not None:
        return _export(out, board or DEFAULT_BOARD, folder)
    return _deploy(out, str(port), board)


def _export(out: Out, board: str, folder: Path) -> int:
    slot, root = _built(board)
    files = {f"a/{name}": data for name, data in slot.items()}
    files |= {**root, "slot": b"a"}
    export(folder, files)
    out.say(f"{len(files)} files of {board} in {folder}")
    out.result({"board": board, "folder": str(folder), "files": len(files)})
    return DONE


def _deploy(out: Out, port: str, board: str | None) -> int:
    done = install(port, out.ports, board, _built, out.say, out.warn)
    for line in done.lines():
        out.say(line)
    out.result(_object(done.port, done.deployed, done.info))
    return DONE


def _built(board: str) -> BuiltFirmware:
    """The firmware of one slot, and what lies beside the slots."""
    try:
        firmware = slot_files(board)
        root = {"main.py": resources.main_py(), "boot.py": resources.board_file(board, "boot.py")}
    except (BuildError, resources.ResourceError) as error:
        raise UserError(f"deploy: {error}") from error
    return BuiltFirmware(firmware, {name: path.read_bytes() for name, path in root.items()})


def _object(name: str, done: Deployed, info: dict[str, Any]) -> dict[str, Any]:
    return {
        "port": name,
        "slot": done.slot,
        "files": done.files,
        "bytes": done.size,
        "firmware": info.get("firmware"),
        "board": info.get("board"),
    }


@click.command(help="Look at the board at PORT (by default the only one) and say what is wrong.")
@click.argument("port", default="auto", shell_complete=completion.ports)
@board_option("A board of your own that may be there.")
@click.option(
    "--timing",
    is_flag=True,
    help="Also measure 10 s of ticks with nothing energised, beside the model's.",
)
@json_option
@click.pass_obj
def doctor(out: Out, port: str, board: str | None, timing: bool, as_json: bool) -> int:
    own = None if board is None else resources.board_of(board).name
    found: list[Finding] = []
    for finding in examine(port, out.ports, own):
        found.append(finding)
        for line in finding.lines():
            out.say(line)
    is_well, line = verdict(found, ALL_WELL)
    out.say(line)
    ticks = _timing(out, port) if timing and is_well else None
    rows = [{"what": one.what, "answer": one.answer, "remedy": one.remedy} for one in found]
    measured = {"timing": msgspec.to_builtins(ticks)} if timing else {}
    out.result({"well": is_well, "findings": rows} | measured)
    return DONE if is_well else NO


def _timing(out: Out, port: str) -> Ticks:
    """Ten seconds of ticks, told as a table."""
    out.say("measuring 10 s of ticks; the output stays off")
    with connect(port, out.ports) as connection:
        try:
            ticks = measure(connection)
        except BoardError as error:
            line = f"{connection.name}: the ticks cannot be measured: {error}"
            raise NoDeviceError(f"{line}; iontobench deploy {connection.name}") from error
    for line in lines(ticks):
        out.say(line)
    return ticks


@click.command(help="Watch the session on the board at PORT (or auto); Ctrl-C ends the watching.")
@click.argument("port", shell_complete=completion.ports)
@json_option
@click.pass_obj
def monitor(out: Out, port: str, as_json: bool) -> int:
    count = 0
    with suppress(KeyboardInterrupt):
        for line in watch(out.ports.resolve(port), out.ports, lambda: not out.gone):
            count += 1
            out.say(line)
    out.result({"looks": count})
    if count == 0:
        out.say(NO_SESSION)
        return NO
    return DONE


@click.command(help="A terminal at the prompt of the board at PORT (or auto); Ctrl-X leaves it.")
@click.argument("port", shell_complete=completion.ports)
@click.pass_obj
def repl(out: Out, port: str) -> int:
    """Look first, say what is seen, and hand over without Ctrl-C and without a soft reset.

    To mpremote, or for an emulated port, which no other process can open, to our own terminal.
    """
    name = out.ports.resolve(port)
    with out.ports.opened(name) as at_port:
        probe = look(at_port)
        if probe.found is Found.SESSION:
            out.warn(f"{name}: {seen(probe)}; Ctrl-C there is off at once")
        out.say(_HINT)
        if is_emulated(name):
            out.say(_EMULATED_HINT)
            with screen() as person:
                talk(at_port, person)
            return DONE
    mpremote = [sys.executable, "-m", "mpremote", "connect", name, "resume", "repl"]
    done = subprocess.run(mpremote, check=False)
    return DONE if done.returncode == 0 else NO_DEVICE
