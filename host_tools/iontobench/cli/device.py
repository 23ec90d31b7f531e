"""`iontobench deploy`, `doctor`, `monitor` and `repl`: a board at a serial port.

A board in a session is left alone: exit 4, saying what was seen. `doctor` is exit 0 when all is
well, 1 when something is not, each with its remedy. `monitor` asks for a status frame once a
second, which acknowledges nothing: exit 0 when the session has ended, 1 when none is running. A
cut deploy leaves the old firmware; the same command again completes it.
"""

import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import msgspec

from iontobench import resources, text
from iontobench.device.board_probe import BoardProbe, Found
from iontobench.device.build import BuildError, export, slot_files
from iontobench.device.calibration_file import PATH as CALIBRATION
from iontobench.device.connection import (
    BoardInfo,
    Connection,
    connect,
    info_after_reset,
    seen,
)
from iontobench.device.deploy import Deployed, DeployError
from iontobench.device.deploy import deploy as deploy_files
from iontobench.device.doctor import examine
from iontobench.device.files import BoardFiles, cure_of
from iontobench.device.port import (
    BoardError,
    LinkLostError,
    PortError,
    guarded,
    is_emulated,
    look,
)
from iontobench.device.timing import Ticks, lines, measure
from iontobench.errors import DONE, NO, NO_DEVICE, NoDeviceError, UserError
from iontobench.findings import Finding

from . import completion
from .console import Out, json_option
from .options import board_option
from .terminal import screen, talk

_BOARD = "pico_pwm"
_MONITOR_S = 1.0
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
        return _export(out, board or _BOARD, folder)
    return _deploy(out, str(port), board)


def _export(out: Out, board: str, folder: Path) -> int:
    slot, root = _built(board)
    files = {f"a/{name}": data for name, data in slot.items()} | root | {"slot": b"a"}
    export(folder, files)
    out.say(f"{len(files)} files of {board} in {folder}")
    out.result({"board": board, "folder": str(folder), "files": len(files)})
    return DONE


def _deploy(out: Out, port: str, board: str | None) -> int:
    with connect(port, out.ports) as connection:
        name = connection.name
        try:
            about = connection.about()
            chosen = _board(out, name, about, board)
            done = _write(out, connection, about, chosen)
            if done.files or about.slot != done.slot:
                connection.restart()
                about = info_after_reset(name, out.ports)
        except LinkLostError as error:
            told = str(error).removeprefix(f"{name}: ")
            line = f"{name}: {told}; the board still boots: deploy again"
            raise NoDeviceError(line) from error
        except (PortError, BoardError, DeployError) as error:
            told = f"{name}: {error}"
            cure = cure_of(error, name, "deploy again")
            if cure:
                told += f"; the firmware that runs stays; {cure}"
            raise NoDeviceError(told) from error
    trouble = about.trouble(name)
    if trouble is not None:
        raise NoDeviceError(f"{name}: after the deploy: {trouble}")
    info = about.info or {}
    what = f"{done.files} files, {done.size} bytes written" if done.files else "nothing to write"
    is_own = resources.is_board_folder(chosen)
    version = info.get("firmware")
    out.say(f"{name}: {info.get('board')}, firmware {version} in slot {done.slot}; {what}")
    also = f" --board {shlex.quote(chosen)}" if is_own else ""
    out.say(f"next: iontobench run demo --on {name}{also}")
    out.result(_object(name, done, info))
    return DONE


def _board(out: Out, name: str, about: BoardInfo, asked: str | None) -> str:
    """The board to build for.

    Raises:
        NoDeviceError: nobody has said which hardware this is, or it runs no MicroPython.
    """
    if about.python != "micropython":
        raise NoDeviceError(f"{name}: {about.trouble(name)}")
    its_own = about.board
    hardware = None if asked is None else resources.board_of(asked).name
    if asked is None and its_own is not None and its_own not in resources.board_names():
        line = (
            f"{name}: its firmware is a {its_own}'s, a board this program does not know; "
            f"say which hardware it is: iontobench deploy {name} --board NAME (or its folder)"
        )
        raise NoDeviceError(line)
    if hardware and its_own and hardware != its_own:
        out.warn(f"{name}: the firmware of a {its_own} is replaced by that of a {hardware}")
    elif asked is None and its_own is None:
        out.say(f"{name}: no firmware yet; taken for a {_BOARD} (another one: --board NAME)")
    return str(asked or its_own or _BOARD)


def _write(out: Out, connection: Connection, about: BoardInfo, board: str) -> Deployed:
    firmware, root = _built(board)
    is_other = about.board not in (None, resources.board_of(board).name)
    drop = [CALIBRATION] if is_other else []  # on another kind it would be wrong
    return deploy_files(BoardFiles(connection), firmware, root, out.say, drop)


def _built(board: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The firmware of one slot, and what lies beside the slots."""
    try:
        firmware = slot_files(board)
        root = {"main.py": resources.main_py(), "boot.py": resources.board_file(board, "boot.py")}
    except (BuildError, resources.ResourceError) as error:
        raise UserError(f"deploy: {error}") from error
    return firmware, {name: path.read_bytes() for name, path in root.items()}


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
    wrong = [finding for finding in found if finding.remedy is not None]
    out.say(f"{len(wrong)} to be put right" if wrong else "all is well")
    ticks = _timing(out, port) if timing and not wrong else None
    rows = [{"what": one.what, "answer": one.answer, "remedy": one.remedy} for one in found]
    measured = {"timing": msgspec.to_builtins(ticks)} if timing else {}
    out.result({"well": not wrong, "findings": rows} | measured)
    return NO if wrong else DONE


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
    count = _watch(out, out.ports.resolve(port))
    out.result({"looks": count})
    if count == 0:
        out.say("no session is running on this board")
        return NO
    return DONE


def _watch(out: Out, name: str) -> int:
    """Look until the session has ended; returns how often one was seen."""
    count = 0
    with out.ports.opened(name) as port, suppress(KeyboardInterrupt):
        while not out.gone:
            probe = _looked(name, port)
            if probe.found is Found.OTHER:
                raise PortError(f"{name}: {seen(probe)}")
            if probe.found is not Found.SESSION or probe.sample is None:
                break
            count += 1
            out.say(f"{text.stamp(probe.sample.t_ms)}  {text.brief(probe.sample)}")
            _wait(port)
    return count


def _looked(name: str, port: Any) -> BoardProbe:
    """One look; a link that breaks is told with its port."""
    try:
        return look(port)
    except LinkLostError as error:
        raise LinkLostError(f"{name}: {error}") from error


def _wait(port: Any) -> None:
    """Wait a second, and read meanwhile: bytes that wait would be old at the next look."""
    until_s = port.monotonic() + _MONITOR_S
    with guarded():
        while port.monotonic() < until_s:
            port.read(max(1, port.in_waiting))


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
