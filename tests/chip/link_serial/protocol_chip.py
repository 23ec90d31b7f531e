"""`chip://NAME` for pyserial: an emulated chip's USB under the name that a test gave it.

The port has pyserial's calls that are used, with emulated time as its own clock. A chip that is
being reset is a port that is not there. `cut_after` pulls the cable at a write.
"""

import serial

CHIPS = {}  # name -> machine
_LOOK_US = 20_000  # how far the chip runs where a caller polls without waiting


class Serial:
    """One opening of a chip's port."""

    cut_after = None  # writes until the cable is pulled, of all ports together; None = never

    def __init__(self, _port=None, **options):
        unknown = options.keys() - {"baudrate", "exclusive", "timeout"}
        if unknown:
            raise TypeError(f"a port has no {unknown}")
        self.port = None
        self.is_open = False
        self.timeout = None
        self.write_timeout = None
        self._chip = None

    @property
    def name(self):
        return self.port

    def open(self):
        name = self.port.partition("://")[2]
        if name not in CHIPS:
            raise serial.SerialException(2, f"could not open port {self.port}: no such chip")
        self._chip = CHIPS[name]
        self._chip.boot()
        self._chip.usb.dtr = True
        self.is_open = True

    def close(self):
        if self.is_open:
            self._chip.usb.close()
        self.is_open = False

    def monotonic(self):
        return self._chip.now_us / 1e6

    @property
    def in_waiting(self):
        return self._usb.in_waiting

    def inWaiting(self):  # pyserial's old name, which mpremote polls
        usb = self._usb
        if not usb.in_waiting:
            self._chip.run_until_us(self._chip.now_us + _LOOK_US, stop_on_data=True)
        return usb.in_waiting

    def read(self, size=1):
        usb = self._usb
        usb.timeout = self.timeout
        return usb.read(size)

    def write(self, data):
        usb = self._usb
        if Serial.cut_after is not None:
            Serial.cut_after -= 1
            if Serial.cut_after < 0:
                raise serial.SerialException("device disconnected")
        return usb.write(bytes(data))

    @property
    def _usb(self):
        if not self.is_open:
            raise serial.PortNotOpenError()
        return self._chip.usb
