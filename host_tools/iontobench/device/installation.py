"""Puts a firmware onto the board at a port, from what it is to how it answers afterwards.

`deploy` writes the files; here is what comes before and after: which hardware it is, what must go
because the hardware is another, the restart, and the words for it. What the firmware consists of
is given: a computer compiles it, and a browser, which cannot, has it compiled before. Nothing is
printed: every line goes to `say` or `warn`.
"""

import shlex
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from iontobench import resources
from iontobench.errors import NoDeviceError

from .calibration_file import PATH as CALIBRATION
from .connection import BoardInfo, Connection, connect, info_after_reset
from .deploy import Deployed, DeployError
from .deploy import deploy as deploy_files
from .files import BoardFiles, cure_of
from .port import BoardError, HostPorts, LinkLostError, PortError

DEFAULT_BOARD = "pico_pwm"
Say = Callable[[str], None]


class BuiltFirmware(NamedTuple):
    """The files of one slot by their paths within it, and those beside the slots."""

    slot: Mapping[str, bytes]
    root: Mapping[str, bytes]


class Installation(NamedTuple):
    """What was done: at which port, for which board (a name or a folder), and what it says now."""

    port: str
    board: str
    deployed: Deployed
    info: dict[str, Any]

    def lines(self) -> tuple[str, str]:
        """What is there now, and the command that comes next."""
        done, info = self.deployed, self.info
        what = "nothing to write"
        if done.files:
            what = f"{done.files} files, {done.size} bytes written"
        now = f"{self.port}: {info.get('board')}, firmware {info.get('firmware')} in slot "
        is_own = resources.is_board_folder(self.board)
        also = f" --board {shlex.quote(self.board)}" if is_own else ""
        return f"{now}{done.slot}; {what}", f"next: iontobench run demo --on {self.port}{also}"


def install(
    port: str,
    ports: HostPorts,
    asked: str | None,
    built: Callable[[str], BuiltFirmware],
    say: Say,
    warn: Say,
) -> Installation:
    """Put the firmware onto the board at `port` or `auto`.

    Args:
        port: its name.
        ports: the serial ports.
        asked: which hardware somebody says that it is; None: what its own firmware says.
        built: the firmware of a board.
        say: takes each line of what is done.
        warn: takes each line of what somebody should know.

    Raises:
        NoDeviceError: no board, one that is busy, or a link that broke; the old firmware boots.
        UserError: `built` has no firmware for it.
    """
    with connect(port, ports) as connection:
        name = connection.name
        try:
            about = connection.about()
            board = _chosen(name, about, asked, say, warn)
            done = _write(connection, about, board, built(board), say)
            if done.files or about.slot != done.slot:
                connection.restart()
                about = info_after_reset(name, ports)
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
    return Installation(name, board, done, about.info or {})


def _chosen(name: str, about: BoardInfo, asked: str | None, say: Say, warn: Say) -> str:
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
        warn(f"{name}: the firmware of a {its_own} is replaced by that of a {hardware}")
    elif asked is None and its_own is None:
        say(f"{name}: no firmware yet; taken for a {DEFAULT_BOARD} (another one: --board NAME)")
    return str(asked or its_own or DEFAULT_BOARD)


def _write(
    connection: Connection, about: BoardInfo, board: str, built: BuiltFirmware, say: Say
) -> Deployed:
    is_other = about.board not in (None, resources.board_of(board).name)
    drop = [CALIBRATION] if is_other else []  # on another kind it would be wrong
    return deploy_files(BoardFiles(connection), built.slot, built.root, say, drop)
