"""Exact steps of a stage that conducts into a load below compliance, for plant `p`.

The coefficients hold the step's length: `network.Stepper` makes them for a resistor,
`voigt.SkinStepper` for skin. A step changes nothing where the stage would saturate, near the
limiter's threshold or hardly conduct; `stiff` is for these. Units: uA, mV, kOhm, us, charge in pC.
Must not know who drives the plant.
"""

from .truth import GONE_UA


def rc_step(p, flat: tuple[float, ...], to_us: int) -> bool:
    """The step into a resistor [`network.Stepper`]."""
    # fmt: off
    (e, f, s1, s2, keep, ag, b, c, emf, series, settle, leak_ms, k, w, gain, a, h_us, c_out,
     return_leak) = flat
    # fmt: on
    d = p.drive_ua
    u1 = p.x1_ua - d
    u2 = p.x2_ua - d
    x1 = d + e * u1
    x2 = d + e * u2 + f * u1
    source = gain * x2
    v = keep * p.v1_mv + ag * d + b * u1 + c * u2
    node = (v + emf + series * source) * settle
    leak = node * leak_ms + source * return_leak
    v -= leak * a
    current = k * (source - leak) + w * v
    if not (current > GONE_UA and x1 < p.guard_ua and node < p.compliance_mv):
        return False
    p.net_pc += gain * (h_us * d + s1 * u1 + s2 * u2) - h_us * leak - c_out * (node - p.node_mv)
    p.x1_ua = x1
    p.x2_ua = x2
    p.v1_mv = v
    p.node_mv = node
    p.shunt_ua = p.load_ua = current
    if current > p.peak_ua:
        p.peak_ua = current
    p.now_us = to_us
    return True


def skin_step(p, flat: tuple[float, ...], to_us: int) -> bool:
    """The step into skin [`voigt.SkinStepper`]; straight-line: most sessions are this."""
    # fmt: off
    (e, f, s1, s2,
     k11, a11, b11, c11, k12, a12, b12, c12, k13, a13, b13, c13,
     k21, a21, b21, c21, k22, a22, b22, c22, k23, a23, b23, c23,
     emf, z, q, leak_ms, leak_share, gain, h_us, c_out, slope) = flat
    # fmt: on
    d = p.drive_ua
    u1 = p.x1_ua - d
    u2 = p.x2_ua - d
    x1 = d + e * u1
    x2 = d + e * u2 + f * u1
    before = p.node_mv
    source = gain * x2 - before * leak_ms
    d -= before * leak_share
    v11 = k11 * p.v11_mv + a11 * d + b11 * u1 + c11 * u2
    v12 = k12 * p.v12_mv + a12 * d + b12 * u1 + c12 * u2
    v13 = k13 * p.v13_mv + a13 * d + b13 * u1 + c13 * u2
    v21 = k21 * p.v21_mv + a21 * d + b21 * u1 + c21 * u2
    v22 = k22 * p.v22_mv + a22 * d + b22 * u1 + c22 * u2
    v23 = k23 * p.v23_mv + a23 * d + b23 * u1 + c23 * u2
    node = v11 + v12 + v13 + v21 + v22 + v23 + emf + z * source - q * (x1 - x2)
    moved = node - before
    current = source - slope * moved
    if not (current > GONE_UA and x1 < p.guard_ua and node < p.compliance_mv):
        return False
    p.net_pc += gain * (h_us * d + s1 * u1 + s2 * u2) - c_out * moved
    p.x1_ua = x1
    p.x2_ua = x2
    p.v11_mv = v11
    p.v12_mv = v12
    p.v13_mv = v13
    p.v21_mv = v21
    p.v22_mv = v22
    p.v23_mv = v23
    p.node_mv = node
    p.shunt_ua = p.load_ua = current
    if current > p.peak_ua:
        p.peak_ua = current
    p.now_us = to_us
    return True
