"""The waits of a session with the gate low: for a load, the proof, contact, or zero current.

`step` runs once a decision of the session and returns the event that has come. Times in ms,
currents in `_q4`, load voltage in mV. It touches no pin; the proof that it steps asks for some. Of
the program it knows the least probe current only.
"""

from . import codes
from .const import const
from .transitions import BACK, LOAD_FOUND, PROVEN, RESTED, TRIPPED
from .units import SAMPLE_A, SAMPLE_B, SAMPLE_INPUTS, SAMPLE_V

_PROBE_SETTLE_MS = const(200)  # set-up time: the load's capacitance behind 100 kOhm
_CONTACT_MS = const(100)  # no contact by then: FAULT_OPEN
_ONSET_MS = const(5)  # the 5 low ticks before the cut belong to the 100 ms
_BACK_TICKS = const(3)
_REST_MS = const(1000)
_ZERO_TICKS = const(64)


class Waits:
    """The waiting of one session.

    Args:
        buf: the list that `port.sample` fills.
        probe: an `impedance.Probe`; proof: a `proof.Proof`.
        zero_q4: a mean current up to this, after a rest, counts as zero.

    `fault` is the fault when `step` has returned TRIPPED.
    """

    def __init__(self, buf, probe, proof, zero_q4):
        self._buf = buf
        self._probe = probe
        self._proof = proof
        self._zero_q4 = zero_q4
        self._probe_min_q4 = 0
        self.fault = 0
        self.enter(0)

    def start(self, program):
        """Take the least probe current of the program."""
        self._probe_min_q4 = program.probe_min_q4

    def enter(self, t_ms):
        """Begin the wait of a new state."""
        self._entered_ms = t_ms
        self._back_ticks = 0
        self._zero_sum_q4 = 0
        self._zero_ticks = 0

    def step(self, state, t_ms, polarity):
        """One decision in a state with the gate low.

        Returns:
            LOAD_FOUND, PROVEN, BACK, RESTED, TRIPPED, or codes.ASK_NONE while the wait goes on.
        """
        if codes.STATE_PROOF <= state <= codes.STATE_PROOF_PAUSING:
            return self._prove(polarity)
        buf = self._buf
        if state == codes.STATE_PROBE:
            if t_ms < self._entered_ms + _PROBE_SETTLE_MS:
                self._probe.reset()
            elif self._probe.step(buf[SAMPLE_V]):
                if self._probe.current_q4 >= self._probe_min_q4:
                    return LOAD_FOUND
                return self._report_fault(codes.FAULT_NO_LOAD)
        elif codes.STATE_CONTACT <= state <= codes.STATE_CONTACT_ENDING:
            return self._watch(t_ms)
        elif state == codes.STATE_REST and t_ms >= self._entered_ms + _REST_MS:
            return self._rest()
        return codes.ASK_NONE

    def _report_fault(self, fault):
        self.fault = fault
        return TRIPPED

    def _prove(self, polarity):
        buf = self._buf
        proof = self._proof
        current_b_q4 = buf[SAMPLE_B] if polarity > 0 else -buf[SAMPLE_B]
        if not proof.step(buf[SAMPLE_A], current_b_q4, buf[SAMPLE_V], buf[SAMPLE_INPUTS]):
            return codes.ASK_NONE
        return self._report_fault(proof.fault) if proof.fault else PROVEN

    def _watch(self, t_ms):
        """Contact is back when the probe's current flows for three ticks within 100 ms."""
        if self._probe.now_q4(self._buf[SAMPLE_V]) >= self._probe_min_q4:
            self._back_ticks += 1
        else:
            self._back_ticks = 0
        if t_ms >= self._entered_ms + _CONTACT_MS - _ONSET_MS:
            return self._report_fault(codes.FAULT_OPEN)
        return BACK if self._back_ticks >= _BACK_TICKS else codes.ASK_NONE

    def _rest(self):
        """Check for zero current before the polarity may change. Bound: 64 * 600 000 = 3.8e7."""
        self._zero_sum_q4 += self._buf[SAMPLE_A]
        self._zero_ticks += 1
        if self._zero_ticks < _ZERO_TICKS:
            return codes.ASK_NONE
        mean_q4 = self._zero_sum_q4 // _ZERO_TICKS
        if mean_q4 > self._zero_q4 or -mean_q4 > self._zero_q4:
            return self._report_fault(codes.FAULT_NOT_ZERO)
        return RESTED
