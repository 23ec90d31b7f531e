"""The dose: the charge of the measured current, by polarity, never clipped at zero.

Current in `_q4`, time in us, charge in whole uC with a remainder in sixteenths of a picocoulomb
(1/16 uA * 1 us). It adds trapezoids between ticks, so a ramp makes no error. Ramps, pauses and the
tail after a trip count too. Clipping noise at zero would add 0.4 sigma. So the sum may fall, but
by no more than 5 uC a second.
"""

from .const import const, ptr32, words

_REMAINDER_PER_UC = const(16000000)  # sixteenths of a picocoulomb in a microcoulomb
_DT_MAX_US = const(20000)
_BACK_MAX_Q4 = const(-80)  # -5 uA: a reversed sense must not take the dose back
_CHUNK_US = const(1700)  # 600 000 * 1700 + 1.6e7 = 1.04e9 < 2^30


# The table of `whole_uc`.
_REMAINDER = const(0)  # of the present polarity
_LAST_Q4 = const(1)


def whole_uc(table: ptr32, current_q4: int, dt_us: int) -> int:
    """Return the whole uC since the last tick; what is left over stays in the table.

    Args:
        table: a dose's `table`.
        current_q4: up to +-600 000.
        dt_us: at most 20 ms of it count.
    """
    mean_q4 = (current_q4 + table[_LAST_Q4]) >> 1
    table[_LAST_Q4] = current_q4
    if mean_q4 < _BACK_MAX_Q4:
        mean_q4 = _BACK_MAX_Q4
    if dt_us > _DT_MAX_US:
        dt_us = _DT_MAX_US
    remainder = table[_REMAINDER]
    sum_uc = 0
    while dt_us > _CHUNK_US:
        remainder += mean_q4 * _CHUNK_US
        chunk_uc = remainder // _REMAINDER_PER_UC
        remainder -= chunk_uc * _REMAINDER_PER_UC
        sum_uc += chunk_uc
        dt_us -= _CHUNK_US
    remainder += mean_q4 * dt_us
    chunk_uc = remainder // _REMAINDER_PER_UC
    table[_REMAINDER] = remainder - chunk_uc * _REMAINDER_PER_UC
    return sum_uc + chunk_uc


class Dose:
    """One signed sum for each polarity; `gross_uc` is their total.

    `table` is that of `whole_uc`: the tick adds what it returns to `gross_uc`, as `step` does.
    """

    def __init__(self):
        self.table = words([0, 0])
        self.reset(1)

    def reset(self, polarity):
        """Start a session: all sums 0, `polarity` (+1 or -1) first."""
        self.gross_uc = 0
        self.table[_REMAINDER] = 0
        self.table[_LAST_Q4] = 0
        self._other_uc = 0  # of the other polarity; `gross_uc` less this is the present one's
        self._other_remainder = 0
        self._polarity = polarity

    def set_polarity(self, polarity):
        """Count charge for `polarity` from now on. Call it at zero current only."""
        if polarity != self._polarity:
            self._other_uc = self.gross_uc - self._other_uc
            remainder = self.table[_REMAINDER]
            self.table[_REMAINDER] = self._other_remainder
            self._other_remainder = remainder
            self._polarity = polarity

    def step(self, current_q4, dt_us):
        """Add the charge since the last tick."""
        self.gross_uc += whole_uc(self.table, current_q4, dt_us)

    def positive_uc(self):
        """Charge with the active electrode as the anode, uC."""
        return self.gross_uc - self._other_uc if self._polarity > 0 else self._other_uc

    def negative_uc(self):
        """Charge with the active electrode as the cathode, uC (a positive number)."""
        return self._other_uc if self._polarity > 0 else self.gross_uc - self._other_uc
