"""The USB console while a session runs: at most a byte in, whole frames out; no call blocks.

`ipoll` allocates its tuple on its first call, so `begin` makes that call before the heap is
locked. The telemetry's credit bounds the writing, not this file: at most 240 bytes wait in a FIFO
of 256 [docs/platform.md, USB and the host].
"""

import select
import sys
from time import ticks_diff, ticks_ms

from micropython import const

_DRAIN_QUIET_MS = const(100)
_DRAIN_MS = const(1000)


class Console:
    """stdin and stdout as bytes."""

    def __init__(self):
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._ipoll = self._poll.ipoll
        self._out = select.poll()
        self._out.register(sys.stdout, select.POLLOUT)
        self._room = self._out.ipoll
        self._readinto = sys.stdin.buffer.readinto
        self.write = sys.stdout.buffer.write  # write(buf, count)
        self._byte = bytearray(1)
        self._is_open = 0  # 1: a packet is being read

    def begin(self):
        """Make the one allocation that each `ipoll` needs."""
        for _ in self._ipoll(0):
            pass
        for _ in self._room(0):
            pass

    def read(self, buf):
        """At most one byte into `buf` (one long); return how many.

        The poll that finds a packet takes it off the USB, which costs 85 us of its tick. So the
        next polls read its bytes.
        """
        for _ in self._ipoll(0):
            if self._is_open:
                return self._readinto(buf)
            self._is_open = 1
            return 0
        if self._is_open:
            self._is_open = 0
        return 0

    def put(self, buf):
        """Write one byte if POLLOUT says "one byte free" [docs/platform.md, USB and the host]."""
        for _ in self._room(0):
            return self.write(buf, 1)
        return 0

    def drain(self):
        """Drop the bytes of a late host: read until 100 ms of silence, for at most 1 s."""
        from_ms = ticks_ms()
        while ticks_diff(ticks_ms(), from_ms) < _DRAIN_MS:
            heard = 0
            for _ in self._ipoll(_DRAIN_QUIET_MS):
                heard = self._readinto(self._byte)
            if not heard:
                return
