"""The supervisor's slow checks by themselves: 1 mA into 5 kOhm on the 5 mA board by default."""

from tests.support.programs import SMALL, make_program, sample

from ionto.core import codes
from ionto.core.envelope import Envelope
from ionto.core.limits import Board, open_cap_q4, open_floor_q4
from ionto.core.slow_checks import SlowChecks
from ionto.core.units import FLOW_STEADY

TIME_MS = 10_000_000
CYCLE_MS = 16
ODD = Board("odd", 5010, 40_001, 37)  # a division of its numbers leaves a rest


class SlowCheckBench:
    """The slow checks of a board whose set point stands at a level, without a supervisor.

    `whole` is what the supervisor says of its limits.
    """

    def __init__(self, level_ua=1000, time_ms=TIME_MS, board=SMALL, armed=True):
        self.whole = True
        self.program = make_program(board)
        self.envelope = Envelope(open_floor_q4(board), open_cap_q4(board))
        self.slow_checks = SlowChecks(board, self.envelope, lambda: self.whole)
        if armed:
            self.slow_checks.arm(self.program, time_ms)
        self.expect(level_ua * 16)

    def expect(self, level_q4):
        """The set point jumps there."""
        self.envelope.follow(level_q4, 10_000, 600_000)  # all that is expected flows
        self.envelope.jump()

    def check(self, gate=FLOW_STEADY, frozen=0, current_q4=16_000, load_mv=5000, **given):
        """The verdict of one check."""
        return self.slow_checks.step(sample(current_q4, load_mv, **given), gate, frozen)

    def cycle(self, gate=FLOW_STEADY, frozen=0, **given):
        """The verdicts of a cycle: one for each of the four checks."""
        return [self.check(gate, frozen, **given) for _ in range(4)]

    def cycles(self, count, gate=FLOW_STEADY, frozen=0, **given):
        """Cycles until a fault: which one found it, and it; (0, FAULT_NONE) after `count`."""
        for number in range(1, count + 1):
            code = max(self.cycle(gate, frozen, **given))
            if code:
                return number, code
        return 0, codes.FAULT_NONE
