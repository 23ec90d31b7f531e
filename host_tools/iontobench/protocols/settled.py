"""What a site's load is at a current once it has settled: the median's voltage, the least ohms.

The load model itself is asked: its slow states get an hour of the current at once, then its field
state 100 steps of 1 ms. Settled, so a dry start needs more voltage than the median here: the
stage is then limited for a while, and that refuses nothing. Must not decide anything.
"""

from math import exp

from msgspec.structs import replace

from ionto.core.limits import LIFT_PERCENT
from iontobench.sim.load import new_state
from iontobench.sim.skin import SkinParams, load_skin

from .probe import R0, Z_99
from .schema import Protocol

_HOUR_US = 3_600_000_000
_FIELD_US = 1000
_FIELD_STEPS = 100  # 20 time constants of the field state
LIFT_WATER_PERCENT = 4


def median_mv(protocol: Protocol, current_ua: int) -> int:
    """The voltage of the protocol's site under its electrodes at `current_ua`."""
    return round(_settled_mv(_params(protocol), current_ua))


def least_ohm(protocol: Protocol, current_ua: int) -> int:
    """The 1st percentile of the site's load at `current_ua`, ohm: what a short is told from.

    Both interfaces at the 1st percentile of their specific resistance [probe.R0].
    """
    params = _params(protocol)
    median, sigma = R0[protocol.skin]
    low = max(median * exp(-Z_99 * sigma), params.r_min_kohm_cm2)
    return round(1000 * _settled_mv(replace(params, r0_kohm_cm2=low), current_ua) / current_ua)


def lift_percent(protocol: Protocol) -> int:
    """The rise of a steady voltage, percent, that tells of a lift on the protocol's site.

    Where the current goes through water, body and water are a larger and steadier part of the
    load: a healthy second rises less there than on dry skin, and so does a lift
    [DESIGN.md, Warnings by simulation].
    """
    return LIFT_WATER_PERCENT if _params(protocol).water_cm else LIFT_PERCENT


def _params(protocol: Protocol) -> SkinParams:
    electrodes = protocol.electrodes
    params = load_skin(protocol.skin, electrodes.active.area_cm2, electrodes.return_.area_cm2)
    if not isinstance(params, SkinParams):
        raise TypeError(f"{protocol.skin} is no skin")
    return params


def _settled_mv(params: SkinParams, current_ua: int) -> float:
    state = new_state(replace(params, noise_sigma=0.0), 1)
    for step_us in (_HOUR_US, *[_FIELD_US] * _FIELD_STEPS):
        charge_pc = float(current_ua) * step_us
        v1_mv, v2_mv = current_ua * state.r1_kohm, current_ua * state.r2_kohm
        if step_us == _HOUR_US:
            v1_mv = v2_mv = 0.0  # from below, so that the field never has to come down again
        state.step(step_us, charge_pc, charge_pc, v1_mv, v2_mv)
    ohmic_kohm = state.series_kohm + state.r1_kohm + state.r2_kohm
    return current_ua * ohmic_kohm + abs(state.emf_mv)
