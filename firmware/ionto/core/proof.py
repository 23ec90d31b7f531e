"""The proof before each ramp from 0: tests both switches, sense B and the hardware limiter.

1. Both switches on: 30 uA flow, and sense B sees them with the right sign.
2. Gate low, ENABLE pumped, the drive still at 30 uA: no current.
3. Gate closed, ENABLE still: no current after the longest hold of the dead-man timer.
4. Both switches on with 45 uA, then LIM_TEST: the limiter trips.
5. Gate low: the limiter re-arms.

The gate closes last. A stage behind an open chain (the series switch) and a closed gate stands at
its rail. A chain that closes then gives the load a packet of charge, and the packet alone can trip
the limiter at LIM_TEST's threshold. So ENABLE is pumped for 10 ms before the gate closes. After a
step that opens the chain under a closed gate, the gate is low and ENABLE still for 10 ms before
the chain closes again. The ramp that follows finds the chain closed as long, with the gate low.
S-11 and S-16 to S-18 are requirements of a stage [boards/pico_pwm/README.md, What the stage must
be].

Each judgement is the mean of 16 samples [docs/control.md, Proof]. On 30 mA boards all
currents are six times as large. A lost load is no fault of the stage: the stage is at compliance
then, and no current flows. Currents in `_q4`, load voltage in mV, the drive in counts, times in
steps of 1 ms or more: the proof does not step in a slow check's tick, so no wait is too short.
It touches no pin: its attributes ask for pins. The supervisor's limits hold meanwhile.
"""

from . import codes
from .const import const
from .limits import near_high_mv
from .units import INPUT_LIMITER, drive_scale

_MEAN_TICKS = const(16)
_ON_UA = const(30)
_FLOWS_UA = const(15)
_FLOWS_MAX_UA = const(60)  # twice the commanded current: a fault of the stage (ours)
_NOTHING_UA = const(5)
_OVER_UA = const(45)
_SIGN_UA = const(7)  # least difference of sense B between steps 1 and 2: half of A's 15
_ALLOWANCE_UA = const(60)  # the supervisor allows this meanwhile

# Waits. The pins change in the step after the last of a wait, so none is shorter than it says.
_PUMP_MS = const(10)  # ENABLE toggles this long before the series switch conducts for sure [S-11]
_UNWIND_MS = const(10)  # then a chain that closes, or REARM, gives no packet [S-17, S-18]
_PASSED_MS = const(1)  # what a closing gate gives is over after 25 us [S-16]
_SETTLE_MS = const(5)
_HOLD_MAX_MS = const(9)  # the dead-man timer's longest hold is 8.4 ms
_LINE_MS = const(10)  # the limiter's line is read every eighth tick; and the ramp's _PUMP_MS

# The steps that the code names, as places in STEPS.
_PUMP = const(0)
_CONDUCTS = const(1)
_GATE = const(2)
_SERIES = const(3)
_LIMITER = const(7)
_UNWIND_AGAIN = const(8)
_REARM = const(9)

# Drives.
_NONE = const(0)
_ON = const(1)  # 30 uA
_OVER = const(2)  # 45 uA

# A step's pins, its wait in ms, and whether a mean is judged after it. A step that is not judged
# leads to the next one. A board without LIM_TEST goes from SERIES to UNWIND_AGAIN.
STEPS = (
    # gate, ENABLE pumped, drive, LIM_TEST, REARM, wait, judged
    (0, 1, _ON, 0, 0, _PUMP_MS, 0),  # PUMP: the chain closes
    (1, 1, _ON, 0, 0, _SETTLE_MS, 1),  # CONDUCTS
    (0, 1, _ON, 0, 0, _SETTLE_MS, 1),  # GATE
    (1, 0, _ON, 0, 0, _HOLD_MAX_MS + _SETTLE_MS, 1),  # SERIES: the chain opens behind the gate
    (0, 0, _OVER, 0, 0, _UNWIND_MS, 0),  # UNWIND
    (0, 1, _OVER, 0, 0, _PUMP_MS, 0),  # PUMP_AGAIN
    (1, 1, _OVER, 0, 0, _PASSED_MS, 0),  # CLOSE: 45 uA flow
    (1, 1, _OVER, 1, 0, _SETTLE_MS, 1),  # LIMITER: it opens the chain behind the gate
    (0, 0, _NONE, 0, 0, _UNWIND_MS, 0),  # UNWIND_AGAIN
    (0, 1, _NONE, 0, 1, _LINE_MS, 1),  # REARM: the chain closes for the ramp
)


class Proof:
    """The steps of one proof, a tick at a time.

    Args:
        board: the `limits.Board`.

    Attributes for the tick, which sets the pins: `moved` (1 when one of them has changed; the tick
    clears it), `gate`, `drive`, `pump`, `lim_test`, `rearm` (1: a pulse), `may_trip` (1 while the
    limiter's trip is no fault: from LIM_TEST on). At the end: `fault` (0, `codes.FAULT_PROOF_*` or
    `codes.FAULT_OPEN`), `proven` (bits `codes.PROVEN_*`), `on_q4` (current with both switches on).
    `drives` are the counts of its drives.
    """

    def __init__(self, board):
        scale = board.proof_scale
        self._flows_q4 = _FLOWS_UA * scale * 16
        self._flows_max_q4 = _FLOWS_MAX_UA * scale * 16
        self._nothing_q4 = _NOTHING_UA * scale * 16
        self._sign_q4 = _SIGN_UA * scale * 16
        self.allowance_q4 = _ALLOWANCE_UA * scale * 16
        mul, shift = drive_scale(board.full_scale_ua * 16, board.drive_counts)
        self.drives = (
            0,
            (_ON_UA * scale * 16 * mul) >> shift,
            (_OVER_UA * scale * 16 * mul) >> shift,
        )
        self._has_lim_test = board.lim_test
        self._high_mv = near_high_mv(board)
        self.start()

    def start(self):
        """Begin at the first step."""
        self.fault = 0
        self.proven = 0
        self.on_q4 = 0
        self._on_b_q4 = 0
        self._has_tripped = 0
        self._flowed = 0
        self._enter(_PUMP)

    def leave(self):
        """Stop early: gate low and ENABLE still, then the last step, which re-arms the limiter."""
        if self._at < _UNWIND_AGAIN:
            self._enter(_UNWIND_AGAIN)

    def step(self, current_a_q4, current_b_q4, load_mv, inputs):
        """One tick; `current_b_q4` is sense B, positive at the commanded polarity.

        Returns:
            0 while it goes on, 1 at its end.
        """
        if load_mv >= self._high_mv:
            self._was_high = 1
        wait_ticks = self._wait_ticks
        if wait_ticks:
            self._wait_ticks = wait_ticks - 1
            return 0
        if not self._is_judged:
            self._flowed = 1 if current_a_q4 > self._flows_q4 else 0  # the last one is CLOSE
            self._enter(self._at + 1)
            return 0
        self._sum_q4 += current_a_q4
        self._sum_b_q4 += current_b_q4
        count = self._count + 1
        self._count = count
        if count < _MEAN_TICKS:
            return 0
        return self._judge(
            self._sum_q4 // _MEAN_TICKS, self._sum_b_q4 // _MEAN_TICKS, inputs & INPUT_LIMITER
        )

    def _judge(self, mean_q4, mean_b_q4, tripped):
        at = self._at
        nothing = mean_q4 < self._nothing_q4
        if at == _CONDUCTS:
            self.on_q4 = mean_q4
            self._on_b_q4 = mean_b_q4
            good = self._flows_q4 < mean_q4 < self._flows_max_q4
            fault = codes.FAULT_PROOF_STAGE
            if self._was_high and mean_q4 <= self._flows_q4:
                fault = codes.FAULT_OPEN
            return self._end_step(good, fault, codes.PROVEN_STAGE)
        if at == _GATE:
            if nothing and self._on_b_q4 - mean_b_q4 < self._sign_q4:
                return self._end_step(0, codes.FAULT_PROOF_SIGN, 0)
            proven = codes.PROVEN_GATE | codes.PROVEN_SIGN
            return self._end_step(nothing, codes.FAULT_PROOF_GATE, proven)
        if at == _SERIES:
            return self._end_step(nothing, codes.FAULT_PROOF_SERIES, codes.PROVEN_SERIES)
        if at == _LIMITER:
            self._has_tripped = 1 if nothing and tripped else 0
            fault = codes.FAULT_PROOF_LIMITER
            if nothing and not tripped:
                if self._was_high:
                    fault = codes.FAULT_OPEN
                elif not self._flowed:
                    fault = codes.FAULT_PROOF_STAGE  # it died after CONDUCTS: no limiter acted
            return self._end_step(self._has_tripped, fault, 0)
        proven = codes.PROVEN_LIMITER if self._has_tripped else 0
        return self._end_step(not tripped, codes.FAULT_PROOF_LIMITER, proven)

    def _end_step(self, good, fault, proven):
        """Take the result of a step; go on, or return 1 at the end of the proof."""
        if good:
            self.proven |= proven
            at = self._at
            if at < _REARM:
                self._enter(_UNWIND_AGAIN if at == _SERIES and not self._has_lim_test else at + 1)
                return 0
        else:
            self.fault = fault
        self.gate = self.drive = self.lim_test = 0
        return 1

    def _enter(self, at):
        self._at = at
        self._sum_q4 = 0
        self._sum_b_q4 = 0
        self._count = 0
        self._was_high = 0
        self.moved = 1
        pins = STEPS[at]
        self.gate = pins[0]
        self.pump = pins[1]
        self.drive = self.drives[pins[2]]
        self.lim_test = pins[3]
        self.rearm = pins[4]
        self._wait_ticks = pins[5]
        self._is_judged = pins[6]
        self.may_trip = 1 if at >= _LIMITER else 0
