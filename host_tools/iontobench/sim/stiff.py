"""Small implicit steps for every state of the stage that is not plainly conducting.

Backward Euler on node N and both interfaces: stable at any step and exact in charge, first
order in time, so steps start at 1 us after an edge and grow with the time since. Units: uA,
mV, kOhm, nF, us, charge in pC. Must not know who drives the plant.
"""

from .network import filter_step
from .portable import exp
from .truth import GONE_UA
from .voigt import stiff_end, stiff_rest

_LONGEST_US = 1000
_NEAR_LIMIT_US = 10  # half the limiter's response
_RECOVERED = 0.002  # this near to the wanted current
_DUMP_US = 20  # the output capacitance is empty by then; the limiter's response
_GROWTH = 10  # a step is at most this fraction of the time since the last edge


def stiff_step_us(p) -> int:
    """Return how long the next step may be, us."""
    longest = _LONGEST_US
    if p.source and max(p.x1_ua, p.x2_ua, p.drive_ua) >= p.guard_ua:
        longest = _NEAR_LIMIT_US
    return min(longest, max(1, (p.now_us - p.edge_us) // _GROWTH))


def stiff_step(p, h_us: int) -> None:
    """Step plant `p` by `h_us` in whatever state its switches and leads are."""
    if abs(p.load_ua) > GONE_UA:
        p.last_above_us = p.now_us
        if p.load_ua > 0.0:
            p.last_driven_us = p.now_us
    feed_ua = _source_current(p, h_us)
    stage, load = p.stage, p.load
    leak_ms = 1.0 / stage.divider_kohm
    if p.source:
        leak_ms += 1.0 / stage.output_kohm
    if p.probe:
        leak_ms += 1.0 / stage.probe_kohm
        feed_ua += stage.probe_mv / stage.probe_kohm
    elif not p.gate:
        leak_ms += 1.0 / stage.bleed_kohm
    if load.is_skin:
        held_mv, z, parts = stiff_rest(p, h_us)
    else:
        keep, z = _interface(load.r1_kohm, load.c1_nf, h_us)
        held_mv, parts = keep * p.v1_mv, None
    rest_mv = load.emf_mv + held_mv
    reach_ms = 1.0 / (load.series_kohm + z)  # of the load, seen from its terminals
    store_ms = stage.c_out_nf / h_us
    short_ms = 1.0 / p.short_kohm if p.short_kohm else 0.0
    total_ms = store_ms + leak_ms
    held_ua = store_ms * p.node_mv + feed_ua
    if p.contact:
        total_ms += reach_ms + short_ms
        held_ua += reach_ms * rest_mv
    node = held_ua / total_ms
    if p.source and node > p.compliance_mv:
        node = _saturated(p, node, total_ms)
    load_ua = (node - rest_mv) * reach_ms if p.contact else 0.0
    if parts:
        stiff_end(p, parts, load_ua)
    else:
        p.v1_mv = held_mv + z * load_ua
    p.node_mv = node
    p.shunt_ua = load_ua + short_ms * node if p.contact else 0.0
    p.now_us += h_us
    _account(p, load_ua, h_us)


def _source_current(p, h_us: int) -> float:
    """Step the filter and, out of saturation, the stage's recovery; return the mean, uA."""
    e, f, s1, s2 = filter_step(h_us)
    d = p.drive_ua
    u1, u2 = p.x1_ua - d, p.x2_ua - d
    p.x1_ua = d + e * u1
    p.x2_ua = d + e * u2 + f * u1
    if not p.source:
        p.lag_ua = 0.0
        return 0.0
    wanted = p.gain * (d + (s1 * u1 + s2 * u2) / h_us)
    if p.lagging:
        p.lag_ua += (wanted - p.lag_ua) * (1.0 - exp(-h_us / p.stage.recovery_us))
        p.lagging = wanted - p.lag_ua > _RECOVERED * wanted
    else:
        p.lag_ua = wanted
    return p.lag_ua


def _saturated(p, node_mv: float, total_ms: float) -> float:
    """Take the stage's current back until node N stands at its compliance; return N's voltage.

    The stage only feeds: a load that holds more than its compliance empties by itself.
    """
    excess_ua = total_ms * (node_mv - p.compliance_mv)
    p.lagging = True
    if excess_ua > p.lag_ua:
        node_mv -= p.lag_ua / total_ms
        p.lag_ua = 0.0
        return node_mv
    p.lag_ua -= excess_ua
    return p.compliance_mv


def _interface(r_kohm: float, c_nf: float, h_us: int) -> tuple[float, float]:
    """Return (keep, z): v' = keep v + z I, the implicit step of R parallel to C."""
    if c_nf <= 0.0:
        return 0.0, r_kohm
    ratio = h_us / (r_kohm * c_nf)
    return 1.0 / (1.0 + ratio), r_kohm * ratio / (1.0 + ratio)


def _account(p, load_ua: float, h_us: int) -> None:
    p.load_ua = load_ua
    p.net_pc += load_ua * h_us
    if load_ua < 0.0:
        p.backward_pc -= load_ua * h_us
        p.back_peak_ua = max(p.back_peak_ua, -load_ua)
    elif load_ua > p.peak_ua and p.source and p.now_us - p.met_us > _DUMP_US:
        p.peak_ua = load_ua
