"""Is a healthy hold of minutes told of nothing, and a sudden lift of an electrode in time?

Each seed is a session of 6 min on a load of a population, under the electrodes, current and ramps
of a shipped protocol, with the RP2040's converter, calibrated, and a stage whose compliance the
session draws. It runs once healthy, with all of its area in contact, and once with half of the
active pad coming off at a random time of the hold. A load with bubbles runs a third time, with
them: a lost area is healthy and a lift, so it may warn and must not trip [docs/loads.md, Area of
contact]. `make nuisance`, or `python -m iontobench.campaign.long_holds`, runs 200 seeds.

Exit 1 when more than 1 % of the healthy ones drift, when one of them trips or tells of a lift, a
low load or an over-current, when less than 95 % of the lifts are told within 2 s, or when one with
bubbles trips. Times in s, ms and us, currents in uA.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ionto.core import codes, program
from ionto.core.steady import Steady
from iontobench.protocols import loader
from iontobench.protocols.lowering import lower
from iontobench.protocols.site_load import least_ohm, lift_percent
from iontobench.protocols.timeline import START_S
from iontobench.sim.noise import seeded
from iontobench.sim.skin import SkinParams

from .fault_bench import Observation
from .healthy_bench import ADC, BOARD_SEEDS, healthy_bench, hold_program, member, still
from .parallel import Answer, campaign_command, over_seeds

# Site -> board and the protocol whose electrodes, current and ramps it has.
SITES = {
    "forearm": ("virtual", "dexamethasone-40"),
    "palm": ("virtual_30ma", "tapwater-reversal"),
    "sole": ("virtual_30ma", "tapwater-feet"),
    "bath": ("virtual_30ma", "tapwater-hands"),
    "tooth": ("virtual", "dental-fluoride"),
}
SESSION_S = 360
LIFT_PERCENT = 50
TOLD_MS = 2000
_STEADY_S = 20  # from a hold's beginning on, what a lift is judged against is complete
_AFTER_S = 4
_TICK_US = 1000
_DRIFTS_MOST, _TOLD_LEAST = 0.01, 0.95
_NEVER_TOLD = (codes.EVENT_LIFT, codes.EVENT_LOW, codes.EVENT_OVER)


class HoldResult(NamedTuple):
    """How one session went.

    `ratio` is the highest mean of a second over the ten that ended two before, healthy or until
    the lift; `told_ms` how long after the lift it was told, None: never.
    """

    seed: int
    site: str
    outcome: str
    fault: str | None
    told: tuple[int, ...]
    limited: int
    ratio: float
    told_ms: float | None = None

    @property
    def is_trip(self) -> bool:
        """Ended by anything but its own program."""
        return self.fault is not None or self.outcome != "complete"

    @property
    def is_alarm(self) -> bool:
        """Told of what was not there."""
        return any(code in _NEVER_TOLD for code in self.told)

    @property
    def is_drift(self) -> bool:
        """Told of a drift."""
        return codes.EVENT_DRIFT in self.told


class RatioSteady(Steady):
    """The firmware's own seconds, with the highest ratio that its rule of a lift has met."""

    ratio = 0.0

    def _judge_lift(self, clock_ms):
        super()._judge_lift(clock_ms)
        if self._seconds >= 13:
            ratio = 10 * self._means_mv[self._at] / self._ten_mv
            self.ratio = max(self.ratio, ratio)


class SiteTreatment(NamedTuple):
    """A site as a shipped protocol treats it."""

    board: str
    level_ua: int
    slew_ua_s: int
    area_mm2: int
    areas_cm2: tuple[float, float]
    least_ohm: int
    lift_percent: int

    @property
    def ramp_s(self) -> float:
        """From 0 to the level."""
        return self.level_ua / self.slew_ua_s


@cache
def treatment_of(site: str) -> SiteTreatment:
    """The site's board, level, ramp and electrodes."""
    board, name = SITES[site]
    protocol = loader.load(name)
    timeline = lower(protocol)
    first, electrodes = timeline.segments[0], protocol.electrodes
    areas_cm2 = (electrodes.active.area_cm2, electrodes.return_.area_cm2)
    return SiteTreatment(
        board,
        first.level_ua,
        first.slew_ua_s,
        timeline.words[program.H_AREA_MM2],
        areas_cm2,
        least_ohm(protocol, first.level_ua),
        lift_percent(protocol),
    )


def program_of(at: SiteTreatment, hold_s: float) -> list[int]:
    """The words of a program: ramp, hold and ramp down."""
    return hold_program(
        *(at.level_ua, at.slew_ua_s, hold_s),
        charge_uc=at.level_ua * 2 * SESSION_S,
        time_s=2 * SESSION_S,
        area_mm2=at.area_mm2,
        probe_min_q4=8,
        least_ohm=at.least_ohm,
        lift_percent=at.lift_percent,
    )


def healthy(seed: int) -> HoldResult:
    """6 min with nothing wrong."""
    at = treatment_of(site_of(seed))
    return _held(seed, at, still(load_of(seed)), SESSION_S - 2 * at.ramp_s)


def bubbling(seed: int) -> HoldResult:
    """The same with the bubbles of the seed's load."""
    at = treatment_of(site_of(seed))
    return _held(seed, at, load_of(seed), SESSION_S - 2 * at.ramp_s)


def lifted(seed: int) -> HoldResult:
    """The same until half of the active pad is off, and a little longer."""
    at = treatment_of(site_of(seed))
    most_s = SESSION_S - 2 * at.ramp_s - _AFTER_S
    hold_s = seeded(seed, "lift").uniform(_STEADY_S, most_s)
    lift_s = float(START_S) + at.ramp_s + hold_s
    return _held(seed, at, still(load_of(seed)), hold_s + _AFTER_S, lift_s)


def site_of(seed: int) -> str:
    """Sites take turns."""
    return list(SITES)[seed % len(SITES)]


def load_of(seed: int) -> SkinParams:
    """The seed's load, from its site's population."""
    site = site_of(seed)
    return member(seed, site, *treatment_of(site).areas_cm2)


def _held(
    seed: int, at: SiteTreatment, skin: SkinParams, hold_s: float, lift_s: float | None = None
) -> HoldResult:
    lift = () if lift_s is None else (f"part-lift@{lift_s:.6f}:{LIFT_PERCENT}",)
    board_seed = 1 + seed // len(SITES) % BOARD_SEEDS
    bench = healthy_bench(seed, at.board, board_seed, skin, lift)
    checks = bench.bench._loop.tick.supervisor.slow_checks
    checks.steady = steady = RatioSteady(bench.board.accuracy_ua)
    seen = bench.run(program_of(at, hold_s))
    counts = Counter(item.code for item in seen.host.events)
    return HoldResult(
        seed,
        site_of(seed),
        seen.ending["outcome"],
        seen.ending["fault"],
        tuple(sorted(counts)),
        counts[codes.EVENT_LIMITED],
        steady.ratio,
        None if lift_s is None else _told_ms(seen, round(lift_s * 1e6)),
    )


def _told_ms(seen: Observation, lift_us: int) -> float | None:
    clock_us = seen.begun_us - _TICK_US
    told_us = (
        item.t_ms * 1000 + clock_us - lift_us
        for item in seen.host.events
        if item.code == codes.EVENT_LIFT
    )
    return next((one / 1000 for one in told_us if one >= 0), None)


def is_in_time(held: HoldResult) -> bool:
    """Whether its lift was told within 2 s."""
    return held.told_ms is not None and held.told_ms <= TOLD_MS


def is_good(
    well: Sequence[HoldResult],
    lifts: Sequence[HoldResult],
    bubbled: Sequence[HoldResult] = (),
) -> bool:
    """What the campaign asks for."""
    drifts = sum(one.is_drift for one in well)
    in_time = sum(is_in_time(one) for one in lifts)
    return (
        not any(one.is_trip or one.is_alarm for one in well)
        and not any(one.is_trip for one in bubbled)
        and drifts <= _DRIFTS_MOST * len(well)
        and in_time >= _TOLD_LEAST * len(lifts)
    )


def report(
    well: Sequence[HoldResult],
    lifts: Sequence[HoldResult],
    bubbled: Sequence[HoldResult] = (),
) -> str:
    """The counts, a line a site, and every session that was not as it should be."""
    lines = [
        f"{len(well)} healthy sessions of {SESSION_S} s without bubbles, converter {ADC}: "
        f"{sum(one.is_trip for one in well)} trips, {sum(one.is_drift for one in well)} drifts, "
        f"{sum(one.is_alarm for one in well)} lifts, low loads or over-currents told",
        f"{len(lifts)} sudden lifts of {LIFT_PERCENT} %: {sum(map(is_in_time, lifts))} told "
        f"within {TOLD_MS} ms, {sum(one.told_ms is None for one in lifts)} never",
        f"{len(bubbled)} healthy sessions with bubbles: {sum(one.is_trip for one in bubbled)} "
        f"trips, {sum(codes.EVENT_LIFT in one.told for one in bubbled)} warned of a lift, "
        f"{sum(one.is_alarm for one in bubbled)} of a lift, a low load or an over-current",
    ]
    for site in SITES:
        of_site = [one for one in well if one.site == site]
        off = [one for one in lifts if one.site == site]
        if of_site:
            highest = max(one.ratio for one in of_site)
            lines.append(
                f"{site}: highest healthy 1 s ratio {highest:.4f}, "
                f"{sum(one.limited > 0 for one in of_site)} of {len(of_site)} met compliance, "
                f"{sum(map(is_in_time, off))} of {len(off)} lifts in time"
            )
    bad = [one for one in well if one.is_trip or one.is_alarm or one.is_drift]
    bad += [one for one in lifts if not is_in_time(one)]
    bad += [one for one in bubbled if one.is_trip]
    lines += [
        f"seed {one.seed} ({one.site}): {one.outcome}, {one.fault}, events {one.told}, "
        f"limited {one.limited}, ratio {one.ratio:.4f}, told after {one.told_ms} ms"
        for one in bad
    ]
    return "\n".join(lines)


@campaign_command("long_holds", seeds=200)
def main(seeds: range, jobs: int | None) -> Answer:
    """Run each seed healthy, with a lift, and with bubbles where its load has some."""
    well = over_seeds(healthy, seeds, jobs, "healthy")
    lifts = over_seeds(lifted, seeds, jobs, "lifts")
    bubbles = [seed for seed in seeds if load_of(seed).bubbles_per_min]
    bubbled = over_seeds(bubbling, bubbles, jobs, "bubbles")
    return Answer(report(well, lifts, bubbled), is_good(well, lifts, bubbled))


if __name__ == "__main__":
    sys.exit(main())
