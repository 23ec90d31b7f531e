"""Params: whether a tool has promised checksums. Rows: one byte."""

from ionto.core.command import Command


class State:
    def __init__(self):
        self.command = Command()
        self.found = 0


def start(params):
    state = State()
    state.command.reset(params[0])
    return state


def step(state, row):
    state.found = state.command.step(row[0])
