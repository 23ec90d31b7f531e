"""Long holds on several sites: nothing is told of healthy ones, a sudden lift is told in time.

`python -m iontobench.campaign.long_holds`: sessions of 6 min on jittered loads under the
electrodes, currents and ramps of shipped protocols, with the RP2040's converter, calibrated, and a
stage whose compliance each session draws. Half of them are healthy; in the other half the active
pad loses half of its area at a random time of the hold. Exit 1 when more than 1 % of the healthy
ones drift, when one of them trips or tells of a lift, a low load or an over-current, or when less
than 95 % of the lifts are told within 2 s. Times in s, ms and us, currents in uA.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ionto.core import codes, program
from ionto.core.steady import Steady
from iontobench.protocols import loader
from iontobench.protocols.plan import make_plan
from iontobench.protocols.segment import Segment, program_words
from iontobench.protocols.settled import least_ohm, lift_percent
from iontobench.sim.noise import seeded
from iontobench.sim.plant import NEVER_US
from iontobench.sim.stage import draw_compliance_share

from .cell import board_of, calibration_of
from .jitter import jittered
from .many import over_seeds
from .rig import Rig, Seen

ADC = "rp2040"
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
_BOARDS = 20  # seeds of the boards: each one's calibration is fitted once
_STEADY_S = 20  # from a hold's beginning on, what a lift is judged against is complete
_AFTER_S = 4
_WAITS_S = 0.4  # probe and proof: the ramp begins then
_TICK_US = 1000
_DRIFTS_MOST, _TOLD_LEAST = 0.01, 0.95
_NEVER_TOLD = (codes.EVENT_LIFT, codes.EVENT_LOW, codes.EVENT_OVER)


class Held(NamedTuple):
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


class Measured(Steady):
    """The firmware's own seconds, with the highest ratio that its rule of a lift has met."""

    ratio = 0.0

    def _judge_lift(self, clock_ms):
        super()._judge_lift(clock_ms)
        if self._seconds >= 13:
            ratio = 10 * self._means_mv[self._at] / self._ten_mv
            self.ratio = max(self.ratio, ratio)


class Place(NamedTuple):
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
def place(site: str) -> Place:
    """The site's board, level, ramp and electrodes."""
    board, name = SITES[site]
    protocol = loader.load(name)
    shape = make_plan(protocol).shape
    first, electrodes = shape.segments[0], protocol.electrodes
    areas_cm2 = (electrodes.active.area_cm2, electrodes.return_.area_cm2)
    return Place(
        board,
        first.level_ua,
        first.slew_ua_s,
        shape.area_mm2,
        areas_cm2,
        least_ohm(protocol, first.level_ua),
        lift_percent(protocol),
    )


def words(at: Place, hold_s: float) -> list[int]:
    """Ramp, hold and ramp down."""
    hold = Segment(
        kind=program.HOLD_TIME,
        polarity=-1,
        level_ua=at.level_ua,
        slew_ua_s=at.slew_ua_s,
        time_ms=round(hold_s * 1000),
    )
    return program_words(
        [hold],
        peak_ua=at.level_ua,
        slew_ua_s=at.slew_ua_s,
        down_slew_ua_s=at.slew_ua_s,
        charge_uc=at.level_ua * 2 * SESSION_S,
        time_s=2 * SESSION_S,
        area_mm2=at.area_mm2,
        density_ua_cm2=500,
        probe_min_q4=8,
        least_ohm=at.least_ohm,
        lift_percent=at.lift_percent,
    )


def healthy(seed: int) -> Held:
    """6 min with nothing wrong."""
    at = place(site_of(seed))
    return _held(seed, at, SESSION_S - 2 * at.ramp_s)


def lifted(seed: int) -> Held:
    """The same until half of the active pad is off, and a little longer."""
    at = place(site_of(seed))
    most_s = SESSION_S - 2 * at.ramp_s - _AFTER_S
    hold_s = seeded(seed, "lift").uniform(_STEADY_S, most_s)
    return _held(seed, at, hold_s + _AFTER_S, _WAITS_S + at.ramp_s + hold_s)


def site_of(seed: int) -> str:
    """Sites take turns."""
    return list(SITES)[seed % len(SITES)]


def _held(seed: int, at: Place, hold_s: float, lift_s: float | None = None) -> Held:
    site = site_of(seed)
    board = board_of(at.board)
    board_seed = 1 + seed // len(SITES) % _BOARDS
    rig = Rig(
        board,
        jittered(seed, site, *at.areas_cm2),
        ADC,
        board_seed,
        calibration_of(at.board, ADC, board_seed),
        () if lift_s is None else (f"part-lift@{lift_s:.6f}:{LIFT_PERCENT}",),
        NEVER_US,
        draw_compliance_share(seed),
    )
    checks = rig.bench._loop.tick.supervisor.slow_checks
    checks.steady = measured = Measured(board.accuracy_ua)
    seen = rig.run(words(at, hold_s))
    last = seen.last or {"outcome": "reset", "fault": seen.reset}
    counts = Counter(item.code for item in seen.ear.events)
    return Held(
        seed,
        site,
        last["outcome"],
        last["fault"],
        tuple(sorted(counts)),
        counts[codes.EVENT_LIMITED],
        measured.ratio,
        None if lift_s is None else _told_ms(seen, round(lift_s * 1e6)),
    )


def _told_ms(seen: Seen, lift_us: int) -> float | None:
    clock_us = seen.begun_us - _TICK_US
    told_us = (
        item.t_ms * 1000 + clock_us - lift_us
        for item in seen.ear.events
        if item.code == codes.EVENT_LIFT
    )
    return next((one / 1000 for one in told_us if one >= 0), None)


def is_in_time(held: Held) -> bool:
    """Whether its lift was told within 2 s."""
    return held.told_ms is not None and held.told_ms <= TOLD_MS


def is_good(well: Sequence[Held], lifts: Sequence[Held]) -> bool:
    """What the campaign asks for."""
    drifts = sum(one.is_drift for one in well)
    in_time = sum(is_in_time(one) for one in lifts)
    return (
        not any(one.is_trip or one.is_alarm for one in well)
        and drifts <= _DRIFTS_MOST * len(well)
        and in_time >= _TOLD_LEAST * len(lifts)
    )


def report(well: Sequence[Held], lifts: Sequence[Held]) -> str:
    """The counts, a line a site, and every session that was not as it should be."""
    lines = [
        f"{len(well)} healthy sessions of {SESSION_S} s, converter {ADC}: "
        f"{sum(one.is_trip for one in well)} trips, {sum(one.is_drift for one in well)} drifts, "
        f"{sum(one.is_alarm for one in well)} lifts, low loads or over-currents told",
        f"{len(lifts)} sudden lifts of {LIFT_PERCENT} %: {sum(map(is_in_time, lifts))} told "
        f"within {TOLD_MS} ms, {sum(one.told_ms is None for one in lifts)} never",
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
    lines += [
        f"seed {one.seed} ({one.site}): {one.outcome}, {one.fault}, events {one.told}, "
        f"limited {one.limited}, ratio {one.ratio:.4f}, told after {one.told_ms} ms"
        for one in bad
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="iontobench.campaign.long_holds", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="healthy ones, and as many lifts")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=None, help="processes; by default one a core")
    asked = parser.parse_args(arguments)
    seeds = range(asked.first, asked.first + asked.seeds)
    well = over_seeds(healthy, seeds, asked.jobs, "healthy")
    lifts = over_seeds(lifted, seeds, asked.jobs, "lifts")
    print(report(well, lifts))
    return 0 if is_good(well, lifts) else 1


if __name__ == "__main__":
    sys.exit(main())
