"""What a program would do on an ideal bench: its dose, its length, and the time that is left.

Read from the program's words alone, so that it holds for every protocol and board. Charge in uC
(uA times s), times in ms, currents in uA. An estimate for a view; nothing is decided by it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ionto.core import codes, program
from iontobench.link.events import Sample
from iontobench.protocols.nominal import RESTART_S, Piece, pieces, restarts

_FLOWS_UA = 20.0  # below it the measured current says nothing about the pace


class Step(NamedTuple):
    """One piece of the nominal course: a ramp, a level, pulses up to a level, or off."""

    from_ua: float
    to_ua: float
    charge_uc: float
    is_timed: bool  # a smaller current does not stretch it
    whole_ms: float
    segment: int

    @property
    def is_ramp(self) -> bool:
        return self.from_ua != self.to_ua

    def time_ms(self, charge_uc: float, level_ua: float = 0.0) -> float:
        """How long the last `charge_uc` of this step take, a hold at `level_ua` if given."""
        if level_ua:
            return charge_uc * 1000 / level_ua
        return self.whole_ms * charge_uc / self.charge_uc if self.charge_uc else self.whole_ms


class Course:
    """The nominal course of a program.

    Args:
        words: header and segments, as `ionto.core.program` has them.

    Raises:
        IndexError, ZeroDivisionError: words that are no program's.
    """

    def __init__(self, words: Sequence[int]):
        self.peak_ua = words[program.H_PEAK_UA]
        self.steps = [_step(piece) for piece in pieces(words)]
        if not self.steps:
            raise IndexError("a program without segments")
        self.dose_uc = sum(step.charge_uc for step in self.steps)
        rests_ms = float(RESTART_S * restarts(words)) * 1000
        self.total_ms = sum(step.whole_ms for step in self.steps) + rests_ms

    def left_ms(self, sample: Sample) -> float:
        """Time left without rests, from the dose so far and the current that flows now."""
        if sample.state in (codes.STATE_DONE, codes.STATE_FAULT):
            return 0.0
        left_ms, before_uc = 0.0, 0.0
        flows = sample.state == codes.STATE_HOLD and sample.current_ua > _FLOWS_UA
        for step in self.steps:
            done_uc = min(max(sample.dose_uc - before_uc, 0.0), step.charge_uc)
            here = 0.0 < done_uc < step.charge_uc and not step.is_ramp and not step.is_timed
            level_ua = sample.current_ua if here and flows else 0.0
            if step.charge_uc or sample.dose_uc <= before_uc:
                left_ms += step.time_ms(step.charge_uc - done_uc, level_ua)
            before_uc += step.charge_uc
        return left_ms

    def level_ua(self, dose_uc: float) -> float:
        """The programmed level of the phase that a dose belongs to; the first one's at 0."""
        before_uc, level_ua, segment = 0.0, 0.0, -1
        for step in self.steps:
            if step.charge_uc and (before_uc <= dose_uc or segment == step.segment):
                level_ua = max(step.to_ua, level_ua if segment == step.segment else 0.0)
                segment = step.segment
            before_uc += step.charge_uc
        return level_ua


def _step(piece: Piece) -> Step:
    charge_uc, whole_ms = float(piece.charge_uc), float(piece.time_s) * 1000
    from_ua, to_ua = float(piece.from_ua), float(piece.to_ua)
    return Step(
        from_ua, to_ua, max(charge_uc, 0.0), piece.is_timed, max(whole_ms, 0.0), piece.segment
    )
