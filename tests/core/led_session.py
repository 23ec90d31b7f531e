"""A session led by hand with its real ramp, dose and probe; what flows is the set point."""

from tests.support.programs import SMALL, make_program, off, pulses, sample, segment

from ionto.core import codes
from ionto.core.dose import Dose
from ionto.core.impedance import Probe
from ionto.core.limits import zero_q4
from ionto.core.proof import Proof
from ionto.core.pulses import Pulses
from ionto.core.ramp import Ramp
from ionto.core.session import Session
from ionto.core.units import INPUT_LIMITER, SAMPLE_A, SAMPLE_B, SAMPLE_INPUTS, SAMPLE_V

LOADED_MV = 250  # 5 V behind 100 kOhm into 5.3 kOhm
OPEN_MV = 5000


class LedSession:
    """`tick` is one tick of a loop without supervisor and port."""

    def __init__(self, program=None, board=SMALL):
        self.buf = sample(load_mv=LOADED_MV)
        self.ramp = Ramp()
        self.dose = Dose()
        self.proof = Proof(board)
        self.pulses = Pulses()
        self.session = Session(
            *(self.buf, self.ramp, self.dose, Probe(5000, 100_000), self.proof, self.pulses),
            zero_q4(board),
        )
        self.proves = True  # the stage does what the proof asks of it
        self.program = program or make_program(board, slew_ua_s=10_000)
        self.session.start(self.program)
        self.flow_q4 = None  # instead of the set point
        self.ticks = 0

    def tick(self, fault=0, ask=0, dt_us=1000):
        """One tick; returns the gate."""
        if codes.STATE_PROOF <= self.session.state <= codes.STATE_PROOF_PAUSING:
            self._prove()
        gate = self.session.step(fault, ask, dt_us)
        self.ticks += 1
        flow_q4 = 0
        if gate:
            flow_q4 = self.ramp.step(self.session.target_q4, self.session.slew_ua_s, dt_us)
            if self.session.state == codes.STATE_PULSE:
                flow_q4 = flow_q4 * self.pulses.step(dt_us) >> 10
            if self.flow_q4 is not None:
                flow_q4 = self.flow_q4
        self.dose.step(flow_q4, dt_us)
        return gate

    def _prove(self):
        """What a whole stage shows in each step of the proof."""
        proof = self.proof
        flows_q4 = 0
        if proof.gate and proof.pump and not proof.lim_test and self.proves:
            flows_q4 = 30 * 16
        self.buf[SAMPLE_A] = flows_q4
        self.buf[SAMPLE_B] = flows_q4 * self.session.polarity
        self.buf[SAMPLE_INPUTS] = INPUT_LIMITER if proof.lim_test else 0

    def to(self, state, limit=20_000, **given):
        """Tick until `state`; return how many ticks it took."""
        for count in range(limit):
            if self.session.state == state:
                return count
            self.tick(**given)
        raise AssertionError(f"still {codes.STATE_NAMES[self.session.state]} after {limit}")

    def load(self, load_mv):
        """The voltage that the probe leaves from now on."""
        self.buf[SAMPLE_V] = load_mv
        return self

    def in_state(self, state):
        """Bring it to `state` by what programs, operators and loads can do."""
        if state in (codes.STATE_PULSE, codes.STATE_TURNING, codes.STATE_OFF):
            first = segment(time_ms=50, slew_ua_s=10_000)
            if state == codes.STATE_PULSE:
                first = pulses(50, 50, 1, 3)
            segments = [first, off(500), segment(slew_ua_s=10_000)]
            self.session.start(make_program(segments=segments, slew_ua_s=10_000))
        led = {
            codes.STATE_PROBE: (),
            codes.STATE_PROOF: (codes.STATE_PROOF,),
            codes.STATE_PROOF_STOPPING: (codes.STATE_PROOF, {"ask": codes.ASK_STOP}),
            codes.STATE_PROOF_PAUSING: (codes.STATE_PROOF, {"ask": codes.ASK_PAUSE}),
            codes.STATE_RAMP: (codes.STATE_RAMP,),
            codes.STATE_HOLD: (codes.STATE_HOLD,),
            codes.STATE_RAMP_DOWN: (codes.STATE_RAMP_DOWN,),
            codes.STATE_PAUSING: (codes.STATE_HOLD, {"ask": 2}),
            codes.STATE_PAUSED: (codes.STATE_HOLD, {"ask": 2}, codes.STATE_PAUSED),
            codes.STATE_CONTACT: (codes.STATE_HOLD, {"fault": codes.VERDICT_CUT}),
            codes.STATE_CONTACT_PAUSING: (
                *(codes.STATE_HOLD, {"fault": codes.VERDICT_CUT}),
                {"ask": codes.ASK_PAUSE},
            ),
            codes.STATE_CONTACT_ENDING: (codes.STATE_RAMP_DOWN, {"fault": codes.VERDICT_CUT}),
            codes.STATE_REST: (codes.STATE_HOLD, {"fault": codes.VERDICT_CUT}, codes.STATE_REST),
            codes.STATE_PULSE: (codes.STATE_PULSE,),
            codes.STATE_TURNING: (codes.STATE_TURNING,),
            codes.STATE_OFF: (codes.STATE_OFF,),
            codes.STATE_DONE: (codes.STATE_DONE,),
            codes.STATE_FAULT: (codes.STATE_HOLD, {"fault": codes.FAULT_LEAK}),
        }[state]
        for step in led:
            if isinstance(step, dict):
                self.tick(**step)
            else:
                self.to(step)
        assert self.session.state == state
        return self
