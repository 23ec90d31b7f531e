"""The session loop: the only thing that energises the output, at 1 kHz, from `run()` alone.

It wires the core to a port and paces it; it holds no rule and no number of control. Every way
out of `run()` leaves through `finally`, whose first act is off. This file stays bytecode on the
chip: a loop compiled to native code never sees Ctrl-C [control.md, Off]. Times in us, currents
in `_q4`.
"""

from .core import faults
from .core.command import (
    BEAT,
    GARBAGE_MAX,
    NONE,
    QUERY,
    SET,
    SILENCE_MAX_US,
    STOP,
    Command,
)
from .core.const import const
from .core.dose import Dose
from .core.impedance import Probe
from .core.ramp import Ramp
from .core.regulator import Regulator
from .core.session import Session
from .core.supervisor import WARN_COMPLIANCE, WARN_DIP, WARN_LATE, Supervisor
from .core.telemetry import Telemetry
from .core.units import (
    INPUT_STOP,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_LEN,
    SAMPLE_V,
    TICK_US,
    WRAP_US,
)

_SETTLE_US = const(20000)  # after gate-off: until then the dose integrates and leaks are judged
_FLUSH_US = const(1000000)  # after the end: how long unsent frames may take
_RECHECK = const(1)
_CUT = const(2)
_DONE = const(9)


class Loop:
    """One bench's session loop.

    Args:
        port: anything that keeps the contract of `port.py`.
        board: its `core.limits.Board`.
    """

    def __init__(self, port, board):
        self.port = port
        self.buf = [0] * SAMPLE_LEN
        self.byte = bytearray(1)
        self.ramp = Ramp()
        self.dose = Dose()
        self.probe = Probe(board.probe_mv, board.probe_ohm)
        self.regulator = Regulator(board.full_scale_ua * 16, board.drive_counts)
        self.supervisor = Supervisor(board)
        self.session = Session(self.buf, self.ramp, self.dose, self.probe)
        self.telemetry = Telemetry()
        self.command = Command()
        # A bound method is an object: it is made here, before any heap is locked.
        self._check = self.supervisor.check
        self._step = self.session.step
        self._event = self.telemetry.event
        self._repeatable = self.telemetry.repeatable
        self._program = None
        self._supervised = 0
        self._reset()

    def _reset(self):
        self.peak_q4 = 0
        self.ended_ms = 0  # session clock at its end; the loop stays a little longer
        self._ask = NONE
        self._silent_us = 0
        self._lost = 0
        self._gate = 0
        self._off_us = 0
        self._ended = 0
        self._limited = 0
        self._limited_from_ms = 0
        self._near = 0
        self._glitches = 0
        for index in range(SAMPLE_LEN):
            self.buf[index] = 0  # inputs of an earlier run may be read only every eighth tick

    def run(self, program, supervised):
        """Run one program to its end; return the session's outcome.

        Args:
            program: a checked `core.program.Program`.
            supervised: whether a host has promised beats; without one for 3 s it ramps down.

        Raises:
            KeyboardInterrupt: Ctrl-C; the output is off before it leaves.
        """
        port = self.port
        try:
            try:
                try:
                    self._start(program, supervised)
                    port.begin()
                    self._ticks()
                finally:
                    port.off()
            finally:
                port.off()
        finally:
            try:
                port.off()
            finally:
                port.end()
        return self.session.outcome

    def sense(self, ticks):
        """Mean of every sense over `ticks` (1..1000) with the output off; nothing is energised.

        Returns:
            A list like `buf`, inputs or-ed. For zeros and for a look at a bench at rest.
        """
        port = self.port
        buf = self.buf
        sums = [0] * SAMPLE_LEN
        try:
            port.begin()
            for _ in range(ticks):
                port.wait()
                port.sample(buf)
                for index in range(SAMPLE_INPUTS):
                    sums[index] += buf[index]
                sums[SAMPLE_INPUTS] |= buf[SAMPLE_INPUTS]
                port.feed()
        finally:
            port.off()
            port.end()
        for index in range(SAMPLE_INPUTS):
            sums[index] //= ticks
        return sums

    def _start(self, program, supervised):
        self._reset()
        self._program = program
        self._supervised = 1 if supervised else 0
        self.command = Command()
        self.ramp.reset()
        self.regulator.reset()
        self.dose.reset(program.polarity)
        self.supervisor.arm(program)
        self.session.start(program)
        self.telemetry.reset()

    def _ticks(self):
        port = self.port
        buf = self.buf
        session = self.session
        dose = self.dose
        check = self._check
        step = self._step
        port.set_polarity(self._program.polarity)
        self._event(0, faults.EV_START, self._program.polarity, self._program.segments)
        self._moved()
        last_us = (port.now_us() - TICK_US) & WRAP_US
        while True:
            port.wait()
            now_us = port.now_us()
            dt_us = (now_us - last_us) & WRAP_US
            last_us = now_us
            port.sample(buf)
            fault = check(buf, self._gate, dose.gross_uc, dt_us)
            if fault:
                fault = self._cut(fault)
                if self._ended >= _SETTLE_US:
                    fault = 0  # off again, but the end has been told and stays as it was
            gate = step(fault, self._ask, dt_us)
            if session.moved:
                self._moved()
            if gate:
                self._drive(dt_us)
            else:
                port.actuate(0, 0)
            port.feed()
            if session.state < _DONE:
                port.pump()
            if gate or session.probe_on or self._off_us < _SETTLE_US:
                self._off_us += dt_us
                dose.step(buf[SAMPLE_A], dt_us)
            self._link(dt_us)
            if session.state >= _DONE and self._is_over(dt_us):
                return

    def _cut(self, fault):
        """Off first; only then may anything look at why."""
        port = self.port
        while fault == _RECHECK:
            port.resample(self.buf)
            fault = self.supervisor.recheck(self.buf[SAMPLE_A])
        if fault == _CUT:
            port.actuate(0, 0)
        elif fault:
            port.off()
        return fault

    def _drive(self, dt_us):
        session = self.session
        supervisor = self.supervisor
        current_q4 = self.buf[SAMPLE_A]
        set_q4 = self.ramp.step(session.target_q4, session.slew_ua_s, dt_us)
        if supervisor.limited:
            set_q4 = self.ramp.retract(current_q4)
        drive = self.regulator.step(set_q4, current_q4, supervisor.freeze)
        self.port.actuate(1, supervisor.limit(drive, 1))
        self._off_us = 0
        if current_q4 > self.peak_q4:
            self.peak_q4 = current_q4

    def _moved(self):
        """The session entered a state: tell the supervisor, the probe and the record."""
        session = self.session
        supervisor = self.supervisor
        gate = session.gate
        if gate:
            supervisor.follow(session.target_q4, session.slew_ua_s, self.buf[SAMPLE_A])
        elif self._gate:
            supervisor.open_gate()
            self.regulator.reset()
            self.telemetry.sample_now()  # a record shows the current gone, not at its last level
        self._gate = gate
        if session.state < _DONE:
            self.port.probe(session.probe_on)
        else:
            self.port.off()  # the probe too
            self.ended_ms = session.t_ms
        supervisor.probing(session.probe_on)
        event = self._event
        t_ms = session.t_ms
        if session.glitches != self._glitches:
            self._glitches = session.glitches
            event(t_ms, faults.EV_GLITCH, session.glitches, 0)
        if session.state == faults.FAULT:
            event(t_ms, faults.EV_FAULT, session.fault, self.buf[SAMPLE_A])
        elif session.state == faults.CONTACT:
            event(t_ms, faults.EV_CONTACT, session.lost_q4, session.glitches)
        elif session.state == faults.RAMP and session.energised_ms == 0:
            event(t_ms, faults.EV_PROBE, self.probe.current_q4, self.probe.load_ohm)
        event(t_ms, faults.EV_STATE, session.state, session.segment)

    def _link(self, dt_us):
        """A slice of telemetry, then at most one byte from the other side."""
        telemetry = self.telemetry
        if self.supervisor.warning:
            self._warn(dt_us)
        if telemetry.step(dt_us):
            self.port.write(telemetry.frame, telemetry.length)
        if telemetry.due:
            self._snapshot()
        self._ask = NONE
        if self.port.read(self.byte):
            self._heard(self.command.step(self.byte[0]))
        if self.buf[SAMPLE_INPUTS] & INPUT_STOP:
            self._ask = STOP
        if self._supervised and not self._lost:
            self._silent_us += dt_us
            if self._silent_us > SILENCE_MAX_US:
                self._lose(faults.EV_HOST_LOST)

    def _heard(self, command):
        if command == NONE:
            if self.command.garbage >= GARBAGE_MAX and not self._lost:
                self._lose(faults.EV_LINK)
        elif command == BEAT:
            self._silent_us = 0
            self.telemetry.ack(self.command.value)
        elif command == QUERY:
            self.telemetry.query()
        else:
            if command == SET:
                self.session.value = self.command.value
            self._repeatable(self.session.t_ms, faults.EV_COMMAND, command, self.command.value)
            self._ask = command

    def _lose(self, why):
        self._lost = 1
        self.telemetry.event(self.session.t_ms, why, 0, 0)
        self._ask = STOP

    def _snapshot(self):
        """Fill a sample frame, and note the edges of being limited."""
        session = self.session
        supervisor = self.supervisor
        buf = self.buf
        values = self.telemetry.values
        note = self._repeatable
        self.telemetry.due = 0
        values[2] = session.t_ms
        values[3] = session.state
        values[4] = supervisor.limited | session.gate << 1 | self._near << 2 | supervisor.low << 3
        values[5] = self.ramp.set_q4
        values[6] = buf[SAMPLE_A]
        values[7] = buf[SAMPLE_V]
        values[8] = self.dose.gross_uc
        values[9] = buf[SAMPLE_A] - buf[SAMPLE_B] * self._program.polarity
        self._near = 0
        if supervisor.limited and not self._limited:
            self._limited_from_ms = session.t_ms
            note(session.t_ms, faults.EV_LIMITED, buf[SAMPLE_A], buf[SAMPLE_V])
        elif self._limited and not supervisor.limited:
            passed_ms = session.t_ms - self._limited_from_ms
            note(session.t_ms, faults.EV_LIMITED_END, passed_ms, 0)
        self._limited = supervisor.limited

    def _warn(self, dt_us):
        warning = self.supervisor.warning
        self.supervisor.warning = 0
        if warning & WARN_LATE:
            self._repeatable(self.session.t_ms, faults.EV_LATE, dt_us, 0)
        if warning & WARN_DIP:
            self._repeatable(self.session.t_ms, faults.EV_DIP, 0, 0)
        if warning & WARN_COMPLIANCE:
            self._near = 1

    def _is_over(self, dt_us):
        """After the end: stay until off is confirmed, then until the frames are out."""
        self._ended += dt_us
        if self._ended - dt_us < _SETTLE_US <= self._ended:
            session = self.session
            event = self._event
            event(session.t_ms, faults.EV_LAST_CURRENT, self.buf[SAMPLE_A], self.peak_q4)
            event(
                session.t_ms,
                faults.EV_DOSE,
                self.dose.positive_uc(),
                self.dose.negative_uc(),
            )
            event(session.t_ms, faults.EV_END, session.outcome, session.fault)
            self.telemetry.close()
        if self._ended < _SETTLE_US:
            return 0
        if not self._supervised:
            return 1
        return self.telemetry.is_idle() or self._ended > _FLUSH_US
