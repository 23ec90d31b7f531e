"""Every code of a session: states, verdicts, faults, warnings, outcomes, events and asks.

Const integers, each with its meaning. The prefix names the kind. The tables at the end name the
codes for people. The link and the records carry the numbers. There is no second copy.
"""

from .const import const

# States of a session; `transitions` has the next state of each. The session closes the gate from
# RAMP to PAUSING. The proof closes it too, with at most 60 uA x proof_scale. No other state does.
STATE_IDLE = const(0)  # nothing loaded or not started; output off
STATE_PROBE = const(1)  # gate low, PROBE on: looks for a load
STATE_PROOF = const(2)  # tests the switches and the limiter, at 30 uA x proof_scale
STATE_PROOF_STOPPING = const(3)  # the same; stops as soon as the limiter is armed again
STATE_PROOF_PAUSING = const(4)  # the same; pauses as soon as the limiter is armed again
STATE_RAMP = const(5)  # energised, the set point moves to the segment's level
STATE_HOLD = const(6)  # energised at the segment's level
STATE_PULSE = const(7)  # energised, pulses
STATE_RAMP_DOWN = const(8)  # energised, the set point moves to 0; then DONE
STATE_TURNING = const(9)  # energised, the set point moves to 0; then REST or OFF
STATE_PAUSING = const(10)  # energised, the set point moves to 0; then PAUSED
STATE_PAUSED = const(11)  # gate low, clock and dose stopped
STATE_CONTACT = const(12)  # contact lost: gate low, PROBE on for 100 ms; then REST
STATE_CONTACT_PAUSING = const(13)  # the same; then PAUSED
STATE_CONTACT_ENDING = const(14)  # the same, lost in RAMP_DOWN; then DONE
STATE_REST = const(15)  # gate low for 1 s, then zero is checked; then PROBE
STATE_OFF = const(16)  # gate low for the segment's time: sham, or a gap between phases
STATE_DONE = const(17)  # ended without a fault; output off. A fault in the next 20 ms: FAULT
STATE_FAULT = const(18)  # ended by a latched fault; output off

# Verdicts of `supervisor.check` that are no faults. FAULT_NONE is the verdict of a good tick.
VERDICT_RECHECK = const(1)  # over a limit once: sample the current again in this tick
VERDICT_CUT = const(2)  # contact lost: gate low in this tick, not latched yet

# Faults: numbers from 16 on, none used twice, because records carry them. They latch until
# `bench.clear()`, except NO_LOAD, which `bench` does not keep.
FAULT_NONE = const(0)
FAULT_OVERCURRENT = const(16)  # three samples of a tick, or the mean of 1 s, above the limit
FAULT_OVER_ABSOLUTE = const(17)  # three samples of one tick above the board's own limit
FAULT_ENVELOPE = const(18)  # above the envelope of the ramp for 5 ms
FAULT_OPEN = const(19)  # contact lost and not back within 100 ms
FAULT_INTERMITTENT = const(20)  # contact lost too often
FAULT_LOW_IMPEDANCE = const(21)  # 1 s below 0.2 kOhm, or fallen to a short
FAULT_LEAK = const(22)  # current flows with the gate low
FAULT_LATE = const(23)  # a tick of 3 ms, or three of 2 ms within 1 s
FAULT_SENSES_APART = const(24)  # senses A and B disagree
FAULT_CHARGE_WALL = const(25)  # more charge than the program's wall
FAULT_TIME_WALL = const(26)  # energised longer than the program's wall
FAULT_NO_LOAD = const(27)  # the probe found no load before the start
FAULT_LIMITER = const(28)  # the stage's hardware limiter has tripped
FAULT_INTERNAL = const(29)  # an exception inside the loop
FAULT_PROOF_STAGE = const(30)  # the proof: nothing flows with both switches on
FAULT_PROOF_GATE = const(31)  # the proof: current flows with the gate low
FAULT_PROOF_SERIES = const(32)  # the proof: current flows though ENABLE stands still
FAULT_PROOF_LIMITER = const(33)  # the proof: the hardware limiter does not trip or re-arm
FAULT_PROOF_SIGN = const(34)  # the proof: sense B does not see the current, or sees it backwards
FAULT_STUCK = const(35)  # sense A does not follow a change of the set point
FAULT_UNDERCURRENT = const(36)  # less than commanded for 1 s, and not limited
FAULT_SUPPLY = const(37)  # the supply is below the board's minimum
FAULT_CORRUPT = const(38)  # the program or a limit in memory has changed
FAULT_NOT_ZERO = const(39)  # current flows after a rest, before the next ramp

# Warnings, as bits: they stop nothing; the link reports them and takes them back.
WARN_LATE = const(1)  # the supervisor: a tick came late
WARN_DIP = const(2)  # the supervisor: low current for less than the open debounce
WARN_COMPLIANCE = const(4)  # slow_checks: the load is above 80 % of compliance
WARN_DRIFT = const(8)  # steady: the load rises
WARN_NOISE = const(16)  # slow_checks: sense A is noisy
WARN_LIFT = const(32)  # steady: a part of an electrode may be off
WARN_LOW_LOAD = const(64)  # steady: the load has fallen by half, or is below its site's least
WARN_OVER = const(128)  # steady: more current than expected for 1 s

# Outcomes of a session.
OUTCOME_RUNNING = const(0)
OUTCOME_COMPLETE = const(1)  # the whole program was delivered
# Ended before the whole dose: time limit, charge limit, or contact lost in the last ramp down.
OUTCOME_SHORT = const(2)
OUTCOME_STOPPED = const(3)  # the operator, the stop input or a lost host ended it
OUTCOME_FAULTED = const(4)  # a fault ended it
OUTCOME_REFUSED = const(5)  # a fault came before the first ramp

# Events, each with two integers (a, b) in its frame.
EVENT_START = const(1)  # a: polarity, b: segments
EVENT_STATE = const(2)  # a: new state, b: segment
EVENT_PROBE = const(3)  # a: probe current _q4, b: load _ohm
EVENT_LIMITED = const(4)  # a: current _q4, b: load _mv
EVENT_LIMITED_END = const(5)  # a: how long _ms
EVENT_CONTACT = const(6)  # contact lost; a: set point _q4, b: glitches so far
EVENT_GLITCH = const(7)  # contact back within 100 ms; a: glitches so far
EVENT_DIP = const(8)  # low current for less than 5 ticks; a: dips so far
EVENT_FAULT = const(9)  # a: fault, b: current _q4 of the tick that found it
EVENT_LATE = const(10)  # a warning; a: interval _us
EVENT_COMMAND = const(11)  # a: command, b: its value
EVENT_COMPLIANCE = const(12)  # load above 80 % of compliance; a: load _mv
EVENT_HOST_LOST = const(13)  # no beat for 3 s; ramping down
EVENT_LINK = const(14)  # 256 bytes without a valid line; ramping down
EVENT_LAST_CURRENT = const(15)  # 20 ms after the end; a: current _q4, b: peak current _q4
EVENT_DOSE = const(16)  # a: positive charge _uc, b: negative charge _uc
EVENT_END = const(17)  # the last event; a: outcome, b: fault
EVENT_PROOF = const(18)  # a: bits PROVEN_*, b: current _q4 with both switches on
EVENT_DRIFT = const(19)  # the load rises; a: load _ohm 3 min ago, b: load _ohm now
EVENT_NOISE = const(20)  # a warning; a: mean step of sense A _q4
EVENT_POLARITY = const(21)  # a reversal at zero current; a: the new polarity, +1 or -1
EVENT_LIFT = const(22)  # a part of an electrode may be off; a: load _ohm before, b: load _ohm now
EVENT_LOW = const(23)  # a low load; a: load _ohm before its fall, 0: low from the start; b: now
EVENT_OVER = const(24)  # more than expected for 1 s; a: mean current _q4, b: expected current _q4

# Requests of the operator or the host to a session.
ASK_NONE = const(0)
ASK_STOP = const(1)
ASK_PAUSE = const(2)
ASK_RESUME = const(3)
ASK_SET = const(4)  # a new level, in uA

# The results of the proof (EVENT_PROOF).
PROVEN_STAGE = const(1)
PROVEN_GATE = const(2)
PROVEN_SERIES = const(4)
PROVEN_LIMITER = const(8)  # not set: this board's limiter is not provable
PROVEN_SIGN = const(16)

STATE_NAMES = {
    STATE_IDLE: "idle",
    STATE_PROBE: "probe",
    STATE_PROOF: "proof",
    STATE_PROOF_STOPPING: "proof",
    STATE_PROOF_PAUSING: "proof",
    STATE_RAMP: "ramp",
    STATE_HOLD: "hold",
    STATE_PULSE: "pulses",
    STATE_RAMP_DOWN: "ramp down",
    STATE_TURNING: "turning",
    STATE_PAUSING: "pausing",
    STATE_PAUSED: "paused",
    STATE_CONTACT: "contact lost",
    STATE_CONTACT_PAUSING: "contact lost",
    STATE_CONTACT_ENDING: "contact lost",
    STATE_REST: "rest",
    STATE_OFF: "off",
    STATE_DONE: "done",
    STATE_FAULT: "fault",
}

FAULT_NAMES = {
    FAULT_NONE: "none",
    FAULT_OVERCURRENT: "overcurrent",
    FAULT_OVER_ABSOLUTE: "over absolute limit",
    FAULT_ENVELOPE: "above ramp envelope",
    FAULT_OPEN: "open",
    FAULT_INTERMITTENT: "intermittent contact",
    FAULT_LOW_IMPEDANCE: "low impedance",
    FAULT_LEAK: "leak with the gate off",
    FAULT_LATE: "late",
    FAULT_SENSES_APART: "senses apart",
    FAULT_CHARGE_WALL: "charge wall",
    FAULT_TIME_WALL: "time wall",
    FAULT_NO_LOAD: "no load",
    FAULT_LIMITER: "hardware limiter",
    FAULT_INTERNAL: "internal error",
    FAULT_PROOF_STAGE: "proof: nothing flows",
    FAULT_PROOF_GATE: "proof: the gate does not open",
    FAULT_PROOF_SERIES: "proof: the dead-man does not open",
    FAULT_PROOF_LIMITER: "proof: the hardware limiter does not act",
    FAULT_PROOF_SIGN: "proof: the second sense does not follow",
    FAULT_STUCK: "stuck sense",
    FAULT_UNDERCURRENT: "under-current",
    FAULT_SUPPLY: "supply too low",
    FAULT_CORRUPT: "program or limits corrupt",
    FAULT_NOT_ZERO: "current after a rest",
}

# The cause of each fault, as a sentence for people.
FAULT_SENTENCES = {
    FAULT_OVERCURRENT: (
        "the current was above the limit, in three samples of one tick or in the mean of 1 s"
    ),
    FAULT_OVER_ABSOLUTE: "three samples of one tick were above the board's own limit",
    FAULT_ENVELOPE: "the current was above the ramp's own envelope for 5 ms",
    FAULT_OPEN: "contact with the load was lost and did not come back within 100 ms",
    FAULT_INTERMITTENT: "contact with the load was lost too often",
    FAULT_LOW_IMPEDANCE: (
        "the load was below 0.2 kΩ for 1 s, or it fell to a short: the dose is false"
    ),
    FAULT_LEAK: "current flowed although the gate was low",
    FAULT_LATE: "the control loop ran late: a tick above 3 ms, or three above 2 ms in 1 s",
    FAULT_SENSES_APART: "the two current senses disagreed",
    FAULT_CHARGE_WALL: "more charge than the program's wall was delivered",
    FAULT_TIME_WALL: "the output was on for longer than the program's wall",
    FAULT_NO_LOAD: "the probe found no load before the start",
    FAULT_LIMITER: "the stage's hardware limiter tripped",
    FAULT_INTERNAL: "an internal error stopped the loop",
    FAULT_PROOF_STAGE: "in the proof nothing flowed with both switches on",
    FAULT_PROOF_GATE: "in the proof current flowed although the gate was low",
    FAULT_PROOF_SERIES: "in the proof current flowed although ENABLE stood still",
    FAULT_PROOF_LIMITER: "in the proof the hardware limiter did not trip, or did not re-arm",
    FAULT_PROOF_SIGN: "in the proof sense B did not see the current, or saw it backwards",
    FAULT_STUCK: "sense A did not follow a change of the set point",
    FAULT_UNDERCURRENT: "less than commanded flowed for 1 s, and the stage was not limited",
    FAULT_SUPPLY: "the supply was below the board's minimum",
    FAULT_CORRUPT: "the program or a limit in memory had changed since the check",
    FAULT_NOT_ZERO: "current flowed after a rest, before the next ramp",
}

OUTCOME_NAMES = {
    OUTCOME_RUNNING: "running",
    OUTCOME_COMPLETE: "complete",
    OUTCOME_SHORT: "short",
    OUTCOME_STOPPED: "stopped",
    OUTCOME_FAULTED: "fault",
    OUTCOME_REFUSED: "refused",
}

EVENT_NAMES = {
    EVENT_START: "start",
    EVENT_STATE: "state",
    EVENT_PROBE: "probe",
    EVENT_LIMITED: "limited",
    EVENT_LIMITED_END: "limited end",
    EVENT_CONTACT: "contact lost",
    EVENT_GLITCH: "glitch",
    EVENT_DIP: "dip",
    EVENT_FAULT: "fault",
    EVENT_LATE: "late",
    EVENT_COMMAND: "command",
    EVENT_COMPLIANCE: "compliance warning",
    EVENT_HOST_LOST: "host lost",
    EVENT_LINK: "link fault",
    EVENT_LAST_CURRENT: "last current",
    EVENT_DOSE: "dose",
    EVENT_END: "end",
    EVENT_PROOF: "proof",
    EVENT_DRIFT: "load drifts",
    EVENT_NOISE: "noise",
    EVENT_POLARITY: "polarity",
    EVENT_LIFT: "lift",
    EVENT_LOW: "low load",
    EVENT_OVER: "over-current warning",
}
