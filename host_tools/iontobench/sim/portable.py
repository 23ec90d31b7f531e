"""The normal distribution, exp, power and sine, with the same bits on every platform.

`log`, `exp`, `sin`, `**` and numpy's standard_normal depend on the platform's library. Here
are only integers, comparisons and + - * / and square root, which IEEE 754 rounds exactly, one
operation at a time; that is why they are written here and not taken from a library. Pure numbers,
one at a time; `portable_blocks` has many normal numbers at once. Must not call `math.log` or
`math.exp`.
"""

from math import frexp, ldexp, sqrt

# Wichura, Algorithm AS 241 (Applied Statistics 37, 1988), PPND7: the centre, and the tails out
# to 7 sigma. Numerators and denominators, highest power first.
SPLIT, CENTRE, NEAR_TAIL = 0.425, 0.180625, 1.6
CENTRE_ABOVE = (59.109374720, 159.29113202, 50.434271938, 3.3871327179)
CENTRE_BELOW = (67.187563600, 78.757757664, 17.895169469, 1.0)
TAIL_ABOVE = (0.17023821103, 1.3067284816, 2.7568153900, 1.4234372777)
TAIL_BELOW = (0.12021132975, 0.73700164250, 1.0)

HALF_STEP = 2.0**-54  # of a uniform number: its middle is as often below 0.5 as above

LN2 = 0.6931471805599453
# The first 33 bits of ln 2, so that a small whole multiple of it is exact; and the rest.
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
SQRT_HALF = 0.7071067811865476
ATANH = (2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3, 2.0)  # of 2 atanh(s) / s, in s^2
# exp's steps of ln(2) / 32: how many in one, its first bits and its rest, 2^(j / 32), and the
# factors of its series, which is right to a double for |x| up to half a step.
_STEPS = 46.16624130844683
_STEP_HIGH, _STEP_LOW = _LN2_HIGH / 32, _LN2_LOW / 32
# fmt: off
_POWERS = tuple(float.fromhex(f"0x1.{digits}p+0") for digits in (
    "0000000000000", "059b0d3158574", "0b5586cf9890f", "11301d0125b51",
    "172b83c7d517b", "1d4873168b9aa", "2387a6e756238", "29e9df51fdee1",
    "306fe0a31b715", "371a7373aa9cb", "3dea64c123422", "44e086061892d",
    "4bfdad5362a27", "5342b569d4f82", "5ab07dd485429", "6247eb03a5585",
    "6a09e667f3bcd", "71f75e8ec5f74", "7a11473eb0187", "82589994cce13",
    "8ace5422aa0db", "93737b0cdc5e5", "9c49182a3f090", "a5503b23e255d",
    "ae89f995ad3ad", "b7f76f2fb5e47", "c199bdd85529c", "cb720dcef9069",
    "d5818dcfba487", "dfc97337b9b5f", "ea4afa2a490da", "f50765b6e4540",
))
# fmt: on
_THIRD, _FOURTH, _FIFTH, _SIXTH = 1 / 6, 1 / 24, 1 / 120, 1 / 720
_NOTHING_BELOW = -750.0  # of exp: no double is as small
_TWO_PI = 6.283185307179586
_SINE_TERMS = 16  # of the sine's series, for |x| up to pi


def normal(uniform: float) -> float:
    """Return the standard normal quantile of a number, the inverse of its distribution.

    Within 2e-6 sigma of the true quantile out to 7 sigma, and rising everywhere.

    Args:
        uniform: a whole multiple of 2^-53, 0 to below 1.
    """
    away = uniform - 0.5 + HALF_STEP
    if -SPLIT <= away <= SPLIT:
        r = CENTRE - away * away
        return _polynomial(CENTRE_ABOVE, r) / _polynomial(CENTRE_BELOW, r) * away
    r = sqrt(-log(0.5 - abs(away))) - NEAR_TAIL
    value = _polynomial(TAIL_ABOVE, r) / _polynomial(TAIL_BELOW, r)
    return value if away > 0 else -value


def exp(x: float) -> float:
    """Return e to the power of x, within one unit of its last place, for x up to 700."""
    if x < _NOTHING_BELOW:
        return 0.0
    half_up = x * _STEPS + 0.5
    steps = int(half_up) if half_up >= 0.0 else int(half_up) - 1
    r = (x - steps * _STEP_HIGH) - steps * _STEP_LOW
    more = r * (1.0 + r * (0.5 + r * (_THIRD + r * (_FOURTH + r * (_FIFTH + r * _SIXTH)))))
    power = _POWERS[steps & 31]
    return ldexp(power + power * more, steps >> 5)


def log(x: float) -> float:
    """Return the natural logarithm of a number above 0; off by less than 1e-12."""
    mantissa, exponent = frexp(x)
    s = (mantissa - SQRT_HALF) / (mantissa + SQRT_HALF)
    return (exponent - 0.5) * LN2 + s * _polynomial(ATANH, s * s)


def power(base: float, exponent: float) -> float:
    """Return `base` to the power of `exponent`; base above 0. Off by less than 1e-11 of itself."""
    return exp(exponent * log(base))


def sine(turns: float) -> float:
    """Return the sine of an angle in turns, within 1e-14; from its power series."""
    x = (turns - round(turns)) * _TWO_PI
    square = x * x
    value = 1.0
    for term in range(_SINE_TERMS, 0, -1):
        value = 1.0 - value * square / (2 * term * (2 * term + 1))
    return x * value


def _polynomial(factors: tuple[float, ...], x: float) -> float:
    value = factors[0]
    for factor in factors[1:]:
        value = value * x + factor
    return value
