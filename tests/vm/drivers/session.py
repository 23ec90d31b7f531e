"""Params: as in supervisor.py. Rows: fault, ask, dt _us, load _mv, current _q4, set _ua, jump.

`jump` takes the set point to its target at once, so that few ticks reach every state.
"""

from ionto.core.dose import Dose
from ionto.core.impedance import Probe
from ionto.core.limits import Board
from ionto.core.program import Program
from ionto.core.ramp import Ramp
from ionto.core.session import Session


class State:
    def __init__(self, params):
        board = Board("twin", params[0], params[1], params[2], proof_scale=params[3])
        program = Program(params[4:], board)
        self.buf = [0, 0, 0, 0, 0]
        self.ramp = Ramp()
        self.dose = Dose()
        self.dose.reset(program.polarity)
        probe = Probe(board.probe_mv, board.probe_ohm)
        self.session = Session(self.buf, self.ramp, self.dose, probe)
        self.session.start(program)
        self.gate = 0


def start(params):
    return State(params)


def step(state, row):
    session = state.session
    state.buf[2] = row[3]
    session.value = row[5]
    state.gate = session.step(row[0], row[1], row[2])
    if state.gate:
        if row[6]:
            state.ramp.set_q4 = session.target_q4
        else:
            state.ramp.step(session.target_q4, session.slew_ua_s, row[2])
    state.dose.step(row[4], row[2])
