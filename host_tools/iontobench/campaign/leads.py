"""Does every bad contact of a lead find the gate low in time, and nothing else a trip?

Each seed is a short session on a drying load whose lead opens in bursts of 1 to 500 ms, 0.1 to 5
times a second [docs/loads.md, Sites]. Counted are gaps that should have cut and did not within 20
ms, cuts and trips without a gap, and sessions that were not off at their end. `make leads`, or
`python -m iontobench.campaign.leads`, runs 10,000; exit 1 when there is any. Times in us,
currents in uA.
"""

import math
import sys
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ionto.core import codes
from iontobench.link.events import Event
from iontobench.sim.noise import seeded

from .fault_bench import FaultBench, Observation, board_of, calibration_of
from .matrix import LOADS as MATRIX_LOADS
from .matrix import Load, short_program
from .observability import SetPoint
from .parallel import Answer, campaign_command, over_seeds

BOARD, ADC = "virtual", "rp2040"
LOADS = tuple(load for load in MATRIX_LOADS if load.level_ua >= 1500)
_HOLD_MS = 1500
_FIRST_US, _LAST_US = 400_000, 3_500_000  # bursts begin in the ramp, most before its end
_BURST_MS = (1.0, 500.0)
_RATE_S = (0.1, 5.0)
_DRYING = (1e2, 3e5)  # %/min: from nothing to compliance within the hold
_TICK_US = 1000
_DUE_US = 20_000  # [docs/control.md, Open]
_LATCH_US = 100_000
_ARMED_UA = 40.0  # above three times the least I_open
_SHORT_US = 3_000  # the least gap that five ticks below I_open can come from, edges taken off
_AFTER_US = 25_000  # a cut belongs to a gap that ended so long before it
_PROOF_US = 60_000  # a proof that sees a gap says so after its means
# A lead that opens in the proof: too little flows; one that closes: the stage's charge flows.
_PROOFS = range(codes.FAULT_PROOF_STAGE, codes.FAULT_PROOF_SIGN + 1)
# drier than that is no load, lead or no lead [docs/faults.md, Scenarios, row 2]
_OPEN_KOHM = 200.0
_EXPECTED = ("open", "intermittent contact", "no load")


class LeadGap(NamedTuple):
    """The lead is off."""

    from_us: int
    to_us: int


class LeadResult(NamedTuple):
    """How one session went: counts of what must be 0, and what it met."""

    seed: int
    outcome: str
    fault: str | None
    gaps: int
    limited: int
    cuts: int
    missed: int
    nuisances: int
    is_off: bool

    @property
    def is_bad(self) -> bool:
        """Anything that must not be."""
        return bool(self.missed or self.nuisances or not self.is_off)


def gaps_of(seed: int) -> list[LeadGap]:
    """The bursts of a seed, merged where they overlap."""
    draw = seeded(seed, "leads")
    rate_s = math.exp(draw.uniform(*map(math.log, _RATE_S)))
    found: list[LeadGap] = []
    at_us = _FIRST_US + round(draw.uniform(0, 600_000))
    while at_us < _LAST_US:
        length_ms = math.exp(draw.uniform(*map(math.log, _BURST_MS)))
        to_us = at_us + round(length_ms * 1000)
        found.append(LeadGap(at_us, to_us))
        at_us = to_us + 1000 + round(draw.expovariate(rate_s) * 1e6)
    return found


def session(seed: int) -> LeadResult:
    """One session on a lead of that seed."""
    draw = seeded(seed, "leads load")
    load = LOADS[seed % len(LOADS)]
    drying = math.exp(draw.uniform(*map(math.log, _DRYING)))
    gaps = gaps_of(seed)
    specs = [f"drying@0.4:{drying:.0f}"]
    specs += [
        f"open@{gap.from_us / 1e6:.6f}:{(gap.to_us - gap.from_us) / 1e3:.3f}" for gap in gaps
    ]
    bench = FaultBench(board_of(BOARD), load.name, ADC, 1, calibration_of(BOARD, ADC), specs)
    seen = bench.run(short_program(load.level_ua, hold_ms=_HOLD_MS))
    return judge(seed, load, seen, gaps)


def judge(seed: int, load: Load, seen: Observation, gaps: Sequence[LeadGap]) -> LeadResult:
    """What the gate did about each gap, and what it did without one."""
    ending = seen.ending
    counts = Counter(item.code for item in seen.host.events)
    clock_us = seen.begun_us - _TICK_US  # the session's first tick has passed before its time 0
    set_point = SetPoint(seen.host.events, clock_us, load.level_ua)
    return LeadResult(
        seed,
        ending["outcome"],
        ending["fault"],
        len(gaps),
        counts[codes.EVENT_LIMITED],
        counts[codes.EVENT_CONTACT],
        sum(_missed(gap, seen, set_point) for gap in gaps),
        sum(_is_nuisance(item, seen, gaps, clock_us) for item in seen.host.events),
        not seen.plant.gate and seen.plant.shunt_ua < 5.0,
    )


def _missed(gap: LeadGap, seen: Observation, set_point: SetPoint) -> int:
    """How many reactions a gap lacks: the cut, and the latch of a long one."""
    lows = [t_us for t_us, on in seen.plant.gates if not on]
    highs = [t_us for t_us, on in seen.plant.gates if on]
    due_us = gap.from_us + _DUE_US
    is_on = _last(highs, gap.from_us) > _last(lows, gap.from_us)
    if not is_on or gap.to_us < due_us or set_point.at(gap.from_us) < _ARMED_UA:
        return 0
    is_uncut = not any(gap.from_us < low_us <= due_us for low_us in lows)
    is_long = gap.to_us > gap.from_us + _LATCH_US + _DUE_US
    return is_uncut + (is_long and seen.ending["fault"] not in _EXPECTED)


def _is_nuisance(item: Event, seen: Observation, gaps: Sequence[LeadGap], clock_us: int) -> bool:
    """Whether the event is a cut or a trip that no gap explains."""
    t_us = item.t_ms * 1000 + clock_us
    if item.code == codes.EVENT_CONTACT:
        load_kohm = seen.plant.load.r1_kohm + seen.plant.load.r2_kohm  # it only ever dries
        is_gap = any(_explains(gap, t_us, _AFTER_US) for gap in gaps)
        return not (is_gap or load_kohm > _OPEN_KOHM)
    if item.code == codes.EVENT_FAULT and seen.ending["fault"] not in _EXPECTED:
        is_proof = item.a in _PROOFS
        return not (is_proof and any(_explains(gap, t_us, _PROOF_US) for gap in gaps))
    return False


def _explains(gap: LeadGap, t_us: int, after_us: int) -> bool:
    is_gap = gap.to_us - gap.from_us >= _SHORT_US
    return is_gap and gap.from_us < t_us <= gap.to_us + after_us


def _last(edges: Sequence[int], before_us: int) -> int:
    return max((t_us for t_us in edges if t_us <= before_us), default=-1)


def report(found: Sequence[LeadResult]) -> str:
    """The counts, and every bad seed by name."""
    bad = [ended for ended in found if ended.is_bad]
    faults_of = Counter(ended.fault or "none" for ended in found)
    lines = [
        f"{len(found)} sessions, {sum(ended.gaps for ended in found)} gaps, "
        f"{sum(ended.cuts for ended in found)} cuts, "
        f"{sum(ended.limited > 0 for ended in found)} sessions limited: "
        f"{sum(not ended.is_off for ended in found)} never off, "
        f"{sum(ended.missed for ended in found)} missed, "
        f"{sum(ended.nuisances for ended in found)} nuisances",
        "ended by: " + ", ".join(f"{name} {count}" for name, count in faults_of.most_common()),
    ]
    lines += [
        f"seed {one.seed}: {one.outcome}, {one.fault}, missed {one.missed}, "
        f"nuisances {one.nuisances}, {'off' if one.is_off else 'NOT OFF'}"
        for one in bad
    ]
    return "\n".join(lines)


@campaign_command("leads", seeds=10_000)
def main(seeds: range, jobs: int | None) -> Answer:
    """Run the seeds' sessions."""
    found = over_seeds(session, seeds, jobs, "sessions")
    return Answer(report(found), not any(ended.is_bad for ended in found))


if __name__ == "__main__":
    sys.exit(main())
