"""Small implicit steps for every state of the stage that is not plainly conducting.

Backward Euler on node N and both interfaces: stable at any step and exact in charge, first
order in time, so steps start at 1 us after an edge and grow with the time since. The stage is an
integrator behind a limit: where it cannot make its current, the error winds it up, and it gives
that charge back as soon as it can. Units: uA, mV, kOhm, nF, us, charge in pC. Must not know who
drives the plant.
"""

from .branches import rc_rest, skin_end, skin_rest
from .network import filter_step
from .portable import exp
from .truth import GONE_UA

_LONGEST_US = 1000
_NEAR_LIMIT_US = 5  # half the limiter's response
_DUMP_US = 40  # output capacitance and wind-up are gone by then
_GROWTH = 10  # a step is at most this fraction of the time since the last edge


def stiff_step_us(p) -> int:
    """Return how long the next step may be, us."""
    longest = _LONGEST_US
    if p.source and max(p.x1_ua, p.x2_ua, p.drive_ua, p.forced_ua) >= p.guard_ua:
        longest = _NEAR_LIMIT_US
    return min(longest, max(1, (p.now_us - p.edge_us) // _GROWTH))


def stiff_step(p, h_us: int) -> None:
    """Step plant `p` by `h_us` in whatever state its switches and leads are."""
    if abs(p.load_ua) > GONE_UA:
        p.last_above_us = p.now_us
        if p.load_ua > 0.0:
            p.last_driven_us = p.now_us
    set_ua = _gated(p, h_us)
    stage, load = p.stage, p.load
    leak_ms = 1.0 / stage.divider_kohm
    held_ua = 0.0
    if p.is_driven:
        leak_ms += 1.0 / stage.output_kohm
    if p.probe:
        if p.now_us >= p.probe_us:
            leak_ms += 1.0 / stage.probe_kohm
            held_ua = stage.probe_mv / stage.probe_kohm
    elif not p.gate:
        leak_ms += 1.0 / stage.bleed_kohm
    rest = skin_rest(p, h_us) if load.is_skin else rc_rest(p, h_us)
    rest_mv = load.emf_mv + rest[0]
    reach_ms = 1.0 / (load.series_kohm + rest[1])  # of the load, seen from its terminals
    store_ms = stage.c_out_nf / h_us
    total_ms = store_ms + leak_ms
    # N to ground: the measured voltage ends at the top of the return.
    held_ua += store_ms * (p.node_mv + stage.return_kohm * p.shunt_ua)
    leg_ms = drop_mv = 0.0
    if p.contact:
        ends_ms = reach_ms + (1.0 / p.short_kohm if p.short_kohm else 0.0)
        drop_mv = rest_mv * reach_ms / ends_ms
        leg_ms = 1.0 / (stage.return_kohm + 1.0 / ends_ms)
        total_ms += leg_ms
        held_ua += leg_ms * drop_mv
    out_mv = _fed(p, set_ua, held_ua, total_ms, h_us)
    p.shunt_ua = shunt_ua = leg_ms * (out_mv - drop_mv)
    p.node_mv = node_mv = out_mv - stage.return_kohm * shunt_ua
    load_ua = (node_mv - rest_mv) * reach_ms if p.contact else 0.0
    if load.is_skin:
        skin_end(p, rest, load_ua)
    else:
        p.v1_mv = rest[0] + rest[1] * load_ua
    p.now_us += h_us
    follow = 1.0 - exp(-h_us / stage.sense_us)
    p.sense_ua += (shunt_ua - p.sense_ua) * follow
    p.sense_mv += (node_mv - p.sense_mv) * follow
    _account(p, load_ua, h_us)


def _gated(p, h_us: int) -> float:
    """Step the filter and the gate; return the mean of what the stage is told, uA."""
    e, f, s1, s2 = filter_step(h_us)
    d = p.drive_ua
    u1, u2 = p.x1_ua - d, p.x2_ua - d
    p.x1_ua = d + e * u1
    p.x2_ua = d + e * u2 + f * u1
    is_high = 1.0 if p.gate or p.gate_welded else 0.0
    away = p.passed - is_high
    gate_us = p.stage.gate_us
    left = exp(-h_us / gate_us)
    p.passed = is_high + away * left
    mean = is_high + away * (1.0 - left) * gate_us / h_us
    return mean * p.gain * (d + (s1 * u1 + s2 * u2) / h_us)


def _fed(p, set_ua: float, held_ua: float, total_ms: float, h_us: int) -> float:
    """Let the stage feed N what it wants and can; return N's voltage to ground.

    It only feeds: a load that holds more than its compliance empties by itself.
    """
    stage = p.stage
    wound_pc = p.wound_pc
    feed_ua = surge_ua = 0.0
    out_mv = held_ua / total_ms
    if p.source:
        most_ua = set_ua + p.closing_ua if p.closing_ua else max(set_ua, stage.clamp_ua)
        wanted_ua = min(most_ua, max(0.0, set_ua + wound_pc / h_us))
        if p.forced_ua:
            surge_ua = _surge_ua(p, h_us)
            wanted_ua = p.forced_ua + surge_ua
        knee_mv = stage.knee_kohm * (wanted_ua - surge_ua)  # in a surge the switch is wide open
        if (held_ua + wanted_ua) / total_ms <= p.open_mv - knee_mv:
            feed_ua = wanted_ua
        elif out_mv < p.open_mv:
            at_limit_mv = held_ua + p.open_mv / stage.knee_kohm
            at_limit_mv /= total_ms + 1.0 / stage.knee_kohm
            feed_ua = (p.open_mv - at_limit_mv) / stage.knee_kohm
        out_mv += feed_ua / total_ms
    wound_pc += (set_ua - feed_ua) * h_us
    if feed_ua <= 0.0:
        wound_pc -= stage.unwind_ua * h_us
    most_pc = stage.windup_pc - stage.windup_less_us * set_ua
    p.wound_pc = wound_pc = min(max(wound_pc, -stage.slack_pc), max(0.0, most_pc))
    if wound_pc <= 0.0:
        p.closing_ua = 0.0
    return out_mv


def _surge_ua(p, h_us: int) -> float:
    """What a stage that has just failed gives beside what it then makes, a mean."""
    given_pc = p.surge_pc * (1.0 - exp(-h_us / p.stage.surge_us))
    p.surge_pc -= given_pc
    return given_pc / h_us


def _account(p, load_ua: float, h_us: int) -> None:
    p.load_ua = load_ua
    p.net_pc += load_ua * h_us
    if load_ua < 0.0:
        p.backward_pc -= load_ua * h_us
        p.back_peak_ua = max(p.back_peak_ua, -load_ua)
    elif load_ua > p.peak_ua and p.is_driven and p.now_us - p.met_us > _DUMP_US:
        p.peak_ua = load_ua
