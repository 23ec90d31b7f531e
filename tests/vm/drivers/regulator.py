"""Params: full scale _q4, drive counts. Rows: reset, set point _q4, measured _q4, frozen."""

from ionto.core.regulator import Regulator


class State:
    def __init__(self, params):
        self.regulator = Regulator(params[0], params[1])
        self.drive_counts = 0


def start(params):
    return State(params)


def step(state, row):
    if row[0]:
        state.regulator.reset()
    state.drive_counts = state.regulator.step(row[1], row[2], row[3])
