"""Rows: what to do, target _q4, slew _ua_s, dt _us, measured _q4."""

from ionto.core.ramp import Ramp


class State:
    def __init__(self):
        self.ramp = Ramp()
        self.result_q4 = 0


def start(params):
    return State()


def step(state, row):
    if row[0] == 0:
        state.result_q4 = state.ramp.step(row[1], row[2], row[3])
    elif row[0] == 1:
        state.result_q4 = state.ramp.retract(row[4])
    else:
        state.ramp.reset()
