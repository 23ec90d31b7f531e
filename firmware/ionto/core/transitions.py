"""What can happen to a session, and where each of it leads: one table that can be read.

Pure names; no quantity. Must not act: `session` does. What the table does not list changes
nothing.
"""

from . import codes
from .const import const

HAS_LOAD = const(5)  # the probe found a load
PROVEN = const(6)  # every switch and the limiter work
REACHED = const(7)  # the set point is at its target
FINISHED = const(8)  # the segment is done, and the next starts from its level
TURN = const(9)  # the segment is done, and the next starts from 0
LAST = const(10)  # the last segment is done, or the time is up
LOST = const(11)  # the supervisor cut: contact lost
BACK = const(12)  # contact came back within its time
BACK_PAUSING = const(13)  # the same, lost on the way to a pause
BACK_ENDING = const(14)  # the same, lost on the last way down
RESTED = const(15)  # the rest is over
WAIT = const(16)  # instead of a ramp, the segment keeps the gate low
TRIP = const(17)  # a fault
EVENTS = const(18)

STATES = const(15)
STAY = const(255)

# (state, event, next state)
TRANSITIONS = (
    (codes.STATE_PROBE, HAS_LOAD, codes.STATE_PROOF),
    (codes.STATE_PROBE, codes.ASK_STOP, codes.STATE_DONE),
    (codes.STATE_PROBE, codes.ASK_PAUSE, codes.STATE_PAUSED),
    (codes.STATE_PROOF, PROVEN, codes.STATE_RAMP),
    (codes.STATE_PROOF, codes.ASK_STOP, codes.STATE_DONE),
    (codes.STATE_PROOF, codes.ASK_PAUSE, codes.STATE_PAUSED),
    (codes.STATE_RAMP, REACHED, codes.STATE_HOLD),
    (codes.STATE_RAMP, FINISHED, codes.STATE_RAMP),
    (codes.STATE_RAMP, TURN, codes.STATE_TURNING),
    (codes.STATE_RAMP, LAST, codes.STATE_RAMP_DOWN),
    (codes.STATE_RAMP, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_RAMP, codes.ASK_PAUSE, codes.STATE_PAUSING),
    (codes.STATE_RAMP, LOST, codes.STATE_CONTACT),
    (codes.STATE_HOLD, FINISHED, codes.STATE_RAMP),
    (codes.STATE_HOLD, TURN, codes.STATE_TURNING),
    (codes.STATE_HOLD, LAST, codes.STATE_RAMP_DOWN),
    (codes.STATE_HOLD, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_HOLD, codes.ASK_PAUSE, codes.STATE_PAUSING),
    (codes.STATE_HOLD, LOST, codes.STATE_CONTACT),
    (codes.STATE_PULSE, TURN, codes.STATE_TURNING),
    (codes.STATE_PULSE, LAST, codes.STATE_RAMP_DOWN),
    (codes.STATE_PULSE, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_PULSE, codes.ASK_PAUSE, codes.STATE_PAUSING),
    (codes.STATE_PULSE, LOST, codes.STATE_CONTACT),
    (codes.STATE_RAMP_DOWN, REACHED, codes.STATE_DONE),
    (codes.STATE_RAMP_DOWN, LOST, codes.STATE_CONTACT),
    (codes.STATE_TURNING, REACHED, codes.STATE_REST),
    (codes.STATE_TURNING, WAIT, codes.STATE_OFF),
    (codes.STATE_TURNING, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_TURNING, codes.ASK_PAUSE, codes.STATE_PAUSING),
    (codes.STATE_TURNING, LOST, codes.STATE_CONTACT),
    (codes.STATE_PAUSING, REACHED, codes.STATE_PAUSED),
    (codes.STATE_PAUSING, codes.ASK_STOP, codes.STATE_RAMP_DOWN),
    (codes.STATE_PAUSING, LOST, codes.STATE_CONTACT),
    (codes.STATE_PAUSED, codes.ASK_RESUME, codes.STATE_REST),
    (codes.STATE_PAUSED, codes.ASK_STOP, codes.STATE_DONE),
    (codes.STATE_CONTACT, BACK, codes.STATE_REST),
    (codes.STATE_CONTACT, BACK_PAUSING, codes.STATE_PAUSED),
    (codes.STATE_CONTACT, BACK_ENDING, codes.STATE_DONE),
    (codes.STATE_CONTACT, codes.ASK_STOP, codes.STATE_DONE),
    (codes.STATE_REST, RESTED, codes.STATE_PROBE),
    (codes.STATE_REST, WAIT, codes.STATE_OFF),
    (codes.STATE_REST, LAST, codes.STATE_DONE),
    (codes.STATE_REST, codes.ASK_STOP, codes.STATE_DONE),
    (codes.STATE_REST, codes.ASK_PAUSE, codes.STATE_PAUSED),
    (codes.STATE_OFF, TURN, codes.STATE_REST),
    (codes.STATE_OFF, LAST, codes.STATE_DONE),
    (codes.STATE_OFF, codes.ASK_STOP, codes.STATE_DONE),
    (codes.STATE_OFF, codes.ASK_PAUSE, codes.STATE_PAUSED),
    (codes.STATE_PROBE, TRIP, codes.STATE_FAULT),
    (codes.STATE_PROOF, TRIP, codes.STATE_FAULT),
    (codes.STATE_RAMP, TRIP, codes.STATE_FAULT),
    (codes.STATE_HOLD, TRIP, codes.STATE_FAULT),
    (codes.STATE_PULSE, TRIP, codes.STATE_FAULT),
    (codes.STATE_RAMP_DOWN, TRIP, codes.STATE_FAULT),
    (codes.STATE_TURNING, TRIP, codes.STATE_FAULT),
    (codes.STATE_PAUSING, TRIP, codes.STATE_FAULT),
    (codes.STATE_PAUSED, TRIP, codes.STATE_FAULT),
    (codes.STATE_CONTACT, TRIP, codes.STATE_FAULT),
    (codes.STATE_REST, TRIP, codes.STATE_FAULT),
    (codes.STATE_OFF, TRIP, codes.STATE_FAULT),
)


def table():
    """The transitions as bytes: the next state at [state * EVENTS + event], else STAY."""
    cells = bytearray([STAY] * (STATES * EVENTS))
    for state, event, following in TRANSITIONS:
        cells[state * EVENTS + event] = following
    return cells
