"""Params: probe _mv, probe _ohm. Rows: reset, load _mv."""

from ionto.core.impedance import Probe


class State:
    def __init__(self, params):
        self.probe = Probe(params[0], params[1])
        self.ready = 0
        self.now_q4 = 0


def start(params):
    return State(params)


def step(state, row):
    if row[0]:
        state.probe.reset()
    state.ready = state.probe.step(row[1])
    state.now_q4 = state.probe.now_q4(row[1])
