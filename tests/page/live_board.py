"""A board of tests at the serial port of a browser's tab, in real time.

`navigator.serial` is replaced in the page and in its workers. Its only port passes bytes to and
from the board through the debugging protocol; nothing of the page knows. The board's time is the
wall clock's, but for a machine that stood still. Times in s.
"""

import base64
import contextlib
import threading
import time

from .chromium import ScriptError

_STEP_S = 0.01
_JUMP_S = 2.0  # at most, so that a machine that stood still is no host that was lost

# In both: a port that may be opened, named as an RP2040 with MicroPython is.
_PORT = """
const fakePort = {
  readable: null, writable: null, isCut: false,
  getInfo: () => ({ usbVendorId: 0x2e8a, usbProductId: 0x0005 }),
  async open() {
    if (fakePort.isCut) throw new DOMException("Failed to open serial port.", "NetworkError");
    if (fakePort.readable) throw new DOMException("It is open.", "InvalidStateError");
    fakePort.readable = new ReadableStream({
      start(controller) { fakePort.controller = controller; },
      cancel() { fakePort.controller = null; },
    });
    fakePort.writable = new WritableStream({
      write(bytes) {
        if (fakePort.isCut) throw new DOMException("The device has been lost.", "NetworkError");
        toBoard(btoa(String.fromCharCode(...bytes)));
      },
    });
  },
  async setSignals() {},
  async close() { fakePort.readable = fakePort.writable = fakePort.controller = null; },
};
const fakeSerial = {
  getPorts: async () => (self.hasNoPort || fakePort.isCut ? [] : [fakePort]),
  requestPort: async () => fakePort,
  addEventListener() {},
};
Object.defineProperty(navigator, "serial", { value: fakeSerial, configurable: true });
self.fromBoard = (text) =>
  fakePort.controller?.enqueue(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)));
self.cutCable = () => {
  fakePort.isCut = true;
  const { controller } = fakePort;
  fakePort.readable = null;
  controller?.error(new DOMException("The device has been lost.", "NetworkError"));
};
self.plugCable = () => { fakePort.isCut = false; };
"""
SCRIPT = f"(() => {{ {_PORT} }})();"


class LiveBoard:
    """What hangs at the port; give it a `board` of `tests.host`. A context manager.

    Attributes:
        board: the board that is plugged in.
        errors: what no board would stand, or a test's board never does.
    """

    def __init__(self, board):
        self.tab = None
        self.board = board
        self.errors = []
        self.lock = threading.Lock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_what):
        self._is_over.set()
        self._thread.join()

    def bindings(self):
        """What the page's replaced port calls."""
        return {"toBoard": self._from_page}

    def plug(self, board):
        """Another board at the same port, with its cable in."""
        with self.lock:
            self.board = board
        self._tell("plugCable()")

    def cut(self):
        """Pull the cable: the board goes on alone."""
        self._tell("cutCable()")

    def heard(self):
        """All that the board was ever sent."""
        with self.lock:
            return bytes(self.board.heard)

    def _from_page(self, text):
        data = base64.b64decode(text)
        with self.lock, self._kept():
            self.board.receive(data)

    def _live(self):
        before_s = time.monotonic()
        while not self._is_over.wait(_STEP_S):
            now_s = time.monotonic()
            passed_s, before_s = min(now_s - before_s, _JUMP_S), now_s
            said = b""
            with self.lock, self._kept():
                board = self.board
                board.advance(board.now_s + passed_s)
                said = bytes(board.out)
                board.out.clear()
            if said:
                self._tell(f"fromBoard('{base64.b64encode(said).decode()}')")

    @contextlib.contextmanager
    def _kept(self):
        """What goes wrong in here is a test's to find."""
        try:
            yield
        except Exception as error:
            self.errors.append(repr(error))

    def _tell(self, script):
        with contextlib.suppress(ScriptError, OSError, IndexError):
            self.tab.in_worker(script)
