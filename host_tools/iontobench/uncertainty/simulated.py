"""The budget of a simulated board: what its seed draws, and what its calibration leaves of that.

The converter's errors are those of `sim.senses`; a simulated clock is exact and no part drifts
[docs/uncertainty.md, Simulated boards]. Currents in uA, shares of 1. Must never read what a seed
has drawn.
"""

from math import hypot, sqrt
from typing import NamedTuple

from ionto.core.limits import Board
from ionto.core.units import UA_Q4
from iontobench.device.calibration import fit_line
from iontobench.device.calibration_bench import (
    LEVELS,
    SAMPLES_A_LEVEL,
    TOP_SHARE,
)
from iontobench.device.calibration_file import SenseUncertainty
from iontobench.device.calibration_fit import RECTANGLE, SenseQuality
from iontobench.sim.meter import GAIN_ERROR
from iontobench.sim.senses import (
    CH_A,
    COARSE_ERRORS,
    WIDE_ERRORS,
    Errors,
    IdealAdc,
    Range,
    Rp2040Adc,
    WideAdc,
    as_integers,
    chip_ranges,
    fine_ranges,
    wide_ranges,
)

from .budget import EDGES, KNOWN, NORMAL, RECTANGULAR, BudgetPart, DoseBudget, of_fit

# Of the codes that a line leaves. RP2040: the saw tooth of its four wide codes, +-4 [E11]. The
# other's bow of 2 codes is a parabola; a line through the lower two thirds leaves a fifth of it.
_COARSE_LINEAR_LSB, _WIDE_LINEAR_LSB = 4.0, 0.5
_WIDE_BOW_LSB = 2.0  # with no line fitted
_ROUNDING_UA = 1 / UA_Q4  # code to 1/16 uA, and a tick's mean: both round down


class SenseData(NamedTuple):
    """What the simulation draws of sense A's converter, and one code of it in uA."""

    name: str
    scale: Range
    errors: Errors | None
    linear_lsb: float  # what a fitted line leaves, half width
    bow_lsb: float  # what there is without one

    @property
    def code_ua(self) -> float:
        """One code."""
        return 1.0 / self.scale.per_unit

    @property
    def noise_ua(self) -> float:
        """Of one reading: the mean of what is drawn, and half a code's rounding [GUM, F.2.2.1]."""
        if self.errors is None:
            return 0.0
        low, high = self.errors.sigma_lsb
        return hypot((low + high) / 2, 0.5 / RECTANGLE) * self.code_ua

    @property
    def linear_ua(self) -> float:
        """How far one level may be off a fitted line, half width."""
        return self.linear_lsb * self.code_ua


def sense_data(board: Board, adc: str) -> SenseData:
    """What is drawn of sense A of a board with that converter."""
    if adc == IdealAdc.name:
        return SenseData(adc, fine_ranges(board)[CH_A], None, 0.0, 0.0)
    if adc == Rp2040Adc.name:
        linear = _COARSE_LINEAR_LSB
        return SenseData(adc, chip_ranges(board)[CH_A], COARSE_ERRORS, linear, linear)
    scale = wide_ranges(board)[CH_A]
    return SenseData(WideAdc.name, scale, WIDE_ERRORS, _WIDE_LINEAR_LSB, _WIDE_BOW_LSB)


def quality_of(board: Board, adc: str) -> SenseQuality:
    """What a reading of a simulated board may be off by, for a fit."""
    data = sense_data(board, adc)
    return SenseQuality(data.noise_ua, data.linear_ua)


def seeded_budget(board: Board, adc: str) -> DoseBudget:
    """Of a board that its seed draws and `calibrate_seeded` calibrates, as every run has it."""
    data = sense_data(board, adc)
    if data.errors is None:
        return DoseBudget("simulated, ideal converter", _always(data))
    top_ua = board.max_ua * TOP_SHARE
    # The second load repeats codes and noise on a bench of the same seed: it counts not. Levels
    # at even distances leave half the variance of a saw tooth that random ones would leave.
    levels_ua = [top_ua * step / LEVELS for step in range(1, LEVELS + 1)]
    linear_ua = data.linear_ua / RECTANGLE / sqrt(2.0)
    sigma_ua = hypot(data.noise_ua / sqrt(SAMPLES_A_LEVEL), linear_ua)
    line = fit_line(levels_ua, levels_ua, [sigma_ua] * len(levels_ua))
    fitted = SenseUncertainty(line.u_gain, line.u_zero, line.correlation)
    meter = BudgetPart(name="meter", shape=RECTANGULAR, gain=GAIN_ERROR)
    parts = (meter, *of_fit(fitted), *_rounded(data), *_at_a_level(data), *_always(data))
    return DoseBudget("simulated, calibrated by its seed", parts)


def fitted_budget(board: Board, adc: str, fitted: SenseUncertainty) -> DoseBudget:
    """Of a simulated board whose calibration somebody has fitted, `device.calibration_fit`."""
    data = sense_data(board, adc)
    return DoseBudget(
        "simulated, calibrated", (*of_fit(fitted), *_at_a_level(data), *_always(data))
    )


def nominal_budget(board: Board, adc: str, has_zeros: bool = False) -> DoseBudget:
    """Of a simulated board that nobody has calibrated.

    Args:
        has_zeros: its zeros alone were put onto it.
    """
    data = sense_data(board, adc)
    errors = data.errors
    if errors is None:
        return DoseBudget("simulated, ideal converter", _always(data))
    zero_ua = 0.0 if has_zeros else data.scale.zero * data.code_ua
    parts = [
        *_around("reference", errors.reference, zero_ua),
        *_around("shunt", errors.divider, 0.0),
        BudgetPart(name="linearity", shape=RECTANGULAR, level_ua=data.bow_lsb * data.code_ua),
    ]
    if has_zeros:
        parts.append(
            BudgetPart(name="zero, whole codes", shape=RECTANGULAR, offset_ua=_half(data))
        )
    else:
        low_ua, high_ua = (one * data.code_ua for one in errors.offset_lsb)
        parts.append(
            BudgetPart(name="offset, its mean", shape=KNOWN, offset_ua=(low_ua + high_ua) / 2)
        )
        parts.append(
            BudgetPart(name="offset", shape=RECTANGULAR, offset_ua=(high_ua - low_ua) / 2),
        )
    what = "only its zeros are calibrated" if has_zeros else "not calibrated"
    return DoseBudget(f"simulated, {what}", (*parts, *_noise(data), *_always(data)))


def _around(name: str, share: tuple[float, float], zero_ua: float) -> list[BudgetPart]:
    """A share that is drawn between two bounds; it moves the pedestal `zero_ua` too."""
    low, high = share
    half = (high - low) / 2
    return [BudgetPart(name=name, shape=RECTANGULAR, gain=half, offset_ua=half * zero_ua)]


def _half(data: SenseData) -> float:
    return data.code_ua / 2


def _rounded(data: SenseData) -> list[BudgetPart]:
    """A row holds whole codes and a whole factor."""
    mul, _ = as_integers(UA_Q4 * data.code_ua, data.scale.top)
    return [
        BudgetPart(name="zero, whole codes", shape=RECTANGULAR, offset_ua=_half(data)),
        BudgetPart(name="factor, whole steps", shape=RECTANGULAR, gain=0.5 / abs(mul)),
    ]


def _at_a_level(data: SenseData) -> list[BudgetPart]:
    return [
        BudgetPart(name="linearity", shape=RECTANGULAR, level_ua=data.linear_ua),
        *_noise(data),
    ]


def _noise(data: SenseData) -> list[BudgetPart]:
    return [BudgetPart(name="noise", shape=NORMAL, noise_ua=data.noise_ua)]


def _always(data: SenseData) -> tuple[BudgetPart, ...]:
    return (
        BudgetPart(name="rounding", shape=RECTANGULAR, offset_ua=_ROUNDING_UA),
        EDGES,
    )
