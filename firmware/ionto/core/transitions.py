"""Every event in every state, and the next state: the session's transition table.

A row is (state, event, guard, actions, next state). Of the rows with the same state and event the
session takes the first whose guard holds. An event without a row changes nothing. No quantities.
This module does nothing: `session` evaluates the guards, does the actions and enters the states.
"""

from . import codes
from .const import const

# Events. The numbers 1 to 4 are the ASK_* of `codes`.
LOAD_FOUND = const(5)  # the probe has found a load
PROVEN = const(6)  # the proof has ended without a fault
REACHED = const(7)  # the set point is at its target
SEGMENT_DONE = const(8)  # the segment has its charge, its time or its pulses
SPENT = const(9)  # the program's time is over, or its charge leaves only the ramp down
LOST = const(10)  # the supervisor has cut: contact lost
BACK = const(11)  # contact came back within 100 ms; else `waits` reports OPEN (TRIPPED)
RESTED = const(12)  # the rest is over and the current is zero
TIME_UP = const(13)  # the time of OFF or of a pause is over
TRIPPED = const(14)  # a fault, of the supervisor or of a wait
EVENTS = const(15)

# Guards. The last row of a state and an event is always taken.
ALWAYS = const(0)
IF_LAST = const(1)  # no segment follows
IF_TO_ZERO = const(2)  # the segment ends with a ramp to 0 (`program.is_to_zero`)
IF_PULSES = const(3)  # the segment is a train of pulses
IF_OFF = const(4)  # the segment is of kind OFF: gate low for a time
IF_SPENT = const(5)  # time or charge do not suffice for another start
IF_INTERMITTENT = const(6)  # contact was lost too often
IF_COMPLETE = const(7)  # the outcome is COMPLETE: the ramp down was the last part

# Actions, as bits.
STOP = const(1)  # the outcome is STOPPED, unless it is set already
COMPLETE = const(2)  # the outcome is COMPLETE
CUT_SHORT = const(4)  # the outcome is SHORT
BLAME = const(8)  # keep the fault and its outcome, of the first fault only
BLAME_CONTACT = const(16)  # the same with INTERMITTENT
LEAVE_PROOF = const(32)  # the proof re-arms the limiter and ends
ADJUST = const(64)  # the segment's level becomes the value of ASK_SET
NEXT = const(128)  # take the next segment
FROM_ZERO = const(256)  # the next segment's charge counts from gate off
REVERSE = const(512)  # take the segment's polarity
RETARGET = const(1024)  # the present train goes on at the new level
GO_ON = const(2048)  # the present wait goes on: its clock and its counts stay

STATES = const(19)
ANY = const(255)  # every state from PROBE up to OFF
NO_ROW = const(255)

TRANSITIONS = (
    (codes.STATE_PROBE, LOAD_FOUND, ALWAYS, 0, codes.STATE_PROOF),
    (codes.STATE_PROBE, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_PROBE, codes.ASK_PAUSE, ALWAYS, 0, codes.STATE_PAUSED),
    (codes.STATE_PROOF, PROVEN, IF_PULSES, 0, codes.STATE_PULSE),
    (codes.STATE_PROOF, PROVEN, ALWAYS, 0, codes.STATE_RAMP),
    # LIM_TEST may have tripped the limiter. That is a fault anywhere but in the proof, so a stop
    # or a pause first lets the proof re-arm it.
    (
        codes.STATE_PROOF,
        codes.ASK_STOP,
        ALWAYS,
        STOP | LEAVE_PROOF | GO_ON,
        codes.STATE_PROOF_STOPPING,
    ),
    (codes.STATE_PROOF, codes.ASK_PAUSE, ALWAYS, LEAVE_PROOF | GO_ON, codes.STATE_PROOF_PAUSING),
    (codes.STATE_PROOF_STOPPING, PROVEN, ALWAYS, 0, codes.STATE_DONE),
    (codes.STATE_PROOF_PAUSING, PROVEN, ALWAYS, 0, codes.STATE_PAUSED),
    (codes.STATE_PROOF_PAUSING, codes.ASK_STOP, ALWAYS, STOP | GO_ON, codes.STATE_PROOF_STOPPING),
    (codes.STATE_RAMP, REACHED, ALWAYS, 0, codes.STATE_HOLD),
    (codes.STATE_RAMP, SEGMENT_DONE, IF_LAST, COMPLETE, codes.STATE_RAMP_DOWN),
    (codes.STATE_RAMP, SEGMENT_DONE, IF_TO_ZERO, NEXT | FROM_ZERO, codes.STATE_TURNING),
    (codes.STATE_RAMP, SEGMENT_DONE, ALWAYS, NEXT, codes.STATE_RAMP),
    (codes.STATE_RAMP, SPENT, ALWAYS, CUT_SHORT, codes.STATE_RAMP_DOWN),
    (codes.STATE_RAMP, codes.ASK_SET, ALWAYS, ADJUST, codes.STATE_RAMP),
    (codes.STATE_RAMP, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_RAMP, codes.ASK_PAUSE, ALWAYS, 0, codes.STATE_PAUSING),
    (codes.STATE_RAMP, LOST, ALWAYS, 0, codes.STATE_CONTACT),
    (codes.STATE_HOLD, SEGMENT_DONE, IF_LAST, COMPLETE, codes.STATE_RAMP_DOWN),
    (codes.STATE_HOLD, SEGMENT_DONE, IF_TO_ZERO, NEXT | FROM_ZERO, codes.STATE_TURNING),
    (codes.STATE_HOLD, SEGMENT_DONE, ALWAYS, NEXT, codes.STATE_RAMP),
    (codes.STATE_HOLD, SPENT, ALWAYS, CUT_SHORT, codes.STATE_RAMP_DOWN),
    (codes.STATE_HOLD, codes.ASK_SET, ALWAYS, ADJUST, codes.STATE_RAMP),
    (codes.STATE_HOLD, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_HOLD, codes.ASK_PAUSE, ALWAYS, 0, codes.STATE_PAUSING),
    (codes.STATE_HOLD, LOST, ALWAYS, 0, codes.STATE_CONTACT),
    (codes.STATE_PULSE, SEGMENT_DONE, IF_LAST, COMPLETE, codes.STATE_RAMP_DOWN),
    (codes.STATE_PULSE, SEGMENT_DONE, ALWAYS, NEXT | FROM_ZERO, codes.STATE_TURNING),
    (codes.STATE_PULSE, SPENT, ALWAYS, CUT_SHORT, codes.STATE_RAMP_DOWN),
    (codes.STATE_PULSE, codes.ASK_SET, ALWAYS, ADJUST | RETARGET, codes.STATE_PULSE),
    (codes.STATE_PULSE, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_PULSE, codes.ASK_PAUSE, ALWAYS, 0, codes.STATE_PAUSING),
    (codes.STATE_PULSE, LOST, ALWAYS, 0, codes.STATE_CONTACT),
    (codes.STATE_RAMP_DOWN, REACHED, ALWAYS, 0, codes.STATE_DONE),
    # The charge of the ramp down is missing: COMPLETE becomes SHORT.
    (codes.STATE_RAMP_DOWN, LOST, IF_COMPLETE, CUT_SHORT, codes.STATE_CONTACT_ENDING),
    (codes.STATE_RAMP_DOWN, LOST, ALWAYS, 0, codes.STATE_CONTACT_ENDING),
    (codes.STATE_TURNING, REACHED, IF_OFF, 0, codes.STATE_OFF),
    (codes.STATE_TURNING, REACHED, ALWAYS, 0, codes.STATE_REST),
    (codes.STATE_TURNING, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_TURNING, codes.ASK_PAUSE, ALWAYS, 0, codes.STATE_PAUSING),
    (codes.STATE_TURNING, LOST, ALWAYS, 0, codes.STATE_CONTACT),
    (codes.STATE_PAUSING, REACHED, ALWAYS, 0, codes.STATE_PAUSED),
    (codes.STATE_PAUSING, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_PAUSING, LOST, ALWAYS, 0, codes.STATE_CONTACT_PAUSING),
    (codes.STATE_PAUSED, codes.ASK_RESUME, ALWAYS, 0, codes.STATE_REST),
    (codes.STATE_PAUSED, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_PAUSED, TIME_UP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_CONTACT, BACK, IF_INTERMITTENT, BLAME_CONTACT, codes.STATE_FAULT),
    (codes.STATE_CONTACT, BACK, ALWAYS, 0, codes.STATE_REST),
    (codes.STATE_CONTACT, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_CONTACT, codes.ASK_PAUSE, ALWAYS, GO_ON, codes.STATE_CONTACT_PAUSING),
    (codes.STATE_CONTACT_PAUSING, BACK, IF_INTERMITTENT, BLAME_CONTACT, codes.STATE_FAULT),
    (codes.STATE_CONTACT_PAUSING, BACK, ALWAYS, 0, codes.STATE_PAUSED),
    (codes.STATE_CONTACT_PAUSING, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_CONTACT_ENDING, BACK, IF_INTERMITTENT, BLAME_CONTACT, codes.STATE_FAULT),
    (codes.STATE_CONTACT_ENDING, BACK, ALWAYS, 0, codes.STATE_DONE),
    (codes.STATE_CONTACT_ENDING, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_REST, RESTED, IF_OFF, 0, codes.STATE_OFF),
    (codes.STATE_REST, RESTED, IF_SPENT, CUT_SHORT, codes.STATE_DONE),
    (codes.STATE_REST, RESTED, ALWAYS, REVERSE, codes.STATE_PROBE),
    (codes.STATE_REST, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_REST, codes.ASK_PAUSE, ALWAYS, 0, codes.STATE_PAUSED),
    (codes.STATE_OFF, TIME_UP, IF_LAST, COMPLETE, codes.STATE_DONE),
    (codes.STATE_OFF, TIME_UP, ALWAYS, NEXT, codes.STATE_REST),
    (codes.STATE_OFF, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_OFF, codes.ASK_PAUSE, ALWAYS, 0, codes.STATE_PAUSED),
    (ANY, TRIPPED, ALWAYS, BLAME, codes.STATE_FAULT),
    # A fault in the 20 ms between the end and its report: current still flows.
    (codes.STATE_DONE, TRIPPED, ALWAYS, BLAME, codes.STATE_FAULT),
)


def first_rows():
    """Bytes: the first row of TRANSITIONS for [state * EVENTS + event], else NO_ROW."""
    first = bytearray([NO_ROW] * (STATES * EVENTS))
    for number in range(len(TRANSITIONS) - 1, -1, -1):
        state = TRANSITIONS[number][0]
        event = TRANSITIONS[number][1]
        if state != ANY:
            first[state * EVENTS + event] = number
            continue
        for state in range(codes.STATE_PROBE, codes.STATE_DONE):
            first[state * EVENTS + event] = number
    return first
