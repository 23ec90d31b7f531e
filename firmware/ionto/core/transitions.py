"""What can happen to a session, and where each of it leads: one table that can be read.

A row is (state, event, guard, actions, next state). Of the rows with the same state and event the
first whose guard holds is taken; what has no row changes nothing. Pure names; no quantity. Must
not act: `session` evaluates the guards, does the actions and enters the states.
"""

from . import codes
from .const import const

# Events. The first ones are the ASK_* of `codes`, by their numbers.
LOAD_FOUND = const(5)  # the probe has found a load
PROVEN = const(6)  # every switch and the limiter work
REACHED = const(7)  # the set point is at its target
SEGMENT_DONE = const(8)  # the segment has its charge, its time or its pulses
SPENT = const(9)  # the program's charge or time leaves only the ramp down
LOST = const(10)  # the supervisor has cut: contact lost
BACK = const(11)  # contact came back within its time
RESTED = const(12)  # the rest is over and zero is proven
TIME_UP = const(13)  # a wait or a pause has lasted its time
TRIPPED = const(14)  # a fault
EVENTS = const(15)

# Guards. The last row of a state and an event is always taken.
ALWAYS = const(0)
IF_LAST = const(1)  # no segment follows
IF_TO_ZERO = const(2)  # the segment ends at 0: the next cannot start from its level
IF_PULSES = const(3)  # the segment is a train of pulses
IF_OFF = const(4)  # the segment keeps the gate low
IF_SPENT = const(5)  # the program's charge or time would not last for another start
IF_INTERMITTENT = const(6)  # contact was lost too often
IF_COMPLETE = const(7)  # the ramp down was to complete the program

# Actions, as bits; `session` does them in this order.
STOP = const(1)  # the outcome is STOPPED, unless there is one
COMPLETE = const(2)  # the outcome is COMPLETE
CUT_SHORT = const(4)  # the outcome is SHORT
BLAME = const(8)  # keep the fault, the first one only, and its outcome
BLAME_CONTACT = const(16)  # the same with INTERMITTENT
LEAVE_PROOF = const(32)  # the proof is to arm the limiter again and to end
ADJUST = const(64)  # the segment's level is the value that was asked for
NEXT = const(128)  # take the next segment
FROM_ZERO = const(256)  # its charge counts from gate-off, not from here
REVERSE = const(512)  # take the segment's polarity
RETARGET = const(1024)  # the train under way goes on to the new level
GO_ON = const(2048)  # the wait under way goes on: its clock and its counts stay

STATES = const(19)
ANY = const(255)  # every state that is not an end
NO_ROW = const(255)

TRANSITIONS = (
    (codes.STATE_PROBE, LOAD_FOUND, ALWAYS, 0, codes.STATE_PROOF),
    (codes.STATE_PROBE, codes.ASK_STOP, ALWAYS, STOP, codes.STATE_DONE),
    (codes.STATE_PROBE, codes.ASK_PAUSE, ALWAYS, 0, codes.STATE_PAUSED),
    (codes.STATE_PROOF, PROVEN, IF_PULSES, 0, codes.STATE_PULSE),
    (codes.STATE_PROOF, PROVEN, ALWAYS, 0, codes.STATE_RAMP),
    # The limiter may have tripped because it was asked to: only in the proof is that no fault.
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
    # What the ramp down was to add is missing.
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
    # A fault between the end and its telling: current that flows on.
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
