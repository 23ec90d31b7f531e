"""`iontobench replay`: does today's firmware do what a record says that it did?

Exit 0 when every item is equal, 1 where one differs, 2 for a record that cannot be replayed, 4
where the emulated chip that it needs is not installed.
"""

from pathlib import Path

import click
import msgspec

from iontobench import errors
from iontobench.records import RecordError, RecordStore, commands
from iontobench.tomlfile.errors import one_line

from . import completion
from .console import Out, data_option, json_option
from .options import board_option

_HELP = (
    "Run the session of a record again, with its program, load, seed, faults and commands, and "
    "compare it item for item; exit 1 where it differs. RECORD is a record's name, its unique "
    "beginning, `last`, or a record file."
)


@click.command(help=_HELP)
@click.argument("name", metavar="RECORD", shell_complete=completion.records_or_file)
@board_option("The record's board, where it is your own.")
@data_option
@json_option
@click.pass_obj
def replay(out: Out, name: str, board: str | None, data_dir: Path, as_json: bool) -> int:
    from iontobench.sessions.replay import replay as play  # the simulation takes time to load

    try:
        entry = commands.find(RecordStore(data_dir), name)
        found = play(entry.record, lambda rung: out.target_for(rung, None), board)
    except RecordError as error:
        raise errors.UserError(str(error)) from error
    for note in found.notes:
        out.say(one_line(note))
    is_same = found.recorded_firmware == found.firmware
    sources = "the sources that recorded it" if is_same else "other sources than recorded it"
    version = f"firmware {found.firmware_version}, {sources}"
    if found.difference is None:
        out.say(f"equal: {found.items} items; {version}")
    else:
        out.say(f"differs after {found.items} equal items of {found.of_items}; {version}")
        out.say(f"first at {found.difference.sentence()}")
    difference = None if found.difference is None else found.difference._asdict()
    told = msgspec.to_builtins(found) | {"record": entry.name, "equal": found.is_equal}
    out.result(told | {"difference": difference})
    return errors.DONE if found.is_equal else errors.NO
