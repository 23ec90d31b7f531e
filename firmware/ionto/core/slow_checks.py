"""Slow checks: each runs every 16 ms, at least three times in the time that its fault allows.

One of four runs every SLOW_CHECK_US: time and low impedance; supply, under-current and the seconds
of a steady hold (`steady`); stuck sense and the second copies of the limits; the program's words.
Currents in `_q4`, voltages in mV, time in us and ms.
Rules and numbers: [docs/control.md, Supervisor]. A number marked (ours) comes from no published
source. It reads the envelope, never the regulator or its set point.
"""

from . import codes
from .const import const
from .integrity import Integrity
from .limits import noise_q4, stuck_q4, under_q4
from .snapshot import Snapshot
from .steady import Steady
from .units import FLOW_STEADY, SAMPLE_A, SAMPLE_SUPPLY, SAMPLE_V

SLOW_CHECK_US = const(4000)

_CHECK_MS = const(4)
_CYCLE_MS = const(16)  # all four checks
_LOW_LOAD_TIMES = const(63)  # 1 s
_QUIET_MS = const(5000)  # no low-load check after a start or a reversal: polarisation holds V at 0
_SETTLED_MS = const(6000)  # the same, and 1 s for the mean
_LOW_LOAD_FROM_Q4 = const(16000)  # judged from 1 mA on
_LOW_LOAD_MUL = const(80)  # V[mV] * 80 < I[_q4] is V / I < 200 ohm
_UNDER_TIMES = const(63)  # 1 s
_SUPPLY_TIMES = const(2)  # (ours)
# A sense that works shows 25 % of a commanded change (100 uA on 5 mA) within 50 ms. The check
# notices the change after at most 16 ms and judges it 32 ms later: at most 48 ms.
_STUCK_MS = const(32)
_NOISE_STEPS = const(4)  # 8 ms each: 32 ms (ours)


class SlowChecks:
    """The slow checks of one board.

    Args:
        board: its `limits.Board`.
        envelope: the supervisor's `envelope.Envelope`.
        is_whole: called without arguments; returns whether both copies of each limit agree.

    Attributes: `clock_ms` (of this session), `energised_ms`, `warning` (`codes.WARN_*` bits until
    the link has reported them) with `near_mv` and `noise_q4`; `steady`, which has warnings of its
    own; `snapshot`.
    """

    def __init__(self, board, envelope, is_whole):
        self._envelope = envelope
        self._is_whole = is_whole
        self._near_mv = board.compliance_mv * 80 // 100
        self._supply_min_mv = board.supply_min_mv
        self._under_q4 = under_q4(board) * 10  # times ten: limit = 90 % less this
        self._stuck_q4 = stuck_q4(board)
        self._still_q4 = self._stuck_q4 // 4
        self._noise_max_q4 = noise_q4(board)
        self._integrity = Integrity()
        self.snapshot = Snapshot()
        self.steady = Steady(board.accuracy_ua)
        self._time_ms = 0
        self.reset()

    def reset(self):
        """Begin a session: every clock and count at 0."""
        self.clock_ms = 0
        self.energised_ms = 0
        self.warning = 0
        self.near_mv = 0
        self.noise_q4 = 0
        self._number = 0
        self._supply_times = 0
        self.snapshot.reset()
        self.steady.reset()
        self.output_off()

    def arm(self, program, time_ms):
        """Take a program and the limit of its energised time. Not in a tick path."""
        self.reset()
        self._time_ms = time_ms
        self._integrity.arm(program)
        self.steady.arm(program.least_ohm, program.lift_percent)

    def output_off(self):
        """Note that the gate is low: every count about a current starts anew."""
        self.pulsing = 0
        self._ramp_ms = self.clock_ms
        self._low_load_times = 0
        self._under_times = 0
        self._noise_steps = 0
        self._noise_sum_q4 = 0
        self._last_q4 = 0
        self._last_step_q4 = 0
        self.steady.forget()
        self._rebase(0, 0)

    def keep(self, buf):
        """Add the row of the tick that tripped to the snapshot."""
        self.snapshot.keep(buf, self._envelope.expected_q4)

    def begin_ramp(self):
        """Note that a ramp from 0 begins."""
        self._ramp_ms = self.clock_ms

    def step(self, buf, flow, frozen):
        """Run one check, SLOW_CHECK_US after the last one; return 0 or a fault.

        Args:
            buf: the sample; flow: FLOW_*.
            frozen: 1: the trim is frozen (low, limited or near compliance).
        """
        clock_ms = self.clock_ms + _CHECK_MS
        self.clock_ms = clock_ms
        number = self._number
        if number & 1:
            self._number = (number + 1) & 3
            if flow and not self.pulsing:
                self._measure_noise(buf[SAMPLE_A])
            if number == 1:
                return self._check_supply_and_flow(buf, flow, frozen)
            return codes.FAULT_CORRUPT if self._integrity.step() else 0
        self._number = number + 1
        expected_q4 = self._envelope.expected_q4
        self.snapshot.keep(buf, expected_q4)
        if number == 0:
            return self._check_time_and_load(buf, flow) if flow else 0
        if not self._is_whole():
            return codes.FAULT_CORRUPT
        if flow and not self.pulsing:
            return self._check_sense_follows(buf[SAMPLE_A], expected_q4, frozen)
        return 0

    def _check_time_and_load(self, buf, flow):
        """Check the time limit and, in FLOW_STEADY, compliance and low impedance."""
        energised_ms = self.energised_ms + _CYCLE_MS
        self.energised_ms = energised_ms
        if energised_ms > self._time_ms:
            return codes.FAULT_TIME_WALL
        if flow != FLOW_STEADY:
            return 0
        current_q4 = buf[SAMPLE_A]
        load_mv = buf[SAMPLE_V]
        if load_mv >= self._near_mv:
            self.warning |= codes.WARN_COMPLIANCE
            self.near_mv = load_mv
        if (
            current_q4 >= _LOW_LOAD_FROM_Q4
            and load_mv * _LOW_LOAD_MUL < current_q4
            and self.clock_ms - self._ramp_ms > _QUIET_MS
        ):
            self._low_load_times += 1
            if self._low_load_times >= _LOW_LOAD_TIMES:
                return codes.FAULT_LOW_IMPEDANCE
        else:
            self._low_load_times = 0
        return 0

    def _check_supply_and_flow(self, buf, flow, frozen):
        """Check the supply and, in FLOW_STEADY, under-current and the steady hold."""
        if buf[SAMPLE_SUPPLY] < self._supply_min_mv:
            self._supply_times += 1
            if self._supply_times >= _SUPPLY_TIMES:
                return codes.FAULT_SUPPLY
        else:
            self._supply_times = 0
        if flow != FLOW_STEADY:
            return 0
        envelope = self._envelope
        current_q4 = buf[SAMPLE_A]
        # Bound: 600 000 * 10 = 6e6.
        if current_q4 * 10 < envelope.expected_q4 * 9 - self._under_q4 and not frozen:
            self._under_times += 1
            if self._under_times >= _UNDER_TIMES:
                return codes.FAULT_UNDERCURRENT
        else:
            self._under_times = 0
        if envelope.moving or frozen:
            self.steady.forget()
            return 0
        clock_ms = self.clock_ms
        settled = 0
        if not self.pulsing and clock_ms - self._ramp_ms > _SETTLED_MS:
            settled = 1
        return self.steady.step(current_q4, envelope.expected_q4, buf[SAMPLE_V], settled, clock_ms)

    def _check_sense_follows(self, current_q4, expected_q4, frozen):
        """A stuck sense: the expected current has changed, and sense A has not."""
        moved_q4 = current_q4 - self._from_q4
        still_q4 = self._still_q4
        if frozen or moved_q4 >= still_q4 or -moved_q4 >= still_q4:
            self._rebase(current_q4, expected_q4)
        elif self._stuck_until_ms:
            if self.clock_ms >= self._stuck_until_ms:
                return codes.FAULT_STUCK
        else:
            change_q4 = expected_q4 - self._from_expected_q4
            if change_q4 >= self._stuck_q4 or -change_q4 >= self._stuck_q4:
                self._stuck_until_ms = self.clock_ms + _STUCK_MS
        return 0

    def _rebase(self, current_q4, expected_q4):
        self._from_q4 = current_q4
        self._from_expected_q4 = expected_q4
        self._stuck_until_ms = 0

    def _measure_noise(self, current_q4):
        """Noise: the mean second difference of readings 8 ms apart. A ramp has none."""
        step_q4 = current_q4 - self._last_q4
        bend_q4 = step_q4 - self._last_step_q4
        self._last_q4 = current_q4
        self._last_step_q4 = step_q4
        steps = self._noise_steps + 1
        self._noise_steps = steps
        if steps <= 2:
            return  # the first two readings after a start have no second difference
        self._noise_sum_q4 += bend_q4 if bend_q4 > 0 else -bend_q4
        if steps < _NOISE_STEPS + 2:
            return
        mean_q4 = self._noise_sum_q4 // _NOISE_STEPS
        self._noise_steps = 2
        self._noise_sum_q4 = 0
        if mean_q4 > self._noise_max_q4:
            self.noise_q4 = mean_q4
            self.warning |= codes.WARN_NOISE
