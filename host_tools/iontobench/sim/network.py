"""Coefficients of one step of the conducting stage: exact for the filter and both interfaces.

The circuit: two equal poles make the commanded current, which enters node N; C_out, the leak
(divider and the stage's output resistance) and the load hang on N. With d the drive and
u1 = x1 - d, u2 = x2 - d the poles' deviations from it,

    x2(s) = d + (u2 + u1 s/tau) exp(-s/tau)

is convolved with each interface's exp(-s / RC) in closed form. C_out is far faster than a step
through the series resistance, so it counts as part of the interfaces' capacitors, scaled by
1/k, k = 1 / (1 + C_out/C1 + C_out/C2): exact for one interface, second order for two. The leak
is the voltage at the end of the step, implicit and so always stable.

Units: uA, mV, kOhm, nF, us, charge in pC (uA us).
"""

from math import exp

# Two such poles [docs/control.md, The stage]: 301 each in the circuit, and half of the gate's 8.9.
FILTER_TAU_US = 305.5
_MU = 1.0 / FILTER_TAU_US


def filter_step(h_us: float) -> tuple[float, float, float, float]:
    """Return (e, f, s1, s2) of a step: x1' = d + e u1, x2' = d + e u2 + f u1 and the charge
    d h + s1 u1 + s2 u2.
    """
    ratio = h_us / FILTER_TAU_US
    e = exp(-ratio)
    rest = 1.0 - e
    return e, ratio * e, FILTER_TAU_US * (rest - ratio * e), FILTER_TAU_US * rest


class Stepper:
    """Makes the coefficients of steps of `h_us`; what only the length decides is made once.

    Args:
        load: r1_kohm, c1_nf, r2_kohm, c2_nf, series_kohm, emf_mv; read anew by `flat`.
        h_us: length of the step.
        stage: c_out_nf, leak_ms: capacitance and leak on node N; return_kohm: below the load.
    """

    def __init__(self, load, h_us: int, stage) -> None:
        self._load = load
        self._h_us = h_us
        self._filter = filter_step(h_us)
        c_out_nf = stage.c_out_nf
        self._k, self._c1_nf, self._c2_nf = effective(load.c1_nf, load.c2_nf, c_out_nf)
        self._c_out_nf = c_out_nf
        self._leak_ms = stage.leak_ms
        self._return_kohm = stage.return_kohm

    def flat(self, gain: float) -> tuple[float, ...]:
        """Return the tuple that the plant's inner loop unpacks.

        Args:
            gain: stage current over commanded current.

        Order: e f s1 s2, keep/a/b/c of interface 1 (a b c with the gain in), the same of 2,
        emf, series less the return's leak, settle (V over the leakless V), leak, k,
        w1 w2 (load current from v1 v2), gain, a1 a2 without the gain, h_us, C_out, the return's
        leak.
        """
        load, h_us, c_out, leak_ms = self._load, self._h_us, self._c_out_nf, self._leak_ms
        e, f, s1, s2 = self._filter
        rate1 = 1.0 / (load.r1_kohm * self._c1_nf)
        keep1, a1, b1, g1 = interface_step(load.r1_kohm, rate1, h_us, e)
        rate2 = keep2 = a2 = b2 = g2 = 0.0
        if load.r2_kohm:
            rate2 = 1.0 / (load.r2_kohm * self._c2_nf)
            keep2, a2, b2, g2 = interface_step(load.r2_kohm, rate2, h_us, e)
        # The leak hangs on N, above load and return: what the return drops adds to it.
        leak_ms /= 1.0 + leak_ms * self._return_kohm
        return_leak = leak_ms * self._return_kohm
        reach = a1 + a2 + load.series_kohm
        settle = 1.0 / (1.0 + leak_ms * reach)
        series = load.series_kohm - return_leak * reach
        # fmt: off
        return (
            e, f, s1, s2, keep1, a1 * gain, b1 * gain, g1 * gain,
            keep2, a2 * gain, b2 * gain, g2 * gain, load.emf_mv, series, settle, leak_ms,
            self._k, c_out * rate1, c_out * rate2, gain, a1, a2, h_us, c_out,
            return_leak,
        )
        # fmt: on


def interface_step(
    r_kohm: float, rate: float, h_us: float, e: float
) -> tuple[float, float, float, float]:
    """Return (keep, a, b, c): v' = keep v + a d + b u1 + c u2 - a leak.

    `rate` is 1 / RC, `e` the filter's exp(-h / tau).
    """
    delta = rate - _MU
    least = 1e-4 / h_us  # nearer than this the two exponentials are told apart by rounding only
    if -least < delta < least:
        delta = least
        rate = _MU + least
    keep = exp(-rate * h_us)
    first = (e - keep) / delta
    gain = r_kohm * rate
    return keep, r_kohm * (1.0 - keep), gain * _MU * (h_us * e - first) / delta, gain * first


def effective(c1_nf: float, c2_nf: float, c_out_nf: float) -> tuple[float, float, float]:
    """Return k and both interfaces' capacitors with their shares of C_out, nF.

    Without a capacitor (a plain resistor) the interface's is C_out itself.
    """
    if c1_nf <= 0.0:
        return 0.0, c_out_nf, 0.0
    k = 1.0 / (1.0 + c_out_nf / c1_nf + (c_out_nf / c2_nf if c2_nf else 0.0))
    return k, c1_nf / k, c2_nf / k
