"""What a program would do on an ideal bench: its dose, its length, and the time that is left.

Read from the program's words alone, so that it holds for every protocol and board. Charge in uC
(uA times s), times in ms, currents in uA. An estimate for a view; nothing is decided by it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ionto.core import faults, program
from iontobench.device.events import Sample

_FLOWS_UA = 20.0  # below it the measured current says nothing about the pace


class Step(NamedTuple):
    """One straight piece of the nominal course."""

    from_ua: float
    to_ua: float
    charge_uc: float
    is_timed: bool  # a hold that ends by time: a smaller current does not stretch it

    @property
    def is_ramp(self) -> bool:
        return self.from_ua != self.to_ua

    def time_ms(self, charge_uc: float, level_ua: float = 0.0) -> float:
        """How long the last `charge_uc` of this step take, a hold at `level_ua` if given."""
        mean_ua = level_ua or (self.from_ua + self.to_ua) / 2
        return charge_uc * 1000 / mean_ua if mean_ua else 0.0


class Course:
    """The nominal course of a program.

    Args:
        words: header and segments, as `ionto.core.program` has them.
    """

    def __init__(self, words: Sequence[int]):
        self.peak_ua = words[program.H_PEAK_UA]
        self.steps = _steps(words)
        self.dose_uc = sum(step.charge_uc for step in self.steps)
        self.total_ms = sum(step.time_ms(step.charge_uc) for step in self.steps)

    def left_ms(self, sample: Sample) -> float:
        """Energised time left, from the dose so far and the current that flows now."""
        if sample.state in (faults.DONE, faults.FAULT):
            return 0.0
        left_ms, before_uc = 0.0, 0.0
        flows = sample.state == faults.HOLD and sample.current_ua > _FLOWS_UA
        for step in self.steps:
            done_uc = min(max(sample.dose_uc - before_uc, 0.0), step.charge_uc)
            here = 0.0 < done_uc < step.charge_uc and not step.is_ramp and not step.is_timed
            level_ua = sample.current_ua if here and flows else 0.0
            left_ms += step.time_ms(step.charge_uc - done_uc, level_ua)
            before_uc += step.charge_uc
        return left_ms


def _steps(words: Sequence[int]) -> list[Step]:
    steps: list[Step] = []
    level_ua = 0.0
    count = words[program.H_SEGMENTS]
    down_slew_ua_s = words[program.H_DOWN_SLEW_UA_S]
    for index in range(count):
        at = program.HEADER_LEN + index * program.SEGMENT_LEN
        target_ua = float(words[at + program.S_LEVEL_UA])
        ramp_uc = _ramp_uc(level_ua, target_ua, words[at + program.S_SLEW_UA_S])
        steps.append(Step(level_ua, target_ua, ramp_uc, True))
        if words[at + program.S_KIND] == program.HOLD_TIME:
            hold_uc = target_ua * words[at + program.S_TIME_MS] / 1000
            steps.append(Step(target_ua, target_ua, hold_uc, True))
        else:
            down_uc = _ramp_uc(target_ua, 0.0, down_slew_ua_s) if index == count - 1 else 0.0
            hold_uc = words[at + program.S_CHARGE_UC] - ramp_uc - down_uc
            steps.append(Step(target_ua, target_ua, max(hold_uc, 0.0), False))
        level_ua = target_ua
    steps.append(Step(level_ua, 0.0, _ramp_uc(level_ua, 0.0, down_slew_ua_s), True))
    return steps


def _ramp_uc(from_ua: float, to_ua: float, slew_ua_s: float) -> float:
    return abs(to_ua - from_ua) / slew_ua_s * (from_ua + to_ua) / 2
