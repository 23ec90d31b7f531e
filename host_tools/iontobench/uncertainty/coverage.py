"""How wide an interval has to be to hold the truth in 95 of 100 cases.

The error is a sum of independent parts, each normal or rectangular, about a known bias. Its
distribution follows from the parts' own [JCGM 101], as a Fourier series over a range that holds
all of it. Only operations that every platform rounds alike: the result stands in records. Pure
numbers in one unit, whichever.
"""

from collections.abc import Sequence
from math import hypot, pi

from iontobench.device.calibration_fit import RECTANGLE
from iontobench.sim.portable import exp, sine

COVERAGE = 0.95
_TERMS = 4000
_FAR = 7.0  # standard uncertainties of the normal part: nothing lies beyond
_HALVINGS = 50
_NOTHING = 1e-18  # of the normal part's factor
_TURN = 2.0 * pi


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
    waves = _waves(pi / reach, sigma, half_widths, bias)
    low, high = 0.0, reach
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        inside = middle / reach + 2.0 * _series(waves, middle / reach)
        low, high = (middle, high) if inside < coverage else (low, middle)
    return high


def _waves(step: float, sigma: float, half_widths: Sequence[float], bias: float) -> list[float]:
    """The factors of the series' sines: the characteristic function at k x `step`, over k pi.

    They end where the normal part has made the rest too small for a float to count.
    """
    decay = exp(-0.5 * (sigma * step) ** 2)
    grows, falls = decay * decay, decay  # exp(-k^2 c) by the ratio of neighbours
    normal = 1.0
    angles = [_Angles(half * step / _TURN) for half in half_widths]
    shift = _Angles(bias * step / _TURN)
    found = []
    for k in range(1, _TERMS + 1):
        normal *= falls
        falls *= grows
        if normal < _NOTHING:
            break
        wave = normal * shift.next_cosine()
        for half, angle in zip(half_widths, angles, strict=True):
            wave *= angle.next_sine() / (k * half * step)
        found.append(wave / (k * pi))
    return found


def _series(waves: Sequence[float], share: float) -> float:
    """Sum of waves[k - 1] x sin(k pi `share`), by Clenshaw's recurrence."""
    twice = 2.0 * sine(share / 2.0 + 0.25)
    ahead = after = 0.0
    for wave in reversed(waves):
        ahead, after = wave + twice * ahead - after, ahead
    return ahead * sine(share / 2.0)


class _Angles:
    """Sine and cosine of 1, 2, 3 ... times an angle in turns, by turning a unit vector."""

    def __init__(self, turns: float):
        self._cosine, self._sine = sine(turns + 0.25), sine(turns)
        self._x, self._y = 1.0, 0.0

    def next_sine(self) -> float:
        self._turn()
        return self._y

    def next_cosine(self) -> float:
        self._turn()
        return self._x

    def _turn(self) -> None:
        x, y = self._x, self._y
        self._x = x * self._cosine - y * self._sine
        self._y = x * self._sine + y * self._cosine
