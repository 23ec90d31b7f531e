"""Fits a board's calibration to what it reported and what a meter read.

A calibration is 4 x (zero_counts, mul, shift) for A, B, V and supply: value = (code - zero) *
mul >> shift, currents in 1/16 uA, voltages in mV. The fit composes a correction with the
calibration in use, so it needs no codes. Must never see a plant: a reading holds means of what
the board said, in its own units, and of what stood on the meter.
"""

from collections.abc import Sequence
from statistics import linear_regression

import msgspec

from iontobench import signs
from iontobench.sim.senses import as_integers

Row = tuple[int, int, int]

LEAST_READINGS = 8
SPAN_SHARE = 5  # a fifth of the board's maximum: less is mostly noise and wide codes
CODE_TOP = 4095


class CalibrationError(ValueError):
    """The readings cannot carry a fit; the text says what is missing."""


class Reading(msgspec.Struct, frozen=True):
    """One level on one known load, each figure the mean of one second or more."""

    a_ua: float
    b_ua: float
    v_mv: float
    meter_ua: float
    meter_mv: float


def fit_calibration(
    readings: Sequence[Reading], used: Sequence[Row], max_ua: int, code_top: int = CODE_TOP
) -> list[Row]:
    """Return a new calibration by least squares over all readings; the supply's is kept.

    Args:
        readings: at least 8, over at least a fifth of the board's maximum, best on two loads so
            that the voltages of one current differ.
        used: the calibration with which the board reported them.
        max_ua: the board's maximum.
        code_top: the converter's largest code; it bounds mul.

    Raises:
        CalibrationError: too few readings, too narrow, or not a line.
    """
    span_ua = max((r.meter_ua for r in readings), default=0.0) - min(
        (r.meter_ua for r in readings), default=0.0
    )
    least_ua = max_ua / SPAN_SHARE
    if len(readings) < LEAST_READINGS or span_ua < least_ua:
        raise CalibrationError(
            f"{len(readings)} readings over {span_ua:.0f} {signs.UA}: at least "
            f"{LEAST_READINGS} over {least_ua:.0f} {signs.UA} are needed"
        )
    zero, mul, shift = used[3]
    meter_ua = [r.meter_ua for r in readings]
    meter_mv = [r.meter_mv for r in readings]
    return [
        _corrected(used[0], [r.a_ua for r in readings], meter_ua, 16.0, code_top),
        _corrected(used[1], [r.b_ua for r in readings], meter_ua, 16.0, code_top),
        _corrected(used[2], [r.v_mv for r in readings], meter_mv, 1.0, code_top),
        (zero, mul, shift),
    ]


def _corrected(
    row: Row, reported: list[float], meter: list[float], per_unit: float, code_top: int
) -> Row:
    """Compose true = gain * reported + offset with (zero, mul, shift); the zero is whole codes."""
    gain, offset = linear_regression(reported, meter)
    if not 0.8 < gain < 1.25:
        raise CalibrationError(f"a gain of {gain:.3f} is no calibration: is the load known?")
    zero, mul, shift = row
    factor = gain * mul / (1 << shift)
    return (round(zero - offset * per_unit / factor), *as_integers(factor, code_top))
