"""Judges a steady hold second by second: the mean current, and the mean voltage of the load.

A *second* is 62 samples, one every 16 ms. Its mean current is compared with the current that the
supervisor's envelope expects. This finds an excess too small for the per-sample limits. Its mean
load voltage is compared with earlier seconds: a short, a part of an electrode that comes off, a
load that dries. Currents in `_q4`, voltages in mV, loads in ohm. Rules and numbers:
[docs/control.md, Supervisor]. It trips and warns; it never moves a set point.
"""

from . import codes
from .const import const
from .units import UA_Q4, load_ohm

# Where the loads of a warning stand in `from_ohm` and `now_ohm`.
DRIFT = const(0)
LIFT = const(1)
LOW = const(2)
OVER = const(3)  # unused there: this warning has currents
CAUSES = const(4)

_SAMPLES = const(62)  # a second
# After a second each judgement has a sample of its own: all in one would make a long tick.
_FALL_SAMPLE = const(1)
_LIFT_SAMPLE = const(2)
_DRIFT_SAMPLE = const(3)

_RING_MASK = const(15)  # 16 seconds, 13 of them in use
_FALL_SECONDS = const(3)  # this second, the second of the fall, one before
# From 30 V on skin may break down by itself, to a tenth. Motion of 3 % rms lifts peaks by three
# times that above the mean, so the limit for a mean is lower [docs/loads.md, Sites].
_BREAKDOWN_MV = const(27000)
_LIFT_SECONDS = const(13)  # this second, two between, ten to compare with
_DRIFT_SECONDS = const(180)
_DRIFT_PERCENT = const(106)
_AGAIN_MS = const(60000)  # each cause is reported at most once a minute
_NEVER_MS = const(-0x1FFFFFFF)


class Steady:
    """The seconds of one board's holds.

    Args:
        accuracy_ua: error bound of a calibrated current of the board.

    Attributes: `warning` (`codes.WARN_*` bits until the link has reported them), with `from_ohm`
    and `now_ohm` of DRIFT, LIFT and LOW (`from_ohm` 0: low from the start of the hold), and with
    `over_mean_q4` and `over_expected_q4` of OVER.
    """

    def __init__(self, accuracy_ua):
        self._accuracy_q4 = accuracy_ua * UA_Q4
        self._means_mv = [0] * (_RING_MASK + 1)
        self._at = 0  # where the last one stands
        self._current_q4 = 0  # the mean of the last second
        self._drift_from_mv = 0
        self.from_ohm = [0] * CAUSES
        self.now_ohm = [0] * CAUSES
        self._again_ms = [0] * CAUSES
        self.reset()

    def reset(self):
        """Begin a session: no second, no warning."""
        self.warning = 0
        self.over_mean_q4 = 0
        self.over_expected_q4 = 0
        self._low_load_ohm = 0
        self._lift_percent = 0
        for cause in range(CAUSES):
            self.from_ohm[cause] = 0
            self.now_ohm[cause] = 0
            self._again_ms[cause] = _NEVER_MS
        self.forget()

    def arm(self, least_ohm, lift_percent):
        """Take what the program says of its site: the least load (0: not known), and the rise
        of the voltage that tells of a lift.
        """
        self._low_load_ohm = least_ohm // 3
        self._lift_percent = 100 + lift_percent

    def forget(self):
        """Drop all seconds: the hold is over, or no longer steady."""
        self._count = 0
        self._sum_mv = 0
        self._sum_q4 = 0
        self._seconds = 0
        self._ten_mv = 0  # sum of the ten seconds that a lift is compared with
        self._fell_from_mv = 0
        self._drift_seconds = 0

    def step(self, current_q4, expected_q4, load_mv, settled, clock_ms):
        """One sample of a steady hold, 16 ms after the last one; return 0 or a fault.

        Args:
            current_q4: sense A; expected_q4: the current that the envelope expects.
            load_mv: the load's voltage.
            settled: whether the voltage counts: no pulses, and 6 s after a ramp from 0 began.
            clock_ms: the clock of the slow checks.
        """
        # Bounds: 62 * 600 000 = 3.7e7 and 62 * 65 000 = 4.0e6.
        self._sum_q4 += current_q4 - expected_q4
        self._sum_mv += load_mv
        count = self._count + 1
        self._count = count
        if count == _SAMPLES:
            return self._close(expected_q4, settled, clock_ms)
        if count > _DRIFT_SAMPLE or not self._seconds:
            return 0
        if count == _FALL_SAMPLE:
            return self._judge_fall(clock_ms)
        if count == _LIFT_SAMPLE:
            self._judge_lift(clock_ms)
        else:
            self._judge_drift(clock_ms)
        return 0

    def _close(self, expected_q4, settled, clock_ms):
        """End a second: store its mean voltage, judge its mean current."""
        excess_q4 = self._sum_q4 // _SAMPLES
        mean_mv = self._sum_mv // _SAMPLES
        self._count = 0
        self._sum_q4 = 0
        self._sum_mv = 0
        self._current_q4 = expected_q4 + excess_q4
        if settled:
            at = (self._at + 1) & _RING_MASK
            self._at = at
            self._means_mv[at] = mean_mv
            self._seconds += 1
        most_q4 = max(expected_q4 // 20, self._accuracy_q4)
        if excess_q4 > most_q4:
            return codes.FAULT_OVERCURRENT
        if excess_q4 * 2 > most_q4 and self._may_tell(OVER, clock_ms):
            self.warning |= codes.WARN_OVER
            self.over_mean_q4 = self._current_q4
            self.over_expected_q4 = expected_q4
        return 0

    def _judge_fall(self, clock_ms):
        """Warn of a mean below half of the mean two seconds earlier; trip if a short follows.

        It then trips in any later second below the limit, until the load is above half again. The
        limit is a quarter of the mean before the fall (if that was below 27 V), or a third of the
        least load of the site. A load that is low without a fall only warns.
        """
        mean_mv = self._means_mv[self._at]
        from_mv = self._fell_from_mv
        is_low = self._ohm(mean_mv) < self._low_load_ohm
        if from_mv:
            if mean_mv * 2 >= from_mv:
                self._fell_from_mv = 0
            elif is_low or (mean_mv * 4 < from_mv and from_mv < _BREAKDOWN_MV):
                return codes.FAULT_LOW_IMPEDANCE
            return 0
        if self._seconds >= _FALL_SECONDS:
            before_mv = self._means_mv[(self._at - 2) & _RING_MASK]
            if mean_mv * 2 < before_mv:
                self._fell_from_mv = before_mv
                self._tell(LOW, codes.WARN_LOW_LOAD, self._ohm(before_mv), mean_mv, clock_ms)
                return 0
        if is_low:
            self._tell(LOW, codes.WARN_LOW_LOAD, 0, mean_mv, clock_ms)
        return 0

    def _judge_lift(self, clock_ms):
        """Warn of a mean well above that of the ten seconds that ended 2 s before.

        How far, the program's header says for its site.
        """
        means_mv = self._means_mv
        at = self._at
        seconds = self._seconds
        if seconds > 3:
            self._ten_mv += means_mv[(at - 3) & _RING_MASK]
        if seconds > _LIFT_SECONDS:
            self._ten_mv -= means_mv[(at - _LIFT_SECONDS) & _RING_MASK]
        # Bound: 10 * 65 000 * 200 = 1.3e8.
        if seconds >= _LIFT_SECONDS and means_mv[at] * 1000 > self._ten_mv * self._lift_percent:
            self._tell(
                LIFT, codes.WARN_LIFT, self._ohm(self._ten_mv // 10), means_mv[at], clock_ms
            )

    def _judge_drift(self, clock_ms):
        """Warn of a mean more than 6 % above the mean three minutes before."""
        mean_mv = self._means_mv[self._at]
        seconds = self._drift_seconds
        self._drift_seconds = seconds + 1
        if seconds == 0:
            self._drift_from_mv = mean_mv
        elif seconds == _DRIFT_SECONDS:
            from_mv = self._drift_from_mv
            if mean_mv * 100 > from_mv * _DRIFT_PERCENT:
                self._tell(DRIFT, codes.WARN_DRIFT, self._ohm(from_mv), mean_mv, clock_ms)
            self._drift_from_mv = mean_mv
            self._drift_seconds = 1

    def _ohm(self, load_mv):
        return load_ohm(load_mv, self._current_q4)

    def _may_tell(self, cause, clock_ms):
        """Whether a cause may be reported, once a minute; notes that it is."""
        if clock_ms - self._again_ms[cause] < _AGAIN_MS:
            return 0
        self._again_ms[cause] = clock_ms
        return 1

    def _tell(self, cause, warning, from_ohm, now_mv, clock_ms):
        if self._may_tell(cause, clock_ms):
            self.warning |= warning
            self.from_ohm[cause] = from_ohm
            self.now_ohm[cause] = self._ohm(now_mv)
