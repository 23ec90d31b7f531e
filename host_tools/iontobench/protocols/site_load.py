"""The load of a protocol's site: before a start for the probe, and at a current once settled.

**Before a start.** The PROBE source is E behind R_s (5 V, 100 kOhm), so a load R draws
E / (R_s + R). A start is refused as open only below the lower of 5 uA and a third of what the
site's 99th percentile of resistance (the 1st of current) would draw [docs/control.md, Load before
the start]. Resistance: the specific resistance r0 of a skin that has carried nothing yet,
lognormal per site [docs/loads.md, Sites], both electrodes at that percentile at once:

    r0_99 = median * exp(2.326 * sigma)      R = r0_99 * (1 / A_active + 1 / A_return)
    threshold = min(5 uA, E / (R_s + R) / 3)

Gel, body and leads (under 1 % of R) are left out, which raises the threshold by less than that;
the third is there for them and for a dry start.

**Settled.** The load model itself is asked: its slow states get an hour of the current at once,
then its field state 100 steps of 1 ms. A dry start needs more voltage than the median here: the
stage is then limited for a while, and that refuses nothing. Must not decide anything.
"""

from math import exp

from msgspec.structs import replace

from ionto.core.limits import LIFT_PERCENT, Board
from ionto.core.units import UA_Q4
from iontobench.sim.load import new_state
from iontobench.sim.loads import load_named
from iontobench.sim.skin import SkinParams

from .schema import Protocol

CAP_UA = 5.0
# Open leads still draw 0.5 uA: the stage's 10 MOhm divider. A threshold has to be well above it.
LEAST_UA = 1.0
LIFT_WATER_PERCENT = 4
Z_99 = 2.326  # the 99th percentile of a standard normal

# Site -> (median r0 in kOhm cm2, sigma of its logarithm) [docs/loads.md, Sites]; all of `Skin`.
R0 = {
    "forearm": (150.0, 0.8),
    "palm": (300.0, 0.7),
    "sole": (300.0, 0.7),
    "axilla": (60.0, 0.6),
    "tooth": (60.0, 0.6),  # no figure at all: taken as a moist site [sim/skins/tooth.toml]
    "patch": (150.0, 0.8),  # on a forearm
    "bath": (300.0, 0.7),  # palms under water
}

_HOUR_US = 3_600_000_000
_FIELD_US = 1000
_FIELD_STEPS = 100  # 20 time constants of the field state


def load_99_kohm(protocol: Protocol) -> float:
    """The site's 99th percentile of load resistance before a start, kOhm."""
    median, sigma = R0[protocol.skin]
    active, back = protocol.electrodes.active, protocol.electrodes.return_
    return median * exp(Z_99 * sigma) * (1 / active.area_cm2 + 1 / back.area_cm2)


def probe_min_q4(protocol: Protocol, board: Board) -> int:
    """The probe's threshold in 1/16 uA, rounded down, at least 1."""
    current_ua = board.probe_mv / (board.probe_ohm / 1000 + load_99_kohm(protocol))
    return max(1, int(min(CAP_UA, current_ua / 3) * UA_Q4))


def median_mv(protocol: Protocol, current_ua: int) -> int:
    """The voltage of the protocol's site under its electrodes at `current_ua`."""
    return round(_settled_mv(_params(protocol), current_ua))


def least_ohm(protocol: Protocol, current_ua: int) -> int:
    """The 1st percentile of the site's load at `current_ua`, ohm: what a short is told from.

    Both interfaces at the 1st percentile of their specific resistance [R0].
    """
    params = _params(protocol)
    median, sigma = R0[protocol.skin]
    low = max(median * exp(-Z_99 * sigma), params.r_min_kohm_cm2)
    return round(1000 * _settled_mv(replace(params, r0_kohm_cm2=low), current_ua) / current_ua)


def lift_percent(protocol: Protocol) -> int:
    """The rise of a steady voltage, percent, that tells of a lift on the protocol's site.

    Where the current goes through water, body and water are a larger and steadier part of the
    load: a healthy second rises less there than on dry skin, and so does a lift
    [firmware/DESIGN.md, Warnings by simulation].
    """
    return LIFT_WATER_PERCENT if _params(protocol).water_cm else LIFT_PERCENT


def _params(protocol: Protocol) -> SkinParams:
    electrodes = protocol.electrodes
    params = load_named(protocol.skin, electrodes.active.area_cm2, electrodes.return_.area_cm2)
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
