"""`run --on PORT` of a short protocol at a fake board: 1 mA, 4 s between ramps of 2 s."""

import json

from .cli import call
from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware
from .protocol_files import short

PROTOCOL = short(1.0, 0.1, 2.0)


def runner(folder):
    """Runs the short protocol at the plugged board."""
    protocol = folder / "short.toml"
    protocol.write_text(PROTOCOL)

    def call_run(*more, **given):
        where = ("--data", folder / "data", "--on", NAME, "--speed", "max")
        return call("run", protocol, "--plain", "--json", *where, *more, **given)

    return call_run


def plugged(plug, **changes):
    firmware = Firmware(**changes)
    plug.board = Board(firmware)
    return firmware


def lines_of(said):
    path = said.object["record"]
    with open(path) as stream:
        return [json.loads(line) for line in stream]
