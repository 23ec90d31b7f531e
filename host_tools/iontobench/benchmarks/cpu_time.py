"""`python -m iontobench.benchmarks.cpu_time [--compiled] [LOAD]`: CPU time of a session's second.

The session is the whole protocol on its own board, on its own load or on LOAD (`resistor:5000`),
with the host's end of the link and without a record, as a campaign runs it. Prints ms of this
process's CPU time for each second of the session. Exit 2: no such load. Exit 4: compiled modules
were asked for, and there is no build that fits.
"""

import sys
import time

from iontobench import errors, resources
from iontobench.compiled import select
from iontobench.protocols import compile_protocol, load, profile
from iontobench.sessions.job import Job, load_of
from iontobench.sessions.virtual import run_virtual

_PROTOCOL = "dexamethasone-40"
_BOARD = "virtual"


def main() -> int:
    """Run the session and print its cost."""
    select.start_anew("iontobench.benchmarks.cpu_time", sys.argv[1:])
    if select.is_asked() and not select.is_used():
        return errors.NO_DEVICE
    asked = [word for word in sys.argv[1:] if word != select.FLAG]
    protocol = load(_PROTOCOL)
    board = resources.board_of(_BOARD)
    compiled = compile_protocol(protocol, profile("us"), board)
    job = Job(protocol=compiled, board=board, skin=asked[0] if asked else protocol.skin)
    try:
        load_of(job)
    except ValueError as error:
        print(f"cpu_time: {error}", file=sys.stderr)
        return errors.BAD_INPUT
    result = run_virtual(job, [], clock=time.process_time)
    print(1000 / result.realtime_factor)
    return errors.DONE


if __name__ == "__main__":
    sys.exit(main())
