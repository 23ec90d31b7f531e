"""Params: accuracy _ua, least load _ohm, lift _percent. Rows: samples alike, expected _q4, current
above it _q4, load _mv, settled, forget first.
"""

from ionto.core.steady import Steady


class State:
    def __init__(self, params):
        self.steady = Steady(params[0])
        self.steady.arm(params[1], params[2])
        self.clock_ms = 0
        self.code = 0


def start(params):
    return State(params)


def step(state, row):
    steady = state.steady
    if row[5]:
        steady.forget()
    count = row[0]
    while count:
        count -= 1
        state.clock_ms += 16
        code = steady.step(row[1] + row[2], row[1], row[3], row[4], state.clock_ms)
        if code:
            state.code = code
