"""`iontobench monitor`: watch a board's session from a second terminal, without touching it.

Once a second it asks the board for a status frame, which acknowledges nothing. Exit 0 when the
session has ended, 1 when none is running, 4 without a board.
"""

from contextlib import suppress

import click

from iontobench import words
from iontobench.device.connection import seen
from iontobench.device.repl import Found
from iontobench.device.serial_port import PortError, clock_of, guarded, look, opened, resolve

from . import errors
from .options import json_option
from .out import Out

_PERIOD_S = 1.0


@click.command(help="Watch the session on the board at PORT (or auto); Ctrl-C ends the watching.")
@click.argument("port")
@json_option
@click.pass_obj
def command(out: Out, port: str, as_json: bool) -> int:
    try:
        count = _watch(out, resolve(port))
    except PortError as error:
        raise errors.CliError(str(error), errors.NO_DEVICE) from error
    out.result({"looks": count})
    if count == 0:
        out.say("no session is running on this board")
        return errors.NO
    return errors.DONE


def _watch(out: Out, name: str) -> int:
    """Look until the session has ended; returns how often one was seen."""
    count = 0
    with opened(name) as port, suppress(KeyboardInterrupt):
        while not out.gone:
            probe = look(port)
            if probe.found is Found.OTHER:
                raise PortError(f"{name}: {seen(probe)}")
            if probe.found is not Found.SESSION or probe.sample is None:
                break
            count += 1
            out.say(f"{words.stamp(probe.sample.t_ms)}  {words.brief(probe.sample)}")
            _wait(port)
    return count


def _wait(port: object) -> None:
    """A second, reading: what is not read would block nobody, but would be old by then."""
    clock = clock_of(port)
    until_s = clock() + _PERIOD_S
    with guarded():
        while clock() < until_s:
            port.read(max(1, port.in_waiting))  # type: ignore[attr-defined]
