"""The supervisor: judges every tick by its own limits, limits the drive and orders the gate off.

It never reads the regulator. It keeps its own envelope of the ramp, its own limits on the measured
current and its own latch. In the proof the port bounds the drive, not `clamp_drive`; the
supervisor judges the current there too. Currents in `_q4`, load voltage in mV, charge in uC, time
in us and ms. Rules and numbers: [docs/control.md, Supervisor].
"""

from . import codes
from .const import const
from .envelope import Envelope
from .limits import (
    TIME_SLACK_S,
    absolute_limit_q4,
    floor_q4,
    high_mv,
    near_high_mv,
    open_cap_q4,
    open_floor_q4,
    running_limit_q4,
)
from .slow_checks import SlowChecks
from .units import (
    FLOW_STEADY,
    FLOW_ZERO,
    INPUT_LIMITER,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_V,
    drive_scale,
)
from .window import Window

_OPEN_TICKS = const(5)  # 5 ms; at most 15 ms with late ticks, required 20 ms
_APART_TICKS = const(5)
_ENVELOPE_TICKS = const(5)
_LEAK_TICKS = const(5)
_SETTLE_US = const(8000)  # set-up time after gate off: two 0.3 ms poles, bleed, load capacitance
_LATE_WARN_US = const(2000)
_LATE_US = const(3000)  # below the dead-man's shortest hold of 3.6 ms
_LATE_WINDOW_MS = const(1000)
_DIP_WINDOW_MS = const(10000)

# How the set point moves to its target.
BY_RAMP = const(0)
BY_PULSES = const(1)  # pulses; their amplitude by ramp
BY_PULSES_AT_ONCE = const(2)  # pulses that begin with their whole amplitude


class Supervisor:
    """Checks of every tick, latched.

    Args:
        board: the `limits.Board` whose walls hold.

    `tripped` is the latched fault (0: none); `later` counts ticks with a fault after the first.
    Flags of the tick: `limited` (the stage limits the current), `low` (the current is below
    I_open), `freeze` (the trim stands still: limited, low or near compliance). `warning` holds
    `codes.WARN_*` bits until the link has reported them, as `slow_checks.warning` does.
    """

    def __init__(self, board):
        self._board = board
        self._absolute_q4 = absolute_limit_q4(board)
        self._floor_q4 = floor_q4(board)
        self._difference_offset_q4 = self._floor_q4 * 20
        # With the gate off a charged load can drive current backwards. Sense A clips there; do not
        # compare it with B.
        self._back_q4 = -self._floor_q4 // 2
        self.envelope = Envelope(open_floor_q4(board), open_cap_q4(board))
        self._high_mv = high_mv(board)
        self._near_high_mv = near_high_mv(board)
        self.slow_checks = SlowChecks(board, self.envelope, self._is_whole)
        self.probe_q4 = board.probe_mv * 16000 // board.probe_ohm  # most current of PROBE
        full_scale_q4 = board.full_scale_ua * 16
        self._drive_mul, self._drive_shift = drive_scale(full_scale_q4, board.drive_counts)
        self._lates = Window(_LATE_WINDOW_MS)
        self.dips = Window(_DIP_WINDOW_MS)
        self._over_q4 = 0
        self._charge_wall_uc = 0
        self._polarity = 1
        # These zeros match no limit, so `_is_whole` is false until `arm`.
        self._not_over_q4 = 0
        self._not_absolute_q4 = 0
        self._not_charge_wall_uc = 0
        self._not_drive_max = 0
        self._not_peak_q4 = 0
        self._not_slew_max_ua_s = 0
        self.clear()

    def clear(self):
        """Leave a latched fault. No current is allowed until the next `arm` and `follow`."""
        self.tripped = 0
        self.later = 0
        self.warning = 0
        self.late_us = 0  # the interval of the last WARN_LATE
        self.resamples = 0
        self.slow_checks.reset()
        self._lates.reset()
        self.dips.reset()
        self._allowed_q4 = 0
        self._may_trip = 0
        self._drive_max = 0
        self._peak_q4 = 0
        self._slew_max_ua_s = 1
        self.output_off()

    def arm(self, program):
        """Take the limits of a program. Not in a tick path."""
        self.clear()
        running_q4 = running_limit_q4(self._board, program.peak_ua)
        self._over_q4 = min(running_q4, self._absolute_q4)
        self._drive_max = min(
            (self._over_q4 * self._drive_mul) >> self._drive_shift,
            self._board.drive_counts,
        )
        self._peak_q4 = program.peak_ua * 16
        self._slew_max_ua_s = program.slew_ua_s
        self._charge_wall_uc = program.charge_uc
        self.slow_checks.arm(program, (program.time_s + TIME_SLACK_S) * 1000)
        self._polarity = program.polarity
        self._keep_inverted()

    def _keep_inverted(self):
        """Store every limit a second time, inverted: a flipped bit changes one copy only."""
        self._not_over_q4 = ~self._over_q4
        self._not_absolute_q4 = ~self._absolute_q4
        self._not_charge_wall_uc = ~self._charge_wall_uc
        self._not_drive_max = ~self._drive_max
        self._not_peak_q4 = ~self._peak_q4
        self._not_slew_max_ua_s = ~self._slew_max_ua_s

    def _is_whole(self):
        return (
            self._over_q4 == ~self._not_over_q4
            and self._absolute_q4 == ~self._not_absolute_q4
            and self._charge_wall_uc == ~self._not_charge_wall_uc
            and self._drive_max == ~self._not_drive_max
            and self._peak_q4 == ~self._not_peak_q4
            and self._slew_max_ua_s == ~self._not_slew_max_ua_s
        )

    def set_polarity(self, polarity):
        """Note that the bridge was switched, with the gate low: sense B has the other sign now."""
        self._polarity = polarity

    def allow(self, current_q4, may_trip):
        """Allow a current outside the ramp: of the probe, or of the proof.

        Args:
            current_q4: the most that is allowed, beside the floor of comparisons.
            may_trip: 1 while the proof asks the hardware limiter to trip: that is no fault then.
        """
        self._allowed_q4 = current_q4
        self._may_trip = may_trip

    def output_off(self):
        """Note that the gate is low: envelope 0, and new counts for the next closed gate."""
        self.envelope.reset()
        self._over_ticks = 0
        self._low_ticks = 0
        self._apart_ticks = 0
        self._leak_ticks = 0
        self._off_us = 0
        self.slow_checks.output_off()
        self.limited = 0
        self.low = 0
        self.freeze = 0

    def follow(self, target_q4, slew_ua_s, measured_q4, how):
        """Follow the session to a new target, within the peak and the slew of the program.

        Args:
            how: BY_RAMP, BY_PULSES or BY_PULSES_AT_ONCE.
        """
        checks = self.slow_checks
        if self.envelope.is_at_zero():
            checks.begin_ramp()
        checks.pulsing = how
        self.envelope.follow(
            min(target_q4, self._peak_q4), min(slew_ua_s, self._slew_max_ua_s), measured_q4
        )
        if how == BY_PULSES_AT_ONCE:
            self.envelope.jump()

    def check(self, buf, flow, charge_uc, dt_us):
        """Judge one tick. The tick calls `slow_checks.step` every `slow_checks.SLOW_CHECK_US`.

        Args:
            buf: the sample.
            flow: FLOW_*: which current was expected when the sample was taken.
            charge_uc: gross charge of the session.
            dt_us: time since the last tick.

        Returns:
            `codes.FAULT_NONE`, `codes.VERDICT_RECHECK` (sample the current again, then `recheck`),
            `codes.VERDICT_CUT` (contact lost: gate low in this tick) or the latched fault.
        """
        current_q4 = buf[SAMPLE_A]
        code = 0
        if dt_us > _LATE_WARN_US:
            code = self._judge_late(dt_us)
        if buf[SAMPLE_INPUTS] & INPUT_LIMITER and not self._may_trip:
            code = codes.FAULT_LIMITER
        if charge_uc > self._charge_wall_uc:
            code = codes.FAULT_CHARGE_WALL
        b_q4 = buf[SAMPLE_B]
        difference_q4 = current_q4 - b_q4 if self._polarity > 0 else current_q4 + b_q4
        if difference_q4 < 0:
            difference_q4 = -difference_q4
        elif not flow and current_q4 < self._back_q4:
            difference_q4 = 0
        if difference_q4 * 20 > current_q4 + self._difference_offset_q4:
            code = self._count_apart() or code
        elif self._apart_ticks:
            self._apart_ticks = 0
        if code == 0:  # a cut in the same tick must not hide a fault
            if flow:
                envelope = self.envelope
                if envelope.moving:
                    envelope.move(dt_us)
                if current_q4 > envelope.max_q4:
                    code = self._count_above()
                elif self._over_ticks:
                    self._over_ticks = 0
                if code == 0 and flow == FLOW_STEADY:
                    if buf[SAMPLE_V] >= self._near_high_mv:
                        if current_q4 <= self._over_q4:  # else the re-samples judge it
                            code = self._judge_high(current_q4, buf[SAMPLE_V])
                    elif current_q4 < envelope.open_q4:
                        code = self._count_low()
                    elif self.freeze:
                        code = self._recover()
                elif code == 0 and flow == FLOW_ZERO:
                    code = self._count_leak(current_q4, self._floor_q4)
            else:
                code = self._judge_off(current_q4, dt_us)
        if code:
            return self.trip(code) if code >= codes.FAULT_OVERCURRENT else code
        if current_q4 > self._over_q4 and self._is_over(current_q4):
            self.resamples = 1
            return codes.VERDICT_RECHECK
        return 0

    def recheck(self, current_q4):
        """Judge a re-sample of the same tick: three samples over the limit are a trip."""
        if not self._is_over(current_q4):
            return codes.FAULT_NONE
        self.resamples += 1
        if self.resamples < 3:
            return codes.VERDICT_RECHECK
        if current_q4 > self._absolute_q4:
            return self.trip(codes.FAULT_OVER_ABSOLUTE)
        return self.trip(codes.FAULT_OVERCURRENT)

    def clamp_drive(self, drive, gate):
        """Clamp the drive to the program's limit; 0 with the gate low or after a trip."""
        most = self._drive_max  # 0 after a trip
        if drive > most:
            drive = most
        return drive if gate and drive > 0 else 0

    def trip(self, code):
        """Latch a fault. Return the latched one, which is the first."""
        if self.tripped:
            self.later += 1
        else:
            self.tripped = code
            self._drive_max = 0
        return self.tripped

    def _is_over(self, current_q4):
        """Whether the current is above the program's limit, or `allow`'s where that is more."""
        most_q4 = self._over_q4
        if self._allowed_q4:
            most_q4 = max(most_q4, self._floor_q4 + self._allowed_q4)
        return current_q4 > most_q4

    def _count_apart(self):
        self._apart_ticks += 1
        return codes.FAULT_SENSES_APART if self._apart_ticks >= _APART_TICKS else 0

    def _count_above(self):
        self._over_ticks += 1
        return codes.FAULT_ENVELOPE if self._over_ticks >= _ENVELOPE_TICKS else 0

    def _judge_high(self, current_q4, load_mv):
        """Judge a load voltage from 85 % of compliance on: open, or limited; no trim.

        A limited stage is no fault: the reference comes down to the measured current. A stage with
        low true compliance limits earlier: its current is below the programmed ramp.
        """
        envelope = self.envelope
        if current_q4 < envelope.open_high_q4():
            return self._count_low()
        if self._low_ticks and self._note_dip():
            return codes.FAULT_INTERMITTENT
        self.freeze = 1
        if load_mv < self._high_mv:
            reached_q4 = envelope.reached_q4()
            if self.limited:
                reached_q4 += (
                    reached_q4 >> 6
                )  # hysteresis of 1.6 %: noise at the border must not report it again and again
            if current_q4 >= reached_q4:
                self.limited = 0
                return 0
        self.limited = 1
        envelope.retract(current_q4)
        return 0

    def _recover(self):
        """The current is neither limited nor low any more."""
        self.limited = 0
        self.freeze = 0
        return self._note_dip() if self._low_ticks else 0

    def _judge_off(self, current_q4, dt_us):
        """Gate low: after the set-up time only the floor and the current of `allow` may flow."""
        off_us = self._off_us
        if off_us < _SETTLE_US:
            self._off_us = off_us + dt_us
            return 0
        return self._count_leak(current_q4, self._floor_q4 + self._allowed_q4)

    def _count_leak(self, current_q4, most_q4):
        """A current above `most_q4` for five ticks is a leak."""
        if current_q4 > most_q4:
            ticks = self._leak_ticks + 1
            self._leak_ticks = ticks
            if ticks >= _LEAK_TICKS:
                return codes.FAULT_LEAK
        else:
            self._leak_ticks = 0
        return 0

    def _count_low(self):
        self.low = 1
        self.limited = 0
        self.freeze = 1
        self._low_ticks += 1
        return codes.VERDICT_CUT if self._low_ticks >= _OPEN_TICKS else 0

    def _note_dip(self):
        """Note a dip: less than five low ticks. Three within 10 s are a fault.

        The lag of a ramp that has just begun is none: nothing has flowed yet that could dip.
        """
        self._low_ticks = 0
        self.low = 0
        if self.envelope.is_starting():
            return 0
        self.warning |= codes.WARN_DIP
        return codes.FAULT_INTERMITTENT if self.dips.hit(self.slow_checks.clock_ms) else 0

    def _judge_late(self, dt_us):
        if dt_us > _LATE_US:
            return codes.FAULT_LATE
        self.warning |= codes.WARN_LATE
        self.late_us = dt_us
        return codes.FAULT_LATE if self._lates.hit(self.slow_checks.clock_ms) else 0
