"""`iontobench page`: serves the page to this machine's own browser, and opens it.

The page is made first where it is not there yet, or older than its sources. Ends with Ctrl-C.
"""

import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from iontobench import errors
from iontobench.page.build import build, default_folder
from iontobench.page.server import PORT, PageServer

from .console import Out, json_option

_PORT_MAX = 65535


@click.command(
    help="Serve the page on this machine's loopback address and open it: the firmware in the "
    "browser, a board on a cable, a record on the table. The page is made first where that is "
    "needed, which asks npm and pip once (extra `page`). Ends with Ctrl-C."
)
@click.option(
    "--port",
    type=click.IntRange(0, _PORT_MAX),
    default=PORT,
    show_default=True,
    help="The port; 0 for a free one.",
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The built page; by default build/page of the checkout, else in the cache.",
)
@json_option
@click.pass_obj
def page(out: Out, port: int, no_open: bool, folder: Path | None, as_json: bool) -> int:
    with PageServer(build(folder or default_folder()), port) as server:
        out.say(f"the page: {server.address} (for this machine only; Ctrl-C ends it)")
        out.result({"address": server.address})
        if not no_open:
            webbrowser.open(server.address)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return errors.DONE
