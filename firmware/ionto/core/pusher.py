"""Sends bytes one at a time, and only where there is room: a port without a reader never blocks.

For bytes without credit: the answer to `?`, and a person's line. `put` is the port's call: it
takes a bytearray of one byte and returns how many were written.
"""


class Pusher:
    """The bytes that are being sent; `busy` is 1 meanwhile."""

    def __init__(self, put):
        self._put = put
        self._byte = bytearray(1)
        self.reset()

    def reset(self):
        """Drop the rest."""
        self.busy = 0
        self._data = self._byte
        self._at = 0
        self._count = 0

    def send(self, data, count):
        """Begin to send the first `count` bytes of `data`, which must not change meanwhile."""
        self.busy = 1
        self._data = data
        self._at = 0
        self._count = count
        self._byte[0] = data[0]

    def step(self):
        """Send one byte if there is room."""
        if self._put(self._byte):
            at = self._at + 1
            self._at = at
            if at < self._count:
                self._byte[0] = self._data[at]
            else:
                self.busy = 0
