"""The voltages of the skin's branches, in plant `p`: what happens to them but for a smooth step.

Each interface has five [`voigt`], `v11_mv` the slowest of the first and `v25_mv` the fastest of
the second. Straight-line, as there. Units: uA, mV, kOhm, us. Must not know who drives the plant.
"""

from .network import MU
from .voigt import (
    RATE_1,
    RATE_2,
    RATE_3,
    RATE_4,
    RATE_5,
    SHARE_1,
    SHARE_2,
    SHARE_3,
    SHARE_4,
    SHARE_5,
)


def follow_current(p) -> None:
    """Bring the two fastest branches and both sums up to date: a smooth step leaves them behind.

    They stand where the current was one time constant ago, as in the step [`voigt`].
    """
    load = p.load
    behind = p.gain * MU * (p.x1_ua - p.x2_ua) / RATE_4
    lag1_us, lag2_us = load.tau1_us, load.tau2_us
    r1, r2, current = load.r1_kohm, load.r2_kohm, p.load_ua
    p.v14_mv = v14 = SHARE_4 * r1 * (current - behind * lag1_us)
    p.v15_mv = v15 = SHARE_5 * r1 * (current - 0.0625 * behind * lag1_us)
    p.v24_mv = v24 = SHARE_4 * r2 * (current - behind * lag2_us)
    p.v25_mv = v25 = SHARE_5 * r2 * (current - 0.0625 * behind * lag2_us)
    p.v1_mv = p.v11_mv + p.v12_mv + p.v13_mv + v14 + v15
    p.v2_mv = p.v21_mv + p.v22_mv + p.v23_mv + v24 + v25


def reverse_branches(p) -> None:
    """Turn all branches over."""
    p.v11_mv, p.v12_mv, p.v13_mv = -p.v11_mv, -p.v12_mv, -p.v13_mv
    p.v14_mv, p.v15_mv = -p.v14_mv, -p.v15_mv
    p.v21_mv, p.v22_mv, p.v23_mv = -p.v21_mv, -p.v22_mv, -p.v23_mv
    p.v24_mv, p.v25_mv = -p.v24_mv, -p.v25_mv


def skin_rest(p, h_us: int) -> tuple[float, ...]:
    """Take what both interfaces of plant `p` would hold after an implicit step without current.

    A branch's step is v' = keep v + z I with keep = 1 / (1 + h / tau) and z = (1 - keep) R.

    Returns:
        That voltage, mV; how much it rises by for each uA, kOhm; and the same of every branch,
        for `skin_end`.
    """
    load = p.load
    r1, r2 = load.r1_kohm, load.r2_kohm
    k1, k2, k3, k4, k5 = _stiff_keeps(h_us / load.tau1_us)
    v11, v12, v13 = k1 * p.v11_mv, k2 * p.v12_mv, k3 * p.v13_mv
    v14, v15 = k4 * p.v14_mv, k5 * p.v15_mv
    z11, z12, z13 = SHARE_1 * r1 * (1.0 - k1), SHARE_2 * r1 * (1.0 - k2), SHARE_3 * r1 * (1.0 - k3)
    z14, z15 = SHARE_4 * r1 * (1.0 - k4), SHARE_5 * r1 * (1.0 - k5)
    k1, k2, k3, k4, k5 = _stiff_keeps(h_us / load.tau2_us)
    v21, v22, v23 = k1 * p.v21_mv, k2 * p.v22_mv, k3 * p.v23_mv
    v24, v25 = k4 * p.v24_mv, k5 * p.v25_mv
    z21, z22, z23 = SHARE_1 * r2 * (1.0 - k1), SHARE_2 * r2 * (1.0 - k2), SHARE_3 * r2 * (1.0 - k3)
    z24, z25 = SHARE_4 * r2 * (1.0 - k4), SHARE_5 * r2 * (1.0 - k5)
    # fmt: off
    return (
        v11 + v12 + v13 + v14 + v15 + v21 + v22 + v23 + v24 + v25,
        z11 + z12 + z13 + z14 + z15 + z21 + z22 + z23 + z24 + z25,
        v11, v12, v13, v14, v15, v21, v22, v23, v24, v25,
        z11, z12, z13, z14, z15, z21, z22, z23, z24, z25,
    )
    # fmt: on


def rc_rest(p, h_us: int) -> tuple[float, ...]:
    """The same of a load without branches: a resistance, with or without a capacitor."""
    load = p.load
    keep, z = 0.0, load.r1_kohm
    if load.c1_nf > 0.0:
        ratio = h_us / (z * load.c1_nf)
        keep = 1.0 / (1.0 + ratio)
        z = z * ratio / (1.0 + ratio)
    none = 0.0
    # fmt: off
    return (
        keep * p.v1_mv, z,
        none, none, none, none, none, none, none, none, none, none,
        none, none, none, none, none, none, none, none, none, none,
    )
    # fmt: on


def skin_end(p, rest: tuple[float, ...], load_ua: float) -> None:
    """End the step that `skin_rest` began, now that its current is known."""
    # fmt: off
    (_, _, v11, v12, v13, v14, v15, v21, v22, v23, v24, v25,
     z11, z12, z13, z14, z15, z21, z22, z23, z24, z25) = rest
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
        1.0 / (1.0 + RATE_1 * ratio),
        1.0 / (1.0 + RATE_2 * ratio),
        1.0 / (1.0 + RATE_3 * ratio),
        1.0 / (1.0 + RATE_4 * ratio),
        1.0 / (1.0 + RATE_5 * ratio),
    )
