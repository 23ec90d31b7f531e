"""A fake board at every serial port there is: plug it in, then call the command line."""

from iontobench.device.port import HostPorts

from .link_port import Port

NAME = "script://board"


class Plug:
    """The only port there is: `board` behind it, or none."""

    def __init__(self):
        self.board = None
        self.error = None
        self.opened = []
        self.cut_at = self.cut_s = None
        self.usb = []  # what is attached, as pyserial's `comports` tells it
        self.ports = self.ports_with()

    def ports_with(self, **changes):
        """The serial ports of this computer: only this one, in the board's time."""
        given = {"clock": self.monotonic, "sleep": self.sleep, "listing": lambda: self.usb}
        return HostPorts(self.open, **(given | changes))

    def open(self, name, **options):
        if set(options) - {"do_not_open", "baudrate", "exclusive"}:
            raise AssertionError(f"unknown options {options}")
        if self.error is not None:
            raise self.error
        port = Port(self.board, name)
        if self.cut_at is not None:
            port.cut_at = self.cut_at
        if self.cut_s is not None:
            port.cut_s = self.cut_s
        self.opened.append(port)
        return port

    def sleep(self, seconds):
        if self.board is not None:
            self.board.advance(self.board.now_s + seconds)

    def monotonic(self):
        return self.board.now_s if self.board is not None else 0.0
