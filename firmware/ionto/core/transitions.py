"""What can happen to a session, and where each of it leads: one table that can be read.

Pure names; no quantity. Must not act: `session` does. What the table does not list changes
nothing.
"""

from . import faults
from .const import const

ASK_NONE = const(0)
ASK_STOP = const(1)
ASK_PAUSE = const(2)
ASK_RESUME = const(3)
ASK_SET = const(4)  # handled by the state itself, never a transition
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
    (faults.PROBE, HAS_LOAD, faults.PROOF),
    (faults.PROBE, ASK_STOP, faults.DONE),
    (faults.PROBE, ASK_PAUSE, faults.PAUSED),
    (faults.PROOF, PROVEN, faults.RAMP),
    (faults.PROOF, ASK_STOP, faults.DONE),
    (faults.PROOF, ASK_PAUSE, faults.PAUSED),
    (faults.RAMP, REACHED, faults.HOLD),
    (faults.RAMP, FINISHED, faults.RAMP),
    (faults.RAMP, TURN, faults.TURNING),
    (faults.RAMP, LAST, faults.RAMP_DOWN),
    (faults.RAMP, ASK_STOP, faults.RAMP_DOWN),
    (faults.RAMP, ASK_PAUSE, faults.PAUSING),
    (faults.RAMP, LOST, faults.CONTACT),
    (faults.HOLD, FINISHED, faults.RAMP),
    (faults.HOLD, TURN, faults.TURNING),
    (faults.HOLD, LAST, faults.RAMP_DOWN),
    (faults.HOLD, ASK_STOP, faults.RAMP_DOWN),
    (faults.HOLD, ASK_PAUSE, faults.PAUSING),
    (faults.HOLD, LOST, faults.CONTACT),
    (faults.PULSE, TURN, faults.TURNING),
    (faults.PULSE, LAST, faults.RAMP_DOWN),
    (faults.PULSE, ASK_STOP, faults.RAMP_DOWN),
    (faults.PULSE, ASK_PAUSE, faults.PAUSING),
    (faults.PULSE, LOST, faults.CONTACT),
    (faults.RAMP_DOWN, REACHED, faults.DONE),
    (faults.RAMP_DOWN, LOST, faults.CONTACT),
    (faults.TURNING, REACHED, faults.REST),
    (faults.TURNING, WAIT, faults.OFF),
    (faults.TURNING, ASK_STOP, faults.RAMP_DOWN),
    (faults.TURNING, ASK_PAUSE, faults.PAUSING),
    (faults.TURNING, LOST, faults.CONTACT),
    (faults.PAUSING, REACHED, faults.PAUSED),
    (faults.PAUSING, ASK_STOP, faults.RAMP_DOWN),
    (faults.PAUSING, LOST, faults.CONTACT),
    (faults.PAUSED, ASK_RESUME, faults.REST),
    (faults.PAUSED, ASK_STOP, faults.DONE),
    (faults.CONTACT, BACK, faults.REST),
    (faults.CONTACT, BACK_PAUSING, faults.PAUSED),
    (faults.CONTACT, BACK_ENDING, faults.DONE),
    (faults.CONTACT, ASK_STOP, faults.DONE),
    (faults.REST, RESTED, faults.PROBE),
    (faults.REST, WAIT, faults.OFF),
    (faults.REST, LAST, faults.DONE),
    (faults.REST, ASK_STOP, faults.DONE),
    (faults.REST, ASK_PAUSE, faults.PAUSED),
    (faults.OFF, TURN, faults.REST),
    (faults.OFF, LAST, faults.DONE),
    (faults.OFF, ASK_STOP, faults.DONE),
    (faults.OFF, ASK_PAUSE, faults.PAUSED),
    (faults.PROBE, TRIP, faults.FAULT),
    (faults.PROOF, TRIP, faults.FAULT),
    (faults.RAMP, TRIP, faults.FAULT),
    (faults.HOLD, TRIP, faults.FAULT),
    (faults.PULSE, TRIP, faults.FAULT),
    (faults.RAMP_DOWN, TRIP, faults.FAULT),
    (faults.TURNING, TRIP, faults.FAULT),
    (faults.PAUSING, TRIP, faults.FAULT),
    (faults.PAUSED, TRIP, faults.FAULT),
    (faults.CONTACT, TRIP, faults.FAULT),
    (faults.REST, TRIP, faults.FAULT),
    (faults.OFF, TRIP, faults.FAULT),
)


def table():
    """The transitions as bytes: the next state at [state * EVENTS + event], else STAY."""
    cells = bytearray([STAY] * (STATES * EVENTS))
    for state, event, following in TRANSITIONS:
        cells[state * EVENTS + event] = following
    return cells
