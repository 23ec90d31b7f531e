"""The real session loop on a port that replays what a virtual bench gave.

Params: max _ua, compliance _mv, sigma _q4, drive counts, proof scale, accuracy _ua, first now
_us, then the words of a program. Rows are ticks: now _us, the five of a sample, how many times
current A was read again, those readings, and the bytes that the host had sent.

`sum` runs over what decides and what is counted, tick by tick; `bytes_sum` over the frames.
"""

from ionto.core.limits import Board
from ionto.core.program import Program
from ionto.core.units import SAMPLE_LEN
from ionto.loop import Loop

RESAMPLES = 1 + SAMPLE_LEN  # where a row says how many follow


class RowsOver(Exception):
    """The last row was used before the session ended."""


class Port:
    def __init__(self, now_us):
        self.over = RowsOver()  # made here: under a locked heap nothing can be
        self.clock_us = now_us
        self.polarity = 0
        self.gate = 0
        self.drive_counts = 0
        self.probing = 0
        self.testing = 0
        self.live = 0
        self.pumps = 0
        self.feeds = 0
        self.rearms = 0
        self.written = 0
        self.bytes_sum = 0
        self.sum = 0
        self.at = -1
        self.next = 0  # of the row: what is read next

    def attach(self, tick, rows, hooks):
        self._tick = tick
        self._rows = rows
        self._row = None
        self._hooks = hooks

    def begin(self):
        self.live = 1
        self._hooks.lock()

    def end(self):
        self._hooks.unlock()

    def off(self):
        self.gate = 0
        self.drive_counts = 0
        self.probing = 0
        self.testing = 0
        self.live = 0

    def now_us(self):
        return self.clock_us

    def wait(self):
        self._sum()
        self._hooks.look()
        self.at += 1
        if self.at == len(self._rows):
            raise self.over
        self._row = self._rows[self.at]
        self.clock_us = self._row[0]
        self.next = RESAMPLES + 1

    def sample(self, buf):
        row = self._row
        for index in range(SAMPLE_LEN):
            buf[index] = row[1 + index]

    def resample(self, buf):
        if self.next > RESAMPLES + self._row[RESAMPLES]:
            raise self.over
        buf[0] = self._row[self.next]
        self.next += 1

    def actuate(self, gate, drive_counts):
        if self.live:
            self.gate = gate
            self.drive_counts = drive_counts

    def prove(self, gate, drive_counts):
        self.actuate(gate, drive_counts)

    def lim_test(self, on):
        self.testing = on

    def rearm(self):
        self.rearms += 1

    def set_polarity(self, sign):
        self.polarity = sign

    def probe(self, on):
        self.probing = on

    def feed(self):
        self.feeds += 1

    def pump(self):
        self.pumps += 1

    def read(self, buf):
        if self.next == len(self._row):
            return 0
        buf[0] = self._row[self.next]
        self.next += 1
        return 1

    def write(self, frame, count):
        self.written += count
        total = self.bytes_sum
        for at in range(count):
            total = (total * 31 + frame[at]) & 0xFFFFFF
        self.bytes_sum = total
        return count

    def put(self, buf):
        return self.write(buf, 1)

    def _sum(self):
        tick = self._tick
        session = tick.session
        self._add(tick.ramp.set_q4)
        self._add(self.drive_counts)
        self._add(self.gate | self.probing << 1 | self.testing << 2)
        self._add(tick.dose.gross_uc)
        self._add(session.state)
        self._add(session.segment)
        self._add(session.t_ms)
        self._add(self.polarity)

    def _add(self, value):
        self.sum = (self.sum * 31 + (value & 0xFFFFFF)) & 0xFFFFFF  # 5.4e8 at most


class State:
    def __init__(self, params):
        board = Board(
            "twin",
            params[0],
            params[1],
            params[2],
            drive_counts=params[3],
            proof_scale=params[4],
            accuracy_ua=params[5],
        )
        self.program = Program(params[7:], board)
        self.port = Port(params[6])
        self.loop = Loop(self.port, board)
        self.outcome = 0
        self.left = -1
        self.ended = self.keep

    def keep(self, left):
        self.left = left


def start(params):
    return State(params)


def run(state, rows, hooks):
    state.port.attach(state.loop.tick, rows, hooks)
    try:
        state.loop.run(state.program, 1, state.ended)
        state.outcome = state.loop.tick.session.outcome
    except RowsOver:
        state.outcome = -1
