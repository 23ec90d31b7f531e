"""The host's end of the emulated chip's USB serial port, in emulated time.

`SerialPort` looks like a pyserial port, without a pty, a thread or a wall clock: waiting for bytes
runs the chip. `exec_raw` drives MicroPython's raw REPL through it; mpremote's own would wait by
the host's clock. Times are emulated microseconds, timeouts emulated seconds as pyserial has them.
It must not run the chip except where a call waits.
"""

from typing import Protocol

from iontobench import signs
from iontobench.chip.patches import PatientCDC, UnreadPort

_FOREVER_STEP_US = 1_000_000
_RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"


class ChipExecError(RuntimeError):
    """Code run on the chip raised; the text is its traceback."""


class ChipTimeoutError(TimeoutError):
    """The chip did not answer within the emulated time allowed."""


class Runner(Protocol):
    """What the port needs of the machine: time, and a way to let it pass."""

    @property
    def now_us(self) -> int: ...

    def run_until_us(self, to_us: int, *, stop_on_data: bool = False) -> None: ...


class SerialPort:
    """A pyserial-like port: `read write in_waiting reset_input_buffer flush close dtr timeout`.

    Args:
        cdc: the host side of the chip's USB.
        unread: the switch that stops reading.
        runner: the machine.
    """

    def __init__(self, cdc: PatientCDC, unread: UnreadPort, runner: Runner):
        self._cdc = cdc
        self._unread = unread
        self._runner = runner
        self._received = bytearray()
        self.timeout: float | None = 1.0

    @property
    def in_waiting(self) -> int:
        """Bytes received and not read yet. Asking does not run the chip."""
        return len(self._received)

    @property
    def out_waiting(self) -> int:
        """Bytes written that the chip has not taken yet."""
        return self._cdc.out_waiting

    @property
    def dtr(self) -> bool:
        """Whether the chip sees the port as open."""
        return self._cdc.dtr

    @dtr.setter
    def dtr(self, on: bool) -> None:
        self._cdc.set_control_lines(dtr=on, rts=on)

    @property
    def reading(self) -> bool:
        """False = a host that holds the port open and reads nothing."""
        return self._unread.reading

    @reading.setter
    def reading(self, on: bool) -> None:
        self._unread.reading = on

    def receive(self, data: bytes | bytearray) -> None:
        """Take a packet from the chip: for the machine, not for the host."""
        self._received.extend(data)

    def write(self, data: bytes) -> int:
        """Queue bytes for the chip and return how many; the chip does not run meanwhile."""
        self._cdc.send(bytes(data))
        return len(data)

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes; runs the chip until they are there or `timeout` has passed.

        With `size <= in_waiting` it does not run. `timeout` None waits without end, as pyserial
        does: a chip that never answers then never returns.
        """
        deadline_us = None if self.timeout is None else self._runner.now_us + self._timeout_us()
        while len(self._received) < size and self._wait(deadline_us):
            pass
        data = bytes(self._received[:size])
        del self._received[:size]
        return data

    def read_until(self, expected: bytes, limit_us: int) -> bytes:
        """Everything up to and with `expected`.

        Raises:
            ChipTimeoutError: not within `limit_us` emulated us; what came last is in its text.
        """
        deadline_us = self._runner.now_us + limit_us
        while expected not in self._received:
            if not self._wait(deadline_us):
                tail = bytes(self._received[-200:])
                raise ChipTimeoutError(
                    f"no {expected!r} within {limit_us} {signs.US}; last came {tail!r}"
                )
        return self.read(self._received.index(expected) + len(expected))

    def reset_input_buffer(self) -> None:
        """Drop what has been received."""
        self._received.clear()

    def flush(self) -> None:
        """Nothing to do: bytes leave as fast as the chip takes them."""

    def close(self) -> None:
        """Drop DTR, as closing a real port does."""
        self.dtr = False

    def _timeout_us(self) -> int:
        return round((self.timeout or 0) * 1_000_000)

    def _wait(self, deadline_us: int | None) -> bool:
        """Run until bytes come; False when the deadline has passed without."""
        before = len(self._received)
        while len(self._received) == before:  # an empty packet ends a run too
            now_us = self._runner.now_us
            if deadline_us is not None and now_us >= deadline_us:
                return False
            limit_us = now_us + _FOREVER_STEP_US if deadline_us is None else deadline_us
            self._runner.run_until_us(limit_us, stop_on_data=True)
        return True


def exec_raw(port: SerialPort, source: str | bytes, *, limit_us: int = 10_000_000) -> bytes:
    """Run `source` in the raw REPL of a chip that shows a prompt; return what it printed.

    It interrupts whatever runs, as mpremote does on connecting, and stays in the raw REPL.

    Raises:
        ChipExecError: the code raised.
        ChipTimeoutError: it did not end within `limit_us`.
    """
    code = source.encode() if isinstance(source, str) else source
    port.write(b"\r\x03\x01")
    port.read_until(_RAW_BANNER, limit_us)
    port.write(code + b"\x04")
    port.read_until(b"OK", limit_us)
    printed = port.read_until(b"\x04", limit_us)[:-1]
    traceback = port.read_until(b"\x04", limit_us)[:-1]
    port.read_until(b">", limit_us)
    if traceback:
        raise ChipExecError(traceback.decode("utf-8", "replace").replace("\r\n", "\n").strip())
    return printed
