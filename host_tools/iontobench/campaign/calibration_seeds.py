"""Do five noisy readings on known resistors recover a board's gain and offset?

Each seed draws a board of its own, two resistors of 0.1 % and a meter of 0.05 %. The readings are
those of `iontobench calibrate`: five levels, each in the firmware's own session, and the rest.
Gain and offset are then compared with what the converter says at 0 and at 80 % of the range. On a
16-bit converter 0.2 % and 3 uA are asked for, on the RP2040's an offset of 10 uA: its wide codes
stay [docs/platform.md, Analogue]. What is missed has to be refused, or told by the calibration's
own uncertainty. `python -m iontobench.campaign.calibration_seeds` runs 1,000 for each board; exit
1 when fewer than 99 % are recovered, or one is missed in silence.
"""

import sys
from collections.abc import Sequence
from functools import partial
from statistics import fmean
from typing import NamedTuple

from ionto.core.units import UA_Q4
from iontobench import signs
from iontobench.device.calibration import CalibrationError, Row
from iontobench.device.calibration_fit import by_row
from iontobench.sim.senses import CH_A, Converter, WideAdc, own_adc

from .fault_bench import board_of
from .known_loads import bench_of, drawn_levels, fitted, readings_of
from .parallel import Answer, campaign_command, over_seeds

BOARDS = ("pico_dac", "pico_pwm")
REQUIRED = 0.99
_TOP_SHARE = 0.8
_CODES = 2000  # of a mean: its noise is a thirtieth of a code
_TOLD = 3.0  # standard uncertainties within which a miss is told


class RecoveryGoal(NamedTuple):
    """How near gain (a share; None: not asked) and offset have to be."""

    gain: float | None
    offset_ua: float


WIDE, COARSE = RecoveryGoal(0.002, 3.0), RecoveryGoal(None, 10.0)


class Recovery(NamedTuple):
    """What one seed's calibration is off by, with its own standard uncertainties; or why none."""

    seed: int
    refused: str | None
    gain: float = 0.0
    offset_ua: float = 0.0
    u_gain: float = 0.0
    u_offset_ua: float = 0.0


def goal_of(board: str) -> RecoveryGoal:
    """What a board's converter allows to ask."""
    return WIDE if own_adc(board_of(board)) == WideAdc.name else COARSE


def recovery(board: str, seed: int) -> Recovery:
    """Calibrate the board of a seed, and compare."""
    data = board_of(board)
    bench = bench_of(data, seed)
    try:
        made = fitted(bench, readings_of(bench, drawn_levels(data, seed)))
    except CalibrationError as error:
        return Recovery(seed, str(error))
    gain, offset_ua = errors_of(bench.adc, made.rows[CH_A], data.max_ua * _TOP_SHARE)
    return Recovery(seed, None, gain, offset_ua, made.of_a.u_gain, made.of_a.u_offset_ua)


def errors_of(adc: Converter, row: Row, top_ua: float) -> tuple[float, float]:
    """What a row is off by: in gain, a share, and at zero, in uA."""
    zero_ua, said_ua = (
        by_row(fmean(adc.code(CH_A, true_ua) for _ in range(_CODES)), row) / UA_Q4
        for true_ua in (0.0, top_ua)
    )
    return (said_ua - zero_ua) / top_ua - 1.0, zero_ua


def is_recovered(one: Recovery, goal: RecoveryGoal) -> bool:
    """Within what is asked for."""
    is_gain = goal.gain is None or abs(one.gain) <= goal.gain
    return one.refused is None and is_gain and abs(one.offset_ua) <= goal.offset_ua


def is_told(one: Recovery) -> bool:
    """Refused, or within three of its own standard uncertainties."""
    is_gain = abs(one.gain) <= _TOLD * one.u_gain
    return one.refused is not None or (is_gain and abs(one.offset_ua) <= _TOLD * one.u_offset_ua)


def is_good(found: Sequence[Recovery], goal: RecoveryGoal) -> bool:
    """Enough are recovered, and the rest is refused or told."""
    recovered = sum(is_recovered(one, goal) for one in found)
    rest = [one for one in found if not is_recovered(one, goal)]
    return recovered >= REQUIRED * len(found) and all(map(is_told, rest))


def report(board: str, found: Sequence[Recovery], goal: RecoveryGoal) -> str:
    """The counts, and every seed that was missed."""
    rest = [one for one in found if not is_recovered(one, goal)]
    fits = [one for one in found if one.refused is None] or [Recovery(0, None)]
    wanted = f"offset within {goal.offset_ua:g} {signs.UA}"
    if goal.gain is not None:
        wanted = f"gain within {goal.gain:.1%} and {wanted}"
    inside = sum(abs(one.gain) <= 2e-3 for one in fits)
    lines = [
        f"{board}: {len(found) - len(rest)} of {len(found)} recovered ({wanted}); "
        f"{sum(one.refused is not None for one in found)} refused, "
        f"{sum(not is_told(one) for one in rest)} missed in silence; worst gain "
        f"{max(abs(one.gain) for one in fits):.3%}, worst offset "
        f"{max(abs(one.offset_ua) for one in fits):.2f} {signs.UA}; gain within 0.2 %: {inside}"
    ]
    for one in rest:
        why = one.refused or f"gain {one.gain:+.3%}, offset {one.offset_ua:+.2f} {signs.UA}"
        lines.append(f"{board}, seed {one.seed}: {why}")
    return "\n".join(lines)


@campaign_command("calibration_seeds", seeds=1000)
def main(seeds: range, jobs: int | None) -> Answer:
    """Calibrate the seeds of both boards."""
    texts, is_all_good = [], True
    for board in BOARDS:
        goal = goal_of(board)
        found = over_seeds(partial(recovery, board), seeds, jobs, board)
        texts.append(report(board, found, goal))
        is_all_good = is_all_good and is_good(found, goal)
    return Answer("\n".join(texts), is_all_good)


if __name__ == "__main__":
    sys.exit(main())
