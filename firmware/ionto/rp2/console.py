"""The USB console while a session runs: at most a byte in, whole frames out, nothing that blocks.

`ipoll` allocates its tuple on its first call, so `begin` makes that call before the heap is
locked. Writing is bounded by the telemetry's credit, not here: 240 bytes at most are under way
in a FIFO of 256 [platform.md].
"""

import select
import sys

from micropython import const

_DRAIN_QUIET_MS = const(100)
_DRAIN_TURNS = const(10)


class Console:
    """stdin and stdout as bytes."""

    def __init__(self):
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._byte = bytearray(1)

    def begin(self):
        """Make the one allocation that `ipoll` needs."""
        for _ in self._poll.ipoll(0):
            pass

    def read(self, buf):
        """At most one byte into `buf` (one long); return how many."""
        for _ in self._poll.ipoll(0):
            return self._in.readinto(buf)
        return 0

    def write(self, buf, count):
        """The first `count` bytes of `buf`."""
        self._out.write(buf, count)

    def drain(self):
        """Read until 100 ms of silence, for at most 1 s: what a late host still sends."""
        for _ in range(_DRAIN_TURNS):
            heard = 0
            for _ in self._poll.ipoll(_DRAIN_QUIET_MS):
                heard = 1
            if not heard:
                return
            while self.read(self._byte):
                pass
