"""The current regulator: feed-forward from the set point, plus a small bounded PI trim.

The stage has its own analogue loop, so the feed-forward alone is right to a few per cent. The trim
removes the gain and offset errors. Currents in `_q4`, the drive in counts, one step a tick of
1 ms. Gains (Q10): Ki 96/1024 = 0.094 a tick, Kp 102/1024 = 0.1: about 15 Hz and 0.7 uA rms of
noise with the RP2040's ADC [docs/control.md, Regulator]. It has no limit but its own bound; the
supervisor has limits of its own.
"""

from .const import const
from .units import drive_scale

_KI_Q10 = const(96)
_KP_Q10 = const(102)
_TRIM_FLOOR_Q4 = const(480)  # 30 uA
_TRIM_DIV = const(34)  # 2.9 %, the nearest divisor below 3 % [docs/control.md, Regulator]


class Regulator:
    """Drive counts for a set point.

    Args:
        full_scale_q4: current at a drive of `drive_counts`, `_q4`, up to 600 000.
        drive_counts: full scale of the drive.

    Bounds: error 600 000 * 102 = 6.1e7; the integral, in Q10, (18 000 + 480) * 1024 = 1.9e7.
    """

    def __init__(self, full_scale_q4, drive_counts):
        self.full_scale_q4 = full_scale_q4
        self.drive_counts = drive_counts
        self.trim_q4 = 0
        self._integral_q14 = 0  # _q4 in Q10
        self._mul, self._shift = drive_scale(full_scale_q4, drive_counts)

    def reset(self):
        """Set the trim to 0: only with the gate low."""
        self.trim_q4 = 0
        self._integral_q14 = 0

    def step(self, set_q4, measured_q4, frozen):
        """One tick: return the drive in counts, 0..drive_counts.

        Args:
            set_q4: set point, 0..full scale.
            measured_q4: current as sense A reads it.
            frozen: non-zero keeps the trim (low, limited, near compliance, or a pulse's edge).
        """
        if frozen:
            trim_q4 = self.trim_q4
        else:
            error_q4 = set_q4 - measured_q4
            bound_q4 = set_q4 // _TRIM_DIV + _TRIM_FLOOR_Q4
            integral_q14 = self._integral_q14 + error_q4 * _KI_Q10
            bound_q14 = bound_q4 << 10
            if integral_q14 > bound_q14:
                integral_q14 = bound_q14
            elif integral_q14 < -bound_q14:
                integral_q14 = -bound_q14
            self._integral_q14 = integral_q14
            trim_q4 = (integral_q14 + error_q4 * _KP_Q10) >> 10
            if trim_q4 > bound_q4:
                trim_q4 = bound_q4
            elif trim_q4 < -bound_q4:
                trim_q4 = -bound_q4
            self.trim_q4 = trim_q4
        drive_q4 = set_q4 + trim_q4
        if drive_q4 <= 0:
            return 0
        if drive_q4 >= self.full_scale_q4:
            return self.drive_counts
        return drive_q4 * self._mul >> self._shift
