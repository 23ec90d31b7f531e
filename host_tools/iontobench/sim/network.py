"""Coefficients of one step of the conducting stage into a resistor, with or without a capacitor.

The circuit: two equal poles make the commanded current, which enters node N; C_out, the leak
(divider and the stage's output resistance) and the load hang on N. With d the drive and
u1 = x1 - d, u2 = x2 - d the poles' deviations from it,

    x2(s) = d + (u2 + u1 s/tau) exp(-s/tau)

is convolved with an RC's exp(-s / RC) in closed form. C_out is far faster than a step through the
series resistance, so it counts as part of the capacitor, scaled by 1/k, k = 1 / (1 + C_out/C).
The leak is the voltage at the end of the step, implicit and so always stable. Skin has branches
of its own (`voigt`).

Units: uA, mV, kOhm, nF, us, charge in pC (uA us).
"""

from .portable import exp

# Two such poles [docs/control.md, The stage]: 301 each in the circuit, and half of the gate's 8.9.
FILTER_TAU_US = 305.5
MU = 1.0 / FILTER_TAU_US
NEAR = 1e-4  # of a step: rates nearer than this are told apart by rounding only
NUDGED = exp(-NEAR)


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
        load: r1_kohm, c1_nf, series_kohm, emf_mv; read anew by `flat`.
        h_us: length of the step.
        stage: c_out_nf, leak_ms: capacitance and leak on node N; return_kohm: below the load.
    """

    def __init__(self, load, h_us: int, stage) -> None:
        self._load = load
        self._h_us = float(h_us)  # in CPython two floats multiply faster than an int and a float
        self._filter = filter_step(h_us)
        c_out_nf = stage.c_out_nf
        self._k, self._c_nf = effective(load.c1_nf, c_out_nf)
        self._c_out_nf = c_out_nf
        self._leak_ms = stage.leak_ms
        self._return_kohm = stage.return_kohm

    def flat(self, gain: float) -> tuple[float, ...]:
        """Return the tuple that the plant's inner loop unpacks.

        Args:
            gain: stage current over commanded current.

        Order: e f s1 s2, keep a b c of the RC (a b c with the gain in), emf, series less the
        return's leak, settle (V over the leakless V), leak, k, w (load current from its voltage),
        gain, a without the gain, h_us, C_out, the return's leak.
        """
        load, h_us, c_out, leak_ms = self._load, self._h_us, self._c_out_nf, self._leak_ms
        e, f, s1, s2 = self._filter
        rate = 1.0 / (load.r1_kohm * self._c_nf)
        keep, a, b, c = interface_step(load.r1_kohm, rate, exp(-rate * h_us), h_us, e)
        # The leak hangs on N, above load and return: what the return drops adds to it.
        leak_ms /= 1.0 + leak_ms * self._return_kohm
        return_leak = leak_ms * self._return_kohm
        reach = a + load.series_kohm
        settle = 1.0 / (1.0 + leak_ms * reach)
        series = load.series_kohm - return_leak * reach
        # fmt: off
        return (
            e, f, s1, s2, keep, a * gain, b * gain, c * gain, load.emf_mv, series, settle,
            leak_ms, self._k, c_out * rate, gain, a, h_us, c_out, return_leak,
        )
        # fmt: on


def interface_step(
    r_kohm: float, rate: float, keep: float, h_us: float, e: float
) -> tuple[float, float, float, float]:
    """Return (keep, a, b, c): v' = keep v + a d + b u1 + c u2 - a leak.

    `rate` is 1 / RC, `keep` exp(-rate h), `e` the filter's exp(-h / tau).
    """
    delta = rate - MU
    least = NEAR / h_us
    if -least < delta < least:
        delta = least
        rate = MU + least
        keep = e * NUDGED
    first = (e - keep) / delta
    gain = r_kohm * rate
    return keep, r_kohm * (1.0 - keep), gain * MU * (h_us * e - first) / delta, gain * first


def effective(c_nf: float, c_out_nf: float) -> tuple[float, float]:
    """Return k and the load's capacitor with C_out's share of it, nF.

    Without a capacitor (a plain resistor) it is C_out itself.
    """
    if c_nf <= 0.0:
        return 0.0, c_out_nf
    k = 1.0 / (1.0 + c_out_nf / c_nf)
    return k, c_nf / k
