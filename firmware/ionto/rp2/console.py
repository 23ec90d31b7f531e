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
        self._ipoll = self._poll.ipoll
        self._readinto = sys.stdin.buffer.readinto
        self.write = sys.stdout.buffer.write  # write(buf, count)
        self._byte = bytearray(1)
        self._is_open = 0  # a packet has come and is being read

    def begin(self):
        """Make the one allocation that `ipoll` needs."""
        for _ in self._ipoll(0):
            pass

    def read(self, buf):
        """At most one byte into `buf` (one long); return how many.

        The poll that finds a packet has just taken it off the USB, 85 us of its tick: what is in
        it is for the next polls.
        """
        for _ in self._ipoll(0):
            if self._is_open:
                return self._readinto(buf)
            self._is_open = 1
            return 0
        if self._is_open:
            self._is_open = 0
        return 0

    def drain(self):
        """Read until 100 ms of silence, for at most 1 s: what a late host still sends."""
        for _ in range(_DRAIN_TURNS):
            heard = 0
            for _ in self._ipoll(_DRAIN_QUIET_MS):
                heard = 1
            if not heard:
                return
            self._is_open = 1
            while self.read(self._byte):
                pass
