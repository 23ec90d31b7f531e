"""The states of a session, the faults that end it, its outcomes and the events of a record.

Const integers with one line of meaning each. The host names them from the tables at the end,
which are this file's: there is no second copy.
"""

from .const import const

# States of a session.
IDLE = const(0)  # nothing loaded or not started; output off
PROBE = const(1)  # gate low, PROBE on: is there a load?
RAMP = const(2)  # energised, the set point moves to the segment's level
HOLD = const(3)  # energised at the segment's level
RAMP_DOWN = const(4)  # energised, the set point moves to 0; then DONE
PAUSING = const(5)  # energised, the set point moves to 0; then PAUSED
PAUSED = const(6)  # gate low, clock and dose stopped
CONTACT = const(7)  # contact lost: gate low, the probe watches for 100 ms
REST = const(8)  # gate low for 1 s before a new ramp from 0
DONE = const(9)  # ended without a fault; output off
FAULT = const(10)  # ended by a latched fault; output off

# What `supervisor.check` returns below the faults.
OK = const(0)
RECHECK = const(1)  # over a limit once: sample the current again in this tick
CUT = const(2)  # contact lost: gate low in this tick, not latched yet

# Faults: they latch until an explicit clear.
OVERCURRENT = const(16)  # three samples of one tick above the program's peak limit
OVER_ABSOLUTE = const(17)  # three samples of one tick above the board's own limit
ENVELOPE = const(18)  # above the ramp's own envelope for 5 ms
OPEN = const(19)  # contact lost and not back within 100 ms
INTERMITTENT = const(20)  # contact lost too often
LOW_IMPEDANCE = const(21)  # less than 0.2 kOhm for 1 s: the dose would be false
LEAK = const(22)  # current flows with the gate low
LATE = const(23)  # the loop lost its rhythm
SENSES_APART = const(24)  # senses A and B disagree
CHARGE_WALL = const(25)  # more charge than the program's wall
TIME_WALL = const(26)  # energised longer than the program's wall
NO_LOAD = const(27)  # the probe found no load before the start
LIMITER = const(28)  # the stage's hardware limiter has tripped
INTERNAL = const(29)  # an exception inside the loop

# Outcomes of a session.
RUNNING = const(0)
COMPLETE = const(1)  # the whole program was delivered
SHORT = const(2)  # the time limit came before the dose
STOPPED = const(3)  # the operator, the stop input or a lost host ended it
FAULTED = const(4)  # a fault ended it
REFUSED = const(5)  # it never started

# Events, each with two integers (a, b) in its frame.
EV_START = const(1)  # a: polarity, b: segments
EV_STATE = const(2)  # a: new state, b: segment
EV_PROBE = const(3)  # a: probe current _q4, b: load _ohm
EV_LIMITED = const(4)  # a: current _q4, b: load _mv
EV_LIMITED_END = const(5)  # a: how long _ms
EV_CONTACT = const(6)  # contact lost; a: set point _q4, b: glitches so far
EV_GLITCH = const(7)  # contact back within 100 ms; a: glitches so far
EV_DIP = const(8)  # a gap shorter than the open debounce; a: dips so far
EV_FAULT = const(9)  # a: fault, b: current _q4 of the tick that found it
EV_LATE = const(10)  # a warning; a: interval _us
EV_COMMAND = const(11)  # a: command, b: its value
EV_COMPLIANCE = const(12)  # load above 80 % of compliance; a: load _mv
EV_HOST_LOST = const(13)  # no beat for 3 s; ramping down
EV_LINK = const(14)  # 256 bytes without a valid line; ramping down
EV_LAST_CURRENT = const(15)  # a: current _q4 at gate-off, b: peak current _q4
EV_DOSE = const(16)  # a: positive charge _uc, b: negative charge _uc
EV_END = const(17)  # a: outcome, b: fault; nothing follows

STATE_NAMES = {
    IDLE: "idle",
    PROBE: "probe",
    RAMP: "ramp",
    HOLD: "hold",
    RAMP_DOWN: "ramp down",
    PAUSING: "pausing",
    PAUSED: "paused",
    CONTACT: "contact lost",
    REST: "rest",
    DONE: "done",
    FAULT: "fault",
}

FAULT_NAMES = {
    OK: "none",
    OVERCURRENT: "overcurrent",
    OVER_ABSOLUTE: "over absolute limit",
    ENVELOPE: "above ramp envelope",
    OPEN: "open",
    INTERMITTENT: "intermittent contact",
    LOW_IMPEDANCE: "low impedance",
    LEAK: "leak with the gate off",
    LATE: "late",
    SENSES_APART: "senses apart",
    CHARGE_WALL: "charge wall",
    TIME_WALL: "time wall",
    NO_LOAD: "no load",
    LIMITER: "hardware limiter",
    INTERNAL: "internal error",
}

OUTCOME_NAMES = {
    RUNNING: "running",
    COMPLETE: "complete",
    SHORT: "short",
    STOPPED: "stopped",
    FAULTED: "fault",
    REFUSED: "refused",
}

EVENT_NAMES = {
    EV_START: "start",
    EV_STATE: "state",
    EV_PROBE: "probe",
    EV_LIMITED: "limited",
    EV_LIMITED_END: "limited end",
    EV_CONTACT: "contact lost",
    EV_GLITCH: "glitch",
    EV_DIP: "dip",
    EV_FAULT: "fault",
    EV_LATE: "late",
    EV_COMMAND: "command",
    EV_COMPLIANCE: "compliance warning",
    EV_HOST_LOST: "host lost",
    EV_LINK: "link fault",
    EV_LAST_CURRENT: "last current",
    EV_DOSE: "dose",
    EV_END: "end",
}
