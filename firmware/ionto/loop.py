"""The session loop: only `run()` energises the output. It runs `tick.Tick` at 1 kHz.

Every way out of a run leads through `finally`, whose first statement switches off. The loop holds
no rule and no number of control. This file stays bytecode on the chip: a loop compiled to native
code never sees Ctrl-C [docs/control.md, Off]. The parts that it calls are native.
"""

from .core.const import const
from .core.units import SAMPLE_INPUTS, SAMPLE_LEN, WRAP_US
from .tick import Tick

# How a run left the loop.
WHOLE = const(0)  # the session came to its own end
BROKEN = const(1)  # an exception
INTERRUPTED = const(2)  # Ctrl-C

_UNWIND_US = const(10000)  # from a gate that opens to REARM: a stage has unwound [S-17, S-18]


class Loop:
    """One bench's session loop.

    Args:
        port: anything that keeps the contract of `port.py`.
        board: its `core.limits.Board`.
    """

    def __init__(self, port, board):
        self.port = port
        self.tick = Tick(port, board)
        # A bound method is an object: it is made here, before any heap is locked.
        self._wait = port.wait
        self._left = WHOLE
        self._off_us = -1  # when the last run switched off; -1: there was none

    def run(self, program, supervised, ended):
        """Run one program to its end.

        Args:
            program: a checked `core.program.Program`.
            supervised: whether a host sends beats; 3 s without a beat ramp the session down.
            ended: called with WHOLE, BROKEN or INTERRUPTED once the output is off, before Ctrl-C
                is enabled again. So no Ctrl-C can lose a fault that it latches. It must not
                allocate.

        Raises:
            KeyboardInterrupt: Ctrl-C; the output is off before it is raised.
        """
        port = self.port
        self._left = BROKEN
        try:
            try:
                try:
                    ticks = self.tick.start(program, supervised)
                    port.begin()
                    self._unwind()
                    self._run(ticks)
                    self._left = WHOLE
                finally:
                    port.off()
                    self._off_us = port.now_us()
            except KeyboardInterrupt:
                port.off()
                self._left = INTERRUPTED
                raise
            finally:
                port.off()
        finally:
            try:
                port.off()
                ended(self._left)
            finally:
                port.end()

    def sense(self, ticks):
        """Mean of every sense over `ticks` (1..1000) with the output off.

        Returns:
            A list like a sample, inputs or-ed. For zero offsets and for a test of a bench at rest.
        """
        port = self.port
        buf = self.tick.buf
        sums = [0] * SAMPLE_LEN
        try:
            port.begin()
            for _ in range(ticks):
                port.wait()
                port.sample(buf)
                for index in range(SAMPLE_INPUTS):
                    sums[index] += buf[index]
                sums[SAMPLE_INPUTS] |= buf[SAMPLE_INPUTS]
                port.feed()
        finally:
            port.off()
            port.end()
        for index in range(SAMPLE_INPUTS):
            sums[index] //= ticks
        return sums

    def _unwind(self):
        """Ticks with the output off, until REARM comes 10 ms after an earlier run's gate."""
        port = self.port
        off_us = self._off_us
        while off_us >= 0 and (port.now_us() - off_us) & WRAP_US < _UNWIND_US:
            self._wait()
            port.sample(self.tick.buf)
            port.feed()

    def _run(self, ticks):
        wait = self._wait
        for is_over in ticks:
            if is_over:
                return
            wait()
