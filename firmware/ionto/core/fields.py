"""The one table of a telemetry frame: its fields in the order of the wire, and its flags.

The link fills a sample and the display reads it, by the indices. The host decodes frames, names
values and writes records by the tables. A name ends in its unit: `_ms`, `_mv`, `_uc`; `_q4` is a
current in sixteenths of a microampere.
"""

from .const import const

# Where a sample keeps each field.
KIND = const(0)  # telemetry.SAMPLE; telemetry.STATUS in the answer to `?`
SEQ = const(1)  # number of the frame, modulo 2^16
T_MS = const(2)  # the session's clock
STATE = const(3)  # codes.STATE_*
FLAGS = const(4)  # bits FLAG_*
SET_Q4 = const(5)  # set point
CURRENT_Q4 = const(6)  # sense A
DIFFERENCE_Q4 = const(7)  # sense A less sense B, B with the sign of A
LOAD_MV = const(8)  # load voltage on the stage's side of the bridge
DOSE_UC = const(9)  # charge of both polarities since the start

# Name, hexadecimal digits on the wire, 1 where the number has a sign (two's complement).
SAMPLE_FIELDS = (
    ("kind", 1, 0),
    ("seq", 4, 0),
    ("t_ms", 6, 0),
    ("state", 2, 0),
    ("flags", 1, 0),
    ("set_q4", 5, 0),
    ("current_q4", 6, 1),
    ("difference_q4", 6, 1),
    ("load_mv", 5, 1),
    ("dose_uc", 7, 1),
)
EVENT_FIELDS = (
    ("kind", 1, 0),  # telemetry.EVENT
    ("seq", 4, 0),
    ("t_ms", 6, 0),
    ("code", 3, 0),  # codes.EVENT_*, with the meaning of `a` and `b`
    ("a", 8, 1),
    ("b", 8, 1),
)
SAMPLE_WIDTHS = bytes([field[1] for field in SAMPLE_FIELDS])
EVENT_WIDTHS = bytes([field[1] for field in EVENT_FIELDS])

# Bits of a sample's flags.
FLAG_LIMITED = const(1)  # the stage's compliance limits the current
FLAG_GATE = const(2)  # the gate is closed: the output is on
FLAG_NEAR_COMPLIANCE = const(4)  # the load was above 80 % of compliance since the last sample
FLAG_DIP = const(8)  # the current is below the open threshold, and contact not yet lost

FLAG_NAMES = {
    FLAG_LIMITED: "limited",
    FLAG_GATE: "gate closed",
    FLAG_NEAR_COMPLIANCE: "near compliance",
    FLAG_DIP: "dip",
}
