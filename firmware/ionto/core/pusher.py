"""Sends bytes one at a time, only where there is room: a port that nobody reads blocks nobody.

For what no credit covers: the answer to `?`, and a person's line. `put` is the port's: a
bytearray of one byte in, how many went out.
"""


class Pusher:
    """What is on its way; `busy` while it is."""

    def __init__(self, put):
        self._put = put
        self._byte = bytearray(1)
        self.reset()

    def reset(self):
        """Nothing on its way."""
        self.busy = 0
        self._data = self._byte
        self._at = 0
        self._count = 0

    def send(self, data, count):
        """Begin with the first `count` bytes of `data`, which must stay as they are."""
        self.busy = 1
        self._data = data
        self._at = 0
        self._count = count
        self._byte[0] = data[0]

    def step(self):
        """One byte, if there is room."""
        if self._put(self._byte):
            at = self._at + 1
            self._at = at
            if at < self._count:
                self._byte[0] = self._data[at]
            else:
                self.busy = 0
