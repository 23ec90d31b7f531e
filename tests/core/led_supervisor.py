"""A supervisor led by hand: armed, brought to a level, then given one sample after another.

The test's own `Ramp` says where the set point is, so that nothing is read from the supervisor but
what it publishes.
"""

from tests.support.programs import SMALL, make_program, sample

from ionto.core import codes
from ionto.core.ramp import Ramp
from ionto.core.slow_checks import SLOW_CHECK_US
from ionto.core.supervisor import BY_RAMP, Supervisor

SLEW_UA_S = 10000


class LedSupervisor:
    """`tick` gives one sample and returns the verdict; the set point follows the last `go`."""

    def __init__(self, board=SMALL, **header):
        header = {"slew_ua_s": SLEW_UA_S, "charge_uc": 10_000_000, **header}
        self.program = make_program(board, **header)
        self.board = board
        self.supervisor = Supervisor(board)
        self.supervisor.arm(self.program)
        self.ramp = Ramp()
        self.target_q4 = 0
        self.gate = 0
        self.last_q4 = 0
        self.unjudged_us = 0  # since the last round

    def go(self, target_ua):
        """A new target; the gate is closed from now on."""
        self.gate = 1
        self.target_q4 = target_ua * 16
        self.supervisor.follow(self.target_q4, SLEW_UA_S, self.last_q4, BY_RAMP)
        return self

    def leave(self):
        """Gate low."""
        self.gate = 0
        self.ramp.reset()
        self.supervisor.output_off()
        return self

    def tick(
        self,
        current_q4=None,
        load_mv=None,
        second_q4=None,
        inputs=0,
        charge_uc=0,
        dt_us=1000,
        supply_mv=12000,
    ):
        """One tick; by default the set point flows into 5 kOhm."""
        if self.gate:
            self.ramp.step(self.target_q4, SLEW_UA_S, dt_us)
        if current_q4 is None:
            current_q4 = self.ramp.set_q4
        if load_mv is None:
            load_mv = current_q4 * 5 // 16
        if second_q4 is None:
            second_q4 = current_q4 * self.program.polarity
        self.last_q4 = current_q4
        buf = sample(current_q4, load_mv, second_q4, inputs, supply_mv)
        verdict = self.supervisor.check(buf, self.gate, charge_uc, dt_us)
        self.unjudged_us += dt_us
        if self.unjudged_us >= SLOW_CHECK_US and not self.supervisor.tripped:
            self.unjudged_us -= SLOW_CHECK_US
            code = self.supervisor.slow_checks.step(buf, self.gate, self.supervisor.freeze)
            if code and not verdict:
                verdict = self.supervisor.trip(code)
        if self.supervisor.limited:
            self.ramp.retract(current_q4)
        return verdict

    def ticks(self, count, **given):
        """The verdicts of `count` equal ticks, without repetition of equal neighbours."""
        found = []
        for _ in range(count):
            verdict = self.tick(**given)
            if not found or found[-1] != verdict:
                found.append(verdict)
        return found

    def until(self, limit, **given):
        """How many equal ticks it takes to a verdict, and the verdict; (limit, OK) for none."""
        for count in range(1, limit + 1):
            verdict = self.tick(**given)
            if verdict != codes.FAULT_NONE:
                return count, verdict
        return limit, codes.FAULT_NONE

    def hold(self, level_ua):
        """Ramp to a level and stay until sense A has been seen to follow."""
        self.go(level_ua)
        assert self.ticks(level_ua // 10 + 60) == [codes.FAULT_NONE]
        return self


def resistor(judge, ohm, ticks, dt_us=1000):
    """Closed loop over a resistor: what flows is the set point or what compliance allows."""
    most_q4 = judge.board.compliance_mv * 16000 // ohm
    found = set()
    for _ in range(ticks):
        current_q4 = min(judge.ramp.set_q4, most_q4)
        found.add(judge.tick(current_q4=current_q4, load_mv=current_q4 * ohm // 16000))
    return found - {codes.FAULT_NONE}
