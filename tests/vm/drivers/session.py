"""Params: as in supervisor.py. Rows: fault, ask, dt _us, load _mv, current _q4, set _ua, jump.

`jump` takes the set point to its target at once, so that few ticks reach every state.
"""

from ionto.core import codes
from ionto.core.dose import Dose
from ionto.core.impedance import Probe
from ionto.core.limits import Board, zero_q4
from ionto.core.program import Program
from ionto.core.proof import Proof
from ionto.core.pulses import Pulses
from ionto.core.ramp import Ramp
from ionto.core.session import Session


class State:
    def __init__(self, params):
        board = Board("twin", params[0], params[1], params[2], proof_scale=params[3])
        program = Program(params[4:], board)
        self.scale = board.proof_scale
        self.buf = [0, 0, 0, 0, 0]
        self.ramp = Ramp()
        self.dose = Dose()
        self.dose.reset(program.polarity)
        probe = Probe(board.probe_mv, board.probe_ohm)
        self.pulses = Pulses()
        self.proof = Proof(board)
        parts = (self.buf, self.ramp, self.dose, probe, self.proof, self.pulses)
        self.session = Session(*parts, zero_q4(board))
        self.session.start(program)
        self.gate = 0


def start(params):
    return State(params)


def step(state, row):
    session = state.session
    state.buf[2] = row[3]
    session.value = row[5]
    _flow(state, row)
    state.gate = session.step(row[0], row[1], row[2])
    if state.gate:
        if row[6]:
            state.ramp.set_q4 = session.target_q4
        else:
            state.ramp.step(session.target_q4, session.slew_ua_s, row[2])
        if session.state == codes.STATE_PULSE:
            state.pulses.step(row[2])
    state.dose.step(row[4], row[2])


def _flow(state, row):
    """In the proof what a whole stage shows; else near the zero that a rest has to prove."""
    proof = state.proof
    buf = state.buf
    buf[0] = row[4] % 300 - 100
    buf[4] = 0
    if codes.STATE_PROOF <= state.session.state <= codes.STATE_PROOF_PAUSING:
        flows = proof.gate and proof.pump and not proof.lim_test
        buf[0] = 500 * state.scale if flows else row[4] % 30
        buf[4] = 2 if proof.lim_test else 0
    buf[1] = buf[0] * state.session.polarity
