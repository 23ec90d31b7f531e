"""The normal distribution, exp, power and sine, with the same bits on every platform.

`log`, `exp`, `sin`, `**` and numpy's standard_normal depend on the platform's library. Here
are only integers, comparisons and + - * / and square root, which IEEE 754 rounds exactly, one
operation at a time; that is why they are written here and not taken from a library. Pure numbers.
Must not call `math.log` or `math.exp`.
"""

from math import ldexp

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Wichura, Algorithm AS 241 (Applied Statistics 37, 1988), PPND7: the centre, and the tails out
# to 7 sigma. Numerators and denominators, highest power first.
_SPLIT, _CENTRE, _NEAR_TAIL = 0.425, 0.180625, 1.6
_CENTRE_ABOVE = (59.109374720, 159.29113202, 50.434271938, 3.3871327179)
_CENTRE_BELOW = (67.187563600, 78.757757664, 17.895169469, 1.0)
_TAIL_ABOVE = (0.17023821103, 1.3067284816, 2.7568153900, 1.4234372777)
_TAIL_BELOW = (0.12021132975, 0.73700164250, 1.0)

_HALF_STEP = 2.0**-54  # of a uniform number: its middle is as often below 0.5 as above

_LN2 = 0.6931471805599453
# The first 33 bits of ln 2, so that a small whole multiple of it is exact; and the rest.
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
_SQRT_HALF = 0.7071067811865476
_ATANH = (2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3, 2.0)  # of 2 atanh(s) / s, in s^2
_TERMS = 14  # of exp's series, for |x| up to ln(2) / 2
_TWO_PI = 6.283185307179586
_SINE_TERMS = 16  # of the sine's series, for |x| up to pi


def normal(uniform: Array) -> Array:
    """Return the standard normal quantile of each number, the inverse of its distribution.

    Within 2e-6 sigma of the true quantile out to 7 sigma, and rising everywhere.

    Args:
        uniform: whole multiples of 2^-53, 0 to below 1.
    """
    away = (uniform - 0.5) + _HALF_STEP
    r = _CENTRE - away * away
    values = away * (_polynomial(_CENTRE_ABOVE, r) / _polynomial(_CENTRE_BELOW, r))
    is_tail = np.abs(away) > _SPLIT
    side = away[is_tail]
    r = np.sqrt(-_log(0.5 - np.abs(side))) - _NEAR_TAIL
    values[is_tail] = np.copysign(_polynomial(_TAIL_ABOVE, r) / _polynomial(_TAIL_BELOW, r), side)
    return values


def exp(x: float) -> float:
    """Return e to the power of x, within one unit of its last place, for |x| up to 700."""
    twos = round(x / _LN2)
    rest = (x - twos * _LN2_HIGH) - twos * _LN2_LOW
    value = 1.0
    for term in range(_TERMS, 0, -1):
        value = 1.0 + value * rest / term
    return ldexp(value, twos)


def power(base: float, exponent: float) -> float:
    """Return `base` to the power of `exponent`; base above 0. Off by less than 1e-11 of itself."""
    return exp(exponent * float(_log(np.array([base]))[0]))


def sine(turns: float) -> float:
    """Return the sine of an angle in turns, within 1e-14; from its power series."""
    x = (turns - round(turns)) * _TWO_PI
    square = x * x
    value = 1.0
    for term in range(_SINE_TERMS, 0, -1):
        value = 1.0 - value * square / (2 * term * (2 * term + 1))
    return x * value


def _log(x: Array) -> Array:
    """Natural logarithm of numbers above 0; off by less than 1e-12."""
    mantissa, exponent = np.frexp(x)
    s = (mantissa - _SQRT_HALF) / (mantissa + _SQRT_HALF)
    return (exponent - 0.5) * _LN2 + s * _polynomial(_ATANH, s * s)


def _polynomial(factors: tuple[float, ...], x: Array) -> Array:
    value = np.full_like(x, factors[0])
    for factor in factors[1:]:
        value *= x
        value += factor
    return value
