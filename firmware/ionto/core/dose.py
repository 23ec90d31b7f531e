"""The dose: charge integrated from what was measured, by polarity, never clipped at zero.

Current in `_q4`, time in us, charge in whole uC with a remainder in sixteenths of a picocoulomb
(1/16 uA * 1 us). Trapezoids between ticks: a ramp costs no error. Ramps, pauses and the tail
after a trip count, because they were measured; clipping noise at zero would add 0.4 sigma, so the
sum may fall, but by no more than 5 uC a second.
"""

from .const import const

_REMAINDER_PER_UC = const(16000000)  # sixteenths of a picocoulomb in a microcoulomb
_DT_MAX_US = const(20000)
_BACK_MAX_Q4 = const(-80)  # -5 uA: a sense that reads backwards must not unwind the dose
_CHUNK_US = const(1700)  # 600 000 * 1700 + 1.6e7 = 1.04e9 < 2^30


class Dose:
    """Two signed accumulators, one a polarity; `gross_uc` is their sum."""

    def __init__(self):
        self.gross_uc = 0
        self._remainder = 0  # of the polarity that flows now
        self._other_uc = 0  # of the other one; `gross_uc` less this is the polarity's own
        self._other_remainder = 0
        self._polarity = 1
        self._last_q4 = 0

    def reset(self, polarity):
        """Start a session: everything 0, `polarity` (+1 or -1) flows first."""
        self.gross_uc = 0
        self._remainder = 0
        self._other_uc = 0
        self._other_remainder = 0
        self._polarity = polarity
        self._last_q4 = 0

    def set_polarity(self, polarity):
        """From now on charge counts for `polarity`; called at zero current only."""
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
        """Add all but the last chunk of a long interval; return what is left of it."""
        if dt_us > _DT_MAX_US:
            dt_us = _DT_MAX_US
        while dt_us > _CHUNK_US:
            remainder = self._remainder + mean_q4 * _CHUNK_US
            whole_uc = remainder // _REMAINDER_PER_UC
            self._remainder = remainder - whole_uc * _REMAINDER_PER_UC
            self.gross_uc += whole_uc
            dt_us -= _CHUNK_US
        return dt_us
