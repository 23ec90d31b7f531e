"""Params: polarity. Rows: polarity (0 keeps it), current _q4, dt _us."""

from ionto.core.dose import Dose


class State:
    def __init__(self, params):
        self.dose = Dose()
        self.dose.reset(params[0])
        self.positive_uc = 0
        self.negative_uc = 0


def start(params):
    return State(params)


def step(state, row):
    if row[0]:
        state.dose.set_polarity(row[0])
    state.dose.step(row[1], row[2])
    state.positive_uc = state.dose.positive_uc()
    state.negative_uc = state.dose.negative_uc()
