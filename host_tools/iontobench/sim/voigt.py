"""The skin's constant-phase element as five Voigt branches: coefficients of their steps.

Z = r_p / (1 + (j w tau)^alpha) with tau = (r_p q)^(1 / alpha) is, within 4.2 % and 2.2 degrees
where w tau is 0.01 to 2200, the sum of five resistances share_i r_p, each with a capacitor across
it and the time constant m_i tau. Shares and m_i were fitted once. They do not move with r_p, so a
step needs one exponential an interface: each m_i is a power of two below the one before, so the
faster branches' exponentials are powers of the slowest's.

Straight-line on purpose, no loop and no list: a step is most of what a session costs. Units: uA,
mV, kOhm, nF, us. Must not know who drives the plant.
"""

from .network import MU, filter_step, interface_step
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
_RATE_1 = 1.0 / SLOWEST
_RATE_2, _RATE_3, _RATE_4, _RATE_5 = 4.0 / SLOWEST, 32.0 / SLOWEST, 512.0 / SLOWEST, 8192 / SLOWEST
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
        c_out_nf, leak_ms: capacitance and leak on node N.
    """

    def __init__(self, load, h_us: int, c_out_nf: float, leak_ms: float) -> None:
        self._load = load
        self._h_us = h_us
        self._filter = filter_step(h_us)
        self._c_out_nf = c_out_nf
        self._leak_ms = leak_ms

    def flat(self, gain: float) -> tuple[float, ...]:
        """Return the tuple that the plant's inner loop unpacks.

        Args:
            gain: stage current over commanded current.

        Order: e f s1 s2; keep a b c of branches 1 to 3 of the first interface (a b c with the
        gain in), s q of 4 and 5 (v = s I - q (x1 - x2)); the same of the second; emf, series,
        leak, leak over gain, gain, h_us, C_out, C_out / h.
        """
        load, h_us, c_out, leak_ms = self._load, self._h_us, self._c_out_nf, self._leak_ms
        e = self._filter[0]
        slower = 1.0 + 0.6 * c_out * (1.0 / load.c1_nf + 1.0 / load.c2_nf)
        first = _branches(load.r1_kohm, load.tau1_us * slower, h_us, e, gain)
        second = _branches(load.r2_kohm, load.tau2_us * slower, h_us, e, gain)
        moves = (first[1] + first[5] + first[9] + second[1] + second[5] + second[9]) / gain
        moves += load.series_kohm
        if leak_ms * moves > _LEAK_MOST:
            leak_ms = _LEAK_MOST / moves
        # fmt: off
        return (
            *self._filter, *first, *second, load.emf_mv, load.series_kohm,
            leak_ms, leak_ms / gain, gain, h_us, c_out, c_out / h_us,
        )
        # fmt: on


def _branches(
    r_kohm: float, tau_us: float, h_us: float, e: float, gain: float
) -> tuple[float, ...]:
    """Return keep a b c of branches 1 to 3 of one interface, and s q of 4 and 5."""
    rate = _RATE_1 / tau_us
    keep1 = exp(-rate * h_us)
    keep2 = keep1 * keep1
    keep2 *= keep2
    keep3 = keep2 * keep2
    keep3 *= keep3
    keep3 *= keep3
    lag4 = MU * tau_us / _RATE_4
    if lag4 > 1.0:
        lag4 = 1.0  # a resistance that hardly conducts
    lag5 = lag4 * 0.0625
    s4, s5 = SHARE_4 * r_kohm, SHARE_5 * r_kohm
    r_kohm *= gain
    # fmt: off
    return (
        *interface_step(SHARE_1 * r_kohm, rate, keep1, h_us, e),
        *interface_step(SHARE_2 * r_kohm, 4.0 * rate, keep2, h_us, e),
        *interface_step(SHARE_3 * r_kohm, 32.0 * rate, keep3, h_us, e),
        s4, s4 * gain * lag4, s5, s5 * gain * lag5,
    )
    # fmt: on


def stiff_rest(p, h_us: int) -> tuple[float, float, tuple[float, ...]]:
    """Take what both interfaces of plant `p` would hold after an implicit step without current.

    A branch's step is v' = keep v + z I with keep = 1 / (1 + h / tau) and z = (1 - keep) R.

    Returns:
        That voltage, mV; how much it rises by for each uA, kOhm; and the parts of both for
        `stiff_end`.
    """
    load = p.load
    r1, r2 = load.r1_kohm, load.r2_kohm
    k1, k2, k3, k4, k5 = _stiff_keeps(h_us / load.tau1_us)
    v11, v12, v13, v14, v15 = (
        k1 * p.v11_mv,
        k2 * p.v12_mv,
        k3 * p.v13_mv,
        k4 * p.v14_mv,
        k5 * p.v15_mv,
    )
    z11, z12, z13 = SHARE_1 * r1 * (1.0 - k1), SHARE_2 * r1 * (1.0 - k2), SHARE_3 * r1 * (1.0 - k3)
    z14, z15 = SHARE_4 * r1 * (1.0 - k4), SHARE_5 * r1 * (1.0 - k5)
    k1, k2, k3, k4, k5 = _stiff_keeps(h_us / load.tau2_us)
    v21, v22, v23, v24, v25 = (
        k1 * p.v21_mv,
        k2 * p.v22_mv,
        k3 * p.v23_mv,
        k4 * p.v24_mv,
        k5 * p.v25_mv,
    )
    z21, z22, z23 = SHARE_1 * r2 * (1.0 - k1), SHARE_2 * r2 * (1.0 - k2), SHARE_3 * r2 * (1.0 - k3)
    z24, z25 = SHARE_4 * r2 * (1.0 - k4), SHARE_5 * r2 * (1.0 - k5)
    held_mv = v11 + v12 + v13 + v14 + v15 + v21 + v22 + v23 + v24 + v25
    z_kohm = z11 + z12 + z13 + z14 + z15 + z21 + z22 + z23 + z24 + z25
    # fmt: off
    return held_mv, z_kohm, (
        v11, v12, v13, v14, v15, v21, v22, v23, v24, v25,
        z11, z12, z13, z14, z15, z21, z22, z23, z24, z25,
    )
    # fmt: on


def stiff_end(p, parts: tuple[float, ...], load_ua: float) -> None:
    """End the step that `stiff_rest` began, now that its current is known."""
    # fmt: off
    (v11, v12, v13, v14, v15, v21, v22, v23, v24, v25,
     z11, z12, z13, z14, z15, z21, z22, z23, z24, z25) = parts
    # fmt: on
    p.v11_mv = v11 = v11 + z11 * load_ua
    p.v12_mv = v12 = v12 + z12 * load_ua
    p.v13_mv = v13 = v13 + z13 * load_ua
    p.v14_mv = v14 = v14 + z14 * load_ua
    p.v15_mv = v15 = v15 + z15 * load_ua
    p.v21_mv = v21 = v21 + z21 * load_ua
    p.v22_mv = v22 = v22 + z22 * load_ua
    p.v23_mv = v23 = v23 + z23 * load_ua
    p.v24_mv = v24 = v24 + z24 * load_ua
    p.v25_mv = v25 = v25 + z25 * load_ua
    p.v1_mv = v11 + v12 + v13 + v14 + v15
    p.v2_mv = v21 + v22 + v23 + v24 + v25


def _stiff_keeps(ratio: float) -> tuple[float, float, float, float, float]:
    """Return what an implicit step of `ratio` times tau leaves of each branch's deviation."""
    return (
        1.0 / (1.0 + _RATE_1 * ratio),
        1.0 / (1.0 + _RATE_2 * ratio),
        1.0 / (1.0 + _RATE_3 * ratio),
        1.0 / (1.0 + _RATE_4 * ratio),
        1.0 / (1.0 + _RATE_5 * ratio),
    )
