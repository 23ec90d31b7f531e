"""Rows: what to do, dt _us, and two numbers a and b for it. A frame's bytes are folded in."""

from ionto.core.telemetry import STEP_DUE, STEP_STATUS, STEP_WRITE, Telemetry


class State:
    def __init__(self):
        self.telemetry = Telemetry()
        self.frames = 0
        self.bytes_sum = 0
        self.idle = 0


def start(params):
    return State()


def step(state, row):
    telemetry = state.telemetry
    if row[0] == 1:
        telemetry.event(row[2] & 0xFFFFFF, row[3] & 0xFFF, row[2], row[3])
    elif row[0] == 2:
        telemetry.ack(row[2] & 0xFFFF)
    elif row[0] == 3:
        telemetry.ack((telemetry.tail - 1) & 0xFFFF)
    elif row[0] == 4:
        telemetry.query()
    elif row[0] == 5:
        telemetry.reset()
    told = telemetry.step(row[1])
    if told & (STEP_WRITE | STEP_STATUS):
        state.frames += 1
        fold(state, telemetry.frame, telemetry.length)
    if told & STEP_DUE:
        for at in range(2, 10):
            telemetry.values[at] = row[2 + (at & 1)]
    state.idle = telemetry.is_idle()


def fold(state, frame, length):
    total = state.bytes_sum
    for at in range(length):
        total = (total * 31 + frame[at]) & 0xFFFFFF
    state.bytes_sum = total
