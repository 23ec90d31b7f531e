"""Measures the load with the PROBE source, before a start and after contact was lost.

The PROBE source (5 V behind 100 kOhm) passes at most 50 uA. Its current is calculated from the
load voltage: the ADC resolves that far better than 50 uA on a 5 mA sense. Voltages in mV, currents
in `_q4`, resistance in ohm.
"""

from .const import const
from .units import load_ohm, probe_current_q4

_MEAN_TICKS = const(16)  # the mean of 16 ticks [docs/control.md, Load before the start]


class Probe:
    """The probe's current and the load, from the mean of 16 ticks of load voltage.

    Args:
        probe_mv, probe_ohm: the source, from the board.
    """

    def __init__(self, probe_mv, probe_ohm):
        self._probe_mv = probe_mv
        self._probe_ohm = probe_ohm
        self._sum_mv = 0
        self._count = 0
        self.current_q4 = 0
        self.load_ohm = 0

    def reset(self):
        """Begin a new mean."""
        self._sum_mv = 0
        self._count = 0

    def step(self, load_mv):
        """Take one sample; return 1 when a mean is ready in `current_q4` and `load_ohm`."""
        self._sum_mv += load_mv
        self._count += 1
        if self._count < _MEAN_TICKS:
            return 0
        mean_mv = self._sum_mv // _MEAN_TICKS
        self.current_q4 = probe_current_q4(self._probe_mv, self._probe_ohm, mean_mv)
        self.load_ohm = load_ohm(mean_mv, self.current_q4)
        self.reset()
        return 1

    def now_q4(self, load_mv):
        """The probe's current from one sample, `_q4`: to see contact come back."""
        return probe_current_q4(self._probe_mv, self._probe_ohm, load_mv)
