"""What a site's median load drops at a current once it has settled, in mV.

The load model itself is asked: its slow states get an hour of the current at once, then its field
state 100 steps of 1 ms. Settled and median, so a dry start needs more: the stage is then limited
for a while, and that refuses nothing. Must not decide anything.
"""

from msgspec.structs import replace

from iontobench.sim.load import new_state
from iontobench.sim.skin import SkinParams, load_skin

from .schema import Protocol

_HOUR_US = 3_600_000_000
_FIELD_US = 1000
_FIELD_STEPS = 100  # 20 time constants of the field state


def median_mv(protocol: Protocol, current_ua: int) -> int:
    """The voltage of the protocol's site under its electrodes at `current_ua`."""
    electrodes = protocol.electrodes
    params = load_skin(protocol.skin, electrodes.active.area_cm2, electrodes.return_.area_cm2)
    if not isinstance(params, SkinParams):
        raise TypeError(f"{protocol.skin} is no skin")
    state = new_state(replace(params, noise_sigma=0.0), 1)
    for step_us in (_HOUR_US, *[_FIELD_US] * _FIELD_STEPS):
        charge_pc = float(current_ua) * step_us
        v1_mv, v2_mv = current_ua * state.r1_kohm, current_ua * state.r2_kohm
        if step_us == _HOUR_US:
            v1_mv = v2_mv = 0.0  # from below, so that the field never has to come down again
        state.step(step_us, charge_pc, charge_pc, v1_mv, v2_mv)
    ohmic_kohm = state.series_kohm + state.r1_kohm + state.r2_kohm
    return round(current_ua * ohmic_kohm + abs(state.emf_mv))
