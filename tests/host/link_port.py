"""pyserial's side of a cable to a board of tests, which can be pulled at any write or moment.

Time is the board's own and passes only while somebody waits. Times in s.
"""

import serial

from .link_memory import Unexpected

NEVER = float("inf")


class Port:
    """pyserial's side of the cable; `cut_at` is the write at which it is pulled."""

    def __init__(self, board, name="script://board"):
        self.board = board
        self.name = name
        self.timeout = None
        self.write_timeout = None
        self.is_open = False
        self.writes = 0
        self.cut_at = NEVER
        self.cut_s = NEVER

    def open(self):
        self.is_open = True

    def close(self):
        self.is_open = False

    def monotonic(self):
        return self.board.now_s

    @property
    def in_waiting(self):
        self._check()
        return len(self.board.out)

    def inWaiting(self):  # pyserial's old name, which mpremote polls
        return self.in_waiting

    def read(self, size=1):
        self._check()
        board = self.board
        if len(board.out) < size:
            if self.timeout is None:
                raise Unexpected("a read without an end")
            until_s = board.now_s + self.timeout
            while len(board.out) < size and board.now_s < until_s:
                board.advance(min(until_s, board.now_s + 0.02))
        data = bytes(board.out[:size])
        del board.out[:size]
        return data

    def write(self, data):
        self._check()
        self.writes += 1
        if self.writes > self.cut_at:
            raise serial.SerialException("write failed: [Errno 5] Input/output error")
        self.board.receive(bytes(data))
        return len(data)

    def _check(self):
        if not self.is_open:
            raise serial.PortNotOpenError()
        if self.board.now_s >= self.cut_s:
            raise serial.SerialException("device reports readiness to read but returned no data")
