"""A board at the end of a serial cable, made of nothing but MicroPython's REPL protocol.

It understands the friendly prompt, the raw REPL with raw paste, and a running session; code sent
to it really runs, over a filesystem of memory. Strict: a byte or a call that a board would not
expect raises `Unexpected`. Time is its own and passes only while somebody waits. Times in s.
"""

import builtins
import contextlib
import io
import struct
import traceback
import types

from .link_memory import Memory, Unexpected

BANNER = b"raw REPL; CTRL-B to exit\r\n"
WINDOW = 256


class ResetError(BaseException):
    """The code reset the chip."""


class Board:
    """What a serial port leads to.

    Args:
        bench: the object at the prompt, or None.
        memory: its files.
        mode: "friendly", "raw", "running", "mute" or "chatting".
    """

    def __init__(self, bench=None, memory=None, mode="friendly"):
        self.mode = mode
        self.memory = memory or Memory()
        self.now_s = 0.0
        self.out = bytearray()
        self.heard = bytearray()  # everything that was ever written to it
        self.session = None
        self.resets = 0
        self.calibration = None  # what the firmware's module of that name holds
        self.on_reset = lambda: None
        self.pins = {}  # of its firmware: lines and their numbers
        self.floating, self.stuck = set(), set()  # pins without a pull-down, or on a supply
        self.lifted = set()  # pins that the chip's pull-up holds
        self._in = bytearray()
        self._typed = bytearray()
        self.block = b""  # the lines of a compound statement that a person has begun to type
        self._source = bytearray()
        self.globals = {}
        self._boot(bench)

    def _boot(self, bench):
        self.globals = {"__builtins__": self._builtins()}
        if bench is not None:
            self.globals["bench"] = bench
            bench.board = self

    def interrupts(self):
        """How often Ctrl-C was sent."""
        return self.heard.count(b"\x03")

    def receive(self, data):
        """Bytes from the host."""
        self.heard += data
        for byte in data:
            getattr(self, "_" + self.mode)(byte)

    def advance(self, to_s):
        """Let time pass."""
        self.now_s = max(self.now_s, to_s)
        if self.mode == "running":
            self.session.advance(self)

    def _mute(self, byte):
        """A board that hangs, or is none."""

    def _chatting(self, byte):
        if byte == 3:
            raise Unexpected("Ctrl-C to a program that is not ours")
        self.out += b"tick\r\n"

    def _friendly(self, byte):
        if byte in (11, 21):  # Ctrl-K, Ctrl-U
            if self._typed:
                self.out += b"\x08" * len(self._typed) + b"\x1b[K"
            self._typed.clear()
        elif byte == 13:
            self._execute_typed()
        elif byte == 3:
            self._typed.clear()
            self.block = b""
            self.out += b"\r\n>>> "
        elif byte == 1 and self.block:
            raise Unexpected("Ctrl-A in the middle of a statement")
        elif byte == 1:
            self.mode = "raw"
            self._source.clear()
            self.out += BANNER + b">"
        elif byte == 2:
            self.out += b"\r\nMicroPython\r\n>>> "
        elif 32 <= byte < 127:
            self._typed.append(byte)
            self.out.append(byte)
        elif byte == 4:
            raise Unexpected("Ctrl-D at the prompt: a soft reset")
        elif byte != 10:
            raise Unexpected(f"byte {byte} at the prompt")

    def _execute_typed(self):
        typed = bytes(self._typed)
        self._typed.clear()
        if typed or self.block:
            raise Unexpected(f"{self.block + typed!r} was run at the prompt")
        self.out += b"\r\n>>> "

    def _raw(self, byte):
        self._source.append(byte)
        if byte == 3:
            self._source.clear()
        elif self._source == b"\x05A\x01":
            self._source.clear()
            self.mode = "paste"
            self.out += b"R\x01" + struct.pack("<H", WINDOW) + b"\x01"
        elif byte == 1:
            self._source.clear()
            self.out += BANNER + b">"
        elif byte == 2:
            self._source.clear()
            self.mode = "friendly"
            self.out += b"\r\nMicroPython\r\n>>> "
        elif byte == 4:
            raise Unexpected("Ctrl-D in the raw REPL without a source: a soft reset")

    def _paste(self, byte):
        if byte == 3:
            self.mode = "raw"
            self._source.clear()
            self.out += b"\x04\x04\x04>"
        elif byte == 4:
            source = bytes(self._source)
            self._source.clear()
            self.mode = "raw"
            self.out += b"\x04"
            self._execute(source)
        else:
            self._source.append(byte)
            if len(self._source) % WINDOW == 0:
                self.out += b"\x01"

    def _execute(self, source):
        printed = io.StringIO()
        error = ""
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(source.decode(), "<stdin>", "exec"), self.globals)
        except ResetError:
            self.reset()
            return
        except Unexpected:
            raise
        except Exception:
            error = traceback.format_exc()
        self.out += printed.getvalue().replace("\n", "\r\n").encode()
        if self.mode != "running":
            self.done(error)

    def done(self, error=""):
        """The code has ended."""
        self.mode = "raw"
        self.out += b"\x04" + error.replace("\n", "\r\n").encode() + b"\x04>"

    def _running(self, byte):
        self.session.hear(self, byte)

    def start(self, session):
        """`bench.run()` has been called: until its end the loop owns the port."""
        self.mode = "running"
        self.session = session

    def reset(self):
        """The chip starts anew."""
        self.resets += 1
        self.mode = "friendly"
        self.out.clear()
        self._boot(None)
        self.on_reset()

    def _builtins(self):
        names = dict(vars(builtins))
        names["open"] = self.memory.open
        names["__import__"] = self._import
        return names

    def _import(self, name, *_args):
        if name in ("binascii", "hashlib", "array"):
            return __import__(name)
        if name == "ionto.rp2" and self.calibration is None:
            raise ImportError("no module named 'ionto.rp2'")
        if name == "ionto.rp2":
            return types.SimpleNamespace(calibration=self.calibration)
        if name == "os":
            memory = self.memory
            made = types.SimpleNamespace()
            for call in ("ilistdir", "mkdir", "rename", "remove"):
                setattr(made, call, getattr(memory, call))
            return made
        if name == "sys":
            how = types.SimpleNamespace(
                name="micropython", version=(1, 26, 1, ""), _mpy=4102, _machine="a fake Pico"
            )
            path = ["/a" if "bench" in self.globals else ""]
            return types.SimpleNamespace(implementation=how, platform="rp2", path=path)
        if name == "machine":
            return types.SimpleNamespace(
                unique_id=lambda: b"\x12\x34",
                reset_cause=lambda: 1,
                WDT_RESET=3,
                reset=_reset,
                Pin=self._pin_class(),
            )
        if name == "time":
            return types.SimpleNamespace(sleep_ms=lambda ms: self.advance(self.now_s + ms / 1000))
        if name == "ionto.board":
            return types.SimpleNamespace(PINS=self.pins)
        raise Unexpected(f"import {name}")

    def _pin_class(self):
        board = self

        class Pin:
            """A line with its pull-down on the stage; nobody may drive one high."""

            IN, OUT, PULL_UP = "in", "out", "up"

            def __init__(self, number, mode, pull=None, value=None):
                if mode == self.OUT and value != 0:
                    raise Unexpected(f"pin {number} is driven to {value}")
                others = set(board.lifted) - {number}
                if pull == self.PULL_UP and others:
                    raise Unexpected(f"pins {others} are not low while {number} is pulled up")
                self._level = 1 if number in board.stuck else 0
                if number in board.floating and pull == self.PULL_UP:
                    self._level = 1
                (board.lifted.add if pull else board.lifted.discard)(number)

            def value(self):
                return self._level

        return Pin


def _reset():
    raise ResetError
