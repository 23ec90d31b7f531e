"""How wide an interval has to be to hold the truth in 95 of 100 cases.

The error is a sum of independent parts, each normal or rectangular, about a known bias. Its
distribution follows from the parts' own [JCGM 101], as a Fourier series over a range that holds
all of it. Pure numbers in one unit, whichever.
"""

from collections.abc import Sequence
from math import hypot, pi

import numpy as np

from iontobench.device.calibration_fit import RECTANGLE

COVERAGE = 0.95
_TERMS = 4000
_FAR = 7.0  # standard uncertainties of the normal part: nothing lies beyond
_HALVINGS = 50


def standard(sigma: float, half_widths: Sequence[float], bias: float = 0.0) -> float:
    """The standard uncertainty of the sum; a bias that is not corrected counts in full."""
    return hypot(sigma, bias, *(half / RECTANGLE for half in half_widths))


def expanded(
    sigma: float, half_widths: Sequence[float], bias: float = 0.0, coverage: float = COVERAGE
) -> float:
    """The half width U with P(|bias + error| <= U) = `coverage`.

    Args:
        sigma: standard uncertainty of all normal parts together.
        half_widths: of each rectangular part.
        bias: what the error is on the mean.
        coverage: between 0 and 1.
    """
    reach = abs(bias) + sum(half_widths) + _FAR * sigma
    if reach == 0.0:
        return 0.0
    at = np.arange(1, _TERMS + 1) * (pi / reach)
    wave = np.exp(-0.5 * (sigma * at) ** 2) * np.cos(bias * at)
    for half in half_widths:
        wave *= np.sinc(half * at / pi)
    low, high = 0.0, reach
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        inside = middle / reach + 2 * float(np.sum(wave * np.sin(middle * at) / (at * reach)))
        low, high = (middle, high) if inside < coverage else (low, middle)
    return high
