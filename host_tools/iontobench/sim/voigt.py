"""The skin's constant-phase element as five Voigt branches: coefficients of their steps.

Z = r_p / (1 + (j w tau)^alpha) with tau = (r_p q)^(1 / alpha) is, within 4.2 % and 2.2 degrees
where w tau is 0.01 to 2200, the sum of five resistances share_i r_p, each with a capacitor across
it and the time constant m_i tau. Shares and m_i were fitted once. They do not move with r_p, so a
step needs one exponential an interface: each m_i is a power of two below the one before, so the
faster branches' exponentials are powers of the slowest's.

Straight-line on purpose, no loop and no list: a step is most of what a session costs. Units: uA,
mV, kOhm, nF, us. Must not know who drives the plant.
"""

from .network import MU, NEAR, NUDGED, filter_step
from .portable import exp

ALPHA = 0.8  # 0.75 to 0.80 on the palm [docs/loads.md, Known misfits]
# tau is (r_p c K)^1.25 with r_p in kOhm cm2 and c, the capacitance at 1 kHz, in nF/cm2:
# K = 10^(6 * 0.8 - 6) (2000 pi)^0.2 / sin(0.8 pi / 2).
TAU_PER_KOHM_NF = 0.3814429988748611
# From the slowest branch to the fastest.
SHARE_1, SHARE_2, SHARE_3, SHARE_4, SHARE_5 = 0.3373, 0.5598, 0.0934, 0.00844, 0.00106
SHARES = (SHARE_1, SHARE_2, SHARE_3, SHARE_4, SHARE_5)
SLOWEST = 2.9  # m_1
RATIOS = (1.0, 4.0, 32.0, 512.0, 8192.0)  # m_1 / m_i
RATE_1 = 1.0 / SLOWEST
RATE_2, RATE_3, RATE_4, RATE_5 = 4.0 / SLOWEST, 32.0 / SLOWEST, 512.0 / SLOWEST, 8192 / SLOWEST
# Of tau. Beyond it branch 4 is slower than the filter and does not follow it: small steps.
SLOW_TAU_US = RATE_4 / MU
_LEAK_MOST = 0.5  # of a step's change: a load that could carry no current to speak of


class SkinStepper:
    """Makes the coefficients of steps of `h_us`; what only the length decides is made once.

    Branches 1 to 3 are exact for what the filter makes of the drive. Branches 4 and 5 follow it
    far faster than it moves: they stand where the current was one time constant ago. C_out counts
    as a part of the interfaces' capacitors: it slows every branch as it would slow one alone. Its
    own current, and the leak's, are those of the voltage's mean change and start.

    Args:
        load: r1_kohm, tau1_us, c1_nf (at 1 kHz), the same of 2, series_kohm, emf_mv; read anew
            by `flat`.
        h_us: length of the step.
        stage: c_out_nf, leak_ms: capacitance and leak on node N; return_kohm: below the load.
    """

    def __init__(self, load, h_us: int, stage) -> None:
        self._load = load
        self._h_us = float(h_us)  # in CPython two floats multiply faster than an int and a float
        self._filter = filter_step(h_us)
        self._c_out_nf = stage.c_out_nf
        # The leak hangs on N, above load and return: what the return drops adds to it.
        self._leak_ms = stage.leak_ms / (1.0 + stage.leak_ms * stage.return_kohm)
        self._through = 1.0 - self._leak_ms * stage.return_kohm

    def flat(self, gain: float) -> tuple[float, ...]:
        """Return the tuple that the plant's inner loop unpacks.

        Args:
            gain: stage current over commanded current.

        Order: e f s1 s2; keep a b c of branches 1 to 3 of the first interface (a b c with the
        gain in); the same of the second; emf; z and q, the voltage z I - q (x1 - x2) of all that
        follows at once; leak, leak over gain, gain less the return's leak, h_us, C_out, C_out / h.
        """
        load, h_us, c_out, leak_ms = self._load, self._h_us, self._c_out_nf, self._leak_ms
        e, f, s1, s2 = self._filter
        gain *= self._through
        slower = 1.0 + 0.6 * c_out * (1.0 / load.c1_nf + 1.0 / load.c2_nf)
        # fmt: off
        (k11, a11, b11, c11, k12, a12, b12, c12, k13, a13, b13, c13, z1, q1) = interface_branches(
            load.r1_kohm, load.tau1_us * slower, h_us, e, gain
        )
        (k21, a21, b21, c21, k22, a22, b22, c22, k23, a23, b23, c23, z2, q2) = interface_branches(
            load.r2_kohm, load.tau2_us * slower, h_us, e, gain
        )
        moves = (a11 + a12 + a13 + a21 + a22 + a23) / gain + load.series_kohm
        if leak_ms * moves > _LEAK_MOST:
            leak_ms = _LEAK_MOST / moves
        return (
            e, f, s1, s2,
            k11, a11, b11, c11, k12, a12, b12, c12, k13, a13, b13, c13,
            k21, a21, b21, c21, k22, a22, b22, c22, k23, a23, b23, c23,
            load.emf_mv, load.series_kohm + z1 + z2, q1 + q2,
            leak_ms, leak_ms / gain, gain, h_us, c_out, c_out / h_us,
        )
        # fmt: on


def interface_branches(
    r_kohm: float, tau_us: float, h_us: float, e: float, gain: float
) -> tuple[float, ...]:
    """Return keep a b c of branches 1 to 3 of one interface, and z q of 4 and 5 together.

    The three are `network.interface_step` written out: calls would be a third of the cost.
    """
    rate1 = RATE_1 / tau_us
    rate2, rate3 = 4.0 * rate1, 32.0 * rate1
    k1 = exp(-rate1 * h_us)
    k2 = k1 * k1
    k2 *= k2
    k3 = k2 * k2
    k3 *= k3
    k3 *= k3
    least = NEAR / h_us
    delta1, delta2, delta3 = rate1 - MU, rate2 - MU, rate3 - MU
    if -least < delta1 < least:
        delta1, rate1, k1 = least, MU + least, e * NUDGED
    if -least < delta2 < least:
        delta2, rate2, k2 = least, MU + least, e * NUDGED
    if -least < delta3 < least:
        delta3, rate3, k3 = least, MU + least, e * NUDGED
    first1, first2, first3 = (e - k1) / delta1, (e - k2) / delta2, (e - k3) / delta3
    z = (SHARE_4 + SHARE_5) * r_kohm
    r_kohm *= gain
    q = (SHARE_4 + 0.0625 * SHARE_5) / RATE_4 * MU * tau_us * r_kohm
    r1, r2, r3 = SHARE_1 * r_kohm, SHARE_2 * r_kohm, SHARE_3 * r_kohm
    g1, g2, g3 = r1 * rate1, r2 * rate2, r3 * rate3
    he = h_us * e
    # fmt: off
    return (
        k1, r1 * (1.0 - k1), g1 * MU * (he - first1) / delta1, g1 * first1,
        k2, r2 * (1.0 - k2), g2 * MU * (he - first2) / delta2, g2 * first2,
        k3, r3 * (1.0 - k3), g3 * MU * (he - first3) / delta3, g3 * first3,
        z, q,
    )
    # fmt: on
