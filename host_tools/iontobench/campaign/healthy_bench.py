"""A bench with nothing wrong in it, drawn from a seed: its load, its board and its stage.

The load is a member of a shipped population [docs/loads.md, Populations], the board is
calibrated, and each session draws its stage's compliance. `nuisance` and `long_holds` run their
sessions on it.
"""

from msgspec.structs import replace

from ionto.core import program
from iontobench.protocols.program_words import ProgramSegment, program_words
from iontobench.sim.plant_state import NEVER_US
from iontobench.sim.population import load_population, sample
from iontobench.sim.skin import SkinParams
from iontobench.sim.stage import draw_compliance_share

from .fault_bench import FaultBench, board_of, calibration_of

ADC = "rp2040"
BOARD_SEEDS = 20  # so many boards: each one's calibration is fitted once


def member(
    seed: int, site: str = "forearm", active_cm2: float = 10.0, return_cm2: float = 20.0
) -> SkinParams:
    """The load of a seed, from its site's population."""
    found = load_population(site)
    return sample(found, seed, active_cm2=active_cm2, return_cm2=return_cm2)


def still(skin: SkinParams) -> SkinParams:
    """The same with all of its area in contact: a lost part is a lift, which warnings tell."""
    return replace(skin, bubbles_per_min=0.0, edge_per_min=0.0)


def healthy_bench(
    seed: int, board: str, board_seed: int, skin: SkinParams, faults: tuple[str, ...] = ()
) -> FaultBench:
    """Put a load on one of the boards, and draw the stage's compliance.

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
