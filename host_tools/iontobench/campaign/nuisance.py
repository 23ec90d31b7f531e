"""Sessions with nothing wrong: none of them may end by a fault.

`python -m iontobench.campaign.nuisance`: sessions of 60 s at 2 mA on the jittered forearm, dry
starts among them, with the RP2040's own converter, calibrated, and a stage whose compliance each
session draws. Leads stay on. Exit 1 when any session trips. Times in s, currents in uA.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ionto.core import codes, program
from iontobench import signs
from iontobench.protocols.segment import Segment, program_words
from iontobench.sim.plant import NEVER_US
from iontobench.sim.stage import draw_compliance_share

from .cell import board_of, calibration_of
from .jitter import jittered
from .many import over_seeds
from .rig import Rig

BOARD, ADC = "virtual", "rp2040"
LEVEL_UA, SLEW_UA_S, HOLD_S = 2000, 100, 20  # 20 s up, 20 s there, 20 s down
_BOARDS = 20  # seeds of the board: its calibration is fitted once


class Ended(NamedTuple):
    """How one session ended."""

    seed: int
    skin: str
    outcome: str
    fault: str | None
    limited: int  # how often the stage met its compliance
    warned: int  # warnings of noise, drift, late ticks and dips
    peak_ua: float


def words() -> list[int]:
    """The program of 60 s."""
    hold = Segment(
        kind=program.HOLD_TIME,
        polarity=-1,
        level_ua=LEVEL_UA,
        slew_ua_s=SLEW_UA_S,
        time_ms=HOLD_S * 1000,
    )
    return program_words(
        [hold],
        peak_ua=LEVEL_UA,
        slew_ua_s=SLEW_UA_S,
        down_slew_ua_s=SLEW_UA_S,
        charge_uc=LEVEL_UA * 60,
        time_s=120,
        area_mm2=1000,
        density_ua_cm2=500,
        probe_min_q4=40,
    )


def session(seed: int) -> Ended:
    """One session with nothing wrong."""
    skin = jittered(seed)
    board_seed = 1 + seed % _BOARDS
    calibration = calibration_of(BOARD, ADC, board_seed)
    share = draw_compliance_share(seed)  # the session's own: the board's seed has few
    rig = Rig(board_of(BOARD), skin, ADC, board_seed, calibration, from_us=NEVER_US, share=share)
    seen = rig.run(words())
    last = seen.last or {"outcome": "reset", "fault": seen.reset}
    counts = Counter(item.code for item in seen.ear.events)
    warned = sum(
        counts[code]
        for code in (codes.EVENT_NOISE, codes.EVENT_DRIFT, codes.EVENT_LATE, codes.EVENT_DIP)
    )
    return Ended(
        seed,
        skin.label,
        last["outcome"],
        last["fault"],
        counts[codes.EVENT_LIMITED],
        warned,
        rig.plant.peak_ua,
    )


def is_trip(ended: Ended) -> bool:
    """Ended by anything but its own program."""
    return ended.fault is not None or ended.outcome != "complete"


def report(found: Sequence[Ended]) -> str:
    """The count, and every trip by name."""
    trips = [ended for ended in found if is_trip(ended)]
    lines = [
        f"{len(found)} sessions of 60 s at {LEVEL_UA} {signs.UA}, converter {ADC}: "
        f"{len(trips)} trips, "
        f"{sum(ended.limited > 0 for ended in found)} met compliance, "
        f"{sum(ended.warned > 0 for ended in found)} warned, "
        f"highest current {max(ended.peak_ua for ended in found):.1f} {signs.UA}"
    ]
    lines += [f"seed {one.seed} ({one.skin}): {one.outcome}, {one.fault}" for one in trips]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="iontobench.campaign.nuisance", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=None, help="processes; by default one a core")
    asked = parser.parse_args(arguments)
    found = over_seeds(session, range(1, asked.seeds + 1), asked.jobs, "sessions")
    signs.spell_on(sys.stdout)
    print(report(found))
    return 1 if any(is_trip(ended) for ended in found) else 0


if __name__ == "__main__":
    sys.exit(main())
