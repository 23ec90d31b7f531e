"""One tick of the session loop, in its order: sample, judge, decide, drive, feed, count, report.

It connects the core with a port and holds no rule and no number of control. On the chip it is
native code, where calls and attribute look-ups take most of the time. So a tick binds and reads
its parts once, and rare work has a method of its own. Times in us, currents in `_q4`.
"""

from .core import codes
from .core.const import const, words
from .core.dose import Dose, whole_uc
from .core.impedance import Probe
from .core.limits import zero_q4
from .core.proof import Proof
from .core.pulses import FLAT_Q10, Pulses
from .core.ramp import Ramp
from .core.regulator import Regulator
from .core.regulator import drive as drive_counts
from .core.session import Session
from .core.slow_checks import SLOW_CHECK_US
from .core.supervisor import (
    BY_PULSES,
    BY_PULSES_AT_ONCE,
    BY_RAMP,
    Supervisor,
)
from .core.units import (
    FLOW_EDGE,
    FLOW_OFF,
    FLOW_STEADY,
    FLOW_ZERO,
    SAMPLE_A,
    SAMPLE_LEN,
    TICK_US,
    WRAP_US,
)
from .link import Link

# The dose still counts this long after gate off. The end is reported this long after the end.
_AFTER_OFF_US = const(20000)
_ZERO_US = const(8000)  # set-up time of a pulse's off part: poles, and the load's capacitance
_STEADY_US = const(3000)  # set-up time of a pulse's flat part: two 0.3 ms poles and a tick
_DT_MAX_US = const(100000)  # a clock that steps back looks like 2^30 us; this is late enough
_FLUSH_US = const(1000000)  # time for unsent frames after the end

# A tick has one slot. TELL sends telemetry; HEAR uses the link; CHECK runs a slow check. In TELL
# the session decides and the set point moves. With the gate off the session also decides in HEAR.
# A verdict makes it decide in any slot. ENTERED replaces the slot of a tick that enters a state,
# and NOTED follows; in both the session decides as in TELL.
_TELL = const(0)  # every second tick
_ENTERED = const(1)  # nothing else is sent or read in that tick
_NOTED = const(2)  # the tick after ENTERED, instead of TELL: its events, a frame that waits
_HEAR = const(3)  # a frame out or bytes in
_CHECK = const(4)  # one of the supervisor's slow checks: every 4 ms, instead of HEAR


class Tick:
    """The parts of one session, connected.

    Args:
        port: anything that keeps the contract of `port.py`.
        board: its `core.limits.Board`.
    """

    def __init__(self, port, board):
        self.port = port
        self.buf = words([0] * SAMPLE_LEN)
        self.ramp = Ramp()
        self.dose = Dose()
        self.probe = Probe(board.probe_mv, board.probe_ohm)
        self.regulator = Regulator(board.full_scale_ua * 16, board.drive_counts)
        self.supervisor = Supervisor(board)
        self.proof = Proof(board)
        self.pulses = Pulses()
        self.session = Session(
            self.buf,
            self.ramp,
            self.dose,
            self.probe,
            self.proof,
            self.pulses,
            zero_q4(board),
        )
        self.link = Link(port, self)
        self._bind()
        self._program = None
        self._reset()

    def _bind(self):
        """Bound methods are objects: they are made here, before any heap is locked."""
        port = self.port
        self._now_us = port.now_us
        self._sample = port.sample
        self._actuate = port.actuate
        self._feed = port.feed
        self._pump = port.pump
        self._check = self.supervisor.check
        self._check_slowly = self.supervisor.slow_checks.step
        self._clamp_drive = self.supervisor.clamp_drive
        self._decide = self.session.step
        self._climb = self.ramp.step
        self._shape = self.pulses.step
        self._regulate = drive_counts
        self._count = whole_uc
        self._charge = self.dose.table
        self._tell = self.link.tell
        self._hear = self.link.hear
        self._event = self.link.telemetry.event

    def _reset(self):
        self.peak_q4 = 0
        self.ended_ms = 0  # session clock at its end; the loop runs on until the end is reported
        self._supervised = 0
        self._gate = 0
        self._off_us = 0
        self._ended_us = 0
        self._glitches = 0
        self._starts = 0
        self._polarity = 1
        self._entry_state = self._entry_segment = self._entry_ms = self._entry_q4 = 0
        for index in range(SAMPLE_LEN):
            self.buf[index] = 0  # drop an earlier run's: inputs come every eighth tick

    def start(self, program, supervised):
        """Prepare a session of `program`, output off. Not in a tick path.

        Returns:
            A generator of its ticks, to start after `port.begin()`; see `_run`.
        """
        self._reset()
        self._program = program
        self._supervised = 1 if supervised else 0
        self._polarity = program.polarity
        self.ramp.reset()
        self.regulator.reset()
        self.dose.reset(program.polarity)
        self.supervisor.arm(program)
        self.session.start(program)
        self.link.reset(program.polarity, self._supervised)
        return self._run()

    def _run(self):
        """The ticks of a session, as a generator: local names keep their values between ticks.

        Yields 0 before each tick and 1 when the session is over and reported.
        """
        now_us = self._now_us
        sample = self._sample
        actuate = self._actuate
        check = self._check
        check_slowly = self._check_slowly
        clamp_drive = self._clamp_drive
        decide = self._decide
        climb = self._climb
        shape = self._shape
        regulate = self._regulate
        trim = self.regulator.table
        count = self._count
        charge = self._charge
        feed = self._feed
        pump = self._pump
        tell = self._tell
        hear = self._hear
        buf = self.buf
        dose = self.dose
        ramp = self.ramp
        session = self.session
        supervisor = self.supervisor
        link = self.link
        gate = flow = ended = ask = slot = unchecked_us = undecided_us = untold_us = 0
        set_q4 = target_q4 = slew_ua_s = peak_q4 = pulsing = flat_us = zero_us = 0
        self._first()
        last_us = (now_us() - TICK_US) & WRAP_US
        yield 0
        while True:
            tick_us = now_us()
            dt_us = (tick_us - last_us) & WRAP_US
            last_us = tick_us
            if dt_us > _DT_MAX_US:
                dt_us = _DT_MAX_US
            unchecked_us += dt_us
            sample(buf)
            verdict = check(buf, flow, dose.gross_uc, dt_us)
            if slot == _CHECK:
                unchecked_us -= SLOW_CHECK_US
                code = check_slowly(buf, flow, supervisor.freeze)
                if code and verdict < codes.FAULT_OVERCURRENT:  # no fault yet
                    verdict = supervisor.trip(code)
            if verdict:
                verdict = self._act_on_verdict(verdict)
            undecided_us += dt_us
            if slot < _HEAR or verdict or (slot == _HEAR and not gate):
                gate = decide(verdict, ask, undecided_us)
                ask = 0
                if session.entered:
                    self._enter_state()
                    slot = _ENTERED
                    ended = session.state >= codes.STATE_DONE
                    target_q4 = session.target_q4
                    slew_ua_s = session.slew_ua_s
                    pulsing = session.state == codes.STATE_PULSE
                    flat_us = zero_us = 0
                    set_q4 = ramp.set_q4
                    if not set_q4:
                        undecided_us = 0  # a ramp from 0 begins now
                if gate and set_q4 != target_q4:
                    set_q4 = climb(target_q4, slew_ua_s, undecided_us)
                undecided_us = 0
            current_q4 = buf[SAMPLE_A]
            if gate:
                freeze = supervisor.freeze
                if freeze and supervisor.limited and (not pulsing or flat_us > _STEADY_US):
                    set_q4 = ramp.retract(current_q4)
                if pulsing:
                    gain_q10 = shape(dt_us)
                    flat_us = flat_us + dt_us if gain_q10 == FLAT_Q10 else 0
                    flow = FLOW_STEADY if flat_us > _STEADY_US else FLOW_EDGE
                    pulse_q4 = set_q4 * gain_q10 >> 10
                    if pulse_q4:
                        zero_us = 0
                        drive = regulate(trim, pulse_q4, current_q4, freeze or flow == FLOW_EDGE)
                        actuate(1, clamp_drive(drive, 1))
                    else:
                        zero_us += dt_us
                        if zero_us > _ZERO_US:
                            flow = FLOW_ZERO
                        actuate(1, 0)
                else:
                    flow = FLOW_STEADY
                    actuate(1, clamp_drive(regulate(trim, set_q4, current_q4, freeze), 1))
                feed()
                pump()
                dose.gross_uc += count(charge, current_q4, dt_us)
                if current_q4 > peak_q4:
                    peak_q4 = self.peak_q4 = current_q4
            else:
                flow = FLOW_OFF
                self._step_low(current_q4, dt_us, ended)
            untold_us += dt_us
            if slot == _ENTERED:
                slot = _NOTED
            elif slot <= _NOTED:
                if slot == _NOTED:
                    self._note_entry()
                else:
                    ask = tell(untold_us)
                    untold_us = 0
                slot = _HEAR
                if unchecked_us >= SLOW_CHECK_US and not link.waiting and not ended:
                    slot = _CHECK
            else:
                if slot == _HEAR:
                    heard = hear()
                    if heard and ask != codes.ASK_STOP:  # keep a stop that waits
                        ask = heard
                slot = _TELL
            yield ended and self._finish(dt_us)

    def _first(self):
        """Set the pins and report the start: after `port.begin()`, before the first tick."""
        # Re-arm the hardware limiter at every start. After a fault a run needs `clear()`.
        self.port.rearm()
        self.port.set_polarity(self._polarity)
        self._event(0, codes.EVENT_START, self._program.polarity, self._program.segments)
        self._enter_state()
        self._note_entry()

    def _step_low(self, current_q4, dt_us, ended):
        """The pins with the gate low. The dose counts probe, proof and 20 ms after gate off."""
        if codes.STATE_PROOF <= self.session.state <= codes.STATE_PROOF_PAUSING:
            self._prove(current_q4, dt_us)
            return
        self._actuate(0, 0)
        self._feed()
        if not ended:
            self._pump()
        if self.session.probe_on or self._off_us < _AFTER_OFF_US:
            self._off_us += dt_us
            self.dose.gross_uc += self._count(self._charge, current_q4, dt_us)

    def _prove(self, current_q4, dt_us):
        """Set the pins as the proof asks."""
        proof = self.proof
        if proof.moved:
            proof.moved = 0
            port = self.port
            port.prove(proof.gate, proof.drive)  # a gate that goes low goes first
            port.lim_test(proof.lim_test)
            self.supervisor.allow(proof.allowance_q4, proof.may_trip)
            if proof.rearm:
                port.rearm()
        self._feed()
        if proof.pump:
            self._pump()
        self.dose.gross_uc += self._count(self._charge, current_q4, dt_us)

    def _act_on_verdict(self, verdict):
        """Re-sample a suspected over-current; then switch off, before anything else."""
        port = self.port
        while verdict == codes.VERDICT_RECHECK:
            port.resample(self.buf)
            verdict = self.supervisor.recheck(self.buf[SAMPLE_A])
        if verdict == codes.VERDICT_CUT:
            port.actuate(0, 0)
        elif verdict:
            port.off()
        if self._ended_us >= _AFTER_OFF_US:
            return 0  # off again; the end was reported and does not change
        return verdict

    def _enter_state(self):
        """Act on a new state: supervisor, probe source and polarity. `_note_entry` reports it."""
        session = self.session
        supervisor = self.supervisor
        self._note_entry()  # one that was entered in the tick before
        session.entered = 0
        gate = session.gate
        state = session.state
        if state == codes.STATE_FAULT:
            supervisor.slow_checks.keep(self.buf)
            if not supervisor.tripped:  # a fault of the session's own: the drive's limit is 0 too
                supervisor.trip(session.fault)
        if gate:
            how = BY_RAMP
            if state == codes.STATE_PULSE:
                how = BY_PULSES_AT_ONCE if session.jump else BY_PULSES
            supervisor.follow(session.target_q4, session.slew_ua_s, self.buf[SAMPLE_A], how)
        elif self._gate:
            supervisor.output_off()
            self.regulator.reset()
            self._off_us = 0
            # The record must show the current after gate off, not its last level.
            self.link.telemetry.sample_now()
        if not (gate and self._gate):  # else nothing but the set point changes
            self._switch(state, gate)
        self._entry_state = state
        self._entry_segment = session.segment
        self._entry_ms = session.t_ms
        self._entry_q4 = self.buf[SAMPLE_A]

    def _switch(self, state, gate):
        """Act on a state with the gate low, or one that closes it: bridge, probe, allowance."""
        session = self.session
        supervisor = self.supervisor
        self._gate = gate
        if session.polarity != self._polarity:
            self._reverse(session.polarity)  # before the probe's current flows
        if state < codes.STATE_DONE:
            self.port.probe(session.probe_on)
        else:
            self.port.off()  # the probe too
            self.ended_ms = session.t_ms
        supervisor.allow(supervisor.probe_q4 if session.probe_on else 0, 0)

    def _reverse(self, polarity):
        """Switch the bridge and every part that uses the polarity: gate low, zero checked."""
        self._polarity = polarity
        self.port.set_polarity(polarity)
        self.dose.set_polarity(polarity)
        self.supervisor.set_polarity(polarity)
        self.link.set_polarity(polarity)
        self._event(self.session.t_ms, codes.EVENT_POLARITY, polarity, self.session.segment)

    def _note_entry(self):
        """Send a frame that waits; report the state entered last, as it was then, if not yet."""
        self.link.flush()
        state = self._entry_state
        if not state:
            return
        self._entry_state = 0
        session = self.session
        event = self._event
        t_ms = self._entry_ms
        if session.glitches != self._glitches:
            self._glitches = session.glitches
            event(t_ms, codes.EVENT_GLITCH, session.glitches, 0)
        if state == codes.STATE_FAULT:
            event(t_ms, codes.EVENT_FAULT, session.fault, self._entry_q4)
        elif codes.STATE_CONTACT <= state <= codes.STATE_CONTACT_ENDING:
            event(t_ms, codes.EVENT_CONTACT, session.lost_q4, session.glitches)
        elif state == codes.STATE_PROOF and session.starts == 0:
            event(t_ms, codes.EVENT_PROBE, self.probe.current_q4, self.probe.load_ohm)
        elif session.starts != self._starts:
            self._starts = session.starts
            event(t_ms, codes.EVENT_PROOF, self.proof.proven, self.proof.on_q4)
        event(t_ms, codes.EVENT_STATE, state, self._entry_segment)

    def _finish(self, dt_us):
        """After the end: return 1 once the end is reported and the frames are sent."""
        self._ended_us += dt_us
        if self._ended_us - dt_us < _AFTER_OFF_US <= self._ended_us:
            self._tell_end()
        if self._ended_us < _AFTER_OFF_US:
            return 0
        if not self._supervised:
            return 1
        return self.link.telemetry.is_idle() or self._ended_us > _FLUSH_US

    def _tell_end(self):
        self._note_entry()  # a tick later than 20 ms enters a state and reports the end at once
        session = self.session
        dose = self.dose
        event = self._event
        t_ms = session.t_ms
        event(t_ms, codes.EVENT_LAST_CURRENT, self.buf[SAMPLE_A], self.peak_q4)
        event(t_ms, codes.EVENT_DOSE, dose.positive_uc(), dose.negative_uc())
        event(t_ms, codes.EVENT_END, session.outcome, session.fault)
        self.link.telemetry.close()
