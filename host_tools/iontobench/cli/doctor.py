"""`iontobench doctor`: is there a board, can it be reached, and is it fit for a session?

Exit 0 when all is well, 1 when something is not, each with its remedy, 4 for a board that is in
use: it is left alone.
"""

import click

from iontobench.device.checkup import Finding, examine
from iontobench.device.connection import BusyError

from . import errors
from .options import json_option
from .out import Out


@click.command(help="Look at the board at PORT (by default the only one) and say what is wrong.")
@click.argument("port", default="auto")
@json_option
@click.pass_obj
def command(out: Out, port: str, as_json: bool) -> int:
    found: list[Finding] = []
    try:
        for finding in examine(port):
            found.append(finding)
            _tell(out, finding)
    except BusyError as error:
        raise errors.CliError(str(error), errors.NO_DEVICE) from error
    wrong = [finding for finding in found if finding.remedy is not None]
    out.say(f"{len(wrong)} to be put right" if wrong else "all is well")
    rows = [{"what": one.what, "answer": one.answer, "remedy": one.remedy} for one in found]
    out.result({"well": not wrong, "findings": rows})
    return errors.NO if wrong else errors.DONE


def _tell(out: Out, finding: Finding) -> None:
    mark = "ok" if finding.remedy is None else "NO"
    out.say(f"{mark}  {finding.what:<12} {finding.answer}")
    if finding.remedy is not None:
        out.say(f"    {'':<12} do: {finding.remedy}")
