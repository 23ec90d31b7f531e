"""Is the true dose within the uncertainty that is told with it, in 95 of 100 sessions?

Each run draws a board by its seed, calibrates it (see `--calibration`) and holds one level, drawn
over the range, for 20 s on a resistor or on a member of a population. The dose that the firmware
counted, with the uncertainty of the board's budget [docs/uncertainty.md], is compared with the
charge that the load received. `python -m iontobench.campaign.dose_coverage` makes 10,000 runs for
each board; exit 1 when a coverage is further from 95 % than 1 %, or three of its standard errors
where the runs are few. Charge in uC, currents in uA.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from math import sqrt
from statistics import fmean
from typing import NamedTuple

import click

from ionto.core import codes
from ionto.core.limits import Board
from iontobench import signs
from iontobench.device.calibration import CalibrationError, Row
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.protocols.timeline import Timeline
from iontobench.sessions.calibrate import mend_zeros, take_rest
from iontobench.sessions.dose_accuracy import counted
from iontobench.sim.noise import seeded
from iontobench.sim.plant_state import NEVER_US
from iontobench.sim.senses import own_adc
from iontobench.sim.skin import LoadParams, load_skin
from iontobench.uncertainty.budget import DoseBudget, of_dose
from iontobench.uncertainty.coverage import COVERAGE
from iontobench.uncertainty.simulated import fitted_budget, nominal_budget, seeded_budget

from .fault_bench import FaultBench, board_of
from .healthy_bench import hold_program, member
from .known_loads import bench_of, drawn_levels, fitted, readings_of
from .parallel import Answer, campaign_command, over_seeds

BOARDS = ("pico_dac", "pico_pwm")
FITTED, SEEDED, ZEROS, NOMINAL = "fitted", "seeded", "zeros", "nominal"
CALIBRATIONS = (FITTED, SEEDED, ZEROS, NOMINAL)
ALLOWED = 0.01  # of the coverage, either way
_ERRORS = 3.0  # standard errors of a coverage from few runs
_LEVEL_SHARES = (0.04, 0.8)  # of the maximum
_HOLD_S, _SLEW_SHARE = 20, 2  # ramps of 0.02 to 0.4 s
_COMPLETE = codes.OUTCOME_NAMES[codes.OUTCOME_COMPLETE]
_BANDS = 4
_SEEDS_TOLD = 60  # characters of a list of seeds


class CoverageRun(NamedTuple):
    """One session: what was told, what was true; `ended` is complete, or why it does not count."""

    seed: int
    ended: str
    level_ua: int = 0
    told_uc: float = 0.0
    true_uc: float = 0.0
    expanded_uc: float = 0.0
    k: float = 0.0

    @property
    def is_counted(self) -> bool:
        """It came to its end."""
        return self.ended == _COMPLETE

    @property
    def is_inside(self) -> bool:
        """The true dose is within what was told."""
        return abs(self.told_uc - self.true_uc) <= self.expanded_uc


class _Calibrated(NamedTuple):
    """A drawn board's scales and its budget."""

    rows: list[Row]
    budget: DoseBudget


def coverage_run(board: str, how: str, seed: int) -> CoverageRun:
    """Draw a board, calibrate it, and run a session on it."""
    data = board_of(board)
    try:
        drawn = _drawn(data, how, seed)
    except CalibrationError as error:
        return CoverageRun(seed, f"no calibration: {error}")
    draw = seeded(seed, "dose coverage")
    level_ua = round(data.max_ua * draw.uniform(*_LEVEL_SHARES))
    load = _load(data, level_ua, seed, draw.random() < 0.5, draw.random())
    words = hold_program(
        *(level_ua, min(10_000, data.max_ua * _SLEW_SHARE), _HOLD_S),
        charge_uc=level_ua * (_HOLD_S + 10),
        time_s=_HOLD_S + 10,
        area_mm2=1000,
        probe_min_q4=40,
    )
    used = FaultBench(data, load, own_adc(data), seed, drawn.rows, (), NEVER_US)
    ending = used.run(words).ending
    if ending["outcome"] != _COMPLETE:
        return CoverageRun(seed, ending["fault"] or ending["outcome"], level_ua)
    told_uc = ending["dose_uc"]
    sure = of_dose(drawn.budget, counted(Timeline(words), told_uc, ending["t_ms"] / 1000, True))
    true_uc = used.plant.truth.gross_uc
    return CoverageRun(seed, _COMPLETE, level_ua, told_uc, true_uc, sure.expanded_uc, sure.k)


def _drawn(data: Board, how: str, seed: int) -> _Calibrated:
    """The board of a seed, calibrated as asked.

    Raises:
        CalibrationError: its readings carry no calibration.
    """
    adc = own_adc(data)
    if how == SEEDED:
        return _Calibrated(calibrate_seeded(data, adc, seed), seeded_budget(data, adc))
    bench = bench_of(data, seed)
    if how == FITTED:
        made = fitted(bench, readings_of(bench, drawn_levels(data, seed)))
        return _Calibrated(made.rows, fitted_budget(data, adc, made.of_a))
    if how == ZEROS:
        mend_zeros(bench, take_rest(bench))
    return _Calibrated(bench.scales, nominal_budget(data, adc, has_zeros=how == ZEROS))


def _load(data: Board, level_ua: int, seed: int, is_skin: bool, share: float) -> LoadParams:
    """A resistor that the board can drive at that level, or a member of the population."""
    if is_skin:
        return member(seed)
    most_ohm = 0.8 * data.compliance_mv * 1000 / level_ua
    return load_skin(f"resistor:{500 + share * max(0.0, min(most_ohm, 20_000) - 500):.0f}")


def is_covered(found: Sequence[CoverageRun]) -> bool:
    """Whether the coverage is as told, as well as so many runs can show."""
    count = sum(one.is_counted for one in found)
    if not count:
        return False
    error = sqrt(COVERAGE * (1 - COVERAGE) / count)
    return abs(_coverage(found) - COVERAGE) <= max(ALLOWED, _ERRORS * error)


def _coverage(found: Sequence[CoverageRun]) -> float:
    """Share of the counted runs that are inside; 0 of none."""
    counts = [one.is_inside for one in found if one.is_counted]
    return fmean(counts) if counts else 0.0


def report(board: str, how: str, found: Sequence[CoverageRun]) -> str:
    """The coverage, in all and by level, and why the rest does not count."""
    inside = [one for one in found if one.is_counted]
    lines = [
        f"{board}, {how}: the true dose was within what was told in {_coverage(found):.2%} of "
        f"{len(inside)} sessions"
    ]
    if inside:
        ks = [one.k for one in inside]
        shares = [one.expanded_uc / one.told_uc for one in inside]
        lines[0] += (
            f"; told {signs.PM} {min(shares):.2%} to {max(shares):.2%} of the dose, "
            f"mean {fmean(shares):.2%}, k {min(ks):.2f} to {max(ks):.2f}"
        )
        top_ua = max(one.level_ua for one in inside) + 1
        for band in range(_BANDS):
            low_ua, high_ua = (top_ua * at // _BANDS for at in (band, band + 1))
            some = [one for one in inside if low_ua <= one.level_ua < high_ua]
            told = f"{_coverage(some):.1%} of {len(some)}"
            lines.append(f"  {low_ua} to {high_ua} {signs.UA}: {told}")
    rest = [one for one in found if not one.is_counted]
    for why, count in Counter(one.ended for one in rest).most_common():
        some = ", ".join(str(one.seed) for one in rest if one.ended == why)[:_SEEDS_TOLD]
        lines.append(f"  not counted, {count}: {why}; seeds {some}")
    return "\n".join(lines)


@campaign_command(
    "dose_coverage",
    click.Option(
        ["--board"], type=click.Choice(BOARDS), multiple=True, help="one of them; by default both"
    ),
    click.Option(
        ["--calibration"],
        type=click.Choice(CALIBRATIONS),
        default=FITTED,
        show_default=True,
        help="by a person on known resistors, as every virtual run, its zeros alone, or none",
    ),
    seeds=10_000,
)
def main(board: tuple[str, ...], calibration: str, seeds: range, jobs: int | None) -> Answer:
    """Run the seeds on each board."""
    texts, is_good = [], True
    for name in board or BOARDS:
        act = partial(coverage_run, name, calibration)
        found = over_seeds(act, seeds, jobs, name)
        texts.append(report(name, calibration, found))
        is_good = is_good and is_covered(found)
    return Answer("\n".join(texts), is_good)


if __name__ == "__main__":
    sys.exit(main())
