"""Fits a board's calibration to what it reported and what a meter read.

A calibration is 4 x (zero_counts, mul, shift) for A, B, V and supply: value = (code - zero) *
mul >> shift, currents in 1/16 uA, voltages in mV. Must never see a plant: a reading holds means of
what the board said, in its own units or codes, and of what stood on the meter. The line through
them is weighted least squares; what is common to all readings on one resistor, its tolerance, is
in their covariance [GUM, F.1.2; JCGM 102].
"""

from collections.abc import Sequence
from math import fsum, sqrt
from typing import NamedTuple

import msgspec

from iontobench import signs
from iontobench.sim.senses import as_integers

Row = tuple[int, int, int]

LEAST_READINGS = 5
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


class FittedLine(NamedTuple):
    """true = gain * reported + offset, with standard uncertainties, and what is left over.

    `u_gain` is a gain's; `u_zero` is of the line where it crosses zero, in units of `true`, and
    `correlation` that of both, with the gain as a share.
    """

    gain: float
    offset: float
    u_gain: float
    u_zero: float
    correlation: float
    residuals: tuple[float, ...]  # meter - line


def fit_line(
    reported: Sequence[float],
    true: Sequence[float],
    sigmas: Sequence[float],
    groups: Sequence[int] = (),
    tolerances: Sequence[float] = (),
) -> FittedLine:
    """Weighted least squares of a line.

    Args:
        reported: what the board said.
        true: what the meter said, in the same order.
        sigmas: standard uncertainty of each, in the units of `true`, independent of each other.
        groups: which resistor each was taken on; without them there is nothing in common.
        tolerances: of each reading's resistor, as a standard uncertainty, a share of `true`.

    Raises:
        CalibrationError: all at one level.
    """
    if len(reported) < 2 or max(reported) == min(reported):
        raise CalibrationError("all readings are at one level; take them at two or more")
    middle = fsum(reported) / len(reported)
    x = [one - middle for one in reported]
    line = _solved(x, true, sigmas)
    if tolerances:
        # The covariance is that of the line's own values: that of the readings would pull the
        # line down [Peelle's pertinent puzzle].
        shares = [share * line.at(one) for share, one in zip(tolerances, x, strict=True)]
        line = _solved(x, true, sigmas, groups, shares)
    gain = line.slope
    offset = line.level - gain * middle
    zero = -offset / gain - middle  # codes of a sense may begin elsewhere
    u_gain = sqrt(line.var_slope)
    u_zero = sqrt(zero * (zero * line.var_slope + 2.0 * line.covariance) + line.var_level)
    together = (line.var_slope * zero + line.covariance) / (u_gain * u_zero)
    return FittedLine(
        gain,
        offset,
        u_gain,
        u_zero,
        together if gain > 0 else -together,
        tuple(value - line.at(one) for value, one in zip(true, x, strict=True)),
    )


class _Line(NamedTuple):
    """`level` + `slope` x, with the variances of both and their covariance."""

    slope: float
    level: float
    var_slope: float
    covariance: float
    var_level: float

    def at(self, x: float) -> float:
        return self.level + self.slope * x


def _solved(
    x: Sequence[float],
    y: Sequence[float],
    sigmas: Sequence[float],
    groups: Sequence[int] = (),
    common: Sequence[float] = (),
) -> _Line:
    """Least squares; `common` is what the readings of one group share, a standard uncertainty.

    The covariance of a group is diagonal but for one product, so its inverse is written down
    [Sherman and Morrison 1950], and no library is needed whose last bits are another platform's.
    """
    rows = [(one / s, 1.0 / s, v / s) for one, v, s in zip(x, y, sigmas, strict=True)]
    sums = {(i, j): fsum(row[i] * row[j] for row in rows) for i in range(2) for j in range(3)}
    for group in dict.fromkeys(groups):
        part = [
            (row, share / sigma)
            for row, share, sigma, own in zip(rows, common, sigmas, groups, strict=True)
            if own == group
        ]
        along = [fsum(row[i] * share for row, share in part) for i in range(3)]
        over = 1.0 + fsum(share * share for _, share in part)
        for i, j in sums:
            sums[i, j] -= along[i] * along[j] / over
    xx, x1, xy = sums[0, 0], sums[0, 1], sums[0, 2]
    n, y1 = sums[1, 1], sums[1, 2]
    size = xx * n - x1 * x1
    slope, level = (n * xy - x1 * y1) / size, (xx * y1 - x1 * xy) / size
    return _Line(slope, level, n / size, -x1 / size, xx / size)


def fit_calibration(
    readings: Sequence[Reading], used: Sequence[Row], max_ua: int, code_top: int = CODE_TOP
) -> list[Row]:
    """Return a new calibration by least squares over all readings; the supply's is kept.

    Args:
        readings: at least 5, over at least a fifth of the board's maximum, best on two loads so
            that the voltages of one current differ.
        used: the calibration with which the board reported them.
        max_ua: the board's maximum.
        code_top: the converter's largest code; it bounds mul.

    Raises:
        CalibrationError: too few readings, too narrow, or not a line.
    """
    check_span([r.meter_ua for r in readings], max_ua)
    zero, mul, shift = used[3]
    meter_ua = [r.meter_ua for r in readings]
    meter_mv = [r.meter_mv for r in readings]
    return [
        _corrected(used[0], [r.a_ua for r in readings], meter_ua, 16.0, code_top),
        _corrected(used[1], [r.b_ua for r in readings], meter_ua, 16.0, code_top),
        _corrected(used[2], [r.v_mv for r in readings], meter_mv, 1.0, code_top),
        (zero, mul, shift),
    ]


def check_span(meter_ua: Sequence[float], max_ua: int) -> None:
    """Raise CalibrationError for too few readings, or too close together."""
    span_ua = max(meter_ua, default=0.0) - min(meter_ua, default=0.0)
    least_ua = max_ua / SPAN_SHARE
    if len(meter_ua) < LEAST_READINGS or span_ua < least_ua:
        raise CalibrationError(
            f"{len(meter_ua)} readings over {span_ua:.0f} {signs.UA}: at least "
            f"{LEAST_READINGS} over {least_ua:.0f} {signs.UA} are needed"
        )


def _corrected(
    row: Row, reported: list[float], meter: list[float], per_unit: float, code_top: int
) -> Row:
    """Compose true = gain * reported + offset with (zero, mul, shift); the zero is whole codes."""
    line = fit_line(reported, meter, [1.0] * len(meter))
    if not 0.8 < line.gain < 1.25:
        raise CalibrationError(f"a gain of {line.gain:.3f} is no calibration: is the load known?")
    return composed(row, line.gain, line.offset, per_unit, code_top)


def composed(row: Row, gain: float, offset: float, per_unit: float, code_top: int) -> Row:
    """The row that reports gain * value + offset where `row` reports value; `per_unit` steps."""
    zero, mul, shift = row
    factor = gain * mul / (1 << shift)
    return (round(zero - offset * per_unit / factor), *as_integers(factor, code_top))
