"""Fits a board's calibration to what it reported and what a meter read.

A calibration is 4 x (zero_counts, mul, shift) for A, B, V and supply: value = (code - zero) *
mul >> shift, currents in 1/16 uA, voltages in mV. Must never see a plant: a reading holds means of
what the board said, in its own units or codes, and of what stood on the meter. The line through
them is weighted least squares; what is common to all readings on one resistor, its tolerance, is
in their covariance [GUM, F.1.2; JCGM 102].
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

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
    x, y = np.array(reported, dtype=float), np.array(true, dtype=float)
    if len(x) < 2 or float(np.ptp(x)) == 0.0:
        raise CalibrationError("all readings are at one level; take them at two or more")
    middle = float(x.mean())
    design = np.stack([x - middle, np.ones_like(x)], axis=1)
    weights = np.diag(np.array(sigmas, dtype=float) ** 2)
    beta, covariance = _solved(design, y, weights)
    if tolerances:
        # The covariance is that of the line's own values: that of the readings would pull the
        # line down [Peelle's pertinent puzzle].
        share = np.array(tolerances) * (design @ beta)
        alike = np.equal.outer(np.array(groups), np.array(groups))
        beta, covariance = _solved(design, y, weights + np.outer(share, share) * alike)
    gain = float(beta[0])
    offset = float(beta[1]) - gain * middle
    at_zero = np.array([-offset / gain - middle, 1.0])  # codes of a sense may begin elsewhere
    u_gain = float(np.sqrt(covariance[0, 0]))
    u_zero = float(np.sqrt(at_zero @ covariance @ at_zero))
    together = float(covariance[0] @ at_zero) / (u_gain * u_zero)
    return FittedLine(
        gain,
        offset,
        u_gain,
        u_zero,
        together if gain > 0 else -together,
        tuple(float(one) for one in y - design @ beta),
    )


def _solved(design: np.ndarray, y: np.ndarray, weights: np.ndarray):
    inverse = np.linalg.inv(weights)
    covariance = np.linalg.inv(design.T @ inverse @ design)
    return covariance @ design.T @ inverse @ y, covariance


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
