"""The states of a session, the faults that end it, its outcomes and the events of a record.

Const integers with one line of meaning each. The host names them from the tables at the end,
which are this file's: there is no second copy.
"""

from .const import const

# States of a session. The gate is closed from RAMP to PAUSING.
IDLE = const(0)  # nothing loaded or not started; output off
PROBE = const(1)  # gate low, PROBE on: is there a load?
PROOF = const(2)  # every switch and the limiter must work, at 30 uA
RAMP = const(3)  # energised, the set point moves to the segment's level
HOLD = const(4)  # energised at the segment's level
PULSE = const(5)  # energised, pulses
RAMP_DOWN = const(6)  # energised, the set point moves to 0; then DONE
TURNING = const(7)  # energised, the set point moves to 0; then REST or OFF
PAUSING = const(8)  # energised, the set point moves to 0; then PAUSED
PAUSED = const(9)  # gate low, clock and dose stopped
CONTACT = const(10)  # contact lost: gate low, the probe watches for 100 ms
REST = const(11)  # gate low for 1 s, then zero is proven, before a new ramp from 0
OFF = const(12)  # gate low for the segment's time: sham, or a gap between phases
DONE = const(13)  # ended without a fault; output off
FAULT = const(14)  # ended by a latched fault; output off

# What `supervisor.check` returns below the faults.
OK = const(0)
RECHECK = const(1)  # over a limit once: sample the current again in this tick
CUT = const(2)  # contact lost: gate low in this tick, not latched yet

# Faults: they latch until an explicit clear.
OVERCURRENT = const(16)  # three samples of one tick, or 1 s of them, above what may flow
OVER_ABSOLUTE = const(17)  # three samples of one tick above the board's own limit
ENVELOPE = const(18)  # above the ramp's own envelope for 5 ms
OPEN = const(19)  # contact lost and not back within 100 ms
INTERMITTENT = const(20)  # contact lost too often
LOW_IMPEDANCE = const(21)  # 1 s below 0.2 kOhm, or fallen to a short: the dose would be false
LEAK = const(22)  # current flows with the gate low
LATE = const(23)  # the loop lost its rhythm
SENSES_APART = const(24)  # senses A and B disagree
CHARGE_WALL = const(25)  # more charge than the program's wall
TIME_WALL = const(26)  # energised longer than the program's wall
NO_LOAD = const(27)  # the probe found no load before the start
LIMITER = const(28)  # the stage's hardware limiter has tripped
INTERNAL = const(29)  # an exception inside the loop
PROOF_STAGE = const(30)  # the proof: nothing flows with both switches on
PROOF_GATE = const(31)  # the proof: current flows with the gate low
PROOF_SERIES = const(32)  # the proof: current flows though ENABLE stands still
PROOF_LIMITER = const(33)  # the proof: the hardware limiter does not trip, or does not re-arm
PROOF_SIGN = const(34)  # the proof: sense B does not see the current, or sees it backwards
STUCK = const(35)  # sense A does not follow a change of the set point
UNDERCURRENT = const(36)  # less than commanded for 1 s, and not limited
SUPPLY = const(37)  # the supply is too low to trust
CORRUPT = const(38)  # the program or a limit is no longer what was checked
NOT_ZERO = const(39)  # current flows after a rest, before the next ramp

# Outcomes of a session.
RUNNING = const(0)
COMPLETE = const(1)  # the whole program was delivered
SHORT = const(2)  # the time limit came before the dose
STOPPED = const(3)  # the operator, the stop input or a lost host ended it
FAULTED = const(4)  # a fault ended it
REFUSED = const(5)  # it never started: a fault came before the first ramp

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
EV_PROOF = const(18)  # a: what was proven, bits PROVEN_*, b: current _q4 with both switches on
EV_DRIFT = const(19)  # the load rises; a: load _ohm 3 min ago, b: load _ohm now
EV_NOISE = const(20)  # a warning; a: mean step of sense A _q4
EV_POLARITY = const(21)  # a reversal at zero current; a: +1 or -1 from now on
EV_LIFT = const(22)  # a part of an electrode may be off; a: load _ohm before, b: load _ohm now
EV_LOW = const(23)  # the load is low; a: load _ohm before its fall, 0: always; b: load _ohm now
EV_OVER = const(24)  # more than expected for 1 s; a: mean current _q4, b: expected current _q4

# What the proof has shown (EV_PROOF).
PROVEN_STAGE = const(1)
PROVEN_GATE = const(2)
PROVEN_SERIES = const(4)
PROVEN_LIMITER = const(8)  # not set: this board's limiter is not provable
PROVEN_SIGN = const(16)

STATE_NAMES = {
    IDLE: "idle",
    PROBE: "probe",
    PROOF: "proof",
    RAMP: "ramp",
    HOLD: "hold",
    PULSE: "pulses",
    RAMP_DOWN: "ramp down",
    TURNING: "turning",
    PAUSING: "pausing",
    PAUSED: "paused",
    CONTACT: "contact lost",
    REST: "rest",
    OFF: "off",
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
    PROOF_STAGE: "proof: nothing flows",
    PROOF_GATE: "proof: the gate does not open",
    PROOF_SERIES: "proof: the dead-man does not open",
    PROOF_LIMITER: "proof: the hardware limiter does not act",
    PROOF_SIGN: "proof: the second sense does not follow",
    STUCK: "stuck sense",
    UNDERCURRENT: "under-current",
    SUPPLY: "supply too low",
    CORRUPT: "program or limits corrupt",
    NOT_ZERO: "current after a rest",
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
    EV_PROOF: "proof",
    EV_DRIFT: "load drifts",
    EV_NOISE: "noise",
    EV_POLARITY: "polarity",
    EV_LIFT: "lift",
    EV_LOW: "low load",
    EV_OVER: "over-current warning",
}
