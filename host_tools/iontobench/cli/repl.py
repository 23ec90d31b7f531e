"""`iontobench repl`: a terminal at the board's own prompt, by mpremote; Ctrl-X leaves it.

It looks first, says what it sees, and then hands over without Ctrl-C and without a soft reset.
"""

import subprocess
import sys

import click

from iontobench.device.connection import seen
from iontobench.device.repl import Found
from iontobench.device.serial_port import PortError, look, opened, resolve

from . import errors
from .out import Out


@click.command(help="A terminal at the prompt of the board at PORT (or auto); Ctrl-X leaves it.")
@click.argument("port")
@click.pass_obj
def command(out: Out, port: str) -> int:
    try:
        name = resolve(port)
        with opened(name) as at_port:
            probe = look(at_port)
    except PortError as error:
        raise errors.CliError(str(error), errors.NO_DEVICE) from error
    if probe.found is Found.SESSION:
        out.warn(f"{name}: {seen(probe)}; Ctrl-C there is off at once")
    out.say("bench.info()  bench.run()  stop  bench.clear(); Ctrl-X leaves the terminal")
    mpremote = [sys.executable, "-m", "mpremote", "connect", name, "resume", "repl"]
    done = subprocess.run(mpremote, check=False)
    return errors.DONE if done.returncode == 0 else errors.NO_DEVICE
