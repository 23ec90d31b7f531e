"""What the current through a resistor load may do around a set point.

Currents in uA, times in us, resistance in kOhm, capacitance in nF, voltages in mV. The stage's
output capacitance stands outside the regulator's reach: when a load falls from one microsecond
to the next it empties itself through it, whatever the drive does. `LoadCurrents` allows that share
by its closed form and nothing more.
"""

from bisect import bisect_left
from itertools import pairwise
from math import exp

from tests.closed_loop.sessions import change_load
from tests.support.trial import Trial

OVERSHOOT_SHARE, OVERSHOOT_UA = 0.01, 5.0  # [docs/control.md, Required figures]
SETTLE_US = 50_000
_FORGOTTEN = 40  # time constants
# The stage's true compliance over nominal with which 20 kOhm take just 2 mA: at 5 mA it is less.
AT_2_MA_40_V = 0.925


class LoadCurrents:
    """The currents of one trial's load and its load's sudden changes.

    Every 250 us, and every 50 us in the 5 ms after a change. The stage reaches its nominal
    compliance, so that what flows at the limit is known.
    """

    def __init__(self, r_kohm, c_nf, adc="ideal", seed=1):
        load = f"rc:{r_kohm * 1000:g}:{c_nf:g}" if c_nf else f"resistor:{r_kohm * 1000:g}"
        self.trial = Trial(load, adc, seed, parts=4, compliance_share=AT_2_MA_40_V)
        self.trial.each = self._note
        self._c_nf = c_nf
        self._times_us = []
        self._load_ua = []
        self._dumps = []
        self._fine_until_us = 0

    def _note(self, plant):
        if self._fine_until_us and plant.now_us >= self._fine_until_us:
            self._fine_until_us = 0
            self.trial.piece_us = 250
        self._times_us.append(plant.now_us)
        self._load_ua.append(plant.load_ua)

    def change(self, seconds, r_kohm):
        """The load becomes `r_kohm` at once; returns self."""
        self.trial.at(seconds, lambda plant: self._change(plant, r_kohm))
        return self

    def _change(self, plant, r_kohm):
        store_nf = plant.stage.c_out_nf
        share = store_nf / (store_nf + self._c_nf)
        jump_ua = share * max(0.0, plant.node_mv / r_kohm - plant.load_ua)
        self._dumps.append((plant.now_us, jump_ua, r_kohm * (store_nf + self._c_nf)))
        self._fine_until_us = plant.now_us + 5000
        self.trial.piece_us = 50
        change_load(r_kohm)(plant)

    def between(self, from_us, to_us):
        """(time, current) pairs of an interval."""
        first, last = (bisect_left(self._times_us, t_us) for t_us in (from_us, to_us))
        return list(zip(self._times_us[first:last], self._load_ua[first:last], strict=True))

    def dump_ua(self, t_us):
        """What the output capacitance may add at a time.

        The plant steps by backward Euler, a tenth of the time since the edge at once: a decay
        of x time constants takes it 1 + x / 20 times as long.
        """
        total_ua = 0.0
        for at_us, jump_ua, tau_us in self._dumps:
            passed = (t_us - at_us) / tau_us
            if 0 <= passed < _FORGOTTEN:
                total_ua += jump_ua * exp(-passed / (1 + passed / 20))
        return total_ua

    def overshoot_ua(self, set_ua, from_us=0, to_us=1 << 60):
        """The most above the set point, without the output capacitance's share."""
        return max(ua - set_ua - self.dump_ua(t_us) for t_us, ua in self.between(from_us, to_us))

    def above_nc(self, set_ua, from_us, to_us):
        """The charge above the set point in an interval, nC, less the capacitance's share."""
        rows = self.between(from_us, to_us)
        above_ua = [max(0.0, ua - set_ua - self.dump_ua(t_us)) for t_us, ua in rows]
        steps_us = [after[0] - before[0] for before, after in pairwise(rows)]
        return sum(ua * us for ua, us in zip(above_ua[1:], steps_us, strict=True)) / 1000

    def most_ua(self, r_kohm):
        """What the stage can make into a resistor."""
        plant = self.trial.plant
        return plant.open_mv / (r_kohm + plant.stage.knee_kohm + plant.stage.return_kohm)

    def error_ua(self, set_ua, from_us, to_us):
        """The largest distance from the set point in an interval."""
        return max(abs(ua - set_ua) for _, ua in self.between(from_us, to_us))


def overshoot_max_ua(set_ua):
    """The figure: 1 % and 5 uA."""
    return OVERSHOOT_SHARE * set_ua + OVERSHOOT_UA
