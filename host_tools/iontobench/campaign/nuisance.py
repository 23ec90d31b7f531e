"""Does a session with nothing wrong ever end by a fault?

Each seed is a session of 60 s at 2 mA on a forearm of the population, dry starts among them, with
the RP2040's own converter, calibrated, and a stage whose compliance the session draws; leads stay
on.
`make nuisance`, or `python -m iontobench.campaign.nuisance`, runs 1,000; exit 1 when any session
trips. Times in s, currents in uA.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ionto.core import codes
from iontobench import signs

from .healthy_bench import ADC, BOARD_SEEDS, healthy_bench, hold_program, member
from .parallel import Answer, campaign_command, over_seeds

BOARD = "virtual"
LEVEL_UA, SLEW_UA_S, HOLD_S = 2000, 100, 20  # 20 s up, 20 s there, 20 s down
_WARNINGS = (codes.EVENT_NOISE, codes.EVENT_DRIFT, codes.EVENT_LATE, codes.EVENT_DIP)


class NuisanceResult(NamedTuple):
    """How one session ended."""

    seed: int
    skin: str
    outcome: str
    fault: str | None
    limited: int  # how often the stage met its compliance
    warned: int  # warnings of noise, drift, late ticks and dips
    peak_ua: float


def program() -> list[int]:
    """The words of the program of 60 s."""
    return hold_program(
        *(LEVEL_UA, SLEW_UA_S, HOLD_S),
        charge_uc=LEVEL_UA * 60,
        time_s=120,
        area_mm2=1000,
        probe_min_q4=40,
    )


def session(seed: int) -> NuisanceResult:
    """Run one session with nothing wrong."""
    skin = member(seed)
    bench = healthy_bench(seed, BOARD, 1 + seed % BOARD_SEEDS, skin)
    seen = bench.run(program())
    counts = Counter(item.code for item in seen.host.events)
    return NuisanceResult(
        seed,
        skin.label,
        seen.ending["outcome"],
        seen.ending["fault"],
        counts[codes.EVENT_LIMITED],
        sum(counts[code] for code in _WARNINGS),
        bench.plant.peak_ua,
    )


def is_trip(ended: NuisanceResult) -> bool:
    """NuisanceResult by anything but its own program."""
    return ended.fault is not None or ended.outcome != "complete"


def report(found: Sequence[NuisanceResult]) -> str:
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


@campaign_command("nuisance", seeds=1000)
def main(seeds: range, jobs: int | None) -> Answer:
    """Run the seeds' sessions."""
    found = over_seeds(session, seeds, jobs, "sessions")
    return Answer(report(found), not any(is_trip(ended) for ended in found))


if __name__ == "__main__":
    sys.exit(main())
