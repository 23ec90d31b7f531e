"""A telemetry and all that it wrote, for the tests of both its halves."""

from ionto.core.telemetry import STEP_DUE, STEP_STATUS, STEP_WRITE, Telemetry
from iontobench.link.frames import decode

VALUES = [0, 0, 1234, 2, 3, 32000, 31990, -12, 5000, 777]


class Line:
    """A telemetry and what it wrote: `frames` are (tick, bytes)."""

    def __init__(self, values=VALUES):
        self.telemetry = Telemetry()
        self.values = values
        self.frames = []
        self.tick = 0

    def run(self, ticks, dt_us=1000):
        """Let ticks pass; return the frames of these ticks, decoded as (type, item)."""
        first = len(self.frames)
        telemetry = self.telemetry
        for _ in range(ticks):
            self.tick += 1
            told = telemetry.step(dt_us)
            if told & (STEP_WRITE | STEP_STATUS):
                self.frames.append((self.tick, bytes(telemetry.frame[: telemetry.length])))
            if told & STEP_DUE:
                telemetry.values[2:] = self.values[2:]
        return [decode(frame[:-1]) for _, frame in self.frames[first:]]
