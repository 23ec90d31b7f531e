"""The current regulator: feed-forward from the set point, plus a small bounded PI trim.

The stage has its own analogue loop, so the feed-forward alone is right to a few per cent. The trim
removes the gain and offset errors. Currents in `_q4`, the drive in counts, one step a tick of
1 ms. Gains (Q10): Ki 96/1024 = 0.094 a tick, Kp 102/1024 = 0.1: about 15 Hz and 0.7 uA rms of
noise with the RP2040's ADC [docs/control.md, Regulator]. It has no limit but its own bound; the
supervisor has limits of its own.
"""

from .const import const, ptr32, words
from .units import drive_scale

_KI_Q10 = const(96)
_KP_Q10 = const(102)
_TRIM_FLOOR_Q4 = const(480)  # 30 uA
_TRIM_DIV = const(34)  # 2.9 %, the nearest divisor below 3 % [docs/control.md, Regulator]


# The table of `drive`.
_TRIM_Q4 = const(0)
_INTEGRAL_Q14 = const(1)  # _q4 in Q10
_FULL_SCALE_Q4 = const(2)
_COUNTS = const(3)
_MUL = const(4)
_SHIFT = const(5)


def drive(table: ptr32, set_q4: int, measured_q4: int, frozen: int) -> int:
    """One tick: return the drive in counts, 0..drive_counts.

    Args:
        table: a regulator's `table`.
        set_q4: set point, 0..full scale.
        measured_q4: current as sense A reads it.
        frozen: non-zero keeps the trim (low, limited, near compliance, or a pulse's edge).
    """
    if frozen:
        trim_q4 = table[_TRIM_Q4]
    else:
        bound_q4 = set_q4 // _TRIM_DIV + _TRIM_FLOOR_Q4
        error_q4 = set_q4 - measured_q4
        # A greater error is no gain or offset of the stage. It is a charge that empties itself on
        # a contact, or a fault, which is the supervisor's: the trim must not follow one sample.
        if error_q4 > bound_q4:
            error_q4 = bound_q4
        elif error_q4 < -bound_q4:
            error_q4 = -bound_q4
        integral_q14 = table[_INTEGRAL_Q14] + error_q4 * _KI_Q10
        bound_q14 = bound_q4 << 10
        if integral_q14 > bound_q14:
            integral_q14 = bound_q14
        elif integral_q14 < -bound_q14:
            integral_q14 = -bound_q14
        table[_INTEGRAL_Q14] = integral_q14
        trim_q4 = (integral_q14 + error_q4 * _KP_Q10) >> 10
        if trim_q4 > bound_q4:
            trim_q4 = bound_q4
        elif trim_q4 < -bound_q4:
            trim_q4 = -bound_q4
        table[_TRIM_Q4] = trim_q4
    drive_q4 = set_q4 + trim_q4
    if drive_q4 <= 0:
        return 0
    if drive_q4 >= table[_FULL_SCALE_Q4]:
        return table[_COUNTS]
    return drive_q4 * table[_MUL] >> table[_SHIFT]


class Regulator:
    """The regulator of one board: `table` is that of `drive`.

    Args:
        full_scale_q4: current at a drive of `drive_counts`, `_q4`, up to 600 000.
        drive_counts: full scale of the drive.

    Bounds: error (18 000 + 480) * 102 = 1.9e6; the integral, in Q10, 18 480 * 1024 = 1.9e7.
    """

    def __init__(self, full_scale_q4, drive_counts):
        mul, shift = drive_scale(full_scale_q4, drive_counts)
        self.table = words([0, 0, full_scale_q4, drive_counts, mul, shift])

    @property
    def trim_q4(self):
        """The present trim."""
        return self.table[_TRIM_Q4]

    def step(self, set_q4, measured_q4, frozen):
        """As `drive`, on this regulator's table."""
        return drive(self.table, set_q4, measured_q4, frozen)

    def reset(self):
        """Set the trim to 0: only with the gate low."""
        self.table[_TRIM_Q4] = 0
        self.table[_INTEGRAL_Q14] = 0
