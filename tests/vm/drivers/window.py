"""Params: width _ms. Rows: how long since the last row _ms, hit or reset."""

from ionto.core.window import Window


class State:
    def __init__(self, params):
        self.window = Window(params[0])
        self.now_ms = 0
        self.third = 0


def start(params):
    return State(params)


def step(state, row):
    state.now_ms += row[0]
    if row[1]:
        state.third = state.window.hit(state.now_ms)
    else:
        state.window.reset()
