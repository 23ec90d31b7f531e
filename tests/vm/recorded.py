"""Sessions of the virtual bench, recorded at the port so that another Python can replay them.

A recording holds what the firmware was given in each tick and what it did with its pins; its
rows are those of `drivers/replay.py`. Units as there. Must not change what the session does.
"""

from dataclasses import dataclass, field

from ionto.core.program import Program
from ionto.core.units import SAMPLE_A, SAMPLE_LEN
from ionto.loop import Loop
from iontobench.link.listener import HostLink, LinkConsole
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort

_RESAMPLES = 1 + SAMPLE_LEN


@dataclass
class Recording:
    """Params and rows for the replay; `pins` are (gate, drive) before each tick."""

    params: list[int]
    rows: list[list[int]] = field(default_factory=list)
    pins: list[tuple[int, int]] = field(default_factory=list)
    outcome: int = 0
    charge_uc: int = 0


class _Port(VirtualPort):
    """The virtual port, every answer noted."""

    def __init__(self, board, bench, console, recording):
        super().__init__(board, bench, console)
        self._recording = recording
        self._row = []

    def wait(self):
        self._recording.pins.append((self._gate, self._drive))
        super().wait()
        self._row = [self.now_us(), *[0] * SAMPLE_LEN, 0]
        self._recording.rows.append(self._row)

    def sample(self, buf):
        super().sample(buf)
        self._row[1:_RESAMPLES] = buf

    def resample(self, buf):
        super().resample(buf)
        self._row[_RESAMPLES] += 1
        self._row.append(buf[SAMPLE_A])

    def read(self, buf):
        count = super().read(buf)
        self._row += buf[:count]
        return count


class _Nobody:
    """A listener that only lets the host's beats go on."""

    def on_item(self, item):
        """Whatever arrived."""

    def on_tick(self, t_us):
        """No command."""
        return []


def record(words, board, skin, seed=1):
    """Run a program on the virtual bench's ideal converter, beats and all."""
    bench = SimulatedBench(board, skin, "ideal", seed)
    made = Recording(
        [
            *(board.max_ua, board.compliance_mv, board.sigma_q4, board.drive_counts),
            *(board.proof_scale, board.accuracy_ua, bench.now_us, *words),
        ]
    )
    loop = Loop(_Port(board, bench, LinkConsole(HostLink([_Nobody()])), made), board)
    loop.run(Program(words, board), 1, lambda left: None)
    made.outcome = loop.tick.session.outcome
    made.charge_uc = loop.tick.dose.gross_uc
    return made
