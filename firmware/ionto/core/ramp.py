"""The set point: moves toward a target no faster than a slew, and retracts while limited.

Set point and target in `_q4`, slew in uA/s, time in us. The remainder of a step is carried in
picoamperes, so a ramp is exact to 1/16 uA however long it takes and never faster than its slew.
"""

from .const import const

_PA_PER_Q4 = const(62500)  # 1/16 uA
_DT_MAX_US = const(20000)  # above it the supervisor trips; keeps sums in 31 bits
_SLACK_Q4 = const(320)  # 20 uA


class Ramp:
    """A slew-limited set point.

    `set_q4` is the set point (0..600 000). `slew_ua_s * dt_us` stays below 10 000 * 20 000 = 2e8.
    """

    def __init__(self):
        self.set_q4 = 0
        self._remainder_pa = 0

    def reset(self):
        """Go to 0 at once: only with the gate low."""
        self.set_q4 = 0
        self._remainder_pa = 0

    def step(self, target_q4, slew_ua_s, dt_us):
        """Move toward `target_q4` by at most slew * dt; return the set point, `_q4`."""
        set_q4 = self.set_q4
        if set_q4 == target_q4:
            return set_q4
        if dt_us > _DT_MAX_US:
            dt_us = _DT_MAX_US
        remainder_pa = self._remainder_pa + slew_ua_s * dt_us
        step_q4 = remainder_pa // _PA_PER_Q4
        self._remainder_pa = remainder_pa - step_q4 * _PA_PER_Q4
        if set_q4 < target_q4:
            set_q4 += step_q4
            if set_q4 >= target_q4:
                set_q4 = target_q4
                self._remainder_pa = 0
        else:
            set_q4 -= step_q4
            if set_q4 <= target_q4:
                set_q4 = target_q4
                self._remainder_pa = 0
        self.set_q4 = set_q4
        return set_q4

    def retract(self, measured_q4):
        """Keep the set point within 2 % + 20 uA above the measured current: the stage is limited.

        Without it the set point runs ahead, and the recovery of the load becomes an overshoot
        [docs/control.md, Regulator: 10 -> 40 -> 10 kOhm at 2 mA peaks at 3.84 mA without, 2.005 mA
        with].
        """
        # Bound: 600 000 * 51 = 3.1e7.
        ceiling_q4 = measured_q4 * 51 // 50 + _SLACK_Q4
        if ceiling_q4 < 0:
            ceiling_q4 = 0
        if self.set_q4 > ceiling_q4:
            self.set_q4 = ceiling_q4
            self._remainder_pa = 0
        return self.set_q4
