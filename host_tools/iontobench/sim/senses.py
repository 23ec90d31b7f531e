"""From the stage's quantities to converter codes: the channels' ranges and two converters.

Channels: A return current (uA, a small pedestal below zero so that clipping cannot bias it), B
its own shunt after the polarity bridge (uA, half gain, inverted about a mid reference), V node
voltage (mV, -5 V to 1.25 x compliance), supply (mV). A `Range` says which code each quantity
lands on; a calibration is (zero_counts, mul, shift): value = (code - zero) * mul >> shift in
the units of `units.SAMPLE_*`.

The converters are an ideal one, the RP2040's own, with its known faults, and an ADS8688; `codes3`
reads A, B and V in one call for the loop's tick. Errors are drawn per seed. They must never be
read back for calibration: that is fitted from what a board reports.
"""

from functools import cache
from typing import NamedTuple

from ionto.core.units import UA_Q4

from .noise import Normal, seeded
from .stage import stage_of

CH_A, CH_B, CH_V, CH_SUPPLY = range(4)

_V_LOW_MV = 5000
_SUPPLY_TOP_MV = 9900  # a divider by three into 3.3 V
_WIDE_SUPPLY_TOP_MV = 10240  # the ADS8688's range 0..2.5 x 4.096 V
_WIDE_B_ZERO = 32000  # the DAC's reference, 2.5 V of 5.12 V [boards/pico_dac/README.md, Scales]
_PEDESTAL = 40  # codes of 4096: more than an offset and five sigma
_FINE_PEDESTAL_UA = 64
_PRODUCT_TOP = 1 << 29  # code x mul, with room for a zero below 0
_TOP = 4095
_WIDE_TOP = 65535
_PARTS = 8  # table entries a code
_SPIKES = (512, 1536, 2560, 3584)  # erratum E11
_SPIKE_LSB = 9.0  # width of such a code: 8 LSB more than it should have
_NOISE_BLOCK = 4096


class Range(NamedTuple):
    """One channel's scale: code = zero + per_unit * quantity, clipped to 0..top."""

    zero: float
    per_unit: float
    top: int


def coarse_ranges(board) -> tuple[Range, ...]:
    """The channels of a 12-bit converter with full scales after [docs/control.md, The stage]."""
    top = 4095
    a_per_ua = (top - _PEDESTAL) / board.full_scale_ua
    v_per_mv = top / (1.25 * board.compliance_mv + _V_LOW_MV)
    return (
        Range(_PEDESTAL, a_per_ua, top),
        Range(2048, -a_per_ua / 2, top),
        Range(v_per_mv * _V_LOW_MV, v_per_mv, top),
        Range(0, top / _SUPPLY_TOP_MV, top),
    )


def wide_ranges(board) -> tuple[Range, ...]:
    """The channels of a 16-bit converter [boards/pico_dac/README.md, Scales]."""
    top = _WIDE_TOP
    a, _, v, _ = coarse_ranges(board)
    pedestal = _PEDESTAL * (top + 1) // (_TOP + 1)
    a_per_ua = a.per_unit * (top - pedestal) / (_TOP - _PEDESTAL)
    v_per_mv = v.per_unit * top / _TOP
    return (
        Range(pedestal, a_per_ua, top),
        Range(_WIDE_B_ZERO, -a_per_ua / 2, top),
        Range(v_per_mv * _V_LOW_MV, v_per_mv, top),
        Range(0, (top + 1) / _WIDE_SUPPLY_TOP_MV, top),
    )


def own_adc(board) -> str:
    """The name of the converter that a board's data promise: that of its largest code."""
    return WideAdc.name if board.code_top == _WIDE_TOP else Rp2040Adc.name


def own_ranges(board) -> tuple[Range, ...]:
    """The channels of a board's own converter."""
    return wide_ranges(board) if board.code_top == _WIDE_TOP else chip_ranges(board)


def chip_ranges(board) -> tuple[Range, ...]:
    """The channels of the RP2040's converter: what the stage says of them, or the design's."""
    senses = stage_of(board).senses
    if senses:
        return tuple(Range(zero, per_unit, _TOP) for zero, per_unit in senses)
    return coarse_ranges(board)


def fine_ranges(board) -> tuple[Range, ...]:
    """The channels of the ideal converter: one code is 1/16 uA or 1 mV, same full scales."""
    full = board.full_scale_ua * UA_Q4
    pedestal = _FINE_PEDESTAL_UA * UA_Q4
    v_top = board.compliance_mv + board.compliance_mv // 4 + _V_LOW_MV
    return (
        Range(pedestal, UA_Q4, full + pedestal),
        Range(full, -UA_Q4, 2 * full),
        Range(_V_LOW_MV, 1, v_top),
        Range(0, 1, _SUPPLY_TOP_MV),
    )


def nominal_calibration(ranges: tuple[Range, ...]) -> list[tuple[int, int, int]]:
    """Return (zero_counts, mul, shift) a channel from its range alone."""
    units = (UA_Q4, UA_Q4, 1, 1)
    return [
        (round(scale.zero), *as_integers(unit / scale.per_unit, scale.top))
        for scale, unit in zip(ranges, units, strict=True)
    ]


def as_integers(factor: float, code_top: int) -> tuple[int, int]:
    """Return (mul, shift) with mul / 2^shift nearest to `factor`, code_top * |mul| <= 2^29.

    A whole factor needs no shift, so the ideal converter's way back is exact.
    """
    if factor == int(factor):
        return int(factor), 0
    shift = 20
    while shift and abs(factor) * (1 << shift) * code_top > _PRODUCT_TOP:
        shift -= 1
    return round(factor * (1 << shift)), shift


class Errors(NamedTuple):
    """What is drawn of a converter, each (least, most): codes rms, codes, shares of the scale."""

    sigma_lsb: tuple[float, float]
    offset_lsb: tuple[float, float]
    reference: tuple[float, float]
    divider: tuple[float, float]  # of each channel's shunt or divider


# [docs/platform.md, Analogue; docs/control.md, The stage]
COARSE_ERRORS = Errors((1.0, 1.5), (10.0, 15.0), (-0.01, 0.01), (-0.002, 0.002))
# Noise and offset are those of the stage's amplifiers before it [docs/platform.md, SPI converters]
WIDE_ERRORS = Errors((3.0, 6.0), (-40.0, 40.0), (-0.001, 0.001), (-0.002, 0.002))
_BOW_LSB = 2.0  # of an integral error: a parabola over the range, either way


class Converter:
    """What reads the stage for a board; `ranges` has a row for each channel."""

    name = ""
    ranges: tuple[Range, ...]

    def code(self, channel: int, quantity: float) -> int:
        """Return the code of one channel."""
        raise NotImplementedError

    def codes3(self, a_ua: float, b_ua: float, v_mv: float) -> tuple[int, int, int]:
        """Return the codes of A, B and V."""
        raise NotImplementedError


class IdealAdc(Converter):
    """No noise, no offset, one code = 1/16 uA or 1 mV, rounded; clipped like the real one."""

    name = "ideal"

    def __init__(self, board, seed: int) -> None:
        self.ranges = fine_ranges(board)
        a, b, v = self.ranges[:3]
        self._numbers = (
            *(a.zero + 0.5, float(a.per_unit), a.top),
            *(b.zero + 0.5, float(b.per_unit), b.top),
            *(v.zero + 0.5, float(v.per_unit), v.top),
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


@cache
def e11_table() -> list[int]:
    """Codes over the input range in eighths of an LSB, with the four wide codes of E11.

    The other codes are narrower to make room, so the integral error is a saw tooth of about
    +-4 LSB with steps of 8 at the wide codes. One list for all converters; it is only read.
    """
    narrow = (_TOP + 1 - len(_SPIKES) * _SPIKE_LSB) / (_TOP + 1 - len(_SPIKES))
    table = []
    edge = 0.0
    for code in range(_TOP + 1):
        edge += _SPIKE_LSB if code in _SPIKES else narrow
        table.extend([code] * (round(edge * _PARTS) - len(table)))
    return table


class Rp2040Adc(Converter):
    """12 bits with noise, offset, reference and shunt errors, and the E11 steps.

    Per seed: noise 1.0 to 1.5 LSB rms, offset 10 to 15 codes, reference within 1 %, each shunt
    or divider within 0.2 % [docs/platform.md, Analogue; docs/control.md, The stage].
    """

    name = "rp2040"

    def __init__(self, board, seed: int) -> None:
        self.ranges = chip_ranges(board)
        draw = seeded(seed, "adc")
        self.sigma_lsb = draw.uniform(*COARSE_ERRORS.sigma_lsb)
        self.offset_lsb = draw.uniform(*COARSE_ERRORS.offset_lsb)
        self.reference = 1.0 + draw.uniform(*COARSE_ERRORS.reference)
        divider = COARSE_ERRORS.divider
        self._lines = [self._line(scale, draw.uniform(*divider)) for scale in self.ranges]
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
        self._noise = self._normal.block(_NOISE_BLOCK, self.sigma_lsb * _PARTS)
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
        a_noise, b_noise, v_noise = noise.pop(), noise.pop(), noise.pop()
        a = int(a0 + a1 * a_ua + a_noise)
        b = int(b0 + b1 * b_ua + b_noise)
        v = int(v0 + v1 * v_mv + v_noise)
        last = self._last
        if 0 < a < last and 0 < b < last and 0 < v < last:
            return table[a], table[b], table[v]
        return (
            self.code(CH_A, a_ua),
            self.code(CH_B, b_ua),
            self.code(CH_V, v_mv),
        )


class WideAdc(Converter):
    """16 bits with noise, offset, reference and shunt errors, a bow, and no wide code.

    Per seed: noise 3 to 6 LSB rms, offset within 40, reference within 0.1 %, each shunt or divider
    within 0.2 %, a bow within 2 LSB [docs/platform.md, SPI converters].
    """

    name = "ads8688"

    def __init__(self, board, seed: int) -> None:
        self.ranges = wide_ranges(board)
        draw = seeded(seed, "adc")
        self.sigma_lsb = draw.uniform(*WIDE_ERRORS.sigma_lsb)
        self.reference = 1.0 + draw.uniform(*WIDE_ERRORS.reference)
        self._bow = 4.0 * draw.uniform(-_BOW_LSB, _BOW_LSB) / _WIDE_TOP
        self._lines = []
        for scale in self.ranges:
            offset_lsb = draw.uniform(*WIDE_ERRORS.offset_lsb)
            slope = scale.per_unit * (1.0 + draw.uniform(*WIDE_ERRORS.divider)) * self.reference
            self._lines.append((scale.zero * self.reference + offset_lsb, slope))
        self._normal = Normal(seed, "adc noise")
        self._noise: list[float] = []

    def code(self, channel: int, quantity: float) -> int:
        """Return the code of one channel."""
        if not self._noise:
            self._noise = self._normal.block(_NOISE_BLOCK, self.sigma_lsb)
        first, slope = self._lines[channel]
        at = first + slope * quantity
        at += self._bow * at * (1.0 - at / _WIDE_TOP) + self._noise.pop()
        return min(_WIDE_TOP, max(0, int(at + 0.5)))

    def codes3(self, a_ua: float, b_ua: float, v_mv: float) -> tuple[int, int, int]:
        """Return the codes of A, B and V."""
        return self.code(CH_A, a_ua), self.code(CH_B, b_ua), self.code(CH_V, v_mv)


ADCS = {adc.name: adc for adc in (IdealAdc, Rp2040Adc, WideAdc)}
