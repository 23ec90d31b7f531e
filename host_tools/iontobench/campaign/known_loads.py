"""Simulated boards that a person calibrates on known resistors, each as its seed draws it.

As `iontobench calibrate` does: the rest, then levels on two resistors, each in the firmware's own
session, beside a meter; resistors and meter are drawn within their tolerances. `calibration_seeds`
and `dose_coverage` judge what comes of it. Currents in uA. Nothing here judges.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ionto.core.limits import Board
from iontobench import signs
from iontobench.device.calibration_fit import Fit, fit
from iontobench.device.calibration_readings import CodeReading
from iontobench.sessions.calibrate import (
    ZERO_UA,
    VirtualCalibrationBench,
    mend_zeros,
    rest_ua,
    take_level,
    take_rest,
)
from iontobench.sim.noise import seeded
from iontobench.sim.senses import own_adc

RESISTOR_PERCENT, METER_PERCENT = 0.1, 0.05
LOADS = ((1000.0, 3), (8200.0, 2))  # ohm, readings on it: five, the fewest that are taken
_LEAST, _MOST = 0.1, 0.78  # of what the board drives through a resistor


class Levels(NamedTuple):
    """A resistor's label, and the levels to hold on it."""

    ohm: float
    levels_ua: list[int]


def drawn_levels(board: Board, seed: int) -> list[Levels]:
    """Five levels, one in each fifth of the range, in any order over the resistors."""
    draw = seeded(seed, "known loads")
    count = sum(readings for _, readings in LOADS)
    shares = [(at + draw.random()) / count * (_MOST - _LEAST) + _LEAST for at in range(count)]
    draw.shuffle(shares)
    found = []
    for ohm, readings in LOADS:
        top_ua = min(board.max_ua, board.compliance_mv * 1000 / ohm)
        found.append(Levels(ohm, [round(shares.pop() * top_ua) for _ in range(readings)]))
    return found


def bench_of(board: Board, seed: int) -> VirtualCalibrationBench:
    """The board of a seed with its own converter, not calibrated."""
    return VirtualCalibrationBench(board, own_adc(board), seed, METER_PERCENT)


def with_zeros(bench: VirtualCalibrationBench) -> CodeReading:
    """Read the rest, and put the zeros onto the bench where they are needed."""
    rest = take_rest(bench)
    if rest_ua(bench, rest) > ZERO_UA:
        mend_zeros(bench, rest)
    return rest


def readings_of(bench: VirtualCalibrationBench, plan: Sequence[Levels]) -> list[CodeReading]:
    """The rest, then each level of a plan.

    Raises:
        CalibrationError: a level was not driven to its end.
    """
    found = [with_zeros(bench)]
    for ohm, levels_ua in plan:
        bench.load(ohm, RESISTOR_PERCENT)
        found += [
            take_level(bench, ohm, RESISTOR_PERCENT, level_ua, _nobody) for level_ua in levels_ua
        ]
    return found


def fitted(bench: VirtualCalibrationBench, readings: Sequence[CodeReading]) -> Fit:
    """What the readings carry.

    Raises:
        CalibrationError: nothing; the reason.
    """
    return fit(
        *(readings, bench.nominal, bench.board, METER_PERCENT, bench.code_top, bench.quality)
    )


def _nobody(level_ua: int) -> tuple[float, str]:
    raise RuntimeError(f"nobody reads a meter at {level_ua} {signs.UA}: the bench has its own")
