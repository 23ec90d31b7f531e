"""A session: probe, proof, ramp, hold or pulses, turns and rests, ramp down, done or fault.

`step` takes what the supervisor found and what was asked, and returns the gate; target, slew and
outcome are left in attributes. What leads where is the table of `transitions`. Times in ms,
charge in uC, currents in `_q4`. It asks for nothing but ramps and pulses from 0: a new start is
always after the gate was low, a probe and a proof.
"""

from . import codes
from .const import const
from .segment import NEVER_MS, NEVER_UC, Segment
from .transitions import (
    BACK,
    BACK_ENDING,
    BACK_PAUSING,
    EVENTS,
    FINISHED,
    LAST,
    LOST,
    REACHED,
    RESTED,
    STAY,
    TRIP,
    TURN,
    WAIT,
    table,
)
from .waits import Waits
from .window import Window

_GLITCH_WINDOW_MS = const(60000)
_PAUSE_MAX_MS = const(1800000)  # half an hour: whoever paused has left
_UNSEEN_MS = const(40)  # two of the longest ticks: so far below the supervisor's wall it ends
_START_UC = const(60)  # of a probe and a proof


class Session:
    """One run of a program.

    Args:
        buf: the list that `port.sample` fills; for what it waits for.
        ramp: the set point; read for where it is, reset whenever the gate is low.
        dose: the charge so far; read only.
        probe: an `impedance.Probe`.
        proof: a `proof.Proof`.
        pulses: a `pulses.Pulses`.
        zero_q4: a mean below it after a rest is no current.

    Attributes after `step`: `state`, `target_q4`, `slew_ua_s`, `jump` (1: the target is to be
    taken at once), `polarity`, `probe_on`, `outcome`, `fault`, `moved` (1 when state or target
    changed; whoever looks clears it), `t_ms` (session clock), `segment`.
    """

    def __init__(self, buf, ramp, dose, probe, proof, pulses, zero_q4):
        self._ramp = ramp
        self._dose = dose
        self._proof = proof
        self._pulses = pulses
        self._waits = Waits(buf, probe, proof, zero_q4)
        self._wait = self._waits.step  # a bound method is an object: made here
        self._part = Segment(pulses)
        self._table = table()
        self._glitches = Window(_GLITCH_WINDOW_MS)
        self._program = None
        self._clear()

    def _clear(self):
        self.state = codes.STATE_IDLE  # also of a session that was broken off in a train
        self.outcome = codes.OUTCOME_RUNNING
        self.fault = 0
        self.moved = 0
        self.t_ms = 0
        self.segment = 0
        self.polarity = 1
        self.value = 0  # of codes.ASK_SET, in uA; the loop sets it before `step`
        self.gate = 0
        self.probe_on = 0
        self.target_q4 = 0
        self.slew_ua_s = 1
        self.jump = 0
        self.starts = 0  # how often the gate has closed for a ramp
        self.glitches = 0
        self.lost_q4 = 0  # set point when contact was lost
        self._us = 0
        self._from_ms = 0  # when this state began
        self._until_ms = NEVER_MS  # when the time of this state is up
        self._level_ms = 0  # when the ramp under way is at its level, as programmed
        self._hold_ms = 0  # from when on the clock of this segment's hold runs
        self._energised_ms = 0  # before the gate last closed
        self._closed_ms = 0  # when it did
        self._end_uc = NEVER_UC  # gross charge at which an end is looked at
        self._most_uc = NEVER_UC  # gross charge at which the session ends short
        self._is_turning = 0  # the ramp to 0 still belongs to the segment before
        self._left_by = 0  # an ask that waits for the proof to arm the limiter again
        self._when_back = BACK

    def start(self, program):
        """Begin `program` at its first segment. Not in a tick path."""
        self._clear()
        self._glitches.reset()
        self._program = program
        self._waits.start(program)
        self._most_uc = program.charge_uc - program.peak_ua * _UNSEEN_MS // 1000
        self.polarity = program.polarity
        self._part.take(program, 0, self._dose.gross_uc)
        self._enter(codes.STATE_PROBE)

    def step(self, fault, ask, dt_us):
        """One tick.

        Args:
            fault: 0, `codes.VERDICT_CUT` or a latched fault, from the supervisor.
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
            if state == codes.STATE_HOLD:
                return 1
            if state == codes.STATE_PULSE:
                if not self._pulses.left and self.state == state:
                    self._advance()
            elif self._ramp.set_q4 == self.target_q4 and self.state == state:
                self._reached()
        elif state < codes.STATE_DONE:
            event = self._wait(state, t_ms, self.polarity)
            if event or t_ms >= self._until_ms:
                self._waited(event)
        return self.gate

    def energised_ms(self):
        """How long the gate has been closed in all."""
        if self.gate:
            return self._energised_ms + self.t_ms - self._closed_ms
        return self._energised_ms

    def _is_spent(self, start_uc):
        """Whether the program's energised time or its charge leaves only the ramp down.

        Args:
            start_uc: what else would flow before the next look.
        """
        if self.energised_ms() >= self._program.time_s * 1000:
            return 1
        down_uc = self._part.down_uc(self._ramp.set_q4)
        return self._dose.gross_uc + down_uc + start_uc >= self._most_uc

    def _end_short(self):
        self.outcome = codes.OUTCOME_SHORT
        self._happen(LAST)

    def _judge_end(self):
        """A charge or a time is near: is it there?"""
        part = self._part
        if self._is_spent(0):
            self._end_short()
        elif part.is_charge() and (
            self._dose.gross_uc + part.reserve_uc(self._ramp.set_q4) >= part.full_uc
        ):
            self._advance()
        elif self.t_ms >= part.until_ms(self._hold_ms):
            self._advance()
        elif self.state == codes.STATE_RAMP and self.t_ms >= self._level_ms:
            self._reached()  # as programmed: a load that limits does not put off the hold

    def _advance(self):
        part = self._part
        if part.is_last():
            self.outcome = codes.OUTCOME_COMPLETE
            self._happen(LAST)
            return
        turns = part.turns
        part.take(self._program, part.index + 1, self._dose.gross_uc)
        self._is_turning = 1 if turns and self.gate else 0
        if not turns:
            self._hold_ms = self.t_ms + part.ramp_ms(self.target_q4)
        self._happen(TURN if turns else FINISHED)
        self.segment = part.index
        part.held_ms = 0  # leaving the old hold has just added to it

    def _reached(self):
        """The set point is at its target."""
        turned = self.state == codes.STATE_TURNING and self._part.is_off()
        self._happen(WAIT if turned else REACHED)

    def _waited(self, event):
        """With the gate low something has come, or the time of a wait or a pause is up."""
        if event == TRIP:
            fault = self._waits.fault
            self._failed(
                codes.FAULT_OPEN if fault == codes.FAULT_NO_LOAD and self.starts else fault
            )
        elif event == BACK:
            self.glitches += 1
            if self._glitches.hit(self.t_ms):
                self._failed(codes.FAULT_INTERMITTENT)
            else:
                self._happen(self._when_back)
        elif event == RESTED:
            if self._part.is_off():
                self._happen(WAIT)
            elif self._is_spent(_START_UC):
                self._end_short()
            else:
                self.polarity = self._part.polarity
                self._happen(RESTED)
        elif event:
            self._happen(self._left_by or event)
        elif self.state == codes.STATE_OFF:
            self._advance()
        else:  # a pause that nobody ended
            self._asked(codes.ASK_STOP)

    def _failed(self, fault):
        if fault == codes.VERDICT_CUT:
            self._lost()
            return
        if self.fault == 0:
            self.fault = fault
            self.outcome = codes.OUTCOME_FAULTED if self.starts else codes.OUTCOME_REFUSED
        self._happen(TRIP)

    def _lost(self):
        self.lost_q4 = self._ramp.set_q4
        if self.state == codes.STATE_RAMP_DOWN:
            self._when_back = BACK_ENDING
            if self.outcome == codes.OUTCOME_COMPLETE:
                self.outcome = codes.OUTCOME_SHORT  # what the ramp down was to add is missing
        else:
            self._when_back = BACK_PAUSING if self.state == codes.STATE_PAUSING else BACK
        self._happen(LOST)

    def _asked(self, ask):
        state = self.state
        if ask == codes.ASK_SET:
            if codes.STATE_RAMP <= state <= codes.STATE_PULSE:
                self._part.adjust(self.value)
                if state != codes.STATE_PULSE:
                    self._enter(codes.STATE_RAMP)
                else:
                    self.target_q4 = self._part.level_q4
                    self.jump = 0  # from here on by ramp, even where the train began at once
                    self.moved = 1
            return
        if ask == codes.ASK_STOP and self.outcome == codes.OUTCOME_RUNNING:
            self.outcome = codes.OUTCOME_STOPPED
        elif ask == codes.ASK_PAUSE and self._when_back == BACK:
            self._when_back = BACK_PAUSING  # a pause asked while contact is lost
        if state == codes.STATE_PROOF and (ask == codes.ASK_STOP or ask == codes.ASK_PAUSE):
            # The limiter may have tripped because it was asked to: only there is that no fault.
            if self._left_by != codes.ASK_STOP:
                self._left_by = ask
            self._proof.leave()
        else:
            self._happen(ask)

    def _happen(self, event):
        following = self._table[self.state * EVENTS + event]
        if following != STAY:
            self._enter(following)

    def _enter(self, state):
        """Everything that a state means for gate, target, probe and clocks."""
        t_ms = self.t_ms
        part = self._part
        if state == codes.STATE_RAMP and part.is_pulses():
            state = codes.STATE_PULSE
        self._leave(self.state, state, t_ms)
        gate = 1 if codes.STATE_RAMP <= state <= codes.STATE_PAUSING else 0
        if gate != self.gate:
            self._switch(gate, t_ms)
        self.state = state
        self.gate = gate
        self.moved = 1
        self.jump = 0
        self._left_by = 0
        self._from_ms = t_ms
        self._until_ms = NEVER_MS
        self.probe_on = 1 if state == codes.STATE_PROBE or state == codes.STATE_CONTACT else 0
        self._aim(state)
        if gate:
            self._set_end(t_ms)
        else:
            self._ramp.reset()
            self._waits.enter(t_ms)
            if state == codes.STATE_OFF:
                self._until_ms = part.until_ms(t_ms)
            elif state == codes.STATE_PAUSED:
                self._until_ms = t_ms + _PAUSE_MAX_MS

    def _leave(self, state, following, t_ms):
        """What the state that ends here leaves behind."""
        part = self._part
        if state == codes.STATE_OFF:
            part.held_ms += t_ms - self._from_ms
        elif state == codes.STATE_RAMP or state == codes.STATE_HOLD:
            if following > codes.STATE_HOLD and t_ms > self._hold_ms:
                part.held_ms += t_ms - self._hold_ms
        elif state == codes.STATE_PULSE:
            if not self._is_turning:
                part.leave_pulses()
            # From here on the set point is what the pulse had made of the amplitude.
            self._ramp.set_q4 = self._ramp.set_q4 * self._pulses.gain_q10 >> 10

    def _switch(self, gate, t_ms):
        """The gate closes or opens: the energised time, and where a turn's charge ends."""
        if gate:
            self.starts += 1
            self._closed_ms = t_ms
            self._hold_ms = t_ms + self._part.ramp_ms(0)
        else:
            self._energised_ms += t_ms - self._closed_ms
            if self._is_turning:
                self._is_turning = 0
                self._part.begin_at(self._dose.gross_uc)

    def _aim(self, state):
        """Target and slew; what starts with the state."""
        part = self._part
        if state == codes.STATE_RAMP:
            self._level_ms = self.t_ms + part.ramp_ms(self.target_q4)
            self.target_q4 = part.level_q4
            self.slew_ua_s = part.slew_ua_s
        elif state == codes.STATE_PULSE:
            self._start_pulses()
        elif state != codes.STATE_HOLD:
            self.target_q4 = 0
            self.slew_ua_s = self._program.down_slew_ua_s
            if state == codes.STATE_PROOF:
                self._proof.start()

    def _start_pulses(self):
        """The amplitude climbs from 0, or stands at its level while the first gain is 0."""
        part = self._part
        part.start_pulses()
        self.target_q4 = part.level_q4
        self.slew_ua_s = part.slew_ua_s
        if not part.slew_ua_s:
            self.jump = 1
            self.slew_ua_s = self._program.slew_ua_s  # after it was retracted
            self._ramp.set_q4 = self.target_q4

    def _set_end(self, t_ms):
        """When a ramp, a hold or pulses are to look at their end: early rather than late."""
        self._end_uc = NEVER_UC
        if self.state > codes.STATE_PULSE:
            return  # on the way to 0 only the set point tells the end
        part = self._part
        until_ms = t_ms + self._program.time_s * 1000 - self.energised_ms()
        until_ms = min(until_ms, part.until_ms(self._hold_ms))
        if self.state == codes.STATE_RAMP:
            until_ms = min(until_ms, self._level_ms)
        self._until_ms = until_ms
        set_q4 = max(self._ramp.set_q4, part.level_q4)
        self._end_uc = min(part.end_uc(set_q4), self._most_uc - part.down_uc(set_q4))
