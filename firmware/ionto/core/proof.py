"""The proof before each start: every switch and the hardware limiter must work, one after another.

Both switches on: 30 uA flow. Gate low while ENABLE goes on: nothing. Gate closed while ENABLE
stands still: nothing, after the longest hold of the dead-man. LIM_TEST with 45 uA: the limiter
trips. Each judgement is the mean of 16 ticks [control.md, Supervisor, proof]; on 30 mA boards all
currents are six times as large. Currents in `_q4`, times in ms, the drive in counts. It asks for
pins in attributes and touches none; the supervisor's leak and absolute limits hold meanwhile.
"""

from . import faults
from .const import const
from .units import INPUT_LIMITER, drive_scale

CONDUCTS = const(1)  # both switches on
GATE = const(2)  # gate low, dead-man pumped
SERIES = const(3)  # gate closed, dead-man still
LIMITER = const(4)  # LIM_TEST
REARM = const(5)  # gate low, limiter armed again
PROVEN = const(6)

_MEAN_TICKS = const(16)
_ON_UA = const(30)
_FLOWS_UA = const(15)
_NOTHING_UA = const(5)
_OVER_UA = const(45)
_PUMP_MS = const(10)  # ENABLE toggles this long before anything is to conduct
_SETTLE_MS = const(5)
_HOLD_MAX_MS = const(9)  # the dead-man's longest hold of 8.4 ms
_REARM_MS = const(2)


class Proof:
    """Leads the stage through its steps, a tick at a time.

    Args:
        board: the `limits.Board`.

    Attributes for whoever owns the pins: `gate`, `drive`, `pump`, `lim_test`, `rearm` (a pulse is
    wanted in this tick). After a step: `judged` (which step) and `mean_q4`.
    """

    def __init__(self, board):
        scale = board.proof_scale
        self._flows_q4 = _FLOWS_UA * scale * 16
        self._nothing_q4 = _NOTHING_UA * scale * 16
        mul, shift = drive_scale(board.full_scale_ua * 16, board.drive_counts)
        self._on_counts = (_ON_UA * scale * 16 * mul) >> shift
        self._over_counts = (_OVER_UA * scale * 16 * mul) >> shift
        self._has_lim_test = board.lim_test
        self.start()

    def start(self):
        """Begin with everything off."""
        self.judged = 0
        self.mean_q4 = 0
        self.rearm = 0
        self._enter(CONDUCTS)

    def step(self, current_q4, inputs):
        """One tick of about 1 ms.

        Returns:
            0 while it goes on, PROVEN, or the fault that it found (`faults.PROOF_*`).
        """
        self.rearm = 0
        if self._wait_ticks:
            self._wait_ticks -= 1
            return 0
        self._sum_q4 += current_q4
        self._count += 1
        if self._count < _MEAN_TICKS:
            return 0
        self.judged = self._at
        self.mean_q4 = self._sum_q4 // _MEAN_TICKS
        return self._judge(inputs & INPUT_LIMITER)

    def _judge(self, tripped):
        at = self._at
        nothing = self.mean_q4 < self._nothing_q4
        if at == CONDUCTS:
            if self.mean_q4 <= self._flows_q4:
                return faults.PROOF_STAGE
        elif at == GATE:
            if not nothing:
                return faults.PROOF_GATE
        elif at == SERIES:
            if not nothing:
                return faults.PROOF_SERIES
            if not self._has_lim_test:
                return PROVEN
        elif at == LIMITER:
            if not tripped or not nothing:
                return faults.PROOF_LIMITER
        elif tripped:
            return faults.PROOF_LIMITER
        else:
            return PROVEN
        self._enter(at + 1)
        return 0

    def _enter(self, at):
        self._at = at
        self._sum_q4 = 0
        self._count = 0
        self.gate = 1 if at == CONDUCTS or at == SERIES or at == LIMITER else 0
        self.pump = 0 if at == SERIES else 1
        self.lim_test = 1 if at == LIMITER else 0
        self.drive = self._over_counts if at == LIMITER else self._on_counts
        self._wait_ticks = _SETTLE_MS
        if at == CONDUCTS or at == LIMITER:
            self._wait_ticks += _PUMP_MS
        elif at == SERIES:
            self._wait_ticks += _HOLD_MAX_MS
        elif at == REARM:
            self.drive = 0
            self.rearm = 1
            self._wait_ticks += _REARM_MS
