"""The calibration: `/calibration`, outside the slots, so a deploy keeps it.

Three lines: `ionto 1 BOARD DATE`; twelve integers, (zero_counts, mul, shift) of sense A, sense B,
load voltage and supply; the CRC-16 of these two lines in hexadecimal. Without such a file whose
CRC holds the board's nominal scales are used. Not in a tick path.
"""

from ..core.const import const
from ..core.crc import crc16

_COUNT = const(12)
_MOST_BYTES = const(400)
_KIND = "ionto 1 "

# What the last `read` found, for a host that asks: `BOARD DATE`, or `nominal: ` and why.
told = ""
used = ()
designed = ()


def read(nominal, path="/calibration"):
    """The scales to use."""
    global told, used, designed
    found, scales = _found(path)
    told = found if scales else "nominal: " + found
    used = scales or nominal
    designed = nominal
    return used


def _found(path):
    """(`BOARD DATE`, scales), or (why not, None)."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES)
    except OSError:
        return "there is no file", None
    lines = data.split(b"\n")
    if len(lines) < 3:
        return "its file has no checksum", None
    try:
        is_whole = int(lines[2], 16) == crc16(lines[0] + b"\n" + lines[1] + b"\n")
        scales = tuple([int(word) for word in lines[1].split()])
        head = lines[0].decode()
    except ValueError:
        return "its file is damaged", None
    if not is_whole:
        return "its file is damaged", None
    if len(scales) != _COUNT or not head.startswith(_KIND):
        return "its file is of another kind", None
    return head[len(_KIND) :], scales
