"""Converters: an ideal one and the RP2040's own, with its known faults.

Both turn a channel's quantity (uA or mV) into an integer code; `codes3` reads A, B and V in one
call for the loop's tick. Errors of the RP2040's are drawn per seed. Must never be read back for
calibration: that is fitted from what a board reports.
"""

from .noise import Normal, seeded
from .senses import CH_A, CH_B, CH_V, Range, coarse_ranges, fine_ranges

_TOP = 4095
_PARTS = 8  # table entries a code
_SPIKES = (512, 1536, 2560, 3584)  # erratum E11
_SPIKE_LSB = 9.0  # width of such a code: 8 LSB more than it should have
_NOISE_BLOCK = 4096


class IdealAdc:
    """No noise, no offset, one code = 1/16 uA or 1 mV, rounded; clipped like the real one."""

    name = "ideal"

    def __init__(self, board, seed: int) -> None:
        self.ranges = fine_ranges(board)
        a, b, v = self.ranges[:3]
        self._numbers = (
            *(a.zero + 0.5, a.per_unit, a.top),
            *(b.zero + 0.5, b.per_unit, b.top),
            *(v.zero + 0.5, v.per_unit, v.top),
        )

    def code(self, channel: int, quantity: float) -> int:
        """Return the code of one channel."""
        scale = self.ranges[channel]
        return min(scale.top, max(0, int(scale.zero + scale.per_unit * quantity + 0.5)))

    def codes3(self, a_ua: float, b_ua: float, v_mv: float) -> tuple[int, int, int]:
        """Return the codes of A, B and V."""
        a0, a1, a_top, b0, b1, b_top, v0, v1, v_top = self._numbers
        a = int(a0 + a1 * a_ua)
        b = int(b0 + b1 * b_ua)
        v = int(v0 + v1 * v_mv)
        if 0 < a < a_top and 0 < v < v_top:  # then B, of twice the range, is within it too
            return a, b, v
        return min(a_top, max(0, a)), min(b_top, max(0, b)), min(v_top, max(0, v))


def e11_table() -> list[int]:
    """Codes over the input range in eighths of an LSB, with the four wide codes of E11.

    The other codes are narrower to make room, so the integral error is a saw tooth of about
    +-4 LSB with steps of 8 at the wide codes.
    """
    narrow = (_TOP + 1 - len(_SPIKES) * _SPIKE_LSB) / (_TOP + 1 - len(_SPIKES))
    table = []
    edge = 0.0
    for code in range(_TOP + 1):
        edge += _SPIKE_LSB if code in _SPIKES else narrow
        table.extend([code] * (round(edge * _PARTS) - len(table)))
    return table


class Rp2040Adc:
    """12 bits with noise, offset, reference and shunt errors, and the E11 steps.

    Per seed: noise 1.0 to 1.5 LSB rms, offset 10 to 15 codes, reference within 1 %, each shunt
    or divider within 0.2 % [platform.md, Analogue; control.md, The stage].
    """

    name = "rp2040"

    def __init__(self, board, seed: int) -> None:
        self.ranges = coarse_ranges(board)
        draw = seeded(seed, "adc")
        self.sigma_lsb = draw.uniform(1.0, 1.5)
        self.offset_lsb = draw.uniform(10.0, 15.0)
        self.reference = 1.0 + draw.uniform(-0.01, 0.01)
        self._lines = [self._line(scale, draw.uniform(-0.002, 0.002)) for scale in self.ranges]
        self._numbers = tuple(x for line in self._lines[:3] for x in line)
        self._table = e11_table()
        self._last = len(self._table) - 1
        self._normal = Normal(seed, "adc noise")
        self._noise: list[float] = []

    def _line(self, scale: Range, error: float) -> tuple[float, float]:
        """Table index = first + second * quantity."""
        slope = scale.per_unit * (1.0 + error) * self.reference
        first = scale.zero * self.reference + self.offset_lsb + 0.5
        return first * _PARTS, slope * _PARTS

    def _refill(self) -> list[float]:
        scale = self.sigma_lsb * _PARTS
        self._noise = [scale * normal for normal in self._normal.block(_NOISE_BLOCK)]
        return self._noise

    def code(self, channel: int, quantity: float) -> int:
        """Return the code of one channel."""
        noise = self._noise or self._refill()
        first, slope = self._lines[channel]
        return self._table[min(self._last, max(0, int(first + slope * quantity + noise.pop())))]

    def codes3(self, a_ua: float, b_ua: float, v_mv: float) -> tuple[int, int, int]:
        """Return the codes of A, B and V."""
        noise = self._noise
        if len(noise) < 3:
            noise = self._refill()
        a0, a1, b0, b1, v0, v1 = self._numbers
        table = self._table
        a = int(a0 + a1 * a_ua + noise.pop())
        b = int(b0 + b1 * b_ua + noise.pop())
        v = int(v0 + v1 * v_mv + noise.pop())
        last = self._last
        if 0 < a < last and 0 < b < last and 0 < v < last:
            return table[a], table[b], table[v]
        return (
            self.code(CH_A, a_ua),
            self.code(CH_B, b_ua),
            self.code(CH_V, v_mv),
        )


ADCS = {adc.name: adc for adc in (IdealAdc, Rp2040Adc)}
