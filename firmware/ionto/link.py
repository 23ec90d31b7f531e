"""The device's end of the link while a session runs: frames out, lines in, beats watched.

`tell` runs in the slots TELL of the tick: one step of telemetry. `hear` runs in the slots HEAR: a
frame out, or at most two bytes in. Warnings that wait are sent after a sample. A host gets
frames within its credit; a person (unattended) gets a line a second. A person's line and the
answer to `?` have no credit: they go a byte at a time, and only where there is room, because a
port without a reader must never block the loop. The link returns commands; the session decides.
Times in us and ms, currents in `_q4`.
"""

from .core import codes, fields
from .core.command import (
    BEAT,
    GARBAGE,
    NEWLINE,
    NONE,
    QUERY,
    RETURN,
    SET,
    SILENCE_MAX_MS,
    STOP,
    Command,
)
from .core.const import const
from .core.display import LINE_PERIOD_US, Display
from .core.pusher import Pusher
from .core.segment import NEVER_MS
from .core.steady import DRIFT, LIFT, LOW
from .core.telemetry import (
    SAMPLE_PERIOD_US,
    STEP_DUE,
    STEP_STATUS,
    STEP_WRITE,
    Telemetry,
)
from .core.units import INPUT_STOP, SAMPLE_A, SAMPLE_B, SAMPLE_INPUTS, SAMPLE_V

_NOISE_AGAIN_MS = const(1000)  # noise is reported at most once a second
_NEAR_AGAIN_MS = const(10000)  # so is a load near compliance, every 10 s
_BYTES_A_SLOT = const(2)  # a slot in every fourth tick at least: 500 bytes a second
# Work for the next slot HEAR, as bits.
_FRAME = const(1)  # write a frame
_LINE = const(2)  # parse a finished line
_COMMAND = const(4)  # execute its command


class Link:
    """Telemetry and commands of one bench.

    Args:
        port: read and write of the port contract.
        parts: the object with `buf`, `session`, `supervisor`, `ramp` and `dose`.
    """

    def __init__(self, port, parts):
        self._buf = parts.buf
        self._session = parts.session
        self._supervisor = parts.supervisor
        self._ramp = parts.ramp
        self._dose = parts.dose
        self.telemetry = Telemetry()
        self.command = Command()
        self._display = Display()
        self._pusher = Pusher(port.put)
        self._byte = bytearray(1)
        # Bound methods are objects: they are made here, before any heap is locked.
        self._read = port.read
        self._write = port.write
        self._take = self.command.step
        self._say = self.telemetry.step
        self._event = self.telemetry.event
        self._repeatable = self.telemetry.repeatable
        self.reset(1, 0)

    def reset(self, polarity, supervised):
        """Begin a session; a supervised one needs beats."""
        self.telemetry.reset(supervised)
        self.command.reset(supervised)
        self._display.reset()
        self._pusher.reset()
        self._line_us = LINE_PERIOD_US  # the first line comes with the first sample
        self._slowly = 0  # 1: a query came from a terminal that may not read; until a beat
        self._is_drawing = 0  # a person's line is being built, or bytes are being pushed
        self._polarity = polarity
        self._supervised = supervised
        self._silent_ms = SILENCE_MAX_MS if supervised else NEVER_MS  # the host counts as lost
        self._lost = 0
        self._limited = 0
        self._limited_from_ms = 0
        self._near = 0
        self._near_ms = 0
        self._noise_ms = 0
        self.waiting = 0
        self._command = NONE

    def tell(self, dt_us):
        """One step of telemetry, `dt_us` after the last; return a request, an ASK_*."""
        told = self._say(dt_us)
        if not told:
            if self._is_drawing:
                self._draw()
            return NONE
        if told == STEP_STATUS or (told == STEP_WRITE and self._slowly):
            self._push(self.telemetry.frame, self.telemetry.length)
        elif told == STEP_WRITE:
            self.waiting |= _FRAME
        elif told == STEP_DUE:
            self._fill_first_half()
        else:
            self._fill_second_half()
            if not self._supervised:
                self._line_due()
            if self._session.t_ms >= self._silent_ms:
                return self._lose(codes.EVENT_HOST_LOST)
        return NONE

    def set_polarity(self, polarity):
        """Note that the bridge was switched: sense B has the other sign now."""
        self._polarity = polarity

    def flush(self):
        """Write a frame that waits now: a new state takes the slot HEAR."""
        if self.waiting & _FRAME:
            self._catch_up()

    def _line_due(self):
        """Begin a person's line once a second, unless the last is still being sent."""
        self._line_us += SAMPLE_PERIOD_US
        if self._line_us >= LINE_PERIOD_US and not self._is_drawing:
            self._line_us = 0
            self._is_drawing = 1
            self._display.begin(self.telemetry.values)

    def _draw(self):
        """Build a character of a person's line, or push a byte."""
        pusher = self._pusher
        display = self._display
        if pusher.busy:
            pusher.step()
            if not pusher.busy:
                self.telemetry.hold(0)
        elif display.building:
            display.step()
            if not display.building:
                self._push(display.frame, display.length)
        else:
            self._is_drawing = 0

    def _push(self, frame, count):
        """Send a byte at a time from now on; frames wait meanwhile, or are dropped and counted."""
        self.telemetry.hold(1)
        self._is_drawing = 1
        self._pusher.send(frame, count)

    def hear(self):
        """Write a frame, read up to two bytes, or execute a finished line.

        Returns:
            A request, an ASK_*.
        """
        ask = NONE
        byte = self._byte
        left = _BYTES_A_SLOT
        if self.waiting:
            left = 0
            ask = self._catch_up()
        while left and self._read(byte):
            left -= 1
            if byte[0] == NEWLINE or byte[0] == RETURN:
                self.waiting = _LINE
                left = 0
            elif self._take(byte[0]):
                ask = self._heard(GARBAGE) or ask
        if self._buf[SAMPLE_INPUTS] & INPUT_STOP:
            return STOP
        return ask

    def _catch_up(self):
        waiting = self.waiting
        if waiting & _FRAME:
            self.waiting = waiting & ~_FRAME
            self._write(self.telemetry.frame, self.telemetry.length)
        elif waiting & _LINE:
            self._command = self._take(NEWLINE)
            self.waiting = _COMMAND if self._command else 0
        else:
            self.waiting = 0
            return self._heard(self._command)
        return NONE

    def _heard(self, command):
        telemetry = self.telemetry
        if command == GARBAGE:
            return NONE if self._lost else self._lose(codes.EVENT_LINK)
        value = self.command.value
        if command == BEAT:
            if not self._lost and self._supervised:
                self._silent_ms = self._session.t_ms + SILENCE_MAX_MS
            telemetry.ack(value)
            self._slowly = 0  # an acknowledging host reads
        elif command == QUERY:
            self._slowly = 1
            telemetry.query()
        else:
            if command == SET:
                self._session.value = value
            self._repeatable(self._session.t_ms, codes.EVENT_COMMAND, command, value)
            return command
        return NONE

    def _lose(self, why):
        self._lost = 1
        self._silent_ms = NEVER_MS
        self._event(self._session.t_ms, why, 0, 0)
        return STOP

    def _fill_first_half(self):
        """The first half of a sample frame: measured values, of one and the same tick."""
        buf = self._buf
        values = self.telemetry.values
        current_q4 = buf[SAMPLE_A]
        values[fields.SET_Q4] = self._ramp.set_q4
        values[fields.CURRENT_Q4] = current_q4
        values[fields.DIFFERENCE_Q4] = current_q4 - buf[SAMPLE_B] * self._polarity
        values[fields.LOAD_MV] = buf[SAMPLE_V]
        values[fields.DOSE_UC] = self._dose.gross_uc

    def _fill_second_half(self):
        """The second half, and the warnings."""
        session = self._session
        supervisor = self._supervisor
        values = self.telemetry.values
        limited = supervisor.limited
        t_ms = session.t_ms
        values[fields.T_MS] = t_ms
        values[fields.STATE] = session.state
        flags = limited | session.gate << 1 | supervisor.low << 3  # each is 0 or 1
        if self._near:
            self._near = 0
            flags |= fields.FLAG_NEAR_COMPLIANCE
        values[fields.FLAGS] = flags
        if limited != self._limited:
            self._note_limited(limited)
        if supervisor.warning or supervisor.slow_checks.warning:
            self._warn(supervisor)
        if supervisor.slow_checks.steady.warning:
            self._warn_of_load(supervisor.slow_checks.steady)

    def _note_limited(self, limited):
        buf = self._buf
        t_ms = self._session.t_ms
        self._limited = limited
        if limited:
            self._limited_from_ms = t_ms
            self._repeatable(t_ms, codes.EVENT_LIMITED, buf[SAMPLE_A], buf[SAMPLE_V])
        else:
            self._repeatable(t_ms, codes.EVENT_LIMITED_END, t_ms - self._limited_from_ms, 0)

    def _warn(self, supervisor):
        checks = supervisor.slow_checks
        warning = supervisor.warning | checks.warning
        supervisor.warning = 0
        checks.warning = 0
        tell = self._repeatable
        t_ms = self._session.t_ms
        if warning & codes.WARN_LATE:
            tell(t_ms, codes.EVENT_LATE, supervisor.late_us, 0)
        if warning & codes.WARN_DIP:
            tell(t_ms, codes.EVENT_DIP, supervisor.dips.count, 0)
        if warning & codes.WARN_COMPLIANCE:
            self._near = 1
            if t_ms >= self._near_ms:
                self._near_ms = t_ms + _NEAR_AGAIN_MS
                tell(t_ms, codes.EVENT_COMPLIANCE, checks.near_mv, 0)
        if warning & codes.WARN_NOISE and t_ms >= self._noise_ms:
            self._noise_ms = t_ms + _NOISE_AGAIN_MS
            tell(t_ms, codes.EVENT_NOISE, checks.noise_q4, 0)

    def _warn_of_load(self, steady):
        """The warnings of `steady`, which reports each cause at most once a minute."""
        warning = steady.warning
        steady.warning = 0
        from_ohm = steady.from_ohm
        now_ohm = steady.now_ohm
        tell = self._repeatable
        t_ms = self._session.t_ms
        if warning & codes.WARN_DRIFT:
            tell(t_ms, codes.EVENT_DRIFT, from_ohm[DRIFT], now_ohm[DRIFT])
        if warning & codes.WARN_LIFT:
            tell(t_ms, codes.EVENT_LIFT, from_ohm[LIFT], now_ohm[LIFT])
        if warning & codes.WARN_LOW_LOAD:
            tell(t_ms, codes.EVENT_LOW, from_ohm[LOW], now_ohm[LOW])
        if warning & codes.WARN_OVER:
            tell(t_ms, codes.EVENT_OVER, steady.over_mean_q4, steady.over_expected_q4)
