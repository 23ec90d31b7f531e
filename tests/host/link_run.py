"""`run --on PORT` of a short protocol at a fake board."""

import json

from .cli import call
from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware

PROTOCOL = """
name = "short"
title = "8 s at 1 mA"
source = "for tests"
family = "physical-therapy"
application = "iontophoresis"
mode = "constant-dose"
skin = "forearm"
ramp_down_s = 4.0
[electrodes.active]
polarity = "anode"
area_cm2 = 10.0
material = "ag-agcl"
[electrodes.return]
area_cm2 = 20.0
material = "ag-agcl"
[[phases]]
current_ma = 1.0
dose_mamin = 0.2
ramp_up_s = 4.0
"""


def runner(folder):
    """Runs the short protocol at the plugged board."""
    protocol = folder / "short.toml"
    protocol.write_text(PROTOCOL)

    def call_run(*more):
        where = ("--data", folder / "data", "--on", NAME, "--speed", "max")
        return call("run", protocol, "--plain", "--json", *where, *more)

    return call_run


def plugged(plug, **changes):
    firmware = Firmware(**changes)
    plug.board = Board(firmware)
    return firmware


def lines_of(said):
    path = said.object["record"]
    with open(path) as stream:
        return [json.loads(line) for line in stream]
