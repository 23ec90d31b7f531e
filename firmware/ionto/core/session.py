"""A session as one transition table: probe, ramp, hold, ramp down, done or fault.

`step` takes what the supervisor found and what was asked, and returns the gate; target, slew and
outcome are left in attributes. Times in ms, charge in uC, currents in `_q4`. It asks for
nothing but ramps: a new start is always from 0, after the gate was low.
"""

from . import faults
from .const import const
from .program import (
    HOLD_CHARGE,
    S_CHARGE_UC,
    S_KIND,
    S_LEVEL_UA,
    S_SLEW_UA_S,
    S_TIME_MS,
)
from .units import SAMPLE_V
from .window import Window

# What can happen to a session; columns of the table.
ASK_NONE = const(0)
ASK_STOP = const(1)
ASK_PAUSE = const(2)
ASK_RESUME = const(3)
ASK_SET = const(4)  # handled by the state itself, never a transition
HAS_LOAD = const(5)  # the probe found a load
REACHED = const(6)  # the set point is at its target
FINISHED = const(7)  # the segment is done, another follows
LAST = const(8)  # the last segment is done, or the time is up
LOST = const(9)  # the supervisor cut: contact lost
BACK = const(10)  # contact came back within its time
BACK_PAUSING = const(11)  # the same, lost on the way to a pause
BACK_ENDING = const(12)  # the same, lost on the last way down
RESTED = const(13)  # the rest is over
TRIP = const(14)  # a fault
_EVENTS = const(15)

# (state, event, next state). What is not listed changes nothing.
TRANSITIONS = (
    (faults.PROBE, HAS_LOAD, faults.RAMP),
    (faults.PROBE, ASK_STOP, faults.DONE),
    (faults.RAMP, REACHED, faults.HOLD),
    (faults.RAMP, FINISHED, faults.RAMP),
    (faults.RAMP, LAST, faults.RAMP_DOWN),
    (faults.RAMP, ASK_STOP, faults.RAMP_DOWN),
    (faults.RAMP, ASK_PAUSE, faults.PAUSING),
    (faults.RAMP, LOST, faults.CONTACT),
    (faults.HOLD, FINISHED, faults.RAMP),
    (faults.HOLD, LAST, faults.RAMP_DOWN),
    (faults.HOLD, ASK_STOP, faults.RAMP_DOWN),
    (faults.HOLD, ASK_PAUSE, faults.PAUSING),
    (faults.HOLD, LOST, faults.CONTACT),
    (faults.RAMP_DOWN, REACHED, faults.DONE),
    (faults.RAMP_DOWN, LOST, faults.CONTACT),
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
    (faults.REST, ASK_STOP, faults.DONE),
    (faults.PROBE, TRIP, faults.FAULT),
    (faults.RAMP, TRIP, faults.FAULT),
    (faults.HOLD, TRIP, faults.FAULT),
    (faults.RAMP_DOWN, TRIP, faults.FAULT),
    (faults.PAUSING, TRIP, faults.FAULT),
    (faults.PAUSED, TRIP, faults.FAULT),
    (faults.CONTACT, TRIP, faults.FAULT),
    (faults.REST, TRIP, faults.FAULT),
)

NEVER_MS = const(0x3FFFFFFF)  # no clock of a session gets there

_NEVER_UC = const(0x3FFFFFFF)
_STATES = const(11)
_STAY = const(255)
_PROBE_SETTLE_MS = const(200)  # the load's own capacitance behind 100 kOhm
_CONTACT_MS = const(100)  # not back by then: open
_ONSET_MS = const(5)  # the ticks that the supervisor counted before it cut
_BACK_TICKS = const(3)
_REST_MS = const(1000)
_GLITCH_WINDOW_MS = const(60000)


def _table():
    table = bytearray([_STAY] * (_STATES * _EVENTS))
    for state, event, following in TRANSITIONS:
        table[state * _EVENTS + event] = following
    return table


class Session:
    """One run of a program.

    Args:
        buf: the list that `port.sample` fills.
        ramp: the set point; read for where it is, reset whenever the gate is low.
        dose: the charge so far; read only.
        probe: an `impedance.Probe`.

    Attributes after `step`: `state`, `target_q4`, `slew_ua_s`, `probe_on`, `outcome`, `fault`,
    `moved` (1 when state or target
    changed; whoever looks clears it), `t_ms` (session clock), `segment`.
    """

    def __init__(self, buf, ramp, dose, probe):
        self._buf = buf
        self._ramp = ramp
        self._dose = dose
        self._probe = probe
        self._table = _table()
        self._glitches = Window(_GLITCH_WINDOW_MS)
        self._program = None
        self.state = faults.IDLE
        self._clear()

    def _clear(self):
        self.outcome = faults.RUNNING
        self.fault = 0
        self.moved = 0
        self.t_ms = 0
        self.segment = 0
        self.value = 0  # of ASK_SET, in uA; the loop sets it before `step`
        self.gate = 0
        self.probe_on = 0
        self.target_q4 = 0
        self.slew_ua_s = 1
        self.starts = 0  # how often the gate has closed
        self.glitches = 0
        self.lost_q4 = 0  # set point when contact was lost
        self._us = 0
        self._from_ms = 0  # when this state began
        self._until_ms = NEVER_MS  # when the time of this state is up
        self._energised_ms = 0  # before the gate last closed
        self._closed_ms = 0  # when it did
        self._held_ms = 0  # of this segment's hold, before it was last left
        self._end_uc = _NEVER_UC  # gross charge at which the segment's end is looked at
        self._level_q4 = 0
        self._back_ticks = 0
        self._when_back = BACK
        self._segment_from_uc = 0

    def start(self, program):
        """Begin `program` at its first segment. Not in a tick path."""
        self._clear()
        self._glitches.reset()
        self._program = program
        self._take_segment(0)
        self._enter(faults.PROBE)

    def step(self, fault, ask, dt_us):
        """One tick.

        Args:
            fault: 0, `faults.CUT` or a latched fault, from the supervisor.
            ask: an ASK_* from the operator.
            dt_us: since the last tick.

        Returns:
            1 to close the gate, 0 to keep it low.
        """
        us = self._us + dt_us
        t_ms = self.t_ms
        while us >= 1000:
            us -= 1000
            t_ms += 1
        self._us = us
        self.t_ms = t_ms
        if fault or ask:
            if fault:
                self._failed(fault)
            if ask:
                self._asked(ask)  # a stop in the tick that loses contact is not to be lost
            if fault:
                return self.gate
        state = self.state
        if self.gate:
            if self._dose.gross_uc >= self._end_uc or t_ms >= self._until_ms:
                self._judge_end()
            if state == faults.HOLD:
                return 1
            if self._ramp.set_q4 == self.target_q4 and self.state == state:
                self._happen(REACHED)
        elif state < faults.DONE:
            self._waiting()
        return self.gate

    def energised_ms(self):
        """How long the gate has been closed in all."""
        if self.gate:
            return self._energised_ms + self.t_ms - self._closed_ms
        return self._energised_ms

    def _judge_end(self):
        """The charge or the time is near its end: is it there?"""
        program = self._program
        if self.energised_ms() >= program.time_s * 1000:
            if self.outcome == faults.RUNNING:
                self.outcome = faults.SHORT
            self._happen(LAST)
        elif self._kind == HOLD_CHARGE:
            if self._dose.gross_uc + self._reserve_uc(self._ramp.set_q4) >= self._full_uc:
                self._advance()
        elif self.state == faults.HOLD:
            self._advance()

    def _reserve_uc(self, from_q4):
        """What the last ramp down will add: I^2 / (2 slew). Bound: 30 000^2 = 9e8."""
        program = self._program
        if self.segment < program.segments - 1:
            return 0
        from_ua = from_q4 >> 4
        return from_ua * from_ua // (2 * program.down_slew_ua_s)

    def _advance(self):
        following = self.segment + 1
        if following >= self._program.segments:
            if self.outcome == faults.RUNNING:
                self.outcome = faults.COMPLETE
            self._happen(LAST)
        else:
            self._take_segment(following)
            self._happen(FINISHED)
            self._held_ms = 0  # leaving the old hold has just added to it

    def _waiting(self):
        """Gate low: probing, watching for contact, resting or paused."""
        state = self.state
        if state == faults.PROBE:
            if self.t_ms < self._from_ms + _PROBE_SETTLE_MS:
                self._probe.reset()
            elif self._probe.step(self._buf[SAMPLE_V]):
                self._probed()
        elif state == faults.CONTACT:
            self._watch()
        elif state == faults.REST and self.t_ms >= self._from_ms + _REST_MS:
            self._happen(RESTED)

    def _probed(self):
        if self._probe.current_q4 >= self._program.probe_min_q4:
            self._happen(HAS_LOAD)
        elif self.starts:
            self._failed(faults.OPEN)
        else:
            self.outcome = faults.REFUSED
            self._failed(faults.NO_LOAD)

    def _watch(self):
        if self._probe.now_q4(self._buf[SAMPLE_V]) >= self._program.probe_min_q4:
            self._back_ticks += 1
        else:
            self._back_ticks = 0
        if self.t_ms >= self._from_ms + _CONTACT_MS - _ONSET_MS:
            self._failed(faults.OPEN)
        elif self._back_ticks >= _BACK_TICKS:
            self.glitches += 1
            if self._glitches.hit(self.t_ms):
                self._failed(faults.INTERMITTENT)
            else:
                self._happen(self._when_back)

    def _failed(self, fault):
        if fault == faults.CUT:
            self.lost_q4 = self._ramp.set_q4
            if self.state == faults.RAMP_DOWN:
                self._when_back = BACK_ENDING
            else:
                self._when_back = BACK_PAUSING if self.state == faults.PAUSING else BACK
            self._happen(LOST)
            return
        if self.fault == 0:
            self.fault = fault
            if self.outcome != faults.REFUSED:
                self.outcome = faults.FAULTED
        self._happen(TRIP)

    def _asked(self, ask):
        if ask == ASK_SET:
            if self.gate and faults.RAMP <= self.state <= faults.HOLD:
                self._level_q4 = min(max(self.value, 1), self._program.peak_ua) << 4
                self._enter(faults.RAMP)
            return
        if ask == ASK_STOP and self.outcome == faults.RUNNING:
            self.outcome = faults.STOPPED
            self._when_back = BACK_ENDING
        self._happen(ask)

    def _happen(self, event):
        following = self._table[self.state * _EVENTS + event]
        if following != _STAY:
            self._enter(following)

    def _take_segment(self, segment):
        program = self._program
        self.segment = segment
        self._segment_from_uc = self._dose.gross_uc
        self._kind = program.word(segment, S_KIND)
        self._level_q4 = program.word(segment, S_LEVEL_UA) << 4
        self._level_slew_ua_s = program.word(segment, S_SLEW_UA_S)
        self._full_uc = self._segment_from_uc + program.word(segment, S_CHARGE_UC)
        self._time_ms = program.word(segment, S_TIME_MS)

    def _enter(self, state):
        """Everything that a state means for gate, target, probe and clocks."""
        t_ms = self.t_ms
        if self.state == faults.HOLD:
            self._held_ms += t_ms - self._from_ms
        gate = 1 if faults.RAMP <= state <= faults.PAUSING else 0
        if gate and not self.gate:
            self.starts += 1
            self._closed_ms = t_ms
        elif self.gate and not gate:
            self._energised_ms += t_ms - self._closed_ms
        self.state = state
        self.gate = gate
        self.moved = 1
        self._from_ms = t_ms
        self._back_ticks = 0
        self.probe_on = 1 if state == faults.PROBE or state == faults.CONTACT else 0
        if state == faults.RAMP:
            self.target_q4 = self._level_q4
            self.slew_ua_s = self._level_slew_ua_s
        elif state != faults.HOLD:
            self.target_q4 = 0
            self.slew_ua_s = self._program.down_slew_ua_s
        if not gate:
            self._ramp.reset()
        else:
            self._set_end(t_ms)

    def _set_end(self, t_ms):
        """When a ramp or a hold is to look at its end: early rather than late."""
        self._until_ms = NEVER_MS
        self._end_uc = _NEVER_UC
        if self.state > faults.HOLD:
            return  # on the way to 0 only the set point tells the end
        self._until_ms = t_ms + self._program.time_s * 1000 - self.energised_ms()
        if self._kind == HOLD_CHARGE:
            highest_q4 = max(self._ramp.set_q4, self._level_q4)
            self._end_uc = self._full_uc - self._reserve_uc(highest_q4)
        elif self.state == faults.HOLD:
            self._until_ms = min(self._until_ms, t_ms + self._time_ms - self._held_ms)
