"""The supervisor's own view of the ramp, and the thresholds that move with it.

The *envelope* follows the program's ramp and bounds the current from above. The *reference*
follows it too, but retracts with the current while the stage is limited, as the set point does.
I_open is a tenth of the envelope, at most a quarter of the reference, at least the floor. From
85 % of nominal compliance on it is a tenth of the envelope, at most the board's cap (40 uA on a
5 mA board), at least the floor. The quarter keeps a load that held the set point back from
counting as open. The tenth keeps a lead that is nearly off from lowering its own threshold.
Currents in `_q4`, slew in uA/s, time in us.
"""

from .const import const
from .ramp import Ramp
from .units import TICK_US

_SLACK_Q4 = const(800)  # 50 uA above the envelope x 1.1
# 20 uA below 97 % of the envelope [docs/control.md, Compliance below nominal]
_REACHED_SLACK_Q4 = const(320)
_LAG_Q4_PER_MA_S = const(64)  # 4 ms of the ramp: two poles of 0.3 ms, samples, a late tick
_NOT_ARMED_Q4 = const(-0x1FFFFFFF)  # no current is below it


class Envelope:
    """The limits of the current that move with the ramp.

    Args:
        floor_q4: the least I_open of the range.
        cap_q4: the most I_open may be from 85 % of nominal compliance on.

    Attributes, refreshed whenever the ramp has moved: `max_q4` (most current of the envelope),
    `open_q4` (I_open below 85 % of compliance; negative while not armed), `expected_q4` (the
    current that should flow), `moving` (1 while either ramp is not at its target).
    """

    def __init__(self, floor_q4, cap_q4):
        self._floor_q4 = floor_q4
        self._armed_q4 = 3 * floor_q4
        self._cap_q4 = cap_q4
        self._envelope = Ramp()
        self._reference = Ramp()  # in use only while it is retracted
        # Bound methods are objects: they are made here, before any heap is locked.
        self._climb = self._envelope.step
        self.reset()

    def reset(self):
        """Note that the gate is low: both ramps at 0, I_open not armed."""
        self._envelope.reset()
        self._retracted = 0
        self.target_q4 = 0
        self._slew_ua_s = 1
        self._refresh(0)

    def is_at_zero(self):
        """Whether the ramp has not begun."""
        return self._envelope.set_q4 == 0

    def follow(self, target_q4, slew_ua_s, measured_q4):
        """Take a new target. A way down begins at the measured current where that is lower."""
        self._catch_up()
        self.target_q4 = target_q4
        self._slew_ua_s = slew_ua_s
        if target_q4 < self._reference_q4():
            self._retract(measured_q4)
        self._refresh(TICK_US if target_q4 < self._envelope.set_q4 else 0)

    def jump(self):
        """Take the target at once: pulses that start with their whole amplitude."""
        self._envelope.set_q4 = self.target_q4
        self._refresh(0)

    def move(self, dt_us):
        """One tick of a ramp that is not at its target; every second tick moves by two.

        On the way up the envelope is up to a tick late, on the way down up to a tick early: at
        most 10 uA lower than the program's own at the fastest slew, and never above it.
        """
        owed_us = self._owed_us
        if owed_us == 0:
            self._owed_us = dt_us
            return
        self._owed_us = 0
        target_q4 = self.target_q4
        slew_ua_s = self._slew_ua_s
        envelope_q4 = self._climb(target_q4, slew_ua_s, owed_us + dt_us)
        reference_q4 = envelope_q4
        if self._retracted:
            reference_q4 = self._reference.step(target_q4, slew_ua_s, owed_us + dt_us)
            if reference_q4 == envelope_q4:
                self._retracted = 0
        self.expected_q4 = reference_q4
        self.moving = reference_q4 != target_q4 or envelope_q4 != target_q4
        tenth_q4 = envelope_q4 // 10
        self.max_q4 = envelope_q4 + tenth_q4 + _SLACK_Q4
        # On the way up the programmed ramp arms I_open: else a lead that opens early would pass
        # for a limited load for ever. On the way down the reference decides.
        judged_q4 = reference_q4 if target_q4 < envelope_q4 else envelope_q4
        if judged_q4 <= self._armed_q4:
            self.open_q4 = _NOT_ARMED_Q4
            return
        open_q4 = reference_q4 >> 2
        if tenth_q4 < open_q4:
            open_q4 = tenth_q4
        floor_q4 = self._floor_q4
        self.open_q4 = open_q4 if open_q4 > floor_q4 else floor_q4

    def is_starting(self):
        """Whether the current may still be behind a ramp that has just begun, by the stage's lag.

        Bound: 10 000 * 64 = 6.4e5.
        """
        behind_q4 = self._slew_ua_s * _LAG_Q4_PER_MA_S // 1000
        return self.moving and self.expected_q4 <= self._armed_q4 + behind_q4

    def reached_q4(self):
        """From here on the programmed ramp counts as reached: 97 % of it less 20 uA.

        Bound: 600 000 * 97 = 5.8e7.
        """
        return self._envelope.set_q4 * 97 // 100 - _REACHED_SLACK_Q4

    def open_high_q4(self):
        """I_open from 85 % of nominal compliance on."""
        if self.open_q4 < 0:
            return self.open_q4
        return max(min(self._envelope.set_q4 // 10, self._cap_q4), self._floor_q4)

    def retract(self, measured_q4):
        """The stage is limited: lower the reference to 2 % + 20 uA above the measured current."""
        self._catch_up()
        if self._retract(measured_q4):
            self._refresh(0)

    def _catch_up(self):
        if self._owed_us:
            self.move(0)

    def _refresh(self, ahead_us):
        """Refresh the thresholds at once; `ahead_us` is the lead of a way down."""
        # `move` moves when a tick's time is owed: owe 1 us, and take it off again.
        self._owed_us = 1
        self.move(ahead_us - 1)

    def _reference_q4(self):
        return self._reference.set_q4 if self._retracted else self._envelope.set_q4

    def _retract(self, measured_q4):
        """Lower the reference; return 1 where that moved it."""
        before_q4 = self._reference_q4()
        if not self._retracted:
            self._reference.reset()
            self._reference.set_q4 = before_q4
        if self._reference.retract(measured_q4) == before_q4:
            return 0
        self._retracted = 1
        return 1
