"""The dose: the charge of the measured current, by polarity, never clipped at zero.

Current in `_q4`, time in us, charge in whole uC with a remainder in sixteenths of a picocoulomb
(1/16 uA * 1 us). It adds trapezoids between ticks, so a ramp makes no error. Ramps, pauses and the
tail after a trip count too. Clipping noise at zero would add 0.4 sigma. So the sum may fall, but
by no more than 5 uC a second.
"""

from .const import const

_REMAINDER_PER_UC = const(16000000)  # sixteenths of a picocoulomb in a microcoulomb
_DT_MAX_US = const(20000)
_BACK_MAX_Q4 = const(-80)  # -5 uA: a reversed sense must not take the dose back
_CHUNK_US = const(1700)  # 600 000 * 1700 + 1.6e7 = 1.04e9 < 2^30


class Dose:
    """One signed sum for each polarity; `gross_uc` is their total."""

    def __init__(self):
        self.gross_uc = 0
        self._remainder = 0  # of the present polarity
        self._other_uc = 0  # of the other polarity; `gross_uc` less this is the present one's
        self._other_remainder = 0
        self._polarity = 1
        self._last_q4 = 0

    def reset(self, polarity):
        """Start a session: all sums 0, `polarity` (+1 or -1) first."""
        self.gross_uc = 0
        self._remainder = 0
        self._other_uc = 0
        self._other_remainder = 0
        self._polarity = polarity
        self._last_q4 = 0

    def set_polarity(self, polarity):
        """Count charge for `polarity` from now on. Call it at zero current only."""
        if polarity != self._polarity:
            self._other_uc = self.gross_uc - self._other_uc
            self._remainder, self._other_remainder = self._other_remainder, self._remainder
            self._polarity = polarity

    def step(self, current_q4, dt_us):
        """Add the charge since the last tick (|current| <= 600 000, at most 20 ms of it)."""
        mean_q4 = (current_q4 + self._last_q4) >> 1
        self._last_q4 = current_q4
        if mean_q4 < _BACK_MAX_Q4:
            mean_q4 = _BACK_MAX_Q4
        if dt_us > _CHUNK_US:
            dt_us = self._late(mean_q4, dt_us)
        remainder = self._remainder + mean_q4 * dt_us
        if remainder >= _REMAINDER_PER_UC or remainder < 0:
            whole_uc = remainder // _REMAINDER_PER_UC
            remainder -= whole_uc * _REMAINDER_PER_UC
            self.gross_uc += whole_uc
        self._remainder = remainder

    def positive_uc(self):
        """Charge with the active electrode as the anode, uC."""
        return self.gross_uc - self._other_uc if self._polarity > 0 else self._other_uc

    def negative_uc(self):
        """Charge with the active electrode as the cathode, uC (a positive number)."""
        return self._other_uc if self._polarity > 0 else self.gross_uc - self._other_uc

    def _late(self, mean_q4, dt_us):
        """Add all but the last chunk of a long interval; return the time that is left, us."""
        if dt_us > _DT_MAX_US:
            dt_us = _DT_MAX_US
        while dt_us > _CHUNK_US:
            remainder = self._remainder + mean_q4 * _CHUNK_US
            whole_uc = remainder // _REMAINDER_PER_UC
            self._remainder = remainder - whole_uc * _REMAINDER_PER_UC
            self.gross_uc += whole_uc
            dt_us -= _CHUNK_US
        return dt_us
