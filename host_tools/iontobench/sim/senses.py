"""From the stage's quantities to converter codes, and the nominal way back.

Channels: A return current (uA, a small pedestal below zero so that clipping cannot bias it), B
its own shunt after the polarity bridge (uA, half gain, inverted about a mid reference), V node
voltage (mV, -5 V to 1.25 x compliance), supply (mV). A `Range` says which code each quantity
lands on; a calibration is (zero_counts, mul, shift): value = (code - zero) * mul >> shift in
the units of `units.SAMPLE_*`.
"""

from typing import NamedTuple

from ionto.core.units import UA_Q4

CH_A, CH_B, CH_V, CH_SUPPLY = range(4)

_V_LOW_MV = 5000
_SUPPLY_TOP_MV = 9900  # a divider by three into 3.3 V
_PEDESTAL = 40  # codes of 4096: more than an offset and five sigma
_FINE_PEDESTAL_UA = 64
_PRODUCT_TOP = 1 << 29  # code x mul, with room for a zero below 0


class Range(NamedTuple):
    """One channel's scale: code = zero + per_unit * quantity, clipped to 0..top."""

    zero: float
    per_unit: float
    top: int


def coarse_ranges(board) -> tuple[Range, ...]:
    """The channels of a 12-bit converter with full scales after control.md, The stage."""
    top = 4095
    a_per_ua = (top - _PEDESTAL) / board.full_scale_ua
    v_per_mv = top / (1.25 * board.compliance_mv + _V_LOW_MV)
    return (
        Range(_PEDESTAL, a_per_ua, top),
        Range(2048, -a_per_ua / 2, top),
        Range(v_per_mv * _V_LOW_MV, v_per_mv, top),
        Range(0, top / _SUPPLY_TOP_MV, top),
    )


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
