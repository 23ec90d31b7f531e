"""A bench with nothing wrong in it, drawn from a seed: its skin, its board and its stage.

The skin is a shipped one jittered by the spreads of [docs/loads.md, Sites]: medians are the
shipped skin's, spreads the table's (lognormal where it says sigma_ln, else normal or uniform). It
is a cloud round one site, no population. The board is calibrated, and each session draws its
stage's compliance. `nuisance` and `long_holds` run their sessions on it. Units are in the names of
`SkinParams`.
"""

import random

from msgspec.structs import replace

from ionto.core import program
from iontobench.protocols.program_words import ProgramSegment, program_words
from iontobench.sim.noise import one_normal, seeded
from iontobench.sim.plant import NEVER_US
from iontobench.sim.portable import exp
from iontobench.sim.skin import SkinParams, load_skin
from iontobench.sim.stage import draw_compliance_share

from .fault_bench import FaultBench, board_of, calibration_of

ADC = "rp2040"
BOARD_SEEDS = 20  # so many boards: each one's calibration is fitted once
DRY_SHARE = 0.25
_DRY_TIMES = 3.0  # dry start [docs/loads.md, Sites]
_SIGMA_LN = {
    "r0_kohm_cm2": 0.8,
    "r_min_kohm_cm2": 0.4,
    "j50_ua_cm2": 0.4,
    "tau_fast_s": 0.5,
    "tau_slow_s": 0.5,
    "tau_recovery_s": 0.4,
    "c_nf_cm2": 0.35,
    "r_series_ohm_cm2": 0.2,
    "r_body_ohm": 0.25,
}
# What the other sites that a campaign draws have instead [docs/loads.md, Sites].
_WET_SIGMA_LN = {"r0_kohm_cm2": 0.9, "r_body_ohm": 0.2}
_SITE_SIGMA_LN = {
    **dict.fromkeys(("palm", "sole", "bath"), _WET_SIGMA_LN),
    "tooth": {"r0_kohm_cm2": 0.6},
}
_GEL_OHM_CM2, _ELECTRODE_MV = (20.0, 200.0), (50.0, 300.0)
_METAL_MV = (1000.0, 2500.0)  # carbon or steel in tap water
_WATER_CM, _WATER_US_CM = (1.0, 2.0), (50.0, 1000.0)
_R_MIN_FLOOR_KOHM_CM2 = 0.8  # [F61]
_FIELD_SIGMA = 2.0 / 9.0  # Ve is N(9, 2) V, N(27, 6) V on palms; a shipped skin has its own
_SPREAD_CUT = 3.0  # sigma: no skin beyond it is drawn


def jittered(
    seed: int, site: str = "forearm", active_cm2: float = 10.0, return_cm2: float = 20.0
) -> SkinParams:
    """The skin of a seed; a quarter of them start dry."""
    nominal = load_skin(site, active_cm2, return_cm2)
    if not isinstance(nominal, SkinParams):
        raise TypeError(f"{site} is no skin")
    draw = seeded(seed, "jitter")
    drawn = {
        name: getattr(nominal, name) * exp(sigma * _normal(draw))
        for name, sigma in (_SIGMA_LN | _SITE_SIGMA_LN.get(site, {})).items()
    }
    drawn["r_min_kohm_cm2"] = max(_R_MIN_FLOOR_KOHM_CM2, drawn["r_min_kohm_cm2"])
    is_dry = draw.random() < DRY_SHARE
    drawn["r0_kohm_cm2"] *= _DRY_TIMES if is_dry else 1.0
    drawn["r0_kohm_cm2"] = max(drawn["r0_kohm_cm2"], drawn["r_min_kohm_cm2"])
    skin = replace(
        nominal,
        name=f"{site}-{seed}",
        label=f"{site}, seed {seed}{', dry' if is_dry else ''}",
        field_mv=nominal.field_mv * (1 + _FIELD_SIGMA * _normal(draw)),
        tau_field_ms=draw.uniform(2.0, 20.0),
        r_gel_ohm_cm2=draw.uniform(*_GEL_OHM_CM2),
        r_lead_ohm=draw.uniform(0.5, 5.0),
        electrode_mv=draw.uniform(*(_METAL_MV if nominal.water_cm else _ELECTRODE_MV)),
        electrode_uf_cm2=draw.uniform(10.0, 100.0),
        anode_factor=1 + 0.12 * _normal(draw),
        noise_sigma=draw.uniform(0.01, 0.03),
        noise_tau_s=draw.uniform(0.5, 5.0),
        **drawn,
    )
    if not skin.water_cm:
        return skin
    return replace(
        skin,
        r_gel_ohm_cm2=nominal.r_gel_ohm_cm2,  # no gel but the water
        water_cm=draw.uniform(*_WATER_CM),
        water_us_cm=draw.uniform(*_WATER_US_CM),
    )


def _normal(draw: random.Random) -> float:
    return max(-_SPREAD_CUT, min(_SPREAD_CUT, one_normal(draw)))


def healthy_bench(
    seed: int, board: str, board_seed: int, skin: SkinParams, faults: tuple[str, ...] = ()
) -> FaultBench:
    """Put the skin of a seed on one of the boards, and draw the stage's compliance.

    Args:
        faults: KIND@SECONDS[:VALUE]; not watched, so that a session costs no memory.
    """
    calibration = calibration_of(board, ADC, board_seed)
    share = draw_compliance_share(seed)  # the session's own: there are few boards
    return FaultBench(board_of(board), skin, ADC, board_seed, calibration, faults, NEVER_US, share)


def hold_program(level_ua: int, slew_ua_s: int, hold_s: float, **header) -> list[int]:
    """The words of a program: ramp, hold, ramp down at the same slew; the cathode is active.

    Args:
        header: what else the program's header holds, as `program_words` names it.
    """
    hold = ProgramSegment(
        kind=program.HOLD_TIME,
        polarity=-1,
        level_ua=level_ua,
        slew_ua_s=slew_ua_s,
        time_ms=round(hold_s * 1000),
    )
    return program_words(
        [hold],
        peak_ua=level_ua,
        slew_ua_s=slew_ua_s,
        down_slew_ua_s=slew_ua_s,
        density_ua_cm2=500,
        **header,
    )
