"""The firmware itself behind a fake board's prompt: its `Bench` on the fake port.

While a session runs, its loop lives in a thread that is let go up to the board's own time, and
waits there as a tick begins: everything else stays in step with it. Ctrl-C strikes there too.
"""

import threading

from tests.support.fake_port import FakePort

from ionto.bench import Bench
from ionto.core import codes
from iontobench import resources
from iontobench.testing import CheckedPort

TICK_S = 0.001
BOARD = resources.load_board("pico_pwm").BOARD


class Firmware:
    """What stands as `bench` at the prompt; `link_version` and `name` may be those of another."""

    def __init__(self, load_ohm=5000, link_version=None, name=None):
        self.port = FakePort(BOARD, load_ohm)
        self.port.on_tick = self._on_tick
        self.board = None
        self._bench = Bench(CheckedPort(self.port, BOARD), BOARD)
        self._changes = {"link_version": link_version, "board": name}
        self._held_tick = None
        self._go = threading.Semaphore(0)
        self._ready = threading.Semaphore(0)
        self._is_over = False
        self._error = ""
        self._interrupted = False
        self._began_s = 0.0
        self._from_us = 0
        self._until_us = 0.0  # the loop goes on to here

    def info(self):
        changes = {key: value for key, value in self._changes.items() if value is not None}
        return self._bench.info() | changes

    def load(self, data, crc):
        self._bench.load(data, crc)

    def sense(self, ticks=256):
        self.port.on_tick = None  # nobody else has to live meanwhile
        try:
            return self._bench.sense(ticks)
        finally:
            self.port.on_tick = self._on_tick

    def last(self):
        return self._bench.last()

    @property
    def _port(self):
        """For a script that drives it: nobody else has to live meanwhile."""
        self._held_tick = self.port.on_tick
        self.port.on_tick = None
        return self._bench._port

    def snapshot(self):
        return self._bench.snapshot()

    def clear(self):
        self._bench.clear()

    def run(self, supervised=False):
        if self._bench.info()["fault"] != "none":
            self._bench.run(supervised)  # it raises
        self.port.on_tick = self._held_tick or self.port.on_tick
        self._held_tick = None
        self._is_over = False
        self._interrupted = False
        self._error = ""
        self._began_s = self.board.now_s
        self._from_us = self._until_us = self.port.elapsed_us
        threading.Thread(target=self._live, args=(supervised,), daemon=True).start()
        self._ready.acquire()
        self.board.start(self)

    def live_to_hold(self):
        """Let the session that runs come to its first hold, and 0.1 s further."""
        session = self._bench._loop.tick.session
        while session.state != codes.STATE_HOLD:
            if self._is_over:
                raise AssertionError("the session has ended before its hold")
            self.board.advance(self.board.now_s + 0.02)
        self.board.advance(self.board.now_s + 0.1)

    def hear(self, board, byte):
        """A byte from the host while the loop owns the port."""
        if byte == 3:
            self._interrupted = True
        else:
            self.port.rx.append(byte)

    def advance(self, board):
        """Let the loop live up to the board's time."""
        self._until_us = self._from_us + (board.now_s - self._began_s) * 1e6
        if not self._is_over and self.port.elapsed_us < self._until_us:
            self._go.release()
            self._ready.acquire()
            board.out += self.port.tx
            self.port.tx.clear()
        if self._is_over:
            board.done(self._error)

    def _live(self, supervised):
        self._go_on()
        try:
            self._bench.run(supervised)
        except Exception as error:
            self._error = f"Traceback\n{type(error).__name__}: {error}\n"
        self._is_over = True
        self._ready.release()

    def _go_on(self):
        self._ready.release()
        self._go.acquire()

    def _on_tick(self, port):
        if port.elapsed_us >= self._until_us:
            self._go_on()
        if self._interrupted:
            self._interrupted = False
            raise KeyboardInterrupt
