"""`iontobench deploy`: put the firmware onto a board at a serial port.

A board in a session is left alone: exit 4, saying what was seen. A cut deploy leaves the old
firmware; the same command again completes it.
"""

import time
from pathlib import Path
from typing import Any

import click

from iontobench import tree
from iontobench.device.board_files import BoardFiles
from iontobench.device.connection import About, Connection, connect
from iontobench.device.deploy import Deployed, DeployError, deploy
from iontobench.device.package import export
from iontobench.device.serial_port import BoardError, LinkLostError, PortError

from . import errors
from .options import json_option
from .out import Out
from .serial_rung import reach

_BOARD = "pico_pwm"
CALIBRATION = "/calibration"  # one kind of board's scales; on another kind they would be wrong
_BACK_S = 20.0
_TURN_S = 0.5


@click.command(help="Put the firmware onto the board at PORT (or auto).")
@click.argument("port", required=False)
@click.option(
    "--board",
    metavar="NAME",
    help="Which hardware it is; needed only to replace the firmware of another kind of board.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files to a folder instead, for `mpremote mip install` (build/BOARD).",
)
@json_option
@click.pass_obj
def command(
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
    return errors.DONE


def _deploy(out: Out, port: str, board: str | None) -> int:
    with reach(port) as connection:
        name = connection.name
        try:
            about = connection.about()
            chosen = _board(out, name, about, board)
            done = _write(out, connection, about, chosen)
            if done.files or about.slot != done.slot:
                connection.restart()
                about = _back(name)
        except LinkLostError as error:
            line = f"{name}: {error}; the board still boots: plug it in and deploy again"
            raise errors.CliError(line, errors.NO_DEVICE) from error
        except (PortError, BoardError, DeployError) as error:
            raise errors.CliError(f"{name}: {error}", errors.NO_DEVICE) from error
    trouble = about.trouble(name)
    if trouble is not None:
        raise errors.CliError(f"{name}: after the deploy: {trouble}", errors.NO_DEVICE)
    info = about.info or {}
    what = f"{done.files} files, {done.size} bytes written" if done.files else "nothing to write"
    version = info.get("firmware")
    out.say(f"{name}: {info.get('board')}, firmware {version} in slot {done.slot}; {what}")
    out.say(f"next: iontobench run demo --on {name}")
    out.result(_object(name, done, info))
    return errors.DONE


def _board(out: Out, name: str, about: About, asked: str | None) -> str:
    """The board to build for.

    Raises:
        CliError: nobody has said which hardware this is, or it runs no MicroPython.
    """
    if about.python != "micropython":
        raise errors.CliError(f"{name}: {about.trouble(name)}", errors.NO_DEVICE)
    its_own = about.board
    if asked is None and its_own is not None and its_own not in tree.board_names():
        line = (
            f"{name}: its firmware is a {its_own}'s, a board this program does not know; "
            f"say which hardware it is: iontobench deploy {name} --board NAME"
        )
        raise errors.CliError(line, errors.NO_DEVICE)
    if asked and its_own and asked != its_own:
        out.warn(f"{name}: the firmware of a {its_own} is replaced by that of a {asked}")
    elif asked is None and its_own is None:
        out.say(f"{name}: no firmware yet; taken for a {_BOARD} (another one: --board NAME)")
    return str(asked or its_own or _BOARD)


def _write(out: Out, connection: Connection, about: About, board: str) -> Deployed:
    firmware, root = _built(board)
    is_other = about.board not in (None, board)
    drop = [CALIBRATION] if is_other else []
    return deploy(BoardFiles(connection), firmware, root, out.say, drop)


def _built(board: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The firmware of one slot, and what lies beside the slots."""
    try:
        from iontobench.device.build import BuildError, slot_files
    except ModuleNotFoundError as error:
        line = f"deploy: {error.name} is missing; pip install 'iontobench[chip]'"
        raise errors.CliError(line) from error
    try:
        firmware = slot_files(board)
        root = {"main.py": tree.main_py(), "boot.py": tree.board_file(board, "boot.py")}
    except (BuildError, tree.TreeError) as error:
        raise errors.CliError(f"deploy: {error}") from error
    return firmware, {name: path.read_bytes() for name, path in root.items()}


def _back(name: str) -> About:
    """The board after its reset.

    Raises:
        PortError: it does not come back.
    """
    until_s = time.monotonic() + _BACK_S
    while True:
        time.sleep(_TURN_S)
        try:
            with connect(name) as connection:
                return connection.about()
        except PortError as error:
            if time.monotonic() > until_s:
                line = f"the board does not come back after its reset ({error}); unplug it and "
                raise PortError(line + "plug it in again, then see iontobench doctor") from error


def _object(name: str, done: Deployed, info: dict[str, Any]) -> dict[str, Any]:
    return {
        "port": name,
        "slot": done.slot,
        "files": done.files,
        "bytes": done.size,
        "firmware": info.get("firmware"),
        "board": info.get("board"),
    }
