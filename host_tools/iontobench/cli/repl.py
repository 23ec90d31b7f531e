"""`iontobench repl`: a terminal at the board's own prompt; Ctrl-X or Ctrl-] leaves it.

It looks first, says what it sees, and then hands over without Ctrl-C and without a soft reset: to
mpremote, or for an emulated port, which no other process can open, to a terminal of its own.
"""

import subprocess
import sys

import click

from iontobench.device.connection import seen
from iontobench.device.repl import Found
from iontobench.device.serial_port import PortError, is_emulated, look, opened, resolve

from . import errors
from .out import Out
from .terminal import screen, talk

_HINT = "bench.info()  bench.run()  stop  bench.clear(); Ctrl-X or Ctrl-] leaves the terminal"
_EMULATED_HINT = "an emulated board answers some twenty times slower; Enter shows its prompt"


@click.command(help="A terminal at the prompt of the board at PORT (or auto); Ctrl-X leaves it.")
@click.argument("port")
@click.pass_obj
def command(out: Out, port: str) -> int:
    try:
        name = resolve(port)
        with opened(name) as at_port:
            probe = look(at_port)
            if probe.found is Found.SESSION:
                out.warn(f"{name}: {seen(probe)}; Ctrl-C there is off at once")
            out.say(_HINT)
            if is_emulated(name):
                out.say(_EMULATED_HINT)
                with screen() as person:
                    talk(at_port, person)
                return errors.DONE
    except PortError as error:
        raise errors.CliError(str(error), errors.NO_DEVICE) from error
    mpremote = [sys.executable, "-m", "mpremote", "connect", name, "resume", "repl"]
    done = subprocess.run(mpremote, check=False)
    return errors.DONE if done.returncode == 0 else errors.NO_DEVICE
