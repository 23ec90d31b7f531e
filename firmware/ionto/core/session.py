"""A session: probe, proof, ramp, hold or pulses, reversals and rests, ramp down, done or fault.

`step` takes the supervisor's verdict and the operator's request, and returns the gate. Target,
slew and outcome stay in attributes. `transitions` has the table of events, guards, actions and
next states; the session evaluates the guards and does the actions. Times in ms, charge in uC,
currents in `_q4`. The session closes the gate only for a ramp or pulses from 0, after a probe and
a proof. It touches no pin.
"""

from . import codes
from .const import const
from .segment import NEVER_MS, NEVER_UC, Segment
from .transitions import (
    ADJUST,
    ALWAYS,
    BACK,
    BLAME,
    BLAME_CONTACT,
    COMPLETE,
    CUT_SHORT,
    EVENTS,
    FROM_ZERO,
    GO_ON,
    IF_INTERMITTENT,
    IF_LAST,
    IF_OFF,
    IF_PULSES,
    IF_SPENT,
    IF_TO_ZERO,
    LEAVE_PROOF,
    LOST,
    NEXT,
    NO_ROW,
    REACHED,
    RETARGET,
    REVERSE,
    SEGMENT_DONE,
    SPENT,
    STOP,
    TIME_UP,
    TRANSITIONS,
    TRIPPED,
    first_rows,
)
from .waits import Waits
from .window import Window

_GLITCH_WINDOW_MS = const(60000)
_PAUSE_MAX_MS = const(1800000)  # 30 min: then a pause ends the session
# The session ends this long, at peak current, before the supervisor's charge wall: two of the
# longest ticks.
_MARGIN_MS = const(40)
_START_UC = const(30)  # charge of a probe and a proof: at most 18 uC, on 30 mA boards


class Session:
    """One run of a program.

    Args:
        buf: the list that `port.sample` fills; read with the gate low.
        ramp: the set point. The session resets it with the gate low, and sets it where pulses
            start or end.
        dose: the charge so far; read only.
        probe: an `impedance.Probe`.
        proof: a `proof.Proof`.
        pulses: a `pulses.Pulses`.
        zero_q4: a mean current up to this, after a rest, counts as zero.

    Attributes after `step`: `state`, `target_q4`, `slew_ua_s`, `jump` (1: the set point takes the
    target at once), `polarity`, `probe_on`, `outcome`, `fault`, `entered` (1 when a state was
    entered or the target has changed; the tick clears it), `t_ms` (session clock), `segment`.
    """

    def __init__(self, buf, ramp, dose, probe, proof, pulses, zero_q4):
        self._ramp = ramp
        self._dose = dose
        self._proof = proof
        self._pulses = pulses
        self._waits = Waits(buf, probe, proof, zero_q4)
        self._wait = self._waits.step  # a bound method is an object: made here
        self._segment = Segment(pulses)
        self._first_rows = first_rows()
        self._glitches = Window(_GLITCH_WINDOW_MS)
        self._program = None
        self._clear()

    def _clear(self):
        self.state = codes.STATE_IDLE  # also after an exception in a train of pulses
        self.outcome = codes.OUTCOME_RUNNING
        self.fault = 0
        self.entered = 0
        self.t_ms = 0
        self.segment = 0
        self.polarity = 1
        self.value = 0  # new level in uA; the link sets it before it returns ASK_SET
        self.gate = 0
        self.probe_on = 0
        self.target_q4 = 0
        self.slew_ua_s = 1
        self.jump = 0
        self.starts = 0  # how often the session has closed the gate
        self.glitches = 0
        self.lost_q4 = 0  # set point when contact was lost
        self._us = 0
        self._entered_ms = 0  # when this state began
        self._state_end_ms = NEVER_MS  # when the time of this state ends
        self._ramp_end_ms = 0  # when the present ramp reaches its level, as programmed
        self._hold_start_ms = 0  # when the clock of this segment's hold starts
        self._energised_ms = 0  # energised time before the gate last closed
        self._closed_ms = 0  # when the gate last closed
        self._look_at_end_uc = NEVER_UC  # gross charge from which `_judge_end` runs
        self._session_end_uc = NEVER_UC  # gross charge at which the session ends short
        self._pending_fault = 0  # fault of the next event TRIPPED
        self._is_intermittent = 0  # contact came back too often

    def start(self, program):
        """Begin `program` at its first segment. Not in a tick path."""
        self._clear()
        self._glitches.reset()
        self._program = program
        self._waits.start(program)
        self._session_end_uc = program.charge_uc - program.peak_ua * _MARGIN_MS // 1000
        self.polarity = program.polarity
        self._segment.take(program, 0, self._dose.gross_uc)
        self._enter(codes.STATE_PROBE)

    def step(self, verdict, ask, dt_us):
        """One decision, `dt_us` after the last.

        Args:
            verdict: 0, `codes.VERDICT_CUT` or a latched fault, from the supervisor.
            ask: a request, codes.ASK_*.
            dt_us: time since the last step.

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
        if verdict or ask:
            if verdict:
                self._hear_verdict(verdict)
            if ask:
                self._happen(ask)  # keep a stop that comes in the tick that loses contact
            if verdict:
                return self.gate
        state = self.state
        if self.gate:
            if self._dose.gross_uc >= self._look_at_end_uc or t_ms >= self._state_end_ms:
                self._judge_end()
            if state == codes.STATE_HOLD:
                return 1
            if state == codes.STATE_PULSE:
                if not self._pulses.left and self.state == state:
                    self._happen(SEGMENT_DONE)
            elif self._ramp.set_q4 == self.target_q4 and self.state == state:
                self._happen(REACHED)
        elif state < codes.STATE_DONE:
            event = self._wait(state, t_ms, self.polarity)
            if event:
                self._hear_wait(event)
            elif t_ms >= self._state_end_ms:
                self._happen(TIME_UP)
        return self.gate

    def energised_ms(self):
        """Time with the gate closed by the session since the start, ms."""
        if self.gate:
            return self._energised_ms + self.t_ms - self._closed_ms
        return self._energised_ms

    def _is_spent(self, start_uc):
        """Whether the program's time limit is over, or its charge leaves only the ramp down.

        Args:
            start_uc: charge of a probe and a proof where they come first, else 0.
        """
        if self.energised_ms() >= self._program.time_s * 1000:
            return 1
        down_uc = self._segment.down_uc(self._ramp.set_q4)
        return self._dose.gross_uc + down_uc + start_uc >= self._session_end_uc

    def _judge_end(self):
        """End the segment or the session if its charge or time is reached."""
        segment = self._segment
        if self._is_spent(0):
            self._happen(SPENT)
        elif segment.is_charge() and (
            self._dose.gross_uc + segment.reserve_uc(self._ramp.set_q4) >= segment.full_uc
        ):
            self._happen(SEGMENT_DONE)
        elif self.t_ms >= segment.until_ms(self._hold_start_ms):
            self._happen(SEGMENT_DONE)
        elif self.state == codes.STATE_RAMP and self.t_ms >= self._ramp_end_ms:
            self._happen(REACHED)  # as programmed: a limited load does not delay the hold

    def _hear_verdict(self, verdict):
        """Pass on a cut or a trip of the supervisor."""
        if verdict == codes.VERDICT_CUT:
            self.lost_q4 = self._ramp.set_q4
            self._happen(LOST)
        else:
            self._trip(verdict)

    def _hear_wait(self, event):
        """Pass on the event that `waits` has seen with the gate low."""
        if event == TRIPPED:
            fault = self._waits.fault
            no_load = fault == codes.FAULT_NO_LOAD and self.starts
            self._trip(codes.FAULT_OPEN if no_load else fault)
            return
        if event == BACK:
            self.glitches += 1
            self._is_intermittent = self._glitches.hit(self.t_ms)
        self._happen(event)

    def _trip(self, fault):
        self._pending_fault = fault
        self._happen(TRIPPED)

    def _happen(self, event):
        """Take the row of the table for this event in this state, if there is one."""
        number = self._first_rows[self.state * EVENTS + event]
        if number == NO_ROW:
            return
        while not self._is_so(TRANSITIONS[number][2]):
            number += 1
        actions = TRANSITIONS[number][3]
        following = TRANSITIONS[number][4]
        self._conclude(actions)
        if actions & GO_ON:
            self.state = following
        elif actions & RETARGET:
            self._prepare(actions)
            self.target_q4 = self._segment.level_q4
            self.jump = 0  # the new level comes by ramp, even in a train that began at once
            self.entered = 1
            self._set_end(self.t_ms)
        else:
            self._leave(following)
            self._prepare(actions)
            self._enter(following)

    def _is_so(self, guard):
        """Whether a guard of the table holds."""
        if guard == ALWAYS:
            return 1
        segment = self._segment
        if guard == IF_LAST:
            return segment.is_last()
        if guard == IF_TO_ZERO:
            return segment.ends_at_zero
        if guard == IF_PULSES:
            return segment.is_pulses()
        if guard == IF_OFF:
            return segment.is_off()
        if guard == IF_SPENT:
            return self._is_spent(_START_UC)
        if guard == IF_INTERMITTENT:
            return self._is_intermittent
        return self.outcome == codes.OUTCOME_COMPLETE  # IF_COMPLETE

    def _conclude(self, actions):
        """The actions that end something: outcome, fault, proof."""
        if actions & STOP and self.outcome == codes.OUTCOME_RUNNING:
            self.outcome = codes.OUTCOME_STOPPED
        if actions & COMPLETE:
            self.outcome = codes.OUTCOME_COMPLETE
        if actions & CUT_SHORT:
            self.outcome = codes.OUTCOME_SHORT
        if actions & BLAME_CONTACT:
            self._pending_fault = codes.FAULT_INTERMITTENT
        if actions & (BLAME | BLAME_CONTACT) and self.fault == 0:
            self.fault = self._pending_fault
            self.outcome = codes.OUTCOME_FAULTED if self.starts else codes.OUTCOME_REFUSED
        if actions & LEAVE_PROOF:
            self._proof.leave()

    def _prepare(self, actions):
        """The actions that prepare the next state: level, segment, polarity."""
        segment = self._segment
        if actions & ADJUST:
            segment.adjust(self.value)
        if actions & NEXT:
            segment.take(self._program, segment.index + 1, self._dose.gross_uc)
            segment.is_ahead = actions & FROM_ZERO
            self._hold_start_ms = self.t_ms + segment.ramp_ms(self.target_q4)
            self.segment = segment.index
        if actions & REVERSE:
            self.polarity = segment.polarity

    def _leave(self, following):
        """Store the held time and the pulses left of the state that ends."""
        state = self.state
        t_ms = self.t_ms
        segment = self._segment
        if state == codes.STATE_OFF:
            segment.held_ms += t_ms - self._entered_ms
        elif state == codes.STATE_RAMP or state == codes.STATE_HOLD:
            if following > codes.STATE_HOLD and t_ms > self._hold_start_ms:
                segment.held_ms += t_ms - self._hold_start_ms
        elif state == codes.STATE_PULSE:
            segment.leave_pulses()
            # The ramp to 0 starts from the present value of the pulse, not from the amplitude.
            self._ramp.set_q4 = self._ramp.set_q4 * self._pulses.gain_q10 >> 10

    def _enter(self, state):
        """Set gate, target, probe and clocks for a new state."""
        t_ms = self.t_ms
        gate = 1 if codes.STATE_RAMP <= state <= codes.STATE_PAUSING else 0
        if gate != self.gate:
            self._switch(gate, t_ms)
        if state == codes.STATE_RAMP:
            # A ramp that is under way goes on from where the set point is.
            from_q4 = self._ramp.set_q4 if self.state == state else self.target_q4
            self._ramp_end_ms = t_ms + self._segment.ramp_ms(from_q4)
        self.state = state
        self.gate = gate
        self.entered = 1
        self.jump = 0
        self._entered_ms = t_ms
        self._state_end_ms = NEVER_MS
        contact = codes.STATE_CONTACT <= state <= codes.STATE_CONTACT_ENDING
        self.probe_on = 1 if contact or state == codes.STATE_PROBE else 0
        self._aim(state)
        if gate:
            self._set_end(t_ms)
        else:
            self._ramp.reset()
            self._waits.enter(t_ms)
            if state == codes.STATE_OFF:
                self._state_end_ms = self._segment.until_ms(t_ms)
            elif state == codes.STATE_PAUSED:
                self._state_end_ms = t_ms + _PAUSE_MAX_MS

    def _switch(self, gate, t_ms):
        """Note a change of the gate: energised time, and the start of a segment's charge."""
        segment = self._segment
        if gate:
            self.starts += 1
            self._closed_ms = t_ms
            self._hold_start_ms = t_ms + segment.ramp_ms(0)
        else:
            self._energised_ms += t_ms - self._closed_ms
            if segment.is_ahead:
                segment.begin_at(self._dose.gross_uc)

    def _aim(self, state):
        """Set target and slew, and start the pulses or the proof of the state."""
        segment = self._segment
        if state == codes.STATE_RAMP:
            self.target_q4 = segment.level_q4
            self.slew_ua_s = segment.slew_ua_s
        elif state == codes.STATE_PULSE:
            self._start_pulses()
        elif state != codes.STATE_HOLD:
            self.target_q4 = 0
            self.slew_ua_s = self._program.down_slew_ua_s
            if state == codes.STATE_PROOF:
                self._proof.start()

    def _start_pulses(self):
        """Start the train. The amplitude climbs from 0, or (slew 0) has its level at once."""
        segment = self._segment
        segment.start_pulses()
        self.target_q4 = segment.level_q4
        self.slew_ua_s = segment.slew_ua_s
        if not segment.slew_ua_s:
            self.jump = 1
            self.slew_ua_s = self._program.slew_ua_s  # for the climb after a retraction
            self._ramp.set_q4 = self.target_q4

    def _set_end(self, t_ms):
        """Set the time and the charge from which `_judge_end` runs: early rather than late."""
        self._look_at_end_uc = NEVER_UC
        if self.state > codes.STATE_PULSE:
            return  # a ramp to 0 ends with the set point at 0
        segment = self._segment
        until_ms = t_ms + self._program.time_s * 1000 - self.energised_ms()
        until_ms = min(until_ms, segment.until_ms(self._hold_start_ms))
        if self.state == codes.STATE_RAMP:
            until_ms = min(until_ms, self._ramp_end_ms)
        self._state_end_ms = until_ms
        set_q4 = max(self._ramp.set_q4, segment.level_q4)
        self._look_at_end_uc = min(
            segment.end_uc(set_q4), self._session_end_uc - segment.down_uc(set_q4)
        )
